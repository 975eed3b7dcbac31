"""The journeys of a delegate and of an organiser, each from its beginning to its end."""

import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESK, PHONE, Live
from tests.browser.test_pages import check
from tests.pdf.pictures import opened

pytestmark = pytest.mark.browser

EVENT = "bac-ninh-2012"
MANAGE = f"/manage/{EVENT}"
OPEN = Callable[..., Page]
AXE = Callable[[Page], list[str]]


def fill_in(page: Page, name: str, email: str) -> None:
    """The form of a delegate, as somebody from an office of Bắc Giang fills it in."""
    page.get_by_label("Họ và tên").fill(name)
    page.get_by_label("Chức vụ").fill("Phó Chủ tịch Ủy ban nhân dân")
    page.locator("[name=category_id]").select_option("Đại biểu")
    page.get_by_label("Tỉnh, bộ hoặc nơi khác").select_option("Bắc Giang")
    page.locator("[name=organisation_id]").select_option("Sở Nội vụ")
    page.get_by_label("Thư điện tử").fill(email)
    page.get_by_label("Điện thoại di động").fill("0912 345 678")


def test_a_delegate_registers_changes_and_cancels(open_page: OPEN, axe: AXE, live: Live) -> None:
    page = open_page(f"/e/{EVENT}/", PHONE)
    page.get_by_role("link", name="Đăng ký", exact=True).first.click()
    fill_in(page, "H'Hen Niê", "không phải thư")
    page.get_by_label("Nguyện vọng 1").select_option(index=2)
    page.get_by_label("Chế độ ăn").fill("Ăn chay")
    page.get_by_role("button", name="Đăng ký").click()

    # Refused beside the fields; nothing typed is lost.
    expect(page.get_by_text("Đây không phải địa chỉ thư điện tử").first).to_be_visible()
    expect(page.get_by_label("Họ và tên")).to_have_value("H'Hen Niê")
    expect(page.get_by_label("Chế độ ăn")).to_have_value("Ăn chay")
    check(page, axe)
    page.get_by_label("Thư điện tử").fill("hhen@bacgiang.example")
    page.get_by_label("Tôi đã đọc và đồng ý").check()
    page.get_by_role("button", name="Đăng ký").click()

    page.wait_for_url(re.compile("/p/"))
    expect(page.get_by_role("heading", name="H'Hen Niê")).to_be_visible()
    expect(page.locator(".pass-code svg")).to_be_visible()
    check(page, axe)
    own = page.url
    with page.expect_download() as download:
        page.get_by_role("link", name="PDF").click()
    assert len(opened(Path(download.value.path()).read_bytes()).pages) == 1
    with page.expect_download() as download:
        page.get_by_role("link", name="Thêm vào lịch").click()
    assert b"BEGIN:VCALENDAR" in Path(download.value.path()).read_bytes()
    page.get_by_role("link", name="Lịch của tôi").click()
    page.wait_for_url(re.compile("/agenda$"))
    check(page, axe)
    page.goto(own)

    # The letter is in the mailbox of the organisers, with the same link.
    office = open_page(f"{MANAGE}/mailbox", DESK, "organiser")
    office.get_by_role("link", name="H'Hen Niê").first.click()
    expect(office.get_by_text(own.rsplit("/", 1)[1]).first).to_be_visible()
    check(office, axe)

    page.get_by_role("link", name="Sửa", exact=True).click()
    page.wait_for_url(re.compile("/edit"))
    check(page, axe)
    page.get_by_label("Chức vụ").fill("Chủ tịch")
    page.get_by_role("button", name="Lưu").click()
    expect(page.get_by_text("Đã lưu thay đổi của quý vị.")).to_be_visible()
    expect(page.get_by_text("Chủ tịch", exact=True)).to_be_visible()

    page.get_by_role("link", name="Hủy đăng ký").click()
    check(page, axe)
    page.get_by_role("button", name="Có, hủy đăng ký").click()
    expect(page.get_by_text("Đăng ký này đã hủy.")).to_be_visible()
    expect(page.locator(".pass-code")).to_have_count(0)
    check(page, axe)


def test_an_organiser_finds_adds_and_prints(open_page: OPEN, axe: AXE, live: Live) -> None:
    page = open_page(f"{MANAGE}/delegates/new", DESK, "organiser")
    fill_in(page, "Nguyễn Đình Quyết", "quyet@bacgiang.example")
    page.get_by_role("button", name="Lưu").click()
    expect(page.get_by_role("heading", name="Nguyễn Đình Quyết")).to_be_visible()

    page.goto(f"{MANAGE}/delegates")
    page.get_by_label("Họ tên, cơ quan hoặc thư điện tử").fill("quyet nguyen dinh")
    expect(page.locator("#results-count")).to_contain_text("tổng số 1")
    row = page.locator("tbody tr")
    expect(row).to_have_count(1)
    expect(row).to_contain_text("Nguyễn Đình Quyết")
    listed = page.url
    page.get_by_role("button", name="In thẻ", exact=True).click()
    expect(page.get_by_text("Số thẻ sẽ in: 1")).to_be_visible()
    page.get_by_role("button", name="In thẻ", exact=True).click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Tải tệp PDF").click()
    assert len(opened(Path(download.value.path()).read_bytes()).pages) == 1
    page.goto(listed)
    with page.expect_download() as download:
        page.get_by_role("button", name="Danh sách Excel").click()
    sheet = load_workbook(io.BytesIO(Path(download.value.path()).read_bytes())).active
    assert sheet is not None
    names = [str(cell.value) for row in sheet.iter_rows(min_row=2) for cell in row]
    assert "Nguyễn Đình Quyết" in names

    row.get_by_role("checkbox").check()
    page.get_by_label("các đại biểu đã chọn").check()
    group = page.get_by_label("Nhóm tham quan", exact=True).last
    free = group.locator("option").evaluate_all(
        "all => all.find(o => { const [t, c] = o.text.match(/\\d+/g); return +t < +c }).value"
    )
    group.select_option(free)
    page.get_by_role("button", name="Xếp vào nhóm").click()
    expect(page.locator("[role=status], .notice").filter(has_text="nhóm").first).to_be_visible()
    page.goto(f"{MANAGE}/visits")
    check(page, axe)


def test_an_organiser_edits_the_programme(open_page: OPEN, axe: AXE) -> None:
    page = open_page(f"{MANAGE}/programme/sessions/new", DESK, "organiser")
    page.locator("[name=title]").fill("Trao đổi bên lề")
    page.locator("[name=starts]").fill("17:00")
    page.locator("[name=ends]").fill("17:30")
    page.get_by_label("Chủ trì").fill("Bà Ý")
    page.get_by_role("button", name="Lưu").click()
    expect(page.get_by_role("link", name="Trao đổi bên lề")).to_be_visible()
    page.goto(f"/e/{EVENT}/agenda")
    expect(page.get_by_text("Trao đổi bên lề")).to_have_count(0)  # not before it is published
    page.goto(f"{MANAGE}/programme")
    page.get_by_role("link", name="Xem những thay đổi và công bố").click()
    page.get_by_role("button", name="Công bố phiên bản").click()
    page.goto(f"/e/{EVENT}/agenda")
    expect(page.get_by_text("Trao đổi bên lề")).to_be_visible()
    expect(page.get_by_text("Bà Ý")).to_be_visible()


def test_the_dashboard_follows_without_reloading(open_page: OPEN) -> None:
    page = open_page(f"{MANAGE}/dashboard", DESK, "organiser")
    figure = page.locator(".tile").filter(has_text="Đã đăng ký").first
    before = int(re.findall(r"\d+", figure.inner_text())[0])
    other = open_page(f"{MANAGE}/delegates/new", DESK, "organiser")
    fill_in(other, "Lò Thị Ý", "y@bacgiang.example")
    other.get_by_role("button", name="Lưu").click()
    expect(other.get_by_role("heading", name="Lò Thị Ý")).to_be_visible()
    expect(figure).to_contain_text(str(before + 1), timeout=20_000)

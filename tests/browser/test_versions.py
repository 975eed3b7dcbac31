"""A change is published: who reads the programme sees it, and a print says that it is old."""

import re
from collections.abc import Callable
from datetime import datetime

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import DESK, PHONE, Live
from tests.browser.test_journeys import fill_in
from tests.browser.test_pages import check

pytestmark = pytest.mark.browser

EVENT = "bac-ninh-2012"
MANAGE = f"/manage/{EVENT}/programme"
AGENDA = f"/e/{EVENT}/agenda"
OPEN = Callable[..., Page]
AXE = Callable[[Page], list[str]]
OLD, NEW = "Tham luận và thảo luận của các tỉnh, thành phố", "Tham luận của các địa phương"


def public_number(page: Page) -> int:
    page.goto(AGENDA)
    found = re.search(r"Phiên bản (\d+)", page.locator(".agenda-version").inner_text())
    assert found
    return int(found[1])


def test_published_read_and_printed(open_page: OPEN, axe: AXE) -> None:
    guest = open_page(f"/e/{EVENT}/register", PHONE)
    fill_in(guest, "Lò Thị Én", "en@bacgiang.example")
    guest.get_by_label("Tôi đã đọc và đồng ý").check()
    guest.get_by_role("button", name="Đăng ký").click()
    guest.wait_for_url(re.compile("/p/"))
    own = guest.url
    printed = public_number(guest)

    office = open_page(MANAGE, DESK, "organiser")
    office.get_by_role("link", name=OLD).click()
    office.locator("[name=title]").fill(NEW)
    office.get_by_role("button", name="Lưu").click()
    guest.reload()
    expect(guest.get_by_role("heading", name=OLD)).to_be_visible()  # the draft alone has changed

    office.get_by_role("link", name="Xem những thay đổi và công bố").click()
    expect(office.get_by_text(f"“{OLD}” → “{NEW}”")).to_be_visible()
    check(office, axe)
    office.get_by_label("Ghi chú cho Ban Tổ chức").fill("Đổi tên phiên thảo luận")
    office.get_by_role("button", name="Công bố phiên bản").click()
    expect(office.get_by_text("đại biểu sẽ nhận được thư")).to_be_visible()
    expect(office.get_by_text("Đổi tên phiên thảo luận")).to_be_visible()
    check(office, axe)

    assert public_number(guest) == printed + 1
    expect(guest.get_by_role("heading", name=NEW)).to_be_visible()
    guest.goto(f"{AGENDA}/version/{printed}")
    expect(guest.get_by_text("Bản in này đã cũ.")).to_be_visible()
    expect(guest.get_by_text(f"“{OLD}” → “{NEW}”")).to_be_visible()
    check(guest, axe)
    guest.goto(f"{AGENDA}/version/{printed + 1}")
    expect(guest.get_by_text("Bản in này là bản mới nhất.")).to_be_visible()

    guest.goto(own)
    guest.get_by_role("link", name="Lịch của tôi").click()
    expect(guest.get_by_role("heading", name=NEW)).to_be_visible()
    check(guest, axe)

    office.goto(f"/manage/{EVENT}/mailbox")
    office.get_by_role("link", name="Lò Thị Én").first.click()
    expect(office.locator("iframe").first).to_be_visible()
    expect(office.get_by_text(NEW).first).to_be_attached()


def test_now_and_next_stay_current(open_page: OPEN, axe: AXE) -> None:
    page = open_page("/", PHONE)
    page.clock.install(time=datetime.fromisoformat("2012-11-16T09:45:00+07:00"))
    page.goto(AGENDA)
    now, next_ = page.locator("[data-now]"), page.locator("[data-next]")
    expect(now).to_contain_text("Nghỉ giải lao")
    expect(next_).to_contain_text("10:00–11:30")
    check(page, axe)
    page.clock.run_for("16:00")
    expect(now).to_contain_text("10:00–11:30")
    expect(next_).to_contain_text("Ăn trưa")
    expect(page.locator(".is-now")).to_have_count(1)
    page.clock.run_for("48:00:00")
    expect(page.locator("[data-moment]")).to_be_hidden()


def test_the_agenda_works_without_scripts(browser: Browser, live: Live) -> None:
    context = browser.new_context(viewport=PHONE, base_url=live.url, java_script_enabled=False)
    page = context.new_page()
    page.goto(AGENDA)
    page.get_by_label("Loại nội dung").select_option("Tập huấn")
    page.get_by_role("button", name="Xem").click()
    expect(page.locator(".agenda-session").first).to_be_visible()
    expect(page.locator(".agenda-session:not(.kind-training)")).to_have_count(0)
    page.get_by_role("link", name="Toàn bộ chương trình").click()
    expect(page.locator(".agenda-session:not(.kind-training)").first).to_be_visible()
    context.close()

"""A lead fills in the list of a delegation: by form, by pasting, by a file; and hands it in."""

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import Workbook
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESK, PHONE

pytestmark = pytest.mark.browser

EVENT = "bac-ninh-2012"
PASTE = """text => {
  const data = new DataTransfer();
  data.setData("text/plain", text);
  document.activeElement.dispatchEvent(
    new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
}"""
SHEET = "Đơn vị\tHọ tên\tChức danh\tSĐT\nSở Nội vụ\tPhạm Văn Dán\tChuyên viên\t987654321\n"


@pytest.fixture
def link(open_page: Callable[..., Page], request: pytest.FixtureRequest) -> str:
    """A fresh link of a delegation, made by an organiser: of the one that a test names, if any."""
    page = open_page(f"/manage/{EVENT}/delegations", DESK, "organiser")
    page.on("dialog", lambda dialog: dialog.accept())
    name = getattr(request, "param", "Điện Biên")
    page.locator("table a.data-main", has_text=name).click()
    page.locator("form[action$='/link'] button").click()
    address = page.locator(".secret-link code").inner_text()
    page.reload()
    expect(page.locator(".secret-link")).to_have_count(0)
    return "/d/" + address.rpartition("/")[2]


def checked(page: Page, axe: Callable[[Page], list[str]]) -> None:
    assert axe(page) == []
    wider = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert wider <= 0, f"{page.url} is {wider} px wider than the screen"


def test_a_lead_pastes_uploads_and_hands_in(
    open_page: Callable[..., Page],
    axe: Callable[[Page], list[str]],
    link: str,
    tmp_path: Path,
) -> None:
    page = open_page(f"{link}?lang=vi", DESK)
    checked(page, axe)
    before = page.locator("tbody tr").count()

    # Pasted, with headings in another order: the grid understands, the preview shows.
    page.goto(f"{link}/table")
    checked(page, axe)
    page.locator("tr:not(.is-stored) input[data-key=name]").first.focus()
    page.evaluate(PASTE, SHEET)
    expect(page.locator("tr:not(.is-stored) input[data-key=name]").first).to_have_value(
        "Phạm Văn Dán"
    )
    page.locator("form[data-grid] button.btn-primary").click()
    page.wait_for_url("**/table/*")
    checked(page, axe)
    expect(page.locator(".import-rows")).to_contain_text("0987654321")
    page.locator("form[action$='/confirm'] button").click()
    page.wait_for_url("**/d/*?added=1*")
    expect(page.locator("main")).to_contain_text("Phạm Văn Dán")

    # A file with a wrong row: corrected in the grid, then all of it.
    book = Workbook()
    book.active.append(["Họ và tên", "Chức vụ", "Đơn vị"])
    book.active.append(["TRẦN VĂN TẢI", "Trưởng phòng", "Sở Nội vụ"])
    book.active.append(["Lê Thị Thiếu", "", "Sở Nội vụ"])
    stream = io.BytesIO()
    book.save(stream)
    file = tmp_path / "danh-sach.xlsx"
    file.write_bytes(stream.getvalue())
    page.goto(f"{link}/table")
    page.set_input_files("#file", file)
    page.locator("form[enctype] button.btn-primary").click()
    page.wait_for_url("**/table/*")
    checked(page, axe)
    page.locator("a[href$='/grid']").click()
    checked(page, axe)
    empty = page.locator("input[aria-invalid=true]")
    expect(empty).to_have_count(1)
    empty.fill("Chuyên viên")
    page.locator("form[data-grid] button.btn-primary").click()
    page.wait_for_url("**/table/*")
    page.locator("form[action$='/confirm'] button").click()
    page.wait_for_url("**/d/*?added=2*")
    expect(page.locator("main")).to_contain_text("Trần Văn Tải")

    # A place held, then somebody named for it, on a phone and by keyboard.
    phone = open_page(f"{link}?lang=vi", PHONE)
    checked(phone, axe)
    phone.locator(".hold-form button").focus()
    phone.keyboard.press("Enter")
    phone.locator(".held-places a.btn-primary").first.click()
    checked(phone, axe)
    phone.fill("#name", "Người Được Cử")
    phone.fill("#position", "Phó phòng")
    phone.locator("[name=organisation_id]").select_option("Sở Nội vụ")
    phone.locator("main form button[type=submit]").click()
    expect(phone.locator("main")).to_contain_text("Người Được Cử")
    expect(phone.locator(".held-places li")).to_have_count(0)

    # Handed in: from now on a change is a request.
    page.goto(f"{link}/submit")
    checked(page, axe)
    page.locator("main form button[type=submit]").click()
    assert page.locator("tbody tr").count() == before + 4
    page.locator("a[href$='/cancel']").first.click()
    checked(page, axe)
    page.locator("main form button[type=submit]").click()
    expect(page.locator(".request-lines li")).to_have_count(1)
    checked(page, axe)


# One whose list no other test hands in.
@pytest.mark.parametrize("link", ["Hòa Bình"], indirect=True)
def test_a_lead_says_the_wishes_of_the_delegation(
    open_page: Callable[..., Page], axe: Callable[[Page], list[str]], link: str
) -> None:
    page = open_page(f"{link}?lang=vi", PHONE)
    page.get_by_role("link", name="Nguyện vọng tham quan").click()
    checked(page, axe)
    # One ranking for all, and then another for one of them.
    page.get_by_label("Nguyện vọng 1 – cho cả đoàn").select_option(index=1)
    page.get_by_label("Áp dụng cả cho người đã có nguyện vọng").check()
    page.get_by_role("button", name="Áp dụng cho cả đoàn").click()
    first = page.locator(".wish-people select").first
    chosen = page.locator(".wish-people select[id$='-1']").evaluate_all(
        "all => all.map(it => it.selectedIndex)"
    )
    assert set(chosen) == {1}
    first.select_option(index=2)
    page.get_by_role("button", name="Lưu").click()
    expect(page.get_by_text("Số người được thay đổi nguyện vọng: 1.")).to_be_visible()
    assert first.evaluate("it => it.selectedIndex") == 2
    checked(page, axe)


def test_rows_without_headings_go_to_free_rows_wherever_they_are_pasted(
    open_page: Callable[..., Page], link: str
) -> None:
    page = open_page(f"{link}/table?lang=vi", DESK)
    first = page.locator("input[data-key=name]").first
    before = first.input_value()
    first.focus()
    page.evaluate(PASTE, "Lê Thị Ba\tNghệ nhân\tSở Nội vụ\nPhạm Bốn\tCV\tSở Nội vụ\n")
    placed = page.locator("input[data-key=name]:focus")
    expect(placed).to_have_value("Lê Thị Ba")
    expect(placed).to_be_in_viewport()
    row = page.locator("tr:has(input:focus)")
    expect(row.locator("[data-key=position]")).to_have_value("Nghệ nhân")
    expect(row.locator("[data-key=office]")).to_have_value("Sở Nội vụ")
    expect(first).to_have_value(before)


def test_without_javascript_a_table_goes_in_as_well(
    browser,
    live,
    link: str,  # type: ignore[no-untyped-def]
) -> None:
    context = browser.new_context(base_url=live.url, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{link}/table")
    page.fill("#pasted", "Họ tên\tChức vụ\tĐơn vị\nĐỗ Văn Không\tCV\tSở Nội vụ\n")
    page.locator("form:has(#pasted) button").click()
    expect(page.locator(".import-rows")).to_contain_text("Đỗ Văn Không")
    page.locator("form[action$='/confirm'] button").click()
    expect(page.locator("main")).to_contain_text("Đỗ Văn Không")
    context.close()

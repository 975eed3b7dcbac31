"""Protocol in a real browser: an order worked on, a hall arranged by keyboard, an introduction."""

import re
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESK, PHONE
from tests.browser.test_pages import check

pytestmark = pytest.mark.browser

EVENT = "/manage/bac-ninh-2012"


def first_texts(page: Page, number: int) -> list[str]:
    boxes = page.locator(".order-rows textarea")
    return [boxes.nth(at).input_value() for at in range(number)]


def test_an_order_is_worked_on_by_buttons_and_keys(open_page: Callable[..., Page]) -> None:
    page = open_page(f"{EVENT}/protocol", DESK, "organiser")
    assert first_texts(page, 3) == ["Bộ trưởng", "Thứ trưởng", "Bí thư Tỉnh ủy"]
    expect(page.locator("[data-unsaved]")).to_be_hidden()
    page.locator(".order-row").nth(1).get_by_role("button", name="Lên").click()
    assert first_texts(page, 2) == ["Thứ trưởng", "Bộ trưởng"]
    expect(page.locator("[data-said]")).to_have_text("Hiện ở vị trí 1.")
    expect(page.locator("[data-unsaved]")).to_be_visible()
    page.locator(".order-rows textarea").nth(0).focus()
    page.keyboard.press("Alt+ArrowDown")
    page.keyboard.press("Alt+ArrowDown")
    assert first_texts(page, 3) == ["Bộ trưởng", "Bí thư Tỉnh ủy", "Thứ trưởng"]
    assert page.evaluate("document.activeElement.value") == "Thứ trưởng"
    page.get_by_role("button", name="Thêm một bậc").click()
    page.keyboard.type("Lễ tân")
    page.get_by_role("button", name="Lưu", exact=True).click()
    expect(page.get_by_text("Đã lưu thứ tự.")).to_be_visible()
    assert first_texts(page, 3) == ["Bộ trưởng", "Bí thư Tỉnh ủy", "Thứ trưởng"]
    assert page.locator(".order-rows textarea").last.input_value() == "Lễ tân"
    # As it was, for whoever comes next: the usual order, loaded and saved.
    page.get_by_role("button", name="Lấy thứ tự thông thường").click()
    page.get_by_role("button", name="Lưu", exact=True).click()
    assert first_texts(page, 3) == ["Bộ trưởng", "Thứ trưởng", "Bí thư Tỉnh ủy"]


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_a_hall_is_arranged_and_changed_by_keyboard(
    open_page: Callable[..., Page], axe: Callable[[Page], list[str]], size: dict[str, int]
) -> None:
    page = open_page(f"{EVENT}/seating/new", size, "organiser")
    page.fill("[name=rows]", "6")
    page.fill("[name=seats]", "12")
    page.fill("[name=aisles]", "6")
    page.get_by_role("button", name="Lưu").click()
    page.wait_for_url(re.compile(r"/seating/\d+$"))
    page.locator("#do-arrange").click()
    expect(page.locator("#seat-1-6 .seat-name")).to_be_visible()
    check(page, axe)
    leader, other = (page.locator(f"#seat-{it} .seat-name").inner_text() for it in ("1-6", "1-7"))
    page.locator("#seat-1-6").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".plan-picked")).to_contain_text(leader)
    expect(page.locator("#seat-1-6")).to_be_focused()
    page.keyboard.press("ArrowRight")  # over the aisle
    expect(page.locator("#seat-1-7")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#seat-1-7 .seat-name")).to_have_text(leader)
    expect(page.locator("#seat-1-6 .seat-name")).to_have_text(other)
    page.keyboard.press("ArrowDown")
    expect(page.locator("#seat-2-7")).to_be_focused()
    # Pressing as soon as the answer is drawn must not load the page anew and lose the place.
    page.evaluate(
        """() => {
            window.isSamePage = true;
            const press = () => queueMicrotask(() => document.getElementById("seat-2-7").click());
            document.addEventListener("htmx:afterSwap", press, { once: true });
        }"""
    )
    with page.expect_response(re.compile(r"/seating/\d+$")):
        page.keyboard.press("Enter")
    expect(page.locator(".plan-picked")).not_to_contain_text("Ghế B7")
    assert page.evaluate("window.isSamePage")
    page.locator("#seat-1-7").click()
    page.get_by_role("button", name="Ghim", exact=True).click()
    expect(page.locator("#seat-1-7")).to_contain_text("đã ghim")
    page.locator("#seat-2-7").click()
    expect(page.locator(".plan-picked")).to_contain_text("Ghế B7")
    page.locator("#do-arrange").click()
    expect(page.locator(".plan-picked")).not_to_contain_text("Ghế B7")
    expect(page.locator("#seat-1-7 .seat-name")).to_have_text(leader)
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Xóa sơ đồ").click()
    page.wait_for_url(re.compile(r"/seating$"))


def test_what_was_read_is_remembered_and_arrivals_appear(
    open_page: Callable[..., Page], axe: Callable[[Page], list[str]]
) -> None:
    page = open_page(f"{EVENT}/introductions", DESK, "organiser")
    # A list as the server tells it once people arrive, in the place of what it tells now.
    line = '<li class="intro-line" data-line="{0}"><span class="intro-text">{0}</span></li>'

    def listing(*lines: str) -> str:
        return (
            '<p><span data-unread data-text="chưa đọc: {count}"></span></p><ul>'
            + "".join(line.format(it) for it in lines)
            + "</ul>"
        )

    shown = ["g1", "g2"]
    page.route(
        "**/live/*",
        lambda route: route.fulfill(
            json={"html": listing(*shown)},
            headers={"Live-At": str(time.time()), "Live-Age": "0", "ETag": f'"{len(shown)}"'},
        ),
    )
    expect(page.locator("[data-line=g1]")).to_be_visible(timeout=15_000)
    page.locator("[data-line=g1] .intro-mark").click()
    expect(page.locator("[data-line=g1]")).to_have_class(re.compile("is-read"))
    expect(page.locator("[data-unread]")).to_contain_text("chưa đọc: 1")
    shown.insert(0, "g3")
    expect(page.locator("[data-line=g3]")).to_be_visible()
    expect(page.locator("[data-line=g1]")).to_have_class(re.compile("is-read"))
    expect(page.locator("[data-line=g1] .intro-mark")).to_have_attribute("aria-pressed", "true")
    check(page, axe)
    page.reload()
    expect(page.locator("[data-line=g1]")).to_have_class(re.compile("is-read"), timeout=15_000)
    page.get_by_role("button", name="Xóa các dấu đã đọc").click()
    expect(page.locator("[data-line=g1]")).not_to_have_class(re.compile("is-read"))


CLEAR = """() => {
  const [it, bar] = [document.activeElement, document.querySelector(".order-save")];
  const [one, other] = [it.getBoundingClientRect(), bar.getBoundingClientRect()];
  return bar.contains(it) || one.bottom <= other.top || one.top >= other.bottom;
}"""


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_the_bar_with_save_covers_nothing_that_has_the_focus(
    open_page: Callable[..., Page], size: dict[str, int]
) -> None:
    page = open_page(f"{EVENT}/protocol", size, "organiser")
    page.locator(".order-rows textarea").first.focus()
    for _ in range(30):
        page.keyboard.press("Tab")
        page.wait_for_function(CLEAR)
    page.locator(".order-rows textarea").last.focus()
    for _ in range(20):
        page.keyboard.press("Shift+Tab")
        page.wait_for_function(CLEAR)

"""The board of seats in a real browser: people dragged, and the same by keyboard."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESK, PHONE
from tests.browser.test_pages import check

pytestmark = pytest.mark.browser

BOARD = "/manage/bac-ninh-2012/visits/board"


def names(page: Page, column: int) -> list[str]:
    return (
        page.locator(".board-column[data-to]:not([data-to='0'])")
        .nth(column)
        .locator("b")
        .all_inner_texts()
    )


def card(page: Page, column: int):  # type: ignore[no-untyped-def]
    return page.locator(".board-column:not([data-to='0'])").nth(column).locator("li").first


def test_two_are_swapped_by_drag_and_it_is_taken_back(
    open_page: Callable[..., Page], axe: Callable[[Page], list[str]]
) -> None:
    page = open_page(BOARD, DESK, "organiser")
    first, second = names(page, 0)[0], names(page, 1)[0]
    card(page, 0).drag_to(card(page, 1))
    confirm(page)
    expect(page.get_by_text("Đã đổi chỗ.")).to_be_visible()
    assert first in names(page, 1)
    assert second in names(page, 0)
    check(page, axe)
    page.get_by_role("button", name="Hoàn tác").click()
    expect(page.get_by_text(re.compile("Đã hoàn tác"))).to_be_visible()
    assert (names(page, 0)[0], names(page, 1)[0]) == (first, second)


def confirm(page: Page) -> None:
    """Where something is against it, do it all the same."""
    page.wait_for_load_state()
    yes = page.get_by_role("button", name="Vẫn thực hiện")
    if yes.count():
        yes.click()


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_the_same_by_keyboard(
    open_page: Callable[..., Page], axe: Callable[[Page], list[str]], size: dict[str, int]
) -> None:
    page = open_page(BOARD, size, "organiser")
    check(page, axe)
    first, second = names(page, 0)[0], names(page, 1)[0]
    for column in (0, 1):
        card(page, column).locator("input").focus()
        page.keyboard.press("Space")
    page.get_by_role("button", name="Đổi chỗ hai người đã chọn").focus()
    page.keyboard.press("Enter")
    confirm(page)
    expect(page.get_by_text("Đã đổi chỗ.")).to_be_visible()
    assert first in names(page, 1)
    assert second in names(page, 0)
    page.get_by_role("button", name="Hoàn tác").click()
    expect(page.get_by_text(re.compile("Đã hoàn tác"))).to_be_visible()

"""Working out seats as organisers do it: ask, watch, look at the preview, accept or put it aside;
and asking visitors afterwards."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESK, PHONE
from tests.browser.test_pages import check

pytestmark = pytest.mark.browser

ALLOCATION = "/manage/bac-ninh-2012/visits/allocation"
OPEN = Callable[..., Page]
AXE = Callable[[Page], list[str]]
SIZES = pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])


@SIZES
def test_a_run_is_watched_looked_at_and_put_aside(
    open_page: OPEN, axe: AXE, size: dict[str, int]
) -> None:
    page = open_page(f"{ALLOCATION}?lang=en", size, "organiser")
    page.get_by_role("button", name="Start").click()
    page.wait_for_url(f"**{ALLOCATION}/*")
    # The page learns by itself that it is done.
    accept = page.get_by_role("button", name="Accept this allocation")
    expect(accept).to_be_visible(timeout=60_000)
    expect(page.locator(".allocation-outcome")).to_contain_text("Proven")
    expect(page.get_by_role("heading", name="Wishes")).to_be_visible()
    check(page, axe)
    page.get_by_role("button", name="Put it aside").click()
    expect(accept).to_have_count(0)
    check(page, axe)


def test_the_fewest_moves_are_accepted_and_each_place_has_its_reason(
    open_page: OPEN, axe: AXE
) -> None:
    page = open_page(f"{ALLOCATION}?lang=en", DESK, "organiser")
    page.get_by_label("For the changes of the last hour").check()
    page.get_by_role("button", name="Start").click()
    accept = page.get_by_role("button", name="Accept this allocation")
    accept.click(timeout=60_000)
    expect(page.get_by_role("heading", name="Take it over")).to_have_count(0)
    expect(page.locator(".facts")).to_contain_text("Accepted")
    check(page, axe)


def test_the_figures_and_the_question_to_visitors(open_page: OPEN, axe: AXE) -> None:
    for size in (PHONE, DESK):
        page = open_page("/manage/bac-ninh-2012/visits/figures?lang=en", size, "organiser")
        check(page, axe)
    page.get_by_label("Write to those whose visit is over").uncheck()
    page.get_by_role("button", name="Ask the visitors").click()
    expect(page.get_by_text("Visitors are asked on their personal page.")).to_be_visible()
    check(page, axe)
    page.get_by_role("button", name="Ask no more").click()
    expect(page.get_by_text("Visitors are not asked any more.")).to_be_visible()

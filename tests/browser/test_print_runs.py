"""Printing badges as organisers and the desk do it: choose, print, watch, print again."""

from collections.abc import Callable
from pathlib import Path

import pikepdf
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESK, PHONE
from tests.browser.test_pages import check

pytestmark = pytest.mark.browser

BADGES = "/manage/bac-ninh-2012/badges"
OPEN = Callable[..., Page]
AXE = Callable[[Page], list[str]]
SIZES = pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])


@SIZES
def test_from_the_choice_to_the_file(
    open_page: OPEN, axe: AXE, size: dict[str, int], tmp_path: Path
) -> None:
    page = open_page(f"{BADGES}?lang=en&category=1", size, "organiser")
    expect(page.get_by_alt_text("The first sheet as it will be printed")).to_be_visible()
    page.get_by_label("Order").select_option("protocol")
    page.get_by_label("Paper", exact=True).select_option("avery-l4785")
    error = page.locator("#paper-errors")
    expect(error).to_contain_text("90 × 130 mm")
    check(page, axe)
    page.get_by_label("Paper", exact=True).select_option("single")
    expect(error).to_have_count(0)
    expect(page.get_by_label("Order")).to_have_value("protocol")
    page.get_by_role("button", name="Print", exact=True).click()
    page.wait_for_url(f"**{BADGES}/runs/*")
    expect(page.locator("#progress")).to_contain_text("Not fetched yet")
    check(page, axe)
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the PDF").click()
    file = tmp_path / "badges.pdf"
    download.value.save_as(file)
    # The page learns of it by itself.
    expect(page.locator("#progress")).to_contain_text("Complete", timeout=15_000)
    number = page.locator(".facts dd").first.inner_text()
    with pikepdf.open(file) as pdf:
        assert len(pdf.pages) == int(number)
    for link in ("What has changed since", "Which badges"):
        address = page.url
        page.get_by_role("link", name=link).click()
        page.wait_for_load_state()
        check(page, axe)
        page.goto(address)
    page.goto(page.url.rpartition("/")[0])
    check(page, axe)


def test_a_run_that_waits_is_cancelled(open_page: OPEN) -> None:
    page = open_page(f"{BADGES}?lang=en", DESK, "organiser")
    page.get_by_role("button", name="Print", exact=True).click()
    page.get_by_role("button", name="Cancel the run").click()
    expect(page.locator("#progress")).to_contain_text("Cancelled")

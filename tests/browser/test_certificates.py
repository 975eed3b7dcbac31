"""From a corrected attendance to the public's page of a certificate, in a real browser."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESK, PHONE
from tests.browser.test_pages import EVENT, check

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_corrected_issued_withdrawn_and_verified(
    open_page: Callable[..., Page], axe: Callable[[Page], list[str]], size: dict[str, int]
) -> None:
    page = open_page(f"/manage/{EVENT}/certificates?state=too_little&lang=en", size, "organiser")
    check(page, axe)
    row = page.locator("tbody a.data-main").first
    name = row.inner_text()
    row.click()
    expect(page.locator("h1")).to_have_text(name)
    for at in (0, 1, 2):
        line = page.locator("#sessions + .attendance > li").nth(at)
        line.locator("summary").click()
        line.get_by_label("Attendance").select_option("present")
        line.get_by_label("Reason").fill("signed on paper")
        line.get_by_role("button", name="Save").click()
        expect(page.locator(".flashes")).to_contain_text("corrected")
    check(page, axe)
    page.get_by_role("button", name="Issue a certificate").click()
    expect(page.locator(".flashes")).to_contain_text("Certificates issued: 1")
    check(page, axe)
    own = page.url
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Download (PDF)").click()
    assert waiting.value.suggested_filename.endswith(".pdf")
    page.get_by_role("link", name="What the public sees").click()
    expect(page.locator("main")).to_contain_text("This certificate is valid.")
    expect(page.locator("main")).to_contain_text(name)
    check(page, axe)
    public = page.url
    page.goto(own)
    page.get_by_text("Withdraw this certificate").click()
    page.get_by_label("Why it is withdrawn").fill("a try")
    page.get_by_role("button", name="Withdraw", exact=True).click()
    expect(page.locator(".flashes")).to_contain_text(re.compile("is withdrawn"))
    check(page, axe)
    page.goto(public)
    expect(page.locator("main")).to_contain_text("This certificate was withdrawn.")
    check(page, axe)
    page.goto("/c/AAAAAAAAAAAA")
    expect(page.locator("main")).to_contain_text("No such certificate is known.")
    check(page, axe)

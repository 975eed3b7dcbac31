"""Duplicates and personal data in a browser: reviewed, merged, looked at, withdrawn."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESK, PHONE
from tests.browser.test_journeys import EVENT, MANAGE, fill_in
from tests.browser.test_pages import check

pytestmark = pytest.mark.browser

OPEN = Callable[..., Page]
AXE = Callable[[Page], list[str]]


def register(page: Page, name: str, email: str) -> str:
    """Register in the browser; the address of the personal page."""
    page.goto(f"/e/{EVENT}/register")
    fill_in(page, name, email)
    page.get_by_label("Tôi đã đọc và đồng ý").check()
    page.get_by_role("button", name="Đăng ký").click()
    page.wait_for_timeout(300)
    if "/p/" not in page.url:  # a namesake in the same office: somebody else
        page.get_by_label("Tôi đã đọc và đồng ý").check()
        page.locator("[name=is_somebody_else]").check()
        page.get_by_role("button", name="Đăng ký").click()
    page.wait_for_url(re.compile("/p/"))
    return page.url


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_two_registrations_become_one(open_page: OPEN, axe: AXE, size: dict[str, int]) -> None:
    mark = size["width"]
    name, plain = ("Ông Gộp Đôi", "ONG GOP DOI") if mark == PHONE["width"] else ("Bà Hòa", "BA HOA")
    page = open_page("/", PHONE)
    register(page, plain, f"cu{mark}@bacgiang.example")
    second = register(page, name, f"moi{mark}@bacgiang.example")
    office = open_page(f"{MANAGE}/delegates", size, "organiser")
    link = office.locator(".page-head").get_by_role("link", name="Có thể trùng")
    expect(link).to_have_text(re.compile(r"\d"))
    link.click()
    check(office, axe)
    office.get_by_role("link", name=f": {plain}").click()
    check(office, axe)
    office.get_by_role("button", name="Gộp").click()
    office.wait_for_url(re.compile(r"/delegates/\d+$"))
    expect(office.get_by_role("heading", name=name, level=1)).to_be_visible()
    expect(office.get_by_text(f"moi{mark}@bacgiang.example").first).to_be_visible()
    check(office, axe)
    # The link of the other registration leads to the one that stayed.
    page.goto(second)
    expect(page.get_by_role("heading", name=name)).to_be_visible()


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_what_is_held_is_seen_and_withdrawn(
    open_page: OPEN, axe: AXE, size: dict[str, int]
) -> None:
    page = open_page("/", size)
    own = register(page, f"Lò Rút Lại {size['width']}", f"rut{size['width']}@bacgiang.example")
    for language in ("en", "vi"):
        page.goto(f"{own}/data?lang={language}")
        check(page, axe)
        page.goto(f"{own}/withdraw?lang={language}")
        check(page, axe)
    page.get_by_role("button").last.click()
    page.wait_for_url(re.compile(f"/e/{EVENT}/"))
    answer = page.goto(own)
    assert answer is not None and answer.status == 404


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize("role", ["administrator", "organiser"])
def test_the_page_of_the_close_out(
    open_page: OPEN, axe: AXE, size: dict[str, int], role: str
) -> None:
    page = open_page(f"{MANAGE}/privacy", size, role)
    if role == "administrator":
        page.locator("summary").last.click()
    check(page, axe)

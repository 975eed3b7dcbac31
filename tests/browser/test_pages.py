"""Every page that a person opens: nothing for axe to find, nothing that scrolls sideways."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import DESK, PHONE

pytestmark = pytest.mark.browser

EVENT = "bac-ninh-2012"
PUBLIC = ("/", f"/e/{EVENT}/", f"/e/{EVENT}/register", f"/e/{EVENT}/agenda", "/account/sign-in")
MANAGE = (
    "/manage/styleguide",
    f"/manage/{EVENT}/dashboard",
    f"/manage/{EVENT}/delegates",
    f"/manage/{EVENT}/delegates/add",
    f"/manage/{EVENT}/programme",
    f"/manage/{EVENT}/visits",
    f"/manage/{EVENT}/checkin",
    f"/manage/{EVENT}/devices",
    f"/manage/{EVENT}/badges",
    f"/manage/{EVENT}/mailbox",
    f"/manage/{EVENT}/changes",
    f"/manage/{EVENT}/team/",
    f"/manage/{EVENT}/settings",
    "/account/password",
)
LANGUAGES = ("vi", "en")
SIZES = pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])


def check(page: Page, axe: Callable[[Page], list[str]]) -> None:
    assert axe(page) == []
    wider = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert wider <= 0, f"the page is {wider} px wider than the screen"


@SIZES
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", PUBLIC)
def test_public_pages(
    open_page: Callable[..., Page],
    axe: Callable[[Page], list[str]],
    path: str,
    language: str,
    size: dict[str, int],
) -> None:
    page = open_page(f"{path}?lang={language}", size)
    assert page.locator("html").get_attribute("lang") == language
    check(page, axe)


@SIZES
def test_organisers_pages(
    open_page: Callable[..., Page], axe: Callable[[Page], list[str]], size: dict[str, int]
) -> None:
    page = open_page("/manage/", size, "organiser")
    for path in MANAGE:
        for language in LANGUAGES:
            answer = page.goto(f"{path}?lang={language}")
            assert answer is not None
            assert answer.status == 200, path
            check(page, axe)

"""Every page that a person opens: nothing for axe to find, nothing that scrolls sideways."""

import re
from collections import deque
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import DESK, PHONE

pytestmark = pytest.mark.browser

EVENT = "bac-ninh-2012"
PUBLIC = (
    "/",
    f"/e/{EVENT}/",
    f"/e/{EVENT}/register",
    f"/e/{EVENT}/agenda",
    f"/e/{EVENT}/agenda/version/1",
    f"/e/{EVENT}/certificates",
    "/c",
    "/account/sign-in",
)
LANGUAGES = ("vi", "en")
NUMBER = re.compile(r"/\d+(?=/|$)")
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
@pytest.mark.parametrize("role", ["administrator", "organiser", "staff"])
def test_every_page_that_can_be_reached(
    open_page: Callable[..., Page],
    axe: Callable[[Page], list[str]],
    size: dict[str, int],
    role: str,
) -> None:
    page = open_page("/manage/", size, role)
    waiting, seen = deque([urlsplit(page.url).path]), set[str]()
    while waiting:
        path = waiting.popleft()
        if (kind := NUMBER.sub("/#", path)) in seen:
            continue
        seen.add(kind)
        for language in LANGUAGES:
            answer = page.goto(f"{path}?lang={language}")
            assert answer is not None
            assert answer.status == 200, path
            if path.endswith("/checkin"):  # it leads on to the app by itself
                page.wait_for_url(re.compile("/checkin/[?]"))
            check(page, axe)
        waiting.extend(links(page))
    assert len(seen) >= {"administrator": 20, "organiser": 20, "staff": 2}[role], sorted(seen)


@SIZES
@pytest.mark.parametrize(
    "path",
    [
        "programme?view=rooms",
        "programme?view=list",
        "programme/clashes",
        "programme/versions?from=1&to=draft",
        "programme/versions/1/restore",
        "certificates?q=nguyen&state=too_little",
    ],
)
def test_pages_as_they_are_asked_for(
    open_page: Callable[..., Page],
    axe: Callable[[Page], list[str]],
    path: str,
    size: dict[str, int],
) -> None:
    page = open_page(f"/manage/{EVENT}/{path}", size, "organiser")
    for language in LANGUAGES:
        page.goto(f"{page.url}{'&' if '?' in page.url else '?'}lang={language}")
        check(page, axe)


def links(page: Page) -> list[str]:
    """Where the links of a page lead inside the program; not to files."""
    found = page.eval_on_selector_all(
        "a[href]:not([download])",
        "links => links.filter(a => a.origin === location.origin).map(a => a.pathname)",
    )
    return [path for path in found if "." not in path.rsplit("/", 1)[-1]]

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
    f"/e/{EVENT}/sites",
    f"/e/{EVENT}/sites/1",
    f"/e/{EVENT}/agenda/version/1",
    f"/e/{EVENT}/certificates",
    "/c",
    "/account/sign-in",
)
LANGUAGES = ("vi", "en")
NUMBER = re.compile(r"/\d+(?=/|$)")
PERSONAL = re.compile(
    r'(?<=<p class="account-name">).*?(?=</p>)|(?<=name="s" value=")[^"]+'
    r'|(?<=name="csrf_token")[^>]+|(?<=nonce=")[^"]+'
)
SIZES = pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])


def check(page: Page, axe: Callable[[Page], list[str]]) -> None:
    assert axe(page) == []
    assert too_wide(page) <= 0


def too_wide(page: Page) -> int:
    """By how many pixels the page is wider than the screen."""
    return int(page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))


def impersonal(html: str) -> str:
    """A page without the name of whoever is signed in and the values that are theirs alone."""
    return PERSONAL.sub("", html)


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
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_that_can_be_reached(
    open_page: Callable[..., Page],
    axe: Callable[[Page], list[str]],
    language: str,
    size: dict[str, int],
) -> None:
    checked = set[str]()
    for role, at_least in (("organiser", 20), ("administrator", 20), ("staff", 2)):
        page = open_page("/account/password", size, role)  # it leads on to nothing by itself
        waiting, seen = deque(["/manage/"]), set[str]()
        while waiting:
            path = waiting.popleft()
            if (kind := NUMBER.sub("/#", path)) in seen:
                continue
            seen.add(kind)
            answer = page.goto(f"{path}?lang={language}")
            assert answer is not None
            assert answer.status == 200, f"{role} at {path}"
            if is_passed := urlsplit(answer.url).path.endswith("/checkin"):
                # It leads on to the app by itself.
                page.wait_for_url(re.compile("/checkin/[?]"))
            html = impersonal(page.content() if is_passed else answer.text())
            # An administrator sees most pages exactly as an organiser does.
            if html not in checked:
                assert axe(page) == [], f"{role} at {path}"
                checked.add(html)
            assert too_wide(page) <= 0, f"{role} at {path}"
            waiting.extend(links(page))
        assert len(seen) >= at_least, sorted(seen)


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

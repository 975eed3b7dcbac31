"""How the app at the door looks to axe, to a phone and to somebody a step and a half away."""

import sqlite3
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESK, PHONE, Live
from tests.browser.desk import (
    AXE,
    OPEN,
    Person,
    door_of,
    one,
    open_desk,
    people,
    ready,
    show,
    type_like_a_scanner,
    verdict,
)
from tests.browser.door import UNKNOWN
from tests.browser.test_pages import check

pytestmark = pytest.mark.browser

SIZES = pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
LONGEST = "Nguyễn Phước Công Tằng Tôn Nữ Hoàng Phương Thảo Nguyên Khánh Linh"


@pytest.fixture
def long_names(live: Live) -> Iterator[Person]:
    """Somebody whose name and position are as long as they come."""
    person = people(live)[0]
    query = "update delegate set name = ?, position = ? where code = ?"
    position = one(live, "select position from delegate where code = ?", person.code)
    with sqlite3.connect(live.instance / "eventapp.db", timeout=30) as connection:
        long = "Phó Trưởng phòng phụ trách Phòng Công nghệ thông tin và Chuyển đổi số"
        connection.execute(query, (LONGEST, long, person.code))
    yield person
    with sqlite3.connect(live.instance / "eventapp.db", timeout=30) as connection:
        connection.execute(query, (person.name, position, person.code))


@SIZES
def test_axe_finds_nothing_beside_any_verdict(
    open_page: OPEN, axe: AXE, live: Live, size: dict[str, int], long_names: Person
) -> None:
    door = door_of(open_page, live, size=size)
    page = door.page
    for language in ("vi", "en"):
        page.goto(f"/checkin/?lang={language}")
        ready(page)
        type_like_a_scanner(page, UNKNOWN)
        verdict(page, "refused")
        check(page, axe)
        for _ in range(2):  # admitted, and a duplicate
            type_like_a_scanner(page, long_names.code)
            expect(page.locator("#verdict .verdict-name")).to_be_visible()
            check(page, axe)
        page.locator("#verdict button").first.click()
        expect(page.locator("#reason")).to_be_visible()
        page.locator("#reason-confirm").click()
        check(page, axe)
        page.locator("#reason-cancel").click()
        page.context.set_offline(True)
        type_like_a_scanner(page, f"ZZZZ{size['width']:04}ZZ{language.upper()}".replace("VI", "V1"))
        verdict(page, "to_confirm")
        expect(page.locator("#network")).to_have_class("app-network is-off")
        check(page, axe)
        page.context.set_offline(False)


@SIZES
@pytest.mark.parametrize("language", ["vi", "en"])
def test_axe_finds_nothing_in_any_part(
    open_page: OPEN, axe: AXE, live: Live, size: dict[str, int], language: str
) -> None:
    page = open_desk(open_page, live, size=size)
    page.goto(f"/checkin/?lang={language}")
    ready(page)
    check(page, axe)
    show(page, "find")
    page.locator("#name").fill("nguyen")
    expect(page.locator("#found li").first).to_be_visible()
    check(page, axe)
    show(page, "walk-in")
    page.locator("#walk-in-form [type=submit]").click()
    expect(page.locator("#walk-in-name-error")).to_be_visible()
    check(page, axe)
    show(page, "paper")
    page.locator("#paper-form [type=submit]").click()
    check(page, axe)
    page.locator("#paper-at").fill("00:00")
    page.keyboard.press("Enter")
    expect(page.locator("#paper-banner")).to_be_visible()
    check(page, axe)
    code = one(live, "select code from delegation order by id")
    type_like_a_scanner(page, f"D-{code}")
    expect(page.locator("#delegation-people li").first).to_be_visible()
    check(page, axe)
    for part in ("last", "look", "more"):
        show(page, part)
        check(page, axe)


def test_a_verdict_is_read_from_a_step_and_a_half_away(
    open_page: OPEN, live: Live, long_names: Person
) -> None:
    """Capitals of 5 mm and more on a phone 7 cm wide, and the word and the name in view at once."""
    page = open_desk(open_page, live, "steward", PHONE)
    type_like_a_scanner(page, long_names.code)
    verdict(page, "admitted", LONGEST)
    for part in (".verdict-word", ".verdict-name"):
        size = page.locator(f"#verdict {part}").evaluate(
            "e => parseFloat(getComputedStyle(e).fontSize)"
        )
        assert size >= 36
    assert width_of(page, "#verdict .verdict-head") >= 0.9 * PHONE["width"]
    name = page.locator("#verdict .verdict-name").bounding_box()
    assert name is not None
    assert name["y"] + name["height"] < PHONE["height"]
    wider = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert wider <= 0


def width_of(page: Page, selector: str) -> float:
    box = page.locator(selector).bounding_box()
    assert box is not None
    return box["width"]


def test_a_verdict_is_spoken_and_the_network_too(open_page: OPEN, live: Live) -> None:
    page = open_desk(open_page, live, "steward")
    expect(page.locator("#verdict")).to_have_attribute("aria-live", "assertive")
    page.context.set_offline(True)
    type_like_a_scanner(page, people(live, fresh=False)[0].code)
    expect(page.locator("#verdict .verdict-name")).to_be_visible()
    expect(page.get_by_role("status").filter(has_text="Vẫn quét bình thường")).to_have_count(1)
    page.context.set_offline(False)
    expect(page.locator("#said")).to_have_text("Đã có mạng trở lại.", timeout=30_000)

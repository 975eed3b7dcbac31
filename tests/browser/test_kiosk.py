"""A kiosk, at which delegates check themselves in: two languages, a badge, and no way out."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESK, PHONE, Live
from tests.browser.desk import (
    AXE,
    OPEN,
    all_sent,
    one,
    open_desk,
    people,
    ready,
    type_like_a_scanner,
)
from tests.browser.door import UNKNOWN, verdicts_of
from tests.browser.test_desk_work import catch_prints
from tests.browser.test_pages import check

pytestmark = pytest.mark.browser


def open_kiosk(
    open_page: OPEN, live: Live, size: dict[str, int] = DESK, print_: bool = False
) -> Page:
    page = open_desk(open_page, live, "kiosk", size)
    page.locator("#kiosk-print").set_checked(print_)
    page.locator("#kiosk-setup").get_by_role("button").click()
    expect(page.locator("#kiosk-idle")).to_contain_text("Đưa mã QR của quý vị vào khung")
    return page


def test_a_delegate_is_greeted_sees_the_badge_and_has_it_printed(
    open_page: OPEN, live: Live
) -> None:
    page, person = open_kiosk(open_page, live), people(live)[0]
    catch_prints(page)
    type_like_a_scanner(page, person.code)
    shown = page.locator("#kiosk-verdict")
    expect(shown.locator(".verdict-admitted")).to_be_visible()
    expect(shown).to_contain_text("Kính mời quý vị vào")
    expect(shown.locator("[lang=en]").first).to_have_text("Welcome")
    expect(shown.locator(".kiosk-name")).to_have_text(person.name)
    picture = shown.locator(".kiosk-picture")
    expect(picture).to_be_visible()
    assert picture.evaluate("async e => { await e.decode(); return e.naturalHeight; }") > 200
    page.get_by_role("button", name="In thẻ của tôi").click()
    expect(page.locator("body")).to_have_attribute("data-printed", "application/pdf")
    expect(shown).to_contain_text("Thẻ của quý vị đang được in")
    # It returns to its welcome by itself.
    expect(page.locator("#kiosk-idle")).to_be_visible(timeout=20_000)
    type_like_a_scanner(page, person.code)
    expect(shown).to_contain_text("Quý vị đã làm thủ tục")
    expect(shown.locator(".kiosk-picture")).to_have_count(0)
    type_like_a_scanner(page, UNKNOWN)
    expect(shown).to_contain_text("Kính mời quý vị đến bàn hỗ trợ")
    all_sent(page)
    assert verdicts_of(live, person.code) == ["admitted", "duplicate"]


def test_a_kiosk_lets_go_of_a_badge_when_the_next_person_comes(open_page: OPEN, live: Live) -> None:
    page, fresh = open_kiosk(open_page, live), people(live)
    type_like_a_scanner(page, fresh[0].code)
    picture = page.locator(".kiosk-picture")
    expect(picture).to_be_visible()
    before = picture.get_attribute("src")
    page.evaluate(
        """() => { window.gone = []; URL.revokeObjectURL = new Proxy(URL.revokeObjectURL, {
            apply(revoke, on, [address]) { window.gone.push(address); revoke.call(on, address); },
        }); }"""
    )
    type_like_a_scanner(page, fresh[1].code)
    expect(page.locator(".kiosk-name")).to_have_text(fresh[1].name)
    assert page.evaluate("window.gone") == [before]


def test_a_kiosk_prints_at_once_where_that_is_wanted_and_goes_on_after_a_restart(
    open_page: OPEN, live: Live
) -> None:
    page, person = open_kiosk(open_page, live, print_=True), people(live)[0]
    page.reload()
    ready(page)
    expect(page.locator("#kiosk-idle")).to_be_visible()
    catch_prints(page)
    type_like_a_scanner(page, person.code)
    expect(page.locator("body")).to_have_attribute("data-printed", "application/pdf")
    expect(page.locator("#kiosk-verdict button")).to_have_count(0)


# The engine's state with other checkpoints: those of the first day are today's, and days pass.
_DAYS = """async (days) => {
    const { Engine } = await import("/static/checkin/engine/engine.js");
    const { isoDay } = await import("/static/checkin/app/times.js");
    const engine = await Engine.open();
    const { get } = Object.getOwnPropertyDescriptor(Engine.prototype, "state");
    const day = 86_400_000, zone = engine.state.event.timezone, dates = [];
    const all = get.call(engine).checkpoints;
    for (const { date } of all) if (!dates.includes(date)) dates.push(date);
    const [today, next] = [0, 1].map((n) => isoDay(Date.now() + n * day, zone));
    Object.defineProperty(engine, "state", { configurable: true, get: () => {
        const state = get.call(engine);
        const checkpoints = state.checkpoints.map((it) => (
            { ...it, date: it.date === dates[0] ? today : next }));
        return { ...state, checkpoints, offsetMs: days * day };
    } });
    engine.changed();
}"""


def test_a_kiosk_left_on_overnight_asks_where_it_stands(open_page: OPEN, live: Live) -> None:
    page = open_kiosk(open_page, live)
    first = page.locator("#kiosk-setup")
    page.evaluate(_DAYS, 0)
    expect(first).to_be_hidden()
    page.evaluate(_DAYS, 1)
    expect(first).to_be_visible()
    expect(page.locator("#kiosk-idle")).to_be_hidden()
    first.get_by_role("button").click()
    expect(page.locator("#kiosk-idle")).to_be_visible()


def test_a_kiosk_does_not_go_on_at_a_checkpoint_that_is_not_its_own(
    open_page: OPEN, live: Live
) -> None:
    page = open_kiosk(open_page, live)
    page.evaluate("""() => { for (const key of Object.keys(localStorage))
        if (key.startsWith("eventapp.kiosk")) localStorage[key] = '{"checkpoint": 987654}'; }""")
    page.reload()
    ready(page)
    expect(page.locator("#kiosk-setup")).to_be_visible()


def test_a_desk_left_on_overnight_goes_on_at_the_door_of_the_day(
    open_page: OPEN, live: Live
) -> None:
    page = open_desk(open_page, live)
    chosen = page.locator("#checkpoint").input_value()
    page.evaluate(_DAYS, 0)
    expect(page.locator("#checkpoint")).to_have_value(chosen)
    page.evaluate(_DAYS, 1)
    expect(page.locator("#checkpoint")).not_to_have_value(chosen)
    page.locator("#checkpoint").select_option(chosen)  # yesterday's paper is entered
    page.evaluate(_DAYS, 1)
    expect(page.locator("#checkpoint")).to_have_value(chosen)


def test_a_kiosk_has_no_way_to_search_or_lists(open_page: OPEN, live: Live) -> None:
    page = open_kiosk(open_page, live)
    for way in ("input", "select", "a:not(.skip-link)", "nav", "dialog", "[data-panel]"):
        expect(page.locator(f"{way}:visible")).to_have_count(0)
    expect(page.locator("#name, #last, #walk-in-form, [data-show]")).to_have_count(0)
    code = one(live, "select code from delegation")
    type_like_a_scanner(page, f"D-{code}")
    expect(page.locator("#kiosk-verdict .verdict-refused")).to_be_visible()


def test_a_kiosk_without_a_network_admits_and_sends_them_to_a_desk_for_the_badge(
    open_page: OPEN, live: Live
) -> None:
    page, person = open_kiosk(open_page, live), people(live)[0]
    page.context.set_offline(True)
    type_like_a_scanner(page, person.code)
    expect(page.locator("#kiosk-verdict .kiosk-name")).to_have_text(person.name)
    expect(page.locator("#kiosk-verdict")).to_contain_text("nhận thẻ tại bàn hỗ trợ")
    expect(page.locator("#unsent")).to_have_text("Chưa gửi: 1")


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_axe_finds_nothing_at_a_kiosk(
    open_page: OPEN, axe: AXE, live: Live, size: dict[str, int]
) -> None:
    page = open_desk(open_page, live, "kiosk", size)
    check(page, axe)
    page.locator("#kiosk-setup").get_by_role("button").click()
    check(page, axe)
    for code in (people(live)[0].code, UNKNOWN):
        type_like_a_scanner(page, code)
        expect(page.locator("#kiosk-verdict .kiosk-panel")).to_be_visible()
        check(page, axe)

"""Scanning at the door: a code comes in by whatever there is, and the verdict is true."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from eventapp.text import fold
from tests.browser.conftest import DESK, PHONE, Live
from tests.browser.desk import (
    OPEN,
    all_sent,
    door_of,
    one,
    open_desk,
    people,
    ready,
    show,
    type_like_a_scanner,
    verdict,
)
from tests.browser.door import EVENT, UNKNOWN, log_of, revoke, verdicts_of

pytestmark = pytest.mark.browser

DELEGATION_OF = """
select delegation.code from delegation
join organisation on organisation.delegation_id = delegation.id
join delegate on delegate.organisation_id = organisation.id where delegate.code = ?
"""


def test_a_scanner_admits_and_tells_the_second_time(open_page: OPEN, live: Live) -> None:
    page, person = open_desk(open_page, live, "steward"), people(live)[0]
    type_like_a_scanner(page, person.code)
    verdict(page, "admitted", person.name)
    panel = page.locator("#verdict")
    expect(panel).to_contain_text("Mời vào")
    expect(panel).to_contain_text(person.office)
    expect(panel.locator(".group-mark")).to_have_text(person.letter)
    expect(panel.locator(".category")).to_have_text(person.category)
    colour = panel.locator(".category").evaluate("e => getComputedStyle(e).backgroundColor")
    assert colour not in {"rgba(0, 0, 0, 0)", "rgb(255, 255, 255)"}

    type_like_a_scanner(page, person.code)
    verdict(page, "duplicate", person.name)
    expect(panel).to_contain_text(re.compile(r"Đã vào lúc \d\d:\d\d"))
    expect(page.locator("#last li")).to_have_count(2)
    all_sent(page)
    assert verdicts_of(live, person.code) == ["admitted", "duplicate"]


@pytest.mark.parametrize("code", [UNKNOWN, "https://example.org/?q=1", "a"])
def test_an_unknown_code_is_refused(open_page: OPEN, live: Live, code: str) -> None:
    page = open_desk(open_page, live, "steward")
    page.locator("#code").fill(code)
    page.keyboard.press("Enter")
    verdict(page, "refused")
    expect(page.locator("#verdict")).to_contain_text("Không vào được: mã không hợp lệ")
    expect(page.locator("#verdict")).to_contain_text("gọi người giám sát")


def test_an_unknown_code_without_a_network_is_to_be_confirmed(open_page: OPEN, live: Live) -> None:
    page = open_desk(open_page, live)
    page.context.set_offline(True)
    type_like_a_scanner(page, "ZZZZ1111ZZZZ")
    verdict(page, "to_confirm")
    expect(page.locator("#unsent")).to_have_text("Chưa gửi: 1")
    expect(page.locator("#network")).to_contain_text("Mất mạng từ")
    page.context.set_offline(False)
    all_sent(page)
    # The server has the last word, and it is told aloud: a door was opened that ought not to be.
    verdict(page, "refused")
    expect(page.locator("#trouble")).to_contain_text("ZZZZ1111ZZZZ")


def test_somebody_who_has_cancelled_is_refused(open_page: OPEN, live: Live) -> None:
    page = open_desk(open_page, live)
    type_like_a_scanner(page, one(live, "select code from delegate where status = 'cancelled'"))
    verdict(page, "refused")
    expect(page.locator("#verdict")).to_contain_text("Không vào được: đăng ký đã hủy")


def test_a_visit_group_refuses_those_of_another_unless_a_supervisor_says_why(
    open_page: OPEN, live: Live
) -> None:
    page, fresh = open_desk(open_page, live), people(live)
    person = fresh[0]
    other = next(it for it in fresh if it.letter != person.letter)
    bus = page.locator("#checkpoint option").filter(has_text=f"Nhóm {person.letter} –").first
    page.locator("#checkpoint").select_option(bus.get_attribute("value"))
    type_like_a_scanner(page, other.code)
    verdict(page, "refused", other.name)
    expect(page.locator("#verdict")).to_contain_text("Không vào được: không thuộc điểm này")
    page.get_by_role("button", name="Vẫn cho vào").click()
    page.get_by_role("button", name="Cho vào", exact=True).click()
    expect(page.locator("#reason-error")).to_have_text("Hãy chọn hoặc ghi lý do.")
    page.get_by_label("Ban tổ chức đồng ý").check()
    page.get_by_role("button", name="Cho vào", exact=True).click()
    verdict(page, "admitted", other.name)
    expect(page.locator("#verdict")).to_contain_text("theo quyết định của bạn")
    all_sent(page)
    assert [(it.verdict, it.discrepancy) for it in log_of(live, other.code)] == [
        ("refused", None),
        ("admitted", "override"),
    ]
    note = one(live, "select note from scan where code = ? and note != ''", other.code)
    assert note == "Ban tổ chức đồng ý"

    # The checkpoint is remembered.
    chosen = page.locator("#checkpoint").input_value()
    page.reload()
    ready(page)
    expect(page.locator("#checkpoint")).to_have_value(chosen)


def test_a_scan_is_taken_back_with_a_reason(open_page: OPEN, live: Live) -> None:
    page, person = open_desk(open_page, live), people(live)[0]
    type_like_a_scanner(page, person.code)
    verdict(page, "admitted", person.name)
    all_sent(page)
    # From the list of the last scans, which a reload leaves there.
    page.reload()
    ready(page)
    page.get_by_role("button", name=f"Hoàn tác lượt quét của {person.name}").click()
    page.get_by_label("Quét nhầm", exact=True).check()
    page.get_by_label("Lý do khác").fill("thẻ của anh Ba")
    page.locator("#reason-confirm").click()
    expect(page.locator("#verdict")).to_contain_text("Đã hủy lượt quét")
    expect(page.locator("#last li.is-undone")).to_have_count(1)
    all_sent(page)
    assert [(it.kind, it.verdict) for it in log_of(live, person.code)] == [
        ("scan", "admitted"),
        ("undo", "admitted"),
    ]
    note = one(live, "select note from scan where kind = 'undo' and code = ?", person.code)
    assert note == "Quét nhầm: thẻ của anh Ba"
    # As if it had never been: the person comes in.
    type_like_a_scanner(page, person.code)
    verdict(page, "admitted", person.name)


def test_a_name_is_found_without_marks_and_by_keys_alone(open_page: OPEN, live: Live) -> None:
    page, person = open_desk(open_page, live), people(live)[0]
    find = page.locator(".app-nav [data-show=find]")
    for _ in range(20):
        page.keyboard.press("Tab")
        if find.evaluate("e => e === document.activeElement"):
            break
    page.keyboard.press("Enter")
    expect(page.locator("#name")).to_be_focused()
    # As somebody in a hurry types it: no marks, the given name first.
    page.keyboard.type(" ".join(reversed(fold(person.name).split())), delay=60)
    entry = page.locator("#found .app-person").filter(has_text=person.name).first
    expect(entry).to_be_visible()
    at = page.locator("#found .app-person").all_inner_texts()
    for _ in range(1 + next(i for i, text in enumerate(at) if person.name in text)):
        page.keyboard.press("ArrowDown")
    expect(entry).to_be_focused()
    page.keyboard.press("Enter")
    verdict(page, "admitted", person.name)
    expect(page.locator("#name")).to_have_value("")
    expect(page.locator("#code")).to_be_focused()
    all_sent(page)
    assert one(live, "select source from scan where code = ?", person.code) == "name"

    show(page, "find")
    page.locator("#name").fill("xyzzy")
    expect(page.locator("#found-note")).to_have_text("Không có ai tên như vậy.")
    page.locator("#name").fill("x")
    expect(page.locator("#found-note")).to_have_text("Hãy gõ ít nhất hai chữ cái.")


def test_a_steward_has_no_list_to_leaf_through(open_page: OPEN, live: Live) -> None:
    page = open_desk(open_page, live, "steward")
    for part in ("find", "walk-in", "look"):
        expect(page.locator(f"[data-show={part}], [data-panel={part}]")).to_have_count(0)
    type_like_a_scanner(page, people(live, fresh=False)[0].code)
    expect(page.locator("#verdict .verdict-name")).to_be_visible()
    expect(page.locator("#verdict button")).to_have_count(0)


def test_scans_outlive_a_reload_without_a_network(open_page: OPEN, live: Live) -> None:
    door, fresh = door_of(open_page, live), people(live)
    page = door.page
    door.cut()
    type_like_a_scanner(page, fresh[0].code)
    verdict(page, "admitted", fresh[0].name)
    page.reload()
    expect(page.locator("#unsent")).to_have_text("Chưa gửi: 1")
    ready(page)
    expect(page.locator("#checkpoint option").first).to_contain_text("Cửa chính")
    type_like_a_scanner(page, fresh[0].code)
    verdict(page, "duplicate", fresh[0].name)
    expect(page.locator("#unsent")).to_have_text("Chưa gửi: 2")
    door.mend()
    page.reload()
    all_sent(page)
    assert verdicts_of(live, fresh[0].code) == ["admitted", "duplicate"]


def test_without_a_token_the_app_says_what_to_do(open_page: OPEN) -> None:
    page = open_page("/checkin/")
    expect(page.locator("#none")).to_contain_text("xin ban tổ chức")
    expect(page.locator("#desk")).to_be_hidden()


def test_a_revoked_device_says_so_and_how_many_scans_it_keeps(open_page: OPEN, live: Live) -> None:
    door = door_of(open_page, live)
    page, name = door.page, door.state["device"]["name"]
    page.context.set_offline(True)
    type_like_a_scanner(page, "ZZZZ2222ZZZZ")
    verdict(page, "to_confirm")
    revoke(live, name)
    page.context.set_offline(False)
    expect(page.locator("#none")).to_contain_text("không còn được quét", timeout=30_000)
    expect(page.locator("#none-unsent")).to_contain_text("1")
    expect(page.locator("#desk")).to_be_hidden()


def test_no_name_stays_in_the_page_of_a_revoked_device(open_page: OPEN, live: Live) -> None:
    door, person = door_of(open_page, live), people(live, fresh=False)[0]
    page = door.page
    type_like_a_scanner(page, person.code)
    expect(page.locator("#verdict .verdict-name")).to_have_text(person.name)
    show(page, "find")
    page.locator("#name").fill(person.name)
    expect(page.locator("#found li").first).to_be_visible()
    type_like_a_scanner(page, f"D-{one(live, DELEGATION_OF, person.code)}")
    expect(page.locator("#delegation-people")).to_contain_text(person.name)
    page.locator("#delegation-cancel").click()
    page.locator("#verdict button").first.click()
    expect(page.locator("#reason")).to_contain_text(person.name)
    door.run("(engine) => engine.revoke()")
    expect(page.locator("#none")).to_be_visible()
    expect(page.locator("#reason")).to_be_hidden()
    texts, values = page.evaluate(
        """() => [document.body.textContent,
            [...document.querySelectorAll("input, textarea")].map((it) => it.value)]"""
    )
    assert person.name not in texts
    assert person.name not in values


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_the_language_is_remembered_and_the_sound_can_be_off(
    open_page: OPEN, live: Live, size: dict[str, Any]
) -> None:
    page = open_desk(open_page, live, size=size)
    page.goto("/checkin/?lang=en")
    ready(page)
    show(page, "more")
    page.get_by_label("Sound").uncheck()
    page.goto("/checkin/")
    ready(page)
    expect(page.locator("html")).to_have_attribute("lang", "en")
    show(page, "more")
    expect(page.get_by_label("Sound")).not_to_be_checked()
    assert _asked_for_sound(page) == 0
    show(page, "more")
    page.get_by_label("Sound").check()
    assert _asked_for_sound(page) > 0


def _asked_for_sound(page: Page) -> int:
    page.evaluate(
        """() => { window.tones = 0; AudioContext.prototype.createOscillator = new Proxy(
            AudioContext.prototype.createOscillator,
            { apply(make, context) { window.tones += 1; return make.call(context); } }); }"""
    )
    scans = page.locator("#last li").count()
    type_like_a_scanner(page, UNKNOWN)
    expect(page.locator("#last li")).to_have_count(scans + 1)  # the verdict before was the same
    tones: int = page.evaluate("window.tones")
    return tones


def test_the_manage_page_opens_the_app_for_who_has_signed_in(open_page: OPEN, live: Live) -> None:
    page = open_page("/healthz", DESK, "staff")
    page.goto(f"/manage/{EVENT}/checkin", wait_until="commit")  # it goes on by itself
    page.wait_for_url("**/checkin/**")
    ready(page)
    type_like_a_scanner(page, people(live, fresh=False)[0].code)
    expect(page.locator("#verdict .verdict-name")).to_be_visible()

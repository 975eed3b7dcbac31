"""A scanner is a keyboard: what it types is a scan, wherever the focus is and however it types."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PHONE, Live
from tests.browser.desk import OPEN, door_of, one, open_desk, people, show, type_like_a_scanner
from tests.browser.door import UNKNOWN

pytestmark = pytest.mark.browser


def test_a_scanner_types_wherever_the_focus_is(open_page: OPEN, live: Live) -> None:
    page, known = open_desk(open_page, live), people(live, fresh=False)
    chosen = page.locator("#checkpoint").input_value()
    page.locator("body").click(position={"x": 5, "y": 790})
    type_like_a_scanner(page, known[0].code)
    expect(page.locator("#verdict")).to_contain_text(known[0].name)

    page.locator("#checkpoint").focus()
    type_like_a_scanner(page, known[1].code)
    expect(page.locator("#verdict")).to_contain_text(known[1].name)
    expect(page.locator("#checkpoint")).to_have_value(chosen)

    page.locator("#camera").focus()
    type_like_a_scanner(page, known[2].code)
    expect(page.locator("#verdict")).to_contain_text(known[2].name)
    expect(page.locator("#camera")).to_have_attribute("aria-pressed", "false")

    # Somebody was about to look for a name.
    show(page, "find")
    page.locator("#name").fill("le")
    type_like_a_scanner(page, known[3].code)
    expect(page.locator("#verdict")).to_contain_text(known[3].name)
    expect(page.locator("#name")).to_have_value("le")

    # Somebody was about to give a reason: the next person is at the door.
    page.locator("#verdict button").first.click()
    page.locator("#reason-text").fill("vì")
    type_like_a_scanner(page, known[4].code)
    expect(page.locator("#reason")).to_be_hidden()
    expect(page.locator("#verdict")).to_contain_text(known[4].name)


def test_a_scanner_does_not_choose_another_checkpoint(open_page: OPEN, live: Live) -> None:
    page, known = open_desk(open_page, live), people(live, fresh=False)
    select = page.locator("#checkpoint")
    chosen = select.input_value()
    # A checkpoint may be called as a code begins.
    page.locator("#checkpoint option").last.evaluate(
        "(e, code) => { e.text = code; }", known[0].code
    )
    select.focus()
    type_like_a_scanner(page, known[0].code)
    expect(page.locator("#verdict")).to_contain_text(known[0].name)
    expect(select).to_have_value(chosen)
    select.focus()
    page.keyboard.press("ArrowDown")
    expect(select).not_to_have_value(chosen)


def test_a_slow_scanner_is_no_reason_and_no_name(open_page: OPEN, live: Live) -> None:
    page, known = open_desk(open_page, live), people(live, fresh=False)
    type_like_a_scanner(page, known[0].code)
    page.get_by_role("button", name="Hủy lượt quét").or_(
        page.get_by_role("button", name="Vẫn cho vào")
    ).first.click()
    page.locator("#reason-text").fill("vì ")
    page.keyboard.type(known[1].code, delay=120)
    page.keyboard.press("Enter")
    expect(page.locator("#verdict .verdict-name")).to_have_text(known[1].name)
    expect(page.locator("#reason")).to_be_hidden()
    assert one(live, "select count(*) from scan where note like 'vì%'") == 0


@pytest.mark.parametrize("end", ["Enter", "Tab", "Control+j", None])
def test_a_scanner_ends_as_it_likes(open_page: OPEN, live: Live, end: str | None) -> None:
    page, person = open_desk(open_page, live), people(live, fresh=False)[0]
    type_like_a_scanner(page, person.code.lower(), end)
    expect(page.locator("#verdict .verdict-name")).to_have_text(person.name)
    expect(page.locator("#code")).to_have_value("")
    expect(page.locator("#last li")).to_have_count(1)


def test_two_scans_without_an_end_are_two_people(open_page: OPEN, live: Live) -> None:
    page, known = open_desk(open_page, live), people(live, fresh=False)
    type_like_a_scanner(page, known[0].code + known[1].code, None)
    expect(page.locator("#last li")).to_have_count(2)
    expect(page.locator("#last")).to_contain_text(known[0].name)
    expect(page.locator("#last")).to_contain_text(known[1].name)


def test_a_key_just_before_a_scan_does_not_spoil_it(open_page: OPEN, live: Live) -> None:
    page, known = open_desk(open_page, live), people(live, fresh=False)
    type_like_a_scanner(page, f"a{known[0].code}")
    expect(page.locator("#verdict .verdict-name")).to_have_text(known[0].name)


def test_a_scanner_may_stop_for_a_moment_within_a_code(open_page: OPEN, live: Live) -> None:
    page, known = open_desk(open_page, live), people(live, fresh=False)
    for code in (known[0].code, UNKNOWN):
        page.keyboard.press(code[0], delay=400)
        type_like_a_scanner(page, code[1:])
        expect(page.locator("#last li .data-main").first).to_have_text(
            known[0].name if code == known[0].code else UNKNOWN
        )
        expect(page.locator("#code")).to_have_value("")


def test_a_slow_scanner_at_a_touch_screen_is_heard(open_page: OPEN, live: Live) -> None:
    page = open_desk(open_page, live, size=PHONE, has_touch=True, is_mobile=True)
    person = people(live, fresh=False)[0]
    assert page.evaluate("document.activeElement === document.body")
    page.keyboard.type(person.code, delay=80)
    expect(page.locator("#verdict .verdict-name")).to_have_text(person.name)


def test_look_alike_letters_are_read_as_digits(open_page: OPEN, live: Live) -> None:
    page = open_desk(open_page, live)
    person = next(it for it in people(live, fresh=False) if re.search("[01]", it.code))
    page.locator("#code").fill(person.code.replace("0", "o").replace("1", "l"))
    page.get_by_role("button", name="Kiểm tra").click()
    expect(page.locator("#verdict .verdict-name")).to_have_text(person.name)


# What an input method does to keys on their way: names the key "Process", or takes back letters and
# puts others there, which nobody can ask Playwright's keyboard for.
_PROCESS = """(code) => {
  const field = document.getElementById("code");
  field.focus();
  for (const letter of code) {
    const name = /\\d/.test(letter) ? `Digit${letter}` : `Key${letter}`;
    const key = { key: "Process", code: name, bubbles: true };
    field.dispatchEvent(new KeyboardEvent("keydown", key));
  }
  field.value = "ẩ";
  field.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", code: "Enter", bubbles: true }));
}"""
_REPLACED = """(typed) => {
  const field = document.getElementById("code");
  field.focus();
  const press = (key) => field.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
  for (const letter of typed) press(letter);
  field.value = typed;
  press("Enter");
}"""


def test_an_input_method_does_not_change_a_code(open_page: OPEN, live: Live) -> None:
    door, known = door_of(open_page, live), people(live, fresh=False)
    page = door.page
    page.evaluate(_PROCESS, known[0].code)
    expect(page.locator("#verdict .verdict-name")).to_have_text(known[0].name)
    # Telex makes Đ of DD and Â of AA, VNI Á of A1: somebody has such a code.
    for changed, keys in (("Đ", "DD"), ("Â", "AA"), ("Á", "A1"), ("Đ", "D9"), ("ẹ", "E5")):
        person = next((it for it in known if keys in it.code), None)
        if person is not None:
            page.evaluate(_REPLACED, person.code.replace(keys, changed, 1))
            expect(page.locator("#verdict .verdict-name")).to_have_text(person.name)

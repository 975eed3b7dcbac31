"""What is done at the door beside scanning: delegations, walk-ins, paper, what is at odds."""

import io
import re
import sqlite3

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, Live
from tests.browser.desk import (
    OPEN,
    all_sent,
    door_of,
    one,
    open_desk,
    people,
    show,
    type_like_a_scanner,
    verdict,
)
from tests.browser.door import checkpoints, database, verdicts_of

pytestmark = pytest.mark.browser


def delegation(live: Live) -> tuple[str, str, list[tuple[str, str]]]:
    """Code and name of a delegation, and (code, name) of two or more of it whom nobody scanned."""
    with database(live) as connection:
        rows = connection.execute(
            """
            select delegation.code, delegation.name, delegate.code, delegate.name
            from delegate join organisation on organisation.id = organisation_id
            join delegation on delegation.id = organisation.delegation_id
            join delegate_day on delegate_day.delegate_id = delegate.id
            join checkpoint on checkpoint.id = ? and checkpoint.day_id = delegate_day.day_id
            where status = 'approved' and merged_into_id is null and not exists (
              select 1 from scan where scan.delegate_id = delegate.id or scan.code = delegate.code)
            order by delegation.id
            """,
            (checkpoints(live)[0],),
        ).fetchall()
    for code, name, *_ in rows:
        members = [(row[2], row[3]) for row in rows if row[0] == code]
        if len(members) >= 2:
            return code, name, members
    raise AssertionError("the demo has no more delegations")


def test_a_delegation_is_let_in_by_one_code_without_a_network(open_page: OPEN, live: Live) -> None:
    page = open_desk(open_page, live, "steward", PHONE)
    code, name, members = delegation(live)
    page.context.set_offline(True)
    type_like_a_scanner(page, f"D-{code}")
    expect(page.locator("#delegation-heading")).to_have_text(f"Đoàn: {name}")
    boxes = page.locator("#delegation-people input:not(:disabled)")
    expect(page.locator("#delegation-people input:checked")).to_have_count(boxes.count())
    (absent, absent_name), *others = members
    page.get_by_label(absent_name).first.uncheck()
    expect(page.locator("#delegation-confirm")).to_have_text(f"Cho {boxes.count() - 1} người vào")
    page.locator("#delegation-confirm").click()
    expect(page.locator("#verdict")).to_contain_text(f"Đoàn: {name}")
    page.context.set_offline(False)
    all_sent(page)
    assert verdicts_of(live, absent) == []
    for member, _ in others:
        assert verdicts_of(live, member) == ["admitted"]
        assert one(live, "select source from scan where code = ?", member) == "delegation"
    # The next time those who are here are shown as such, and cannot be ticked again.
    type_like_a_scanner(page, f"d-{code.lower()}")
    for member, _ in others:
        expect(page.locator(f"#delegation-people input[value='{member}']")).to_be_disabled()
    expect(page.get_by_label(absent_name).first).to_be_checked()

    type_like_a_scanner(page, "D-ZZZZ0000ZZZZ")
    expect(page.locator("#verdict")).to_contain_text("Không có đoàn này.")


def test_an_open_list_and_a_decision_belong_to_their_checkpoint(
    open_page: OPEN, live: Live
) -> None:
    page = open_desk(open_page, live)
    code, _, members = delegation(live)
    select = page.locator("#checkpoint")
    first, other = (select.locator("option").nth(i).get_attribute("value") for i in (0, 1))
    type_like_a_scanner(page, members[0][0])
    verdict(page, "admitted", members[0][1])
    type_like_a_scanner(page, members[0][0])
    verdict(page, "duplicate", members[0][1])
    type_like_a_scanner(page, f"D-{code}")
    box = page.locator(f"#delegation-people input[value='{members[0][0]}']")
    expect(box).to_be_disabled()
    select.select_option(other)
    expect(box).to_be_enabled()
    # Decided on what was said at the first checkpoint, whatever the desk shows now.
    page.get_by_role("button", name="Vẫn cho vào").click()
    page.get_by_label("Ban tổ chức đồng ý").check()
    page.get_by_role("button", name="Cho vào", exact=True).click()
    verdict(page, "admitted", members[0][1])
    all_sent(page)
    found = one(live, "select checkpoint_id from scan where code = ? and note != ''", members[0][0])
    assert str(found) == first


def test_a_walk_in_loses_nothing_and_has_a_code_without_a_network(
    open_page: OPEN, live: Live
) -> None:
    door = door_of(open_page, live, size=PHONE)
    page = door.page
    show(page, "walk-in")
    submit = page.get_by_role("button", name="Đăng ký và cho vào")
    page.locator("#walk-in-name").fill("Đặng Thị Vãng Lai")
    page.locator("#walk-in-phone").fill("không có")
    submit.click()
    expect(page.locator("#walk-in-organisation")).to_be_focused()
    for field in ("organisation", "category", "phone"):
        expect(page.locator(f"#walk-in-{field}-error")).to_be_visible()
    expect(page.locator("#walk-in-name-error")).to_be_hidden()
    # Somebody is scanned in between: what was typed is still there.
    type_like_a_scanner(page, people(live, fresh=False)[0].code)
    expect(page.locator("#verdict .verdict-name")).to_be_visible()
    show(page, "walk-in")
    expect(page.locator("#walk-in-name")).to_have_value("Đặng Thị Vãng Lai")

    page.locator("#walk-in-organisation").fill(door.state["organisations"][0][1])
    expect(page.locator("#walk-in-delegation")).not_to_have_value("")
    page.locator("#walk-in-category").select_option(index=1)
    page.locator("#walk-in-phone").fill("0912 345 678")
    page.context.set_offline(True)
    submit.click()
    verdict(page, "to_confirm", "Đặng Thị Vãng Lai")
    expect(page.locator("#verdict")).to_contain_text("sẽ đăng ký khi có mạng")
    expect(page.locator("#walk-in-name")).to_have_value("")
    code = page.locator("#verdict .app-code-text").inner_text().replace(" ", "")
    page.locator(".app-qr").scroll_into_view_if_needed()
    picture = Image.open(io.BytesIO(page.locator("#verdict").screenshot()))
    assert [it.text for it in zxingcpp.read_barcodes(picture)] == [code]
    expect(page.locator("#unsent")).to_have_text("Chưa gửi: 2")
    # The code is theirs from now on, on this device.
    type_like_a_scanner(page, code)
    expect(page.locator("#verdict .verdict-name")).to_have_text("Đặng Thị Vãng Lai")

    page.context.set_offline(False)
    all_sent(page)
    row = one(live, "select name from delegate where code = ?", code)
    assert row == "Đặng Thị Vãng Lai"


def test_a_checkpoint_that_counts_both_ways_has_a_switch(open_page: OPEN, live: Live) -> None:
    door = checkpoints(live)[1]
    with sqlite3.connect(live.instance / "eventapp.db", timeout=30) as connection:
        connection.execute("update checkpoint set passage = 'in_out' where id = ?", (door,))
    page = open_desk(open_page, live)
    expect(page.locator("#direction")).to_be_hidden()
    page.locator("#checkpoint").select_option(str(door))
    code, name = one_expected_at(live, door)
    type_like_a_scanner(page, code)
    verdict(page, "admitted", name)
    type_like_a_scanner(page, code)
    verdict(page, "duplicate", name)
    page.get_by_text("Ra", exact=True).click()
    type_like_a_scanner(page, code)
    verdict(page, "admitted", name)
    expect(page.locator("#verdict")).to_contain_text("Đã ghi nhận ra")
    type_like_a_scanner(page, code)
    verdict(page, "duplicate", name)
    expect(page.locator("#verdict")).to_contain_text("Không ở bên trong")
    page.get_by_text("Vào", exact=True).click()
    type_like_a_scanner(page, code)
    verdict(page, "admitted", name)


def one_expected_at(live: Live, checkpoint: int) -> tuple[str, str]:
    with database(live) as connection:
        row: tuple[str, str] = connection.execute(
            """
            select code, delegate.name from delegate
            join checkpoint on checkpoint.id = ?
            join delegate_day on delegate_day.delegate_id = delegate.id
              and delegate_day.day_id = checkpoint.day_id
            where status = 'approved' and merged_into_id is null and not exists (
              select 1 from scan where scan.delegate_id = delegate.id)
            order by delegate.id desc
            """,
            (checkpoint,),
        ).fetchone()
    return row


def test_what_two_desks_did_is_looked_at_and_settled(open_page: OPEN, live: Live) -> None:
    person = people(live)[0]
    first, second = open_desk(open_page, live), open_desk(open_page, live)
    for page in (first, second):
        page.context.set_offline(True)
        type_like_a_scanner(page, person.code)
        verdict(page, "admitted", person.name)
    first.context.set_offline(False)
    all_sent(first)
    second.context.set_offline(False)
    all_sent(second)
    # The second desk is told: what it let in was in already.
    verdict(second, "duplicate", person.name)
    expect(second.locator("#trouble")).to_contain_text(person.name)

    show(second, "look")
    entry = second.locator("#look li").filter(has_text=person.name)
    expect(entry).to_contain_text("Hai nơi cùng cho vào")
    entry.get_by_role("button").click()
    expect(entry.locator(".field-errors")).to_have_text("Hãy ghi đã xử lý thế nào.")
    entry.get_by_label("Đã xử lý thế nào").fill("Một người, hai cửa cùng quét")
    entry.get_by_role("button").click()
    expect(second.locator("#look li").filter(has_text=person.name)).to_have_count(0)
    note = one(
        live,
        "select discrepancy.note from discrepancy join scan on scan.id = scan_id where code = ?",
        person.code,
    )
    assert note == "Một người, hai cửa cùng quét"

    second.context.set_offline(True)
    show(second, "last")
    show(second, "look")
    expect(second.locator("#look-note")).to_have_text(
        "Việc này cần có mạng. Hãy thử lại khi có mạng."
    )


def test_a_badge_is_printed_by_the_token_in_one_click(open_page: OPEN, live: Live) -> None:
    page = open_desk(open_page, live)
    person = people(live, fresh=False)[0]
    catch_prints(page)
    type_like_a_scanner(page, person.code)
    page.get_by_role("button", name=f"In thẻ của {person.name}").first.click()
    expect(page.locator("body")).to_have_attribute("data-printed", "application/pdf")
    expect(page.locator("#trouble")).to_be_hidden()
    cancelled = one(live, "select code from delegate where status = 'cancelled'")
    type_like_a_scanner(page, cancelled)
    verdict(page, "refused")
    expect(page.locator("#verdict button").filter(has_text="In thẻ")).to_have_count(0)


def catch_prints(page: Page) -> None:
    """The printer itself is no part of a test: that a badge is asked to be printed is."""
    page.evaluate(
        """() => document.addEventListener("load", ({ target }) => {
          if (target.id !== "print-frame") return;
          target.contentWindow.print = () => {
            document.body.dataset.printed = target.contentDocument.contentType;
          };
        }, true)"""
    )


def test_notes_of_a_person_are_said(open_page: OPEN, live: Live) -> None:
    person = people(live)[0]
    with sqlite3.connect(live.instance / "eventapp.db", timeout=30) as connection:
        connection.execute(
            "update delegate set reprint_since = '2012-11-15 00:00:00.000000' where code = ?",
            (person.code,),
        )
    page = open_desk(open_page, live, "steward")
    type_like_a_scanner(page, person.code)
    expect(page.locator("#verdict .verdict-note")).to_have_text("Thẻ cần in lại")


@pytest.mark.parametrize("rights", ["steward", "kiosk"])
def test_a_scan_that_cannot_be_kept_leaves_no_green_verdict(
    open_page: OPEN, live: Live, rights: str
) -> None:
    page, known = open_desk(open_page, live, rights), people(live, fresh=False)
    if rights == "kiosk":
        page.locator("#kiosk-setup").get_by_role("button").click()
    type_like_a_scanner(page, known[0].code)
    panel = page.locator(".verdict-not_stored")
    expect(page.locator(".verdict-name, .kiosk-name")).to_have_text(known[0].name)
    expect(panel).to_have_count(0)
    page.evaluate(
        """async () => {
            const { Engine } = await import("/static/checkin/engine/engine.js");
            (await Engine.open()).scan = () => Promise.reject(new Error("broken"));
        }"""
    )
    type_like_a_scanner(page, known[1].code)
    expect(panel).to_contain_text(known[1].name)


# A camera that shows something, and a decoder that does not start.
_NO_DECODER = """() => {
    const canvas = document.createElement("canvas");
    const context = canvas.getContext("2d");
    setInterval(() => context.fillRect(0, 0, 9, 9), 50);
    navigator.mediaDevices.getUserMedia = async () => canvas.captureStream(10);
    window.BarcodeDetector = undefined;
    delete window.BarcodeDetector;
    window.Worker = class extends EventTarget {
        constructor() {
            super();
            queueMicrotask(() => this.dispatchEvent(new ErrorEvent("error", { message: "none" })));
        }
        postMessage() {}
        terminate() {}
    };
}"""


def test_a_camera_whose_decoder_does_not_start_says_so(open_page: OPEN, live: Live) -> None:
    page = open_desk(open_page, live)
    page.evaluate(_NO_DECODER)
    page.locator("#camera").click()
    expect(page.locator("#trouble")).to_contain_text("Không dùng được camera")
    expect(page.locator("#camera")).to_have_attribute("aria-pressed", "false")
    expect(page.locator("#viewfinder")).to_be_hidden()


def test_supervisors_see_what_the_log_says_of_somebody_here(open_page: OPEN, live: Live) -> None:
    page, person = open_desk(open_page, live), people(live)[0]
    type_like_a_scanner(page, person.code)
    verdict(page, "admitted", person.name)
    page.locator("#verdict").get_by_role("button", name="Hủy lượt quét").click()
    page.get_by_label("Quét nhầm", exact=True).check()
    page.locator("#reason-confirm").click()
    all_sent(page)
    # Found by name, nobody is let in by looking.
    show(page, "find")
    page.locator("#name").fill(person.name)
    page.get_by_role("button", name=f"Lịch sử của {person.name}").first.click()
    lines = page.locator("#history-list li")
    expect(lines).to_have_count(2)
    device = one(live, "select name from device order by id desc")
    expect(lines.nth(0)).to_contain_text("Đã hủy lượt quét")
    expect(lines.nth(0)).to_contain_text("Quét nhầm")
    expect(lines.nth(1)).to_contain_text("Cho vào")
    expect(lines.nth(1)).to_contain_text(device)
    expect(lines.nth(1).locator(".app-line-time")).to_have_text(re.compile(r"^\d\d:\d\d$"))
    page.locator("#history-close").click()
    assert verdicts_of(live, person.code) == ["admitted", "admitted"]  # the scan, and the undo
    # Another checkpoint is another matter.
    page.locator("#checkpoint").select_option(index=1)
    page.get_by_role("button", name=f"Lịch sử của {person.name}").first.click()
    expect(page.locator("#history-note")).to_contain_text("Chưa ghi nhận gì")
    # The next person's badge ends the looking.
    type_like_a_scanner(page, person.code)
    expect(page.locator("#history")).to_be_hidden()
    page.context.set_offline(True)
    page.locator("#verdict").get_by_role("button", name="Lịch sử").click()
    expect(page.locator("#history-note")).to_contain_text("mạng")
    expect(lines).to_have_count(0)


def test_stewards_do_not_see_the_log(open_page: OPEN, live: Live) -> None:
    page, person = open_desk(open_page, live, "steward"), people(live)[0]
    type_like_a_scanner(page, person.code)
    expect(page.locator("#verdict .verdict-name")).to_have_text(person.name)
    expect(page.get_by_role("button", name="Lịch sử")).to_have_count(0)
    expect(page.locator("#history")).to_have_count(0)

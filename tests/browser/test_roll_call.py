"""A leader calls the roll on a phone: at the departure, at a stop, on the way back, offline."""

import json
import sqlite3
from contextlib import closing

import pytest
from playwright.sync_api import expect

from eventapp.text import fold, sort_key
from tests.browser.conftest import Live
from tests.browser.desk import (
    AXE,
    OPEN,
    Person,
    all_sent,
    one,
    open_desk,
    people,
    ready,
    show,
    type_like_a_scanner,
    verdict,
)
from tests.browser.door import EVENT, log_of
from tests.browser.roll import (
    build_way,
    close_roll,
    counts,
    entries,
    is_listed,
    names,
    open_roll,
    roll_calls,
    tick,
)

pytestmark = pytest.mark.browser


def test_a_day_without_a_network(open_page: OPEN, live: Live) -> None:
    """Departure, a guest, one who goes their own way, one who is late, and everybody back."""
    way = build_way(live)
    first, second, late, own = way.people
    guest = guest_of(live)
    door = open_roll(open_page, live, way.group)
    page = door.page
    page.context.set_offline(True)

    expect(page.locator("#roll-leg option:checked")).to_have_text("Khởi hành")
    counts(page, "0/4 đã lên xe")
    assert len(names(page, "missing")) == 4
    tick(page, first).click()
    counts(page, "1/4 đã lên xe")
    type_like_a_scanner(page, second.code)
    verdict(page, "admitted", second.name)
    counts(page, "2/4 đã lên xe")

    # Somebody of another group turns up.
    type_like_a_scanner(page, guest.code)
    expect(page.locator("#verdict")).to_contain_text(f"Nhóm {guest.letter}")
    expect(page.locator("#verdict")).to_contain_text("cho đi cùng xe?")
    page.get_by_role("button", name=f"Cho đi cùng ({guest.name})").click()
    verdict(page, "admitted", guest.name)
    expect(page.locator("#verdict")).to_contain_text(f"trước đó: Nhóm {guest.letter}")
    counts(page, "Khách đi cùng: 1")
    counts(page, "Thiếu 2")

    close_roll(page, own)
    expect(page.locator("#roll-closed-text")).to_contain_text("thiếu 1")
    is_listed(page, "missing", late)
    is_listed(page, "excused", own)

    page.get_by_role("button", name="Tiếp theo: Điểm dừng 1: Đền Đô").click()
    counts(page, "0/3 đã lên xe")  # whoever was aboard: the guest too
    is_listed(page, "missing", first, second, guest)
    is_listed(page, "absent", late, own)
    for it in (first, second, guest, late):
        tick(page, it).click()
    counts(page, "Lên xe muộn: 1")
    expect(page.locator("#roll-aboard")).to_contain_text("muộn,")
    close_roll(page)

    page.get_by_role("button", name="Tiếp theo: Lượt về").click()
    counts(page, "0/4 đã lên xe")  # the late one is expected from then on
    for it in (first, second, guest, late):
        tick(page, it).click()
    counts(page, "Đủ người")
    close_roll(page)
    expect(page.locator("#unsent")).to_have_text("Chưa gửi: 14")

    page.context.set_offline(False)
    all_sent(page)
    found = entries(live, way)
    assert [(checkpoint, kind, result) for checkpoint, _, kind, result in found] == [
        *[(way.departure, "scan", "admitted")] * 3,
        *[(way.stop, "scan", "admitted")] * 4,
        *[(way.back, "scan", "admitted")] * 4,
    ]
    by_id = "select id from delegate where code = ?"
    missing = {one(live, by_id, late.code): 0, one(live, by_id, own.code): 1}
    calls = roll_calls(live, way)
    assert [(it[0], it[1], it[2], it[4]) for it in calls] == [
        (way.departure, "closed", 3, 1),
        (way.stop, "closed", 4, 1),
        (way.back, "closed", 4, 1),
    ]
    assert [dict(json.loads(it[3])) for it in calls] == [missing, {}, {}]
    # The guest's seat has moved with them.
    seat = (
        "select group_id from allocation join delegate on delegate.id = delegate_id where code = ?"
    )
    assert one(live, seat, guest.code) == way.group


def test_it_goes_on_where_it_was(open_page: OPEN, live: Live) -> None:
    """A phone without a network whose page is loaded anew, and whose tab is killed."""
    way = build_way(live, people=3)
    door = open_roll(open_page, live, way.group)
    page = door.page
    page.context.set_offline(True)
    tick(page, way.people[0]).click()
    counts(page, "1/3 đã lên xe")
    page.reload()
    ready(page)
    counts(page, "1/3 đã lên xe")
    tick(page, way.people[1]).click()
    counts(page, "2/3 đã lên xe")
    close_roll(page)
    page.close()

    page = page.context.new_page()
    page.goto(f"{live.url}/checkin/")
    ready(page)
    # The departure is closed: the next leg is what comes.
    expect(page.locator("#roll-leg option:checked")).to_contain_text("Đền Đô")
    counts(page, "0/2 đã lên xe")
    is_listed(page, "absent", way.people[2])
    expect(page.locator("#unsent")).to_have_text("Chưa gửi: 3")
    page.locator("#roll-leg").select_option(str(way.departure))
    expect(page.locator("#roll-closed-text")).to_contain_text("Đã chốt lúc")
    page.get_by_role("button", name="Mở lại điểm danh").click()
    expect(page.locator("#roll-closed")).to_be_hidden()
    tick(page, way.people[2]).click()
    counts(page, "Đủ người")
    page.context.set_offline(False)
    all_sent(page)
    assert [kind for _, kind, *_ in roll_calls(live, way)] == ["closed", "reopened"]
    assert len(entries(live, way)) == 3


def test_a_tick_is_taken_back_with_a_tap(open_page: OPEN, live: Live) -> None:
    way = build_way(live, people=2)
    page = open_roll(open_page, live, way.group).page
    person = way.people[0]
    tick(page, person).click()
    counts(page, "1/2 đã lên xe")
    expect(tick(page, person)).to_have_attribute("aria-pressed", "true")
    is_listed(page, "aboard", person)
    tick(page, person).click()
    counts(page, "0/2 đã lên xe")
    is_listed(page, "missing", *way.people)
    all_sent(page)
    assert [it[2:] for it in entries(live, way)] == [("scan", "admitted"), ("undo", "admitted")]
    note = one(live, "select note from scan where kind = 'undo' and code = ?", person.code)
    assert note == "Bỏ đánh dấu khi điểm danh"


def test_two_leaders_of_a_group_see_each_others_ticks(open_page: OPEN, live: Live) -> None:
    way = build_way(live, people=3, buses=2)
    first, second = (open_roll(open_page, live, way.group).page for _ in range(2))
    tick(first, way.people[0]).click()
    expect(tick(second, way.people[0])).to_have_attribute("aria-pressed", "true", timeout=30_000)
    counts(second, "1/3 đã lên xe")
    close_roll(second)
    expect(first.locator("#roll-closed-text")).to_contain_text("thiếu 2", timeout=30_000)


def test_whoever_cancels_leaves_the_list(open_page: OPEN, live: Live) -> None:
    way = build_way(live, people=3)
    page = open_roll(open_page, live, way.group).page
    gone = way.people[1]
    live_write(live, "update delegate set status = 'cancelled' where code = ?", gone.code)
    expect(page.locator("#roll-news")).to_contain_text(
        f"{gone.name} không tham gia nữa", timeout=30_000
    )
    counts(page, "0/2 đã lên xe")
    assert gone.name not in names(page, "missing")
    type_like_a_scanner(page, gone.code)
    verdict(page, "refused", gone.name)
    page.get_by_role("button", name="Đã xem").click()
    expect(page.locator("#roll-news")).to_be_empty()


def test_one_bus_of_several(open_page: OPEN, live: Live) -> None:
    way = build_way(live, people=4, buses=2)
    page = open_roll(open_page, live, way.group).page
    page.get_by_text("Xe 1", exact=True).first.click()
    counts(page, "0/2 đã lên xe")
    first, other, *_ = way.people  # in bus 1 and 2
    is_listed(page, "missing", first, way.people[2])
    type_like_a_scanner(page, other.code)
    expect(page.locator("#verdict")).to_contain_text("Xe 2")
    page.get_by_role("button", name=f"Cho đi cùng ({other.name})").click()
    verdict(page, "admitted", other.name)
    counts(page, "1/3 đã lên xe")
    all_sent(page)
    bus = "select bus_id from allocation join delegate on delegate.id = delegate_id where code = ?"
    assert one(live, bus, other.code) == way.buses[0]
    page.reload()
    ready(page)
    counts(page, "1/3 đã lên xe")  # the bus is remembered


def test_an_unknown_code_is_let_in_to_be_confirmed(open_page: OPEN, live: Live) -> None:
    way = build_way(live, people=2)
    page = open_roll(open_page, live, way.group).page
    page.context.set_offline(True)
    type_like_a_scanner(page, "ZZZZ5555ZZZZ")
    verdict(page, "to_confirm")
    expect(page.locator("#roll-aboard")).to_contain_text("ZZZZ5555ZZZZ")
    expect(page.locator("#roll-aboard")).to_contain_text("chờ xác nhận")
    counts(page, "Thiếu 2")


def guest_of(live: Live) -> Person:
    """Somebody of another group."""
    return next(it for it in people(live) if not it.letter.startswith("R"))


def test_a_full_bus_takes_a_guest_all_the_same(open_page: OPEN, live: Live) -> None:
    way, guest = build_way(live, people=2, free=0), guest_of(live)
    page = open_roll(open_page, live, way.group).page
    type_like_a_scanner(page, guest.code)
    page.get_by_role("button", name=f"Cho đi cùng ({guest.name})").click()
    verdict(page, "admitted", guest.name)
    counts(page, "Khách đi cùng: 1")
    all_sent(page)
    letter = """
        select letter from visit_group join allocation on group_id = visit_group.id
        join delegate on delegate.id = delegate_id where code = ?
    """
    assert one(live, letter, guest.code) == guest.letter
    assert [it.discrepancy for it in log_of(live, guest.code)] == ["guest"]
    # At the next leg they are expected, and ticked without another question.
    close_roll(page)
    page.get_by_role("button", name="Tiếp theo").click()
    is_listed(page, "missing", guest)
    type_like_a_scanner(page, guest.code)
    verdict(page, "admitted", guest.name)
    counts(page, "Đủ người")


def test_a_guest_who_gets_off_again_is_not_looked_for(open_page: OPEN, live: Live) -> None:
    way, guest = build_way(live, people=1), guest_of(live)
    page = open_roll(open_page, live, way.group).page
    page.context.set_offline(True)
    type_like_a_scanner(page, guest.code)
    page.get_by_role("button", name=f"Cho đi cùng ({guest.name})").click()
    counts(page, "Khách đi cùng: 1")
    tick(page, guest).click()
    counts(page, "0/1 đã lên xe")
    expect(tick(page, guest)).to_have_count(0)


def test_a_supervisor_takes_somebody_along(open_page: OPEN, live: Live) -> None:
    way, guest = build_way(live, people=1), guest_of(live)
    page = open_desk(open_page, live)
    page.locator(f'#checkpoint option[value="{way.departure}"]').wait_for(state="attached")
    page.locator("#checkpoint").select_option(str(way.departure))
    type_like_a_scanner(page, guest.code)
    verdict(page, "refused", guest.name)
    page.get_by_role("button", name=f"Cho đi cùng ({guest.name})").click()
    verdict(page, "admitted", guest.name)
    expect(page.locator("#verdict")).to_contain_text(f"trước đó: Nhóm {guest.letter}")
    # A letter in the colour of its group, at every scan.
    mark = page.locator("#verdict .group-mark")
    letter, colour = mark.evaluate("e => [e.textContent, getComputedStyle(e).backgroundColor]")
    known = one(live, "select colour from visit_group where letter = ?", letter)
    assert colour == f"rgb{tuple(bytes.fromhex(known[1:]))}"


def test_a_closed_roll_whose_answer_is_lost_is_one(open_page: OPEN, live: Live) -> None:
    way = build_way(live, people=2)
    door = open_roll(open_page, live, way.group)
    done = door.cut(after=True, path="**/roll-calls")
    close_roll(door.page)
    door.wait_until("state.unsent === 0")
    expect(door.page.locator("#unsent")).to_have_text("Chưa gửi: 1")
    door.mend()
    all_sent(door.page)
    assert set(done) == {200}
    assert [(kind, present) for _, kind, present, *_ in roll_calls(live, way)] == [("closed", 0)]


def test_a_closed_roll_that_the_server_will_not_have_is_kept(open_page: OPEN, live: Live) -> None:
    way = build_way(live, people=2)
    door = open_roll(open_page, live, way.group)
    page = door.page
    page.route("**/roll-calls", lambda route: route.fulfill(status=403, json=REFUSED))
    close_roll(page)
    tick(page, way.people[0]).click()  # nobody else is kept by that
    expect(page.locator("#storage")).to_contain_text("1")
    door.wait_until("state.unsent === 0")
    expect(page.locator("#unsent")).to_have_text("Chưa gửi: 1")
    expect(page.locator("#network")).to_have_text("Có mạng")
    assert len(entries(live, way)) == 1
    page.unroute_all(behavior="wait")
    page.reload()
    all_sent(page)
    assert len(roll_calls(live, way)) == 1


def test_a_leader_of_two_groups(open_page: OPEN, live: Live) -> None:
    first, second = build_way(live, people=2), build_way(live, people=3)
    page = open_roll(open_page, live, first.group, second.group).page
    expect(page.locator("#roll-letter")).to_have_text(first.letter)
    page.locator("#roll-group").select_option(str(second.group))
    expect(page.locator("#roll-letter")).to_have_text(second.letter)
    counts(page, "0/3 đã lên xe")
    tick(page, second.people[0]).click()
    counts(page, "1/3 đã lên xe")
    page.reload()
    ready(page)
    expect(page.locator("#roll-letter")).to_have_text(second.letter)
    counts(page, "1/3 đã lên xe")


def test_names_stand_in_the_order_of_vietnamese_lists(open_page: OPEN, live: Live) -> None:
    way = build_way(live, people=8)
    page = open_roll(open_page, live, way.group).page
    assert names(page, "missing") == sorted((it.name for it in way.people), key=sort_key)


def test_a_leader_whose_group_has_no_checkpoint_is_told(open_page: OPEN, live: Live) -> None:
    way = build_way(live, people=1)
    live_write(live, "delete from checkpoint where group_id = ?", way.group)
    page = open_roll(open_page, live, way.group, is_ready=False).page
    expect(page.locator("#roll-nowhere")).to_be_visible()
    expect(page.locator("#roll-body")).to_be_hidden()


def test_ticks_from_a_paper_list_have_its_time(open_page: OPEN, live: Live) -> None:
    way = build_way(live, people=2)
    page = open_roll(open_page, live, way.group).page
    show(page, "paper")
    page.locator("#paper-at").fill("0:00")
    page.keyboard.press("Enter")
    show(page, "roll")
    expect(page.locator("#paper-banner")).to_be_visible()
    tick(page, way.people[0]).click()
    expect(page.locator("#roll-aboard")).to_contain_text("lên xe 00:00")
    all_sent(page)
    assert [it.read_at[-15:-10] for it in log_of(live, way.people[0].code)] == ["17:00"]


def test_finding_somebody_without_marks(open_page: OPEN, live: Live) -> None:
    way = build_way(live, people=4)
    page = open_roll(open_page, live, way.group).page
    wanted = way.people[0]
    page.locator("#roll-search").fill(fold(wanted.name))
    expect(tick(page, wanted)).to_be_visible()
    shown = names(page, "missing")
    assert wanted.name in shown
    assert all(fold(wanted.name).split()[0] in fold(it) for it in shown)
    page.locator("#roll-search").fill("zzz")
    expect(page.locator("#roll-none")).to_be_visible()
    assert names(page, "missing") == []


def test_telephones_are_at_hand_and_never_in_clear_on_the_disk(open_page: OPEN, live: Live) -> None:
    way = build_way(live, people=2)
    phone = "+84987650123"
    live_write(live, "update delegate set phone = ? where code = ?", phone, way.people[0].code)
    door = open_roll(open_page, live, way.group)
    page = door.page
    link = page.get_by_role("link", name=f"Gọi {way.people[0].name}, 0987 650 123")
    expect(link).to_have_attribute("href", f"tel:{phone}")
    page.context.set_offline(True)
    page.reload()
    ready(page)
    expect(link).to_be_visible()
    assert page.evaluate(STORED, [f"eventapp-checkin-{EVENT}", phone]) == []
    page.context.set_offline(False)
    live_write(
        live,
        "update device set revoked_at = '2026-01-01 00:00:00.000000' where rights = 'leader'",
    )
    expect(page.locator("#none")).to_be_visible(timeout=30_000)
    assert page.get_by_text(way.people[0].name).count() == 0
    assert page.evaluate("() => document.documentElement.outerHTML").count("987 650 123") == 0


def test_a_desk_at_a_bus_has_a_way_to_the_roll(open_page: OPEN, live: Live) -> None:
    way = build_way(live, people=2)
    for rights, may in (("steward", False), ("supervisor", True)):
        page = open_desk(open_page, live, rights)
        expect(page.locator("#roll-open")).to_be_hidden()
        page.locator("#checkpoint").select_option(str(way.departure))
        page.locator("#roll-open").click()
        expect(page.locator("#roll-letter")).to_have_text(way.letter)
        colour = page.locator("#roll-letter").evaluate("e => getComputedStyle(e).backgroundColor")
        assert colour == "rgb(27, 110, 60)"
        assert page.locator("#roll-go").count() == may
        assert page.locator(".roll-phone").count() == may  # the leader's own
    tick(page, way.people[0]).click()
    counts(page, "1/2 đã lên xe")


@pytest.mark.parametrize("size", ["phone", "desk"])
def test_the_roll_is_accessible(open_page: OPEN, live: Live, axe: AXE, size: str) -> None:
    way = build_way(live, people=4, buses=2)
    page = open_roll(open_page, live, way.group).page
    if size == "desk":
        page.set_viewport_size({"width": 1280, "height": 800})
    page.locator(".roll-more summary").click()
    tick(page, way.people[0]).click()
    guest = guest_of(live)
    type_like_a_scanner(page, guest.code)
    expect(page.locator("#verdict")).to_contain_text("cho đi cùng xe?")
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for it in page.locator(".roll-tick:visible, .roll-phone:visible, .roll-buses label").all():
        box = it.bounding_box()
        assert box is not None and box["height"] >= 44 and box["width"] >= 44
    page.locator("#roll-go").click()
    assert axe(page) == []
    page.get_by_role("button", name="Chốt điểm danh").click()
    expect(page.locator("#roll-closed-text")).to_be_focused()
    assert axe(page) == []


def test_the_roll_is_called_by_the_keys(open_page: OPEN, live: Live) -> None:
    way = build_way(live, people=3)
    page = open_roll(open_page, live, way.group).page
    page.locator("#roll-missing .roll-tick").first.focus()
    page.keyboard.press("Space")
    counts(page, "1/3 đã lên xe")
    expect(page.locator("#roll-missing li")).to_have_count(2)
    # The next one has the focus.
    page.keyboard.press("Space")
    counts(page, "2/3 đã lên xe")


def live_write(live: Live, query: str, *values: object) -> None:
    with closing(sqlite3.connect(live.instance / "eventapp.db")) as connection, connection:
        connection.execute(query, values)


REFUSED = {"error": {"message": "no"}}
STORED = """async ([name, text]) => {
    const open = () => new Promise((resolve) => {
        const request = indexedDB.open(name);
        request.onsuccess = () => resolve(request.result);
    });
    const database = await open();
    const found = [];
    for (const store of database.objectStoreNames) {
        const all = await new Promise((resolve) => {
            const request = database.transaction(store).objectStore(store).getAll();
            request.onsuccess = () => resolve(request.result);
        });
        if (JSON.stringify(all).includes(text.slice(3))) found.push(store);
    }
    database.close();
    return found;
}"""

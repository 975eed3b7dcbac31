"""The board: seats swapped and moved by organisers, each by what they were looking at."""

import re
from html import unescape

import pytest

from eventapp import text
from eventapp.extensions import db
from eventapp.mail.models import Message
from eventapp.registration import service as registration
from eventapp.registration.models import Delegate
from eventapp.visits import board, rules, service
from eventapp.visits.board import Seen
from eventapp.visits.fitting import Hindrance
from eventapp.visits.models import Allocation, AllocationRun, RuleKind, SeatSource
from eventapp.visits.swap_models import LastMove
from tests.builders import build_delegate
from tests.conftest import post
from tests.visits.groups import build_group, chosen, seats, taken, wish

BOARD = "/manage/hoi-nghi/visits/board"


@pytest.fixture
def groups(event):
    """A is full, B has a seat."""
    return [build_group(event, "A", 1).id, build_group(event, "B", 2).id]


@pytest.fixture
def people(event, groups):
    """One in A, one in B, one in none."""
    found = [build_delegate(event, f"Người {name}").id for name in ("Một", "Hai", "Ba")]
    for who, group in zip(found, groups, strict=False):
        service.assign(event, group, chosen(who))
    return found


def send(client, **typed):
    return post(client, BOARD, typed)


def said(page):
    return unescape(re.sub(r"<[^>]+>|\s+", " ", page.text))


def test_two_are_swapped(event, groups, people):
    a, b, _ = people
    board.swap(event, [Seen(a, groups[0]), Seen(b, groups[1])])
    assert (seats()[a], seats()[b]) == (groups[1], groups[0])
    assert [taken(it) for it in groups] == [1, 1]


def test_one_without_a_seat_takes_anothers(event, groups, people):
    a, _, c = people
    board.swap(event, [Seen(a, groups[0]), Seen(c, None)])
    assert seats()[c] == groups[0]
    assert a not in seats()
    assert taken(groups[0]) == 1


@pytest.mark.parametrize("number", [0, 1, 3])
def test_only_two_are_swapped(event, groups, people, number):
    seen = [Seen(people[0], groups[0]), Seen(people[1], groups[1]), Seen(people[2], None)]
    with pytest.raises(board.TwoNeeded):
        board.swap(event, seen[:number])
    with pytest.raises(board.TwoNeeded):
        board.swap(event, [Seen(people[0], groups[0])] * 2)


def test_people_are_moved_all_or_nobody(event, groups, people):
    seen = [Seen(people[0], groups[0]), Seen(people[2], None)]
    with pytest.raises(service.GroupFull):
        board.move(event, seen, groups[1])
    assert seats() == {people[0]: groups[0], people[1]: groups[1]}
    assert board.move(event, seen[1:], groups[1]) == 1
    assert board.move(event, [Seen(people[0], groups[0])], None) == 1
    assert seats() == {people[1]: groups[1], people[2]: groups[1]}
    assert [taken(it) for it in groups] == [0, 2]


def test_the_second_of_two_organisers_is_told(event, groups, people):
    a, b, c = people
    seen = [Seen(a, groups[0]), Seen(b, groups[1])]
    board.swap(event, seen)
    with pytest.raises(board.SeenOtherwise) as refused:
        board.swap(event, seen)
    assert refused.value.names == ["Người Một", "Người Hai"]
    with pytest.raises(board.SeenOtherwise):
        board.move(event, [Seen(c, groups[0])], groups[1])


def test_what_breaks_a_rule_is_asked_before(event, groups, people):
    _a, _, c = people
    rules.add_rule(event.id, RuleKind.NEVER, [c], group_id=groups[1])
    with pytest.raises(board.Unwise) as asked:
        board.move(event, [Seen(c, None)], groups[1])
    assert asked.value.found == {"Người Ba": (Hindrance.NEVER,)}
    assert c not in seats()
    board.move(event, [Seen(c, None)], groups[1], anyway=True)
    assert seats()[c] == groups[1]


def test_the_last_change_is_taken_back_as_it_was(event, groups, people):
    a, b, _ = people
    reason = {"group": groups[0], "wishes": 1, "rank": 1}
    seat = db.session.get_one(Allocation, a)
    seat.source, seat.reason = SeatSource.RUN, reason
    db.session.commit()
    board.swap(event, [Seen(a, groups[0]), Seen(b, groups[1])])
    made_at = board.last_move(event.id).made_at
    assert board.undo(event, made_at) == 2
    db.session.rollback()
    seat = db.session.get_one(Allocation, a)
    assert (seat.group_id, seat.source, seat.reason) == (groups[0], SeatSource.RUN, reason)
    assert seats()[b] == groups[1]
    with pytest.raises(board.NothingToUndo):
        board.undo(event, made_at)


def test_only_what_was_looked_at_is_taken_back(event, groups, people):
    _, b, c = people
    board.move(event, [Seen(c, None)], groups[1])
    made_at = board.last_move(event.id).made_at
    board.move(event, [Seen(b, groups[1])], None)
    with pytest.raises(board.NothingToUndo):
        board.undo(event, made_at)
    service.assign(event, groups[1], chosen(b))
    with pytest.raises(board.SeenOtherwise):
        board.undo(event, board.last_move(event.id).made_at)


def test_no_seat_is_made_by_taking_back(event, groups, people):
    a, _, c = people
    board.move(event, [Seen(a, groups[0])], None)
    service.assign(event, groups[0], chosen(c))
    with pytest.raises(service.GroupFull):
        board.undo(event, board.last_move(event.id).made_at)
    assert taken(groups[0]) == 1


def test_refusals(event, groups, people):
    a, _b, c = people
    with pytest.raises(service.NobodyChosen):
        board.move(event, [], groups[0])
    with pytest.raises(service.DelegateNotFound):
        board.move(event, [Seen(999_999, None)], groups[1])
    with pytest.raises(board.TooMany):
        board.move(event, [Seen(a, groups[0])] * 201, groups[1])
    registration.cancel(event, c)
    with pytest.raises(service.DelegateCancelled):
        board.move(event, [Seen(c, None)], groups[1])


def test_the_board_counts_and_turns_pages(event, groups, people):
    wish(db.session.get_one(Delegate, people[0]), event.sites[1].id, event.sites[0].id)
    many = build_group(event, "C", 100).id
    service.assign(event, many, chosen(*(build_delegate(event).id for _ in range(45))))
    first, second = board.board(event, None, 1), board.board(event, None, 2)
    assert [(it.group and it.group.letter, it.total) for it in first.columns] == [
        (None, 1),
        ("A", 1),
        ("B", 1),
        ("C", 45),
    ]
    assert (first.pages, len(first.columns[3].cards), len(second.columns[3].cards)) == (2, 40, 5)
    assert first.columns[1].cards[0].rank == 2
    assert first.columns[2].cards[0].rank is None
    other = db.session.get_one(Delegate, people[0]).organisation.delegation_id + 1
    assert sum(it.total for it in board.board(event, other, 1).columns) == 0


def test_a_page_of_600_people_is_small_and_asks_little(event, organiser, count_queries):
    ids = [build_group(event, letter, 100).id for letter in "ABCDEFGH"]
    name = "Nguyễn Thị Phương Thảo"
    people = [build_delegate(event, name) for _ in range(600)]
    db.session.add_all(
        Allocation(delegate_id=it.id, group_id=ids[place % 8]) for place, it in enumerate(people)
    )
    db.session.commit()
    with count_queries() as few:
        page = organiser.get(BOARD)
    assert len(page.data) < 150_000
    assert page.text.count(name) == 320
    with count_queries() as same:
        organiser.get(BOARD + "?page=2")
    assert len(same) <= len(few) <= 20


def test_by_the_page(event, groups, people, organiser):
    a, b, _ = people
    page = send(organiser, action="swap", who=[f"{a}:{groups[0]}", f"{b}:{groups[1]}"], tell="1")
    assert page.status_code == 303
    assert seats()[a] == groups[1]
    assert {it.kind for it in db.session.query(Message)} == {"visit_seat_changed"}
    again = send(organiser, action="swap", who=[f"{a}:{groups[0]}", f"{b}:{groups[1]}"])
    assert again.status_code == 422
    assert "Người Một" in said(again)
    made_at = re.search(r'name="made_at" value="([^"]+)"', organiser.get(BOARD).text)[1]
    assert send(organiser, action="undo", made_at=unescape(made_at)).status_code == 303
    assert seats()[a] == groups[0]
    assert db.session.query(LastMove).count() == 0


def test_a_full_group_refuses_with_words_and_ticks_stay(event, groups, people, organiser):
    ticked = f"{people[1]}:{groups[1]}"
    page = send(organiser, action="move", to=groups[0], who=ticked)
    assert page.status_code == 422
    assert f'value="{ticked}" checked' in page.text


def test_the_page_asks_before_a_rule_is_broken(event, groups, people, organiser):
    rules.add_rule(event.id, RuleKind.NEVER, [people[2]], group_id=groups[1])
    typed = {"action": "move", "to": groups[1], "who": f"{people[2]}:0"}
    page = send(organiser, **typed)
    assert page.status_code == 409
    assert "Người Ba" in said(page)
    assert people[2] not in seats()
    assert send(organiser, **typed, anyway="1").status_code == 303
    assert seats()[people[2]] == groups[1]


@pytest.mark.parametrize("who", ["x", "1", "1:", ":1", "1:2:3", "9" * 30 + ":1", "-1:0"])
def test_nonsense_is_nobody(event, groups, people, organiser, who):
    assert send(organiser, action="move", to=groups[1], who=who).status_code == 422
    assert send(organiser, action="undo", made_at=who).status_code == 422


def test_working_out_anew_is_reached_from_there(event, groups, people, organiser):
    page = post(
        organiser,
        "/manage/hoi-nghi/visits/allocation",
        {"mode": "nearest", "by_hand": "1"},
        form_at=BOARD,
    )
    assert page.status_code == 303
    assert db.session.query(AllocationRun).one().settings["mode"] == "nearest"


def test_names_are_escaped(event, groups, organiser):
    build_delegate(event, text.clean("<b>X</b>"))
    assert "<b><b>X" not in organiser.get(BOARD).text

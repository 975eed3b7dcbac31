"""Swaps, waitlists, organisers, cancellations and an allocation, all at once, from threads and from
processes: never past the seats, nobody twice, and nobody waits in a circle."""

import multiprocessing
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor

import pytest
from flask import Flask

from eventapp import create_app
from eventapp.config import Config
from eventapp.events import service as events
from eventapp.extensions import db
from eventapp.registration import service as registration
from eventapp.registration.models import Delegate
from eventapp.visits import (
    accepting,
    board,
    change_rules,
    running,
    runs,
    service,
    sites,
    swap_rounds,
    swaps,
    waiting,
)
from eventapp.visits.models import Allocation, VisitGroup
from eventapp.visits.run_settings import Mode, RunSettings
from eventapp.visits.swap_models import PENDING, SeatSwap, SwapState
from tests.builders import build_delegate
from tests.visits.groups import build_group, chosen, seats

_apps: dict[Config, Flask] = {}


@pytest.fixture(autouse=True)
def _this_app(app, settings):
    """Threads share the tests' application; a process makes its own."""
    _apps[settings] = app


def _app(settings: Config) -> Flask:
    if settings not in _apps:
        _apps[settings] = create_app(settings)
    return _apps[settings]


def _do(settings: Config, what: str, *about: int) -> str:
    """One thing that somebody does; the name of a refusal, or ""."""
    with _app(settings).app_context():
        event = events.find("hoi-nghi")
        try:
            _ACTIONS[what](event, *about)
        except (sites.VisitError, accepting.BasisChanged) as refused:
            return type(refused).__name__
        finally:
            db.session.remove()
    return ""


_ACTIONS = {
    "agree": lambda event, who, swap: swaps.answer(event, who, swap, agrees=True),
    "decline": lambda event, who, swap: swaps.answer(event, who, swap, agrees=False),
    "ask": lambda event, who, other: swaps.ask(
        event, who, db.session.get_one(Delegate, other).code
    ),
    "wish": swaps.wish,
    "match": swap_rounds.match,
    "rounds": lambda event: swap_rounds.do_chores(),
    "cancel": registration.cancel,
    "assign": lambda event, group, who: service.assign(event, group, chosen(who)),
    "wait": waiting.join,
    "advance": waiting.advance,
    "board": lambda event, who, at, other, there: board.swap(
        event, [board.Seen(who, at), board.Seen(other, there)], tells=True
    ),
    "undo": lambda event: (
        board.undo(event, last.made_at) if (last := board.last_move(event.id)) else None
    ),
    "accept": lambda event, number: accepting.accept(event, number, tells=True),
}


def _executor(kind: str) -> Executor:
    if kind == "threads":
        return ThreadPoolExecutor(8)
    return ProcessPoolExecutor(3, mp_context=multiprocessing.get_context("spawn"))


def _at_once(kind, settings, actions):
    db.session.rollback()
    with _executor(kind) as executor:
        tries = [executor.submit(_do, settings, *action) for action in actions]
        return [attempt.result(timeout=120) for attempt in tries]


def _check():
    """The counts are those of the seats, within the groups' seats; nothing pending is stale."""
    db.session.rollback()
    for group in db.session.query(VisitGroup):
        inside = db.session.query(Allocation).filter_by(group_id=group.id).count()
        assert group.taken == inside <= group.capacity
    for swap in db.session.query(SeatSwap).where(SeatSwap.state.in_(PENDING)):
        assert seats().get(swap.asker_id) == swap.asker_group_id


@pytest.fixture
def groups(event):
    change_rules.set_rules(event.id, may_swap=True, may_wait=True, hours=0)
    return [build_group(event, letter, 2).id for letter in "ABCD"]


@pytest.fixture
def people(event, groups):
    """Two in each group, all full."""
    found = []
    for group in groups:
        for _ in range(2):
            found.append(build_delegate(event, f"Người {group}", email=f"{len(found)}@a.vn").id)
            service.assign(event, group, chosen(found[-1]))
    return found


def test_nobody_is_in_two_swaps(event, settings, groups, people):
    a, b, c = people[0], people[2], people[4]
    asked = [("ask", a, b), ("ask", b, c), ("ask", c, a), ("ask", b, a), ("wish", a, groups[2])]
    refused = _at_once("threads", settings, asked)
    pending = db.session.query(SeatSwap).where(SeatSwap.state.in_(PENDING)).all()
    assert refused.count("") == len(pending) >= 1
    parties = [who for it in pending for who in it.parties]
    assert len(parties) == len(set(parties))
    _check()


@pytest.mark.parametrize("kind", ["threads", "processes"])
def test_both_agree_while_one_cancels_or_is_moved(event, settings, groups, people, kind):
    some = [swaps.ask(event, people[i], _code(people[i + 2])) for i in (0, 1)]
    actions = []
    for place, swap in enumerate(some):
        actions += [("agree", people[place + 2], swap), ("decline", people[place], swap)]
    actions += [("cancel", people[2]), ("assign", groups[3], people[1]), ("rounds",)]
    actions += [("cancel", people[7]), ("assign", groups[3], people[3])]
    _at_once(kind, settings, actions)
    swap_rounds.do_chores()
    _check()
    assert people[2] not in seats()
    assert db.session.query(SeatSwap).where(SeatSwap.state.in_(PENDING)).count() == 0


def _code(who):
    return db.session.get_one(Delegate, who).code


def test_wishes_in_a_crowd_are_matched_once_each(event, settings, groups, people):
    wishes = [("wish", people[i], groups[(i // 2 + 1) % 2]) for i in range(4)]
    _at_once("threads", settings, [*wishes, ("match",), ("match",), ("match",)])
    swap_rounds.match(event)
    offered = db.session.query(SeatSwap).filter_by(state=SwapState.OFFERED).all()
    assert sorted(who for it in offered for who in it.parties) == people[:4]
    agreed = [("agree", who, it.id) for it in offered for who in it.parties] * 2
    _at_once("threads", settings, agreed)
    _check()
    assert [seats()[it] for it in people[:4]] == [groups[1], groups[1], groups[0], groups[0]]


@pytest.mark.parametrize("kind", ["threads", "processes"])
def test_the_last_freed_seat_is_one_persons(event, settings, groups, people, kind):
    waiters = [build_delegate(event, f"Chờ {i}").id for i in range(5)]
    for who in waiters:
        waiting.join(event, who, groups[0])
    actions = [("cancel", people[0]), *[("advance",)] * 5]
    actions += [("assign", groups[0], people[6]), ("advance",), ("assign", groups[0], people[4])]
    _at_once(kind, settings, actions)
    waiting.advance(event)
    _check()
    assert people[0] not in seats()
    inside = [who for who, group in seats().items() if group == groups[0]]
    assert len(inside) == 2
    # Whoever came by the list was the first.
    from_list = [it for it in waiters if it in inside]
    assert from_list in ([], waiters[:1])


def test_a_run_is_accepted_while_seats_change(event, settings, groups, people):
    newcomers = [build_delegate(event, f"Mới {i}").id for i in range(2)]
    for group in groups[:2]:
        _enlarge(group, 3)
    runs.ask(event, RunSettings(mode=Mode.NEAREST))
    running.work_once()
    waiting.join(event, people[7], groups[0])
    swap = swaps.ask(event, people[0], _code(people[2]))
    actions = [
        ("accept", 1),
        ("advance",),
        ("agree", people[2], swap),
        ("assign", groups[1], people[6]),
    ]
    actions += [("cancel", people[5]), ("advance",), ("rounds",)]
    refused = _at_once("threads", settings, actions)
    assert set(refused) <= {"", "BasisChanged", "GroupFull", "SwapEnded"}
    _check()
    assert set(seats()) <= {*people, *newcomers}


def _enlarge(group_id, capacity):
    db.session.get_one(VisitGroup, group_id).capacity = capacity
    db.session.commit()


def test_of_organisers_who_saw_the_same_one_changes_it(event, settings, groups, people):
    a, b, c = people[0], people[2], people[4]
    actions = [("board", a, groups[0], b, groups[1])] * 3
    actions += [("board", c, groups[2], b, groups[1])] * 3
    actions += [("undo",), ("undo",), ("cancel", people[7]), ("agree", a, 1)]
    refused = _at_once("threads", settings, actions)
    assert set(refused) <= {"", "SeenOtherwise", "NothingToUndo", "SwapEnded"}
    _check()
    assert sorted(seats()) == people[:7]

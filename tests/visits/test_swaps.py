"""Seats swapped by delegates: by a code or by two wishes, and never without both agreeing."""

from datetime import timedelta

import pytest

from eventapp.accounts.models import AuditEntry
from eventapp.database import now
from eventapp.extensions import db
from eventapp.mail import composing
from eventapp.mail.models import Message
from eventapp.registration import service as registration
from eventapp.registration.models import Delegate, Status
from eventapp.visits import change_rules, rules, service, swap_rounds, swaps
from eventapp.visits.models import Allocation, RuleKind, SeatSource, VisitGroup
from eventapp.visits.swap_models import SeatSwap, SwapState
from tests.builders import at, build_delegate
from tests.visits.groups import build_group, chosen, seats, taken


@pytest.fixture
def groups(event):
    """A, B and C, full with one seat each, on a day to come."""
    change_rules.set_rules(event.id, may_swap=True, may_wait=False, hours=12)
    return [build_group(event, letter, 1).id for letter in "ABC"]


@pytest.fixture
def people(event, groups):
    """One in each group."""
    found = [
        build_delegate(event, name, email=f"{name[-1]}@example.vn", days=list(event.days)).id
        for name in ("Nguyễn Văn A", "Trần Thị B", "Lê Văn C")
    ]
    for who, group in zip(found, groups, strict=True):
        service.assign(event, group, chosen(who))
    return found


def code_of(who):
    return db.session.get_one(Delegate, who).code


def swap_of(swap_id):
    db.session.rollback()
    return db.session.get_one(SeatSwap, swap_id)


def letters_to(who):
    return [it.kind for it in db.session.query(Message).filter_by(delegate_id=who)]


def test_both_agree_and_both_move(event, groups, people):
    a, b, _ = people
    swap_id = swaps.ask(event, a, code_of(b).lower())
    assert seats()[a] == groups[0]
    assert letters_to(b) == ["visit_swap_offered"]
    assert swaps.answer(event, b, swap_id, agrees=True) == SwapState.DONE
    assert (seats()[a], seats()[b]) == (groups[1], groups[0])
    assert [taken(it) for it in groups] == [1, 1, 1]
    assert {
        it.source for it in db.session.query(Allocation).where(Allocation.delegate_id != people[2])
    } == {SeatSource.SWAP}
    assert letters_to(a) == ["visit_seat_changed"]
    assert letters_to(b) == ["visit_swap_offered", "visit_seat_changed"]


def test_who_is_asked_may_decline_and_is_not_asked_again(event, groups, people):
    a, b, _ = people
    swap_id = swaps.ask(event, a, code_of(b))
    assert swaps.answer(event, b, swap_id, agrees=False) == SwapState.DECLINED
    assert seats()[a] == groups[0]
    assert "visit_swap_ended" in letters_to(a)
    with pytest.raises(swaps.NotPossible):
        swaps.ask(event, a, code_of(b))
    assert swaps.ask(event, b, code_of(a))  # who declined may ask


def test_two_wishes_find_each_other_and_both_are_asked(event, groups, people):
    a, b, _ = people
    first = swaps.wish(event, a, groups[1])
    assert swap_rounds.match(event) == 0
    swaps.wish(event, b, groups[0])
    assert swap_rounds.match(event) == 1
    swap = swap_of(first)
    assert (swap.state, swap.other_id) == (SwapState.OFFERED, b)
    assert letters_to(a) == letters_to(b) == ["visit_swap_offered"]
    assert swaps.answer(event, a, first, agrees=True) == SwapState.OFFERED
    assert seats()[a] == groups[0]
    assert swaps.answer(event, b, first, agrees=True) == SwapState.DONE
    assert (seats()[a], seats()[b]) == (groups[1], groups[0])


def test_the_wish_of_who_was_declined_goes_on(event, groups, people):
    a, b, _ = people
    first = swaps.wish(event, a, groups[1])
    asked_at = swap_of(first).asked_at
    swaps.wish(event, b, groups[0])
    swap_rounds.match(event)
    swaps.answer(event, b, first, agrees=False)
    again = db.session.query(SeatSwap).filter_by(state=SwapState.OPEN).one()
    assert (again.asker_id, again.other_group_id, again.asked_at) == (a, groups[1], asked_at)
    assert not swaps.is_pending(b)


def test_a_letter_names_the_other_only_where_a_code_was_given(event, groups, people):
    a, b, c = people
    swaps.wish(event, a, groups[1])
    swaps.wish(event, b, groups[0])
    swap_rounds.match(event)
    for message in db.session.query(Message).all():
        letter = composing.compose(message)
        other = "Trần Thị B" if message.delegate_id == a else "Nguyễn Văn A"
        assert other not in letter.text
        assert "Bộ phận" in letter.text or "Trung tâm" in letter.text
    swaps.withdraw(event, a, db.session.query(SeatSwap).filter_by(asker_id=a).one().id)
    swaps.withdraw(event, b, db.session.query(SeatSwap).filter_by(asker_id=b).one().id)
    swaps.ask(event, c, code_of(b))
    message = db.session.query(Message).filter_by(delegate_id=b).order_by(Message.id.desc()).first()
    assert "Lê Văn C" in composing.compose(message).text


@pytest.mark.parametrize("state", [Status.CANCELLED, Status.PENDING])
def test_every_refusal_about_the_other_is_the_same(event, groups, people, state):
    a, b, c = people
    pending = swaps.ask(event, b, code_of(c))
    no_seat = build_delegate(event, "Không Có Chỗ").id
    beside = build_delegate(event, "Cùng Nhóm").id
    gone = build_delegate(event, "Đã Hủy", status=state).id
    db.session.get_one(VisitGroup, groups[0]).capacity = 2
    db.session.commit()
    service.assign(event, groups[0], chosen(beside))
    for code in (
        "7QXJ4M2K9TBC",
        "",
        code_of(a),
        code_of(b),
        code_of(no_seat),
        code_of(beside),
        code_of(gone),
    ):
        with pytest.raises(swaps.NotPossible):
            swaps.ask(event, a, code)
    assert swap_of(pending).state == SwapState.OFFERED


def test_one_pending_a_person(event, groups, people):
    a, b, c = people
    swaps.ask(event, a, code_of(b))
    for who in (a, b):
        with pytest.raises(swaps.OnePending):
            swaps.wish(event, who, groups[2])
    with pytest.raises(swaps.NotPossible):
        swaps.ask(event, c, code_of(a))


def test_who_has_no_seat_offers_none(event, groups, people):
    with pytest.raises(swaps.NoSeat):
        swaps.wish(event, build_delegate(event).id, groups[0])


def test_it_must_be_allowed(event, groups, people):
    change_rules.set_rules(event.id, may_swap=False, may_wait=True, hours=12)
    with pytest.raises(swaps.SwapsOff):
        swaps.ask(event, people[0], code_of(people[1]))
    with pytest.raises(swaps.SwapsOff):
        swaps.wish(event, people[0], groups[1])


def test_not_in_the_last_hours(event, groups, people):
    a, b, c = people
    soon = now() + timedelta(hours=11)
    db.session.get_one(VisitGroup, groups[1]).departs_at = soon
    db.session.commit()
    with pytest.raises(swaps.SwapsOver):
        swaps.ask(event, a, code_of(b))
    with pytest.raises(swaps.SwapsOver):
        swaps.wish(event, b, groups[2])
    assert swaps.ask(event, a, code_of(c))


def test_not_to_a_group_whose_time_they_cannot_make(event, groups, people):
    a, b, _ = people
    day = event.days[0].date
    db.session.get_one(VisitGroup, groups[1]).departs_at = at(day.replace(year=2099), 9)
    db.session.commit()
    with pytest.raises(swaps.NotPossible):
        swaps.ask(event, a, code_of(b))
    with pytest.raises(swaps.NotPossible):
        swaps.wish(event, a, groups[1])
    assert groups[1] not in [it.id for it in swaps.mine(event, a).groups]


def test_not_to_a_group_with_steps_for_who_climbs_none(event, groups, people):
    db.session.get_one(Delegate, people[0]).needs_step_free = True
    db.session.commit()
    assert swaps.mine(event, people[0]).groups == []
    with pytest.raises(swaps.NotPossible):
        swaps.ask(event, people[0], code_of(people[1]))


@pytest.mark.parametrize("kind", [RuleKind.PIN, RuleKind.NEVER, RuleKind.TOGETHER, RuleKind.APART])
def test_rules_hold(event, groups, people, kind):
    a, b, _ = people
    about = {
        RuleKind.PIN: ([a], groups[0]),
        RuleKind.NEVER: ([a], groups[1]),
        RuleKind.TOGETHER: ([a, _mate(event, groups[0])], None),
        RuleKind.APART: ([a, _mate(event, groups[1])], None),
    }[kind]
    rules.add_rule(event.id, kind, about[0], group_id=about[1])
    with pytest.raises(swaps.NotPossible):
        swaps.ask(event, a, code_of(b))
    assert seats()[a] == groups[0]


def test_who_is_kept_from_the_one_they_swap_with_may(event, groups, people):
    a, b, _ = people
    rules.add_rule(event.id, RuleKind.APART, [a, b])
    swap_id = swaps.ask(event, a, code_of(b))
    assert swaps.answer(event, b, swap_id, agrees=True) == SwapState.DONE


def _mate(event, group_id):
    who = build_delegate(event, "Bạn Cùng Đoàn").id
    db.session.get_one(VisitGroup, group_id).capacity += 1
    db.session.commit()
    service.assign(event, group_id, chosen(who))
    return who


def test_a_rule_laid_down_meanwhile_holds(event, groups, people):
    a, b, _ = people
    swap_id = swaps.ask(event, a, code_of(b))
    rules.add_rule(event.id, RuleKind.PIN, [a], group_id=groups[0])
    assert swaps.answer(event, b, swap_id, agrees=True) == SwapState.VOID
    assert (seats()[a], seats()[b]) == (groups[0], groups[1])
    assert letters_to(a) == ["visit_swap_ended"]


def test_who_is_moved_meanwhile_swaps_no_more(event, groups, people):
    a, b, _ = people
    swap_id = swaps.ask(event, a, code_of(b))
    db.session.get_one(VisitGroup, groups[2]).capacity = 2
    db.session.commit()
    service.assign(event, groups[2], chosen(a))
    assert swap_of(swap_id).state == SwapState.VOID
    with pytest.raises(swaps.SwapEnded):
        swaps.answer(event, b, swap_id, agrees=True)
    assert letters_to(b) == ["visit_swap_offered"]
    swap_rounds.do_chores()
    swap_rounds.do_chores()
    assert letters_to(b) == ["visit_swap_offered", "visit_swap_ended"]
    assert letters_to(a) == []  # who knows


def test_when_one_cancels_the_wish_of_the_other_goes_on(event, groups, people):
    a, b, _ = people
    first = swaps.wish(event, a, groups[1])
    swaps.wish(event, b, groups[0])
    swap_rounds.match(event)
    registration.cancel(event, b)
    assert swap_of(first).state == SwapState.VOID
    swap_rounds.do_chores()
    assert swaps.mine(event, a).pending.state == SwapState.OPEN
    assert "visit_swap_ended" in letters_to(a)


def test_what_is_not_answered_in_time_ends(event, groups, people):
    a, b, _ = people
    swap_id = swaps.ask(event, a, code_of(b))
    swap_of(swap_id).expires_at = now() - timedelta(seconds=1)
    db.session.commit()
    assert swap_rounds.do_chores() == 1
    assert swap_of(swap_id).state == SwapState.EXPIRED
    assert not swaps.is_pending(a)
    assert letters_to(a) == ["visit_swap_ended"]


def test_who_asked_may_withdraw(event, groups, people):
    a, b, c = people
    swap_id = swaps.ask(event, a, code_of(b))
    with pytest.raises(swaps.SwapEnded):
        swaps.withdraw(event, c, swap_id)
    swaps.withdraw(event, a, swap_id)
    with pytest.raises(swaps.SwapEnded):
        swaps.answer(event, b, swap_id, agrees=True)
    with pytest.raises(composing.Overtaken):
        composing.compose(db.session.query(Message).filter_by(delegate_id=b).first())


def test_a_substitute_is_in_no_swap(event, groups, people):
    a, b, _ = people
    swap_id = swaps.ask(event, a, code_of(b))
    other = build_delegate(event, "Người Thay").id
    with db.session.no_autoflush:
        service.hand_over_seat(event.id, b, other)
    db.session.commit()
    assert swap_of(swap_id).state == SwapState.VOID


def test_each_step_is_in_the_change_log_of_both(event, groups, people):
    a, b, _ = people
    swaps.answer(event, b, swaps.ask(event, a, code_of(b)), agrees=True)
    for who in (a, b):
        found = db.session.query(AuditEntry).filter_by(subject="delegate", subject_id=str(who))
        assert {"ask_swap", "swap", "seat"} <= {it.action for it in found}

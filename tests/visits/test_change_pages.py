"""What organisers set about changes by delegates, and the waitlist on a group's page."""

import re

import pytest

from eventapp.extensions import db
from eventapp.visits import change_rules, rules, service, sites, waiting
from eventapp.visits.models import RuleKind
from tests.builders import build_delegate
from tests.conftest import post
from tests.visits.groups import build_group, chosen, seats

SETTINGS = "/manage/hoi-nghi/visits/changes"


@pytest.fixture
def group(event):
    """A group that is full, with somebody in it."""
    found = build_group(event, "A", 1).id
    service.assign(event, found, chosen(build_delegate(event, "Trong Nhóm").id))
    return found


def test_what_delegates_may_do_is_set(event, organiser):
    assert not change_rules.rules_of(event.id).may_swap
    typed = {"may_swap": "y", "until": "hours", "hours": "6"}
    assert post(organiser, SETTINGS, typed).status_code == 303
    found = change_rules.rules_of(event.id)
    assert (found.may_swap, found.may_wait, found.hours) == (True, False, 6)
    assert 'value="6"' in organiser.get(SETTINGS).text
    post(organiser, SETTINGS, {"may_wait": "y", "until": "wishes", "hours": "6"})
    found = change_rules.rules_of(event.id)
    assert (found.may_swap, found.may_wait, found.hours) == (False, True, None)


@pytest.mark.parametrize("typed", [{"hours": "-1"}, {"hours": "x"}, {"until": "never"}])
def test_nonsense_is_refused(event, organiser, typed):
    page = post(organiser, SETTINGS, {"until": "hours", "hours": "6", **typed})
    assert page.status_code == 422
    assert change_rules.rules_of(event.id).hours == change_rules.ChangeRules().hours


def test_organisers_put_people_on_the_list_and_change_it(event, group, organiser):
    some = [build_delegate(event, f"Chờ {name}").id for name in ("Một", "Hai", "Ba")]
    address = f"/manage/hoi-nghi/visits/groups/{group}"

    def act(who, action):
        data = {"action": action}
        return post(organiser, f"{address}/waitlist/{who}", data, form_at=address)

    post(organiser, f"{address}/waitlist", {"ids": some}, form_at=address)
    assert [it.delegate_id for it in waiting.line(group)] == some
    page = organiser.get(address).text
    assert re.findall(r"Chờ (Một|Hai|Ba)</strong>", page) == ["Một", "Hai", "Ba"]
    act(some[2], "first")
    act(some[0], "drop")
    db.session.rollback()
    assert [it.delegate_id for it in waiting.line(group)] == [some[2], some[1]]
    assert "đã đủ người" in follow(organiser, act(some[2], "give"))


def follow(client, answer):
    return client.get(answer.location).text


def test_whoever_is_first_gets_a_seat_with_the_change_of_the_seats(event, group, organiser):
    who = build_delegate(event).id
    waiting.join(event, who, group, by_organiser=True)
    inside = next(iter(seats()))
    address = f"/manage/hoi-nghi/visits/groups/{group}"
    post(organiser, f"{address}/remove", {"ids": inside}, form_at=address)
    assert seats() == {who: group}


def test_who_cannot_join_is_refused_in_words(event, group, organiser):
    who = build_delegate(event).id
    rules.add_rule(event.id, RuleKind.NEVER, [who], group_id=group)
    address = f"/manage/hoi-nghi/visits/groups/{group}"
    answer = post(organiser, f"{address}/waitlist", {"ids": who}, form_at=address)
    assert "quy tắc không cho vào nhóm này" in follow(organiser, answer)


@pytest.mark.parametrize(
    ("values", "refusal"),
    [
        ({"reserved": 3}, sites.ReservedAboveCapacity),
        ({"reserved": -1}, sites.ReservedAboveCapacity),
        ({"minimum": 3}, sites.MinimumAboveCapacity),
        ({"minimum": -1}, sites.MinimumAboveCapacity),
        ({"capacity": -1}, sites.BadNumber),
    ],
)
def test_numbers_that_cannot_be_are_refused_by_name(event, values, refusal):
    data = {"site_id": event.sites[0].id, "letter": "D", "capacity": 2, **values}
    with pytest.raises(refusal):
        sites.add_group(event.id, sites.GroupData(**data))
    group_id = build_group(event, "E", 2).id
    with pytest.raises(refusal):
        sites.change_group(event.id, group_id, sites.GroupData(**{**data, "letter": "E"}))

"""The pages of the allocation: rules, what matters, runs, the preview, accepting it."""

import re
from html import unescape

import pytest

from eventapp import tokens
from eventapp.extensions import db
from eventapp.mail.models import Message
from eventapp.registration.models import Status
from eventapp.visits import rules, running, runs, service, sites
from eventapp.visits.allocation_settings import settings_of
from eventapp.visits.models import AllocationRun, RuleKind, RunState, VisitRule
from tests.builders import build_delegate, build_event
from tests.conftest import post
from tests.visits.groups import build_group, chosen, seats, wish

RULES = "/manage/hoi-nghi/visits/rules"
ALL = "/manage/hoi-nghi/visits/allocation"
NOTHING = {f"aim_{place}": "" for place in range(1, 6)}


@pytest.fixture
def small(event):
    """Three people who want the first site, with two seats there and two at the second."""
    first, second = (site.id for site in event.sites)
    build_group(event, "A", 2)
    build_group(event, "B", 2, site_id=second)
    people = [build_delegate(event, f"Nguyễn Văn {name}") for name in ("An", "Bình", "Chi")]
    for person in people:
        wish(person, first, second)
    return people


def send(client, address, typed):
    """Post a form; every page has the token of the one that signs out."""
    return post(client, address, typed, form_at=ALL)


def start(client, mode="anew", **fields):
    answer = send(client, ALL, {"mode": mode, "by_hand": "1", **fields})
    assert answer.status_code == 303
    return answer.location


def read(client, address):
    return unescape(client.get(f"{address}?lang=en").text)


# --- Rules --------------------------------------------------------------------------------------


def test_a_rule_is_made_of_people_found_by_name(organiser, event):
    group, person = build_group(event), build_delegate(event, "Trần Thị Lê")
    page = send(organiser, f"{RULES}/find", {"q": "tran thi le", "kind": "pin"}).text
    assert f'value="{person.id}"' in page
    typed = {"kind": "pin", "group": group.id, "ids": person.id, "note": "Trưởng đoàn"}
    assert send(organiser, RULES, typed).status_code == 303
    rule = db.session.query(VisitRule).one()
    assert (rule.kind, rule.group_id, rule.note) == (RuleKind.PIN, group.id, "Trưởng đoàn")
    assert [it.id for it in rule.people] == [person.id]
    page = read(organiser, RULES)
    assert "Trần Thị Lê" in page
    assert "Trưởng đoàn" in page


def test_those_ticked_stay_while_others_are_searched_for(organiser, event):
    first = build_delegate(event, "Trần Thị Lê")
    second = build_delegate(event, "Phạm Văn Dũng")
    page = send(organiser, f"{RULES}/find", {"q": "dung", "ids": first.id}).text
    assert re.search(rf'value="{first.id}" id="person-{first.id}" checked', page)
    assert f'value="{second.id}"' in page


def test_a_rule_is_removed(organiser, event):
    group, person = build_group(event), build_delegate(event)
    rule = rules.add_rule(event.id, RuleKind.NEVER, [person.id], group_id=group.id)
    assert send(organiser, f"{RULES}/{rule}/delete", {}).status_code == 303
    assert db.session.query(VisitRule).count() == 0
    assert send(organiser, f"{RULES}/{rule}/delete", {}).status_code == 404


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"kind": "pin"}, "tick them first"),
        ({"kind": "pin", "ids": "one"}, "Choose the group"),
        ({"kind": "pin", "ids": "one", "group": "9999"}, "Choose the group"),
        ({"kind": "together", "ids": "one"}, "two or more"),
        ({"kind": "together", "ids": ["one", "9999"]}, "no longer in the list"),
        ({"kind": "sideways", "ids": "one"}, "Choose what the rule says"),
    ],
)
def test_a_rule_that_says_nothing_is_refused(organiser, event, typed, said):
    one = build_delegate(event).id
    names = typed.get("ids", [])
    names = names if isinstance(names, list) else [names]
    answer = send(
        organiser,
        f"{RULES}?lang=en",
        {**typed, "ids": [one if it == "one" else it for it in names]},
    )
    assert answer.status_code == 422
    assert said in unescape(answer.text)
    assert db.session.query(VisitRule).count() == 0


def test_more_people_than_a_rule_takes_are_refused(event):
    with pytest.raises(rules.TooManyPeople) as refused:
        rules.add_rule(event.id, RuleKind.APART, range(1, 60))
    assert refused.value.most == rules.MOST_APART


def test_people_of_another_event_are_refused(event):
    other = build_delegate(build_event("khac")).id
    with pytest.raises(service.DelegateNotFound):
        rules.add_rule(event.id, RuleKind.TOGETHER, [build_delegate(event).id, other])


def test_what_is_wrong_stands_beside_the_rules_at_fault(organiser, event):
    build_group(event)
    one = build_delegate(event, "Trần Thị Lê", status=Status.PENDING)  # takes no part yet
    other = build_delegate(event, "Phạm Văn Dũng")
    rules.add_rule(event.id, RuleKind.TOGETHER, [one.id, other.id])
    rules.add_rule(event.id, RuleKind.APART, [one.id, other.id])
    page = read(organiser, RULES)
    said = "Trần Thị Lê and Phạm Văn Dũng are to be together and to be apart"
    assert page.count(said) == 2
    assert "in the way of any allocation" not in page


def test_somebody_fixed_twice_is_named(organiser, event):
    person = build_delegate(event, "Trần Thị Lê").id
    for letter in "AB":
        group = build_group(event, letter)
        rules.add_rule(event.id, RuleKind.PIN, [person], group_id=group.id)
    assert read(organiser, RULES).count("Trần Thị Lê is fixed in several groups: A, B.") == 2


# --- What matters -------------------------------------------------------------------------------


def test_what_matters_is_set_in_order(organiser, event):
    typed = {
        **NOTHING,
        "aim_1": "delegations",
        "aim_2": "wishes",
        "delegations": "mixed",
        "worst": "2",
        "seconds": "30",
    }
    assert send(organiser, f"{ALL}/settings", typed).status_code == 303
    found = settings_of(event.id)
    assert [it.value for it in found.aims] == ["mixed", "wishes"]
    assert (found.worst, found.seconds) == (2, 30)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"aim_2": "wishes"}, "stands further up already"),
        ({"aim_1": ""}, "at least one thing"),
        ({"worst": "0"}, "from 1 to 20"),
        ({"seconds": "99999"}, "from 1 to 1800"),
    ],
)
def test_what_cannot_matter_is_refused(organiser, event, changes, said):
    usual = {"aim_1": "wishes", "delegations": "together", "worst": "3", "seconds": "60"}
    typed = {**NOTHING, **usual, **changes}
    answer = send(organiser, f"{ALL}/settings?lang=en", typed)
    assert answer.status_code == 422
    assert said in unescape(answer.text)


# --- Runs ---------------------------------------------------------------------------------------


def test_a_run_is_started_looked_at_and_accepted(organiser, event, small):
    address = start(organiser)
    assert "Waiting for its turn" in read(organiser, address)
    running.work_once()
    page = read(organiser, address)
    assert "Proven: nothing is better" in page
    assert "Nothing has changed so far." in page
    assert "Nguyễn Văn An" in page
    assert seats() == {}
    assert send(organiser, f"{address}/accept?lang=en", {}).status_code == 303
    assert len(seats()) == 3
    page = read(organiser, address)
    assert "Accepted. Moved to another group: 0; newly seated: 3; as before: 0." in page
    assert "Accept this allocation" not in page
    assert db.session.query(Message).count() == 0


def test_the_pages_say_why(organiser, event, small):
    address = start(organiser)
    running.work_once()
    send(organiser, f"{address}/accept?lang=en", {})
    late = next(it for it in small if service.group_of(it.id).letter == "B")
    said = (
        "Wish 1, Trung tâm dữ liệu tỉnh: group A was full, with seats for 2 "
        "(for whom it was an equal wish: 2)."
    )
    for page in (
        f"/manage/hoi-nghi/delegates/{late.id}",
        f"/manage/hoi-nghi/visits/groups/{service.group_of(late.id).id}/why",
    ):
        text = read(organiser, page)
        assert "Wish 2 of 2." in text
        assert said in text


def test_the_personal_page_says_why_and_names_nobody(client, organiser, event, small):
    secret = tokens.new_secret()
    for person in small:
        person.secret_hash = tokens.hash_secret(secret) if person is small[2] else None
    db.session.commit()
    rules.add_rule(event.id, RuleKind.APART, [small[0].id, small[2].id])
    rules.add_rule(event.id, RuleKind.PIN, [small[0].id], group_id=sites.groups_of(event.id)[0].id)
    address = start(organiser)
    running.work_once()
    send(organiser, f"{address}/accept", {})
    text = read(client, f"/p/{secret}")
    assert "Why this group: Wish 2 of 2." in text
    assert "the organisers have decided against group A" in text
    assert small[0].name not in text


def test_progress_is_told_until_it_has_ended(organiser, event, small):
    address = start(organiser)
    claimed = runs.claim()
    runs.report(
        claimed,
        {
            "aim": "wishes",
            "stage": 2,
            "stages": 3,
            "value": 4,
            "bound": 3,
            "gap": 0.25,
            "seconds": 7,
        },
    )
    answer = organiser.get(f"{address}/progress?lang=en")
    assert "2 of 3: Wishes met" in answer.text
    assert "25.0 %" in answer.text
    assert "HX-Refresh" not in answer.headers
    send(organiser, f"{address}/stop", {})
    assert "Being stopped" in read(organiser, f"{address}/progress")
    db.session.query(AllocationRun).update(
        {"state": RunState.FAILED, "result": {"why": "too_long"}}
    )
    db.session.commit()
    assert organiser.get(f"{address}/progress").headers["HX-Refresh"] == "true"
    assert "did not end in time" in read(organiser, address)


def test_a_second_run_at_once_leads_to_the_first(organiser, event, small):
    assert start(organiser) == start(organiser, "nearest")
    assert db.session.query(AllocationRun).count() == 1


def test_a_run_that_was_put_aside_is_not_accepted(organiser, event, small):
    address = start(organiser)
    running.work_once()
    send(organiser, f"{address}/drop", {})
    send(organiser, f"{address}/accept?lang=en", {})
    assert "The run cannot be accepted: put aside." in read(organiser, address)
    assert seats() == {}


def test_what_has_changed_since_is_named(organiser, event, small):
    address = start(organiser)
    running.work_once()
    group = build_group(event, "C", 1)
    service.assign(event, group.id, chosen(small[0].id))
    send(organiser, f"{address}/accept?lang=en", {})
    text = read(organiser, address)
    assert "Nothing was changed: since it was worked out" in text
    for what in ("groups or sites", "rules", "who sits where"):
        assert what in text
    assert seats() == {small[0].id: group.id}


def test_faults_are_named_with_where_to_mend_them(organiser, event):
    group = build_group(event, "A", 5, minimum=5, reserved=1)
    build_delegate(event, "Trần Thị Lê", needs_step_free=True)
    text = read(organiser, ALL)
    assert "Group A needs at least 5 people and has 4 seats to give." in text
    assert f"/groups/{group.id}/edit" in text
    assert "1 people need a way without steps, and groups without steps have 0 seats" in text
    address = start(organiser)
    running.work_once()
    text = read(organiser, address)
    assert "It cannot be done as things are" in text
    assert "needs at least 5 people" in text


def test_what_would_free_it_is_said(organiser, event):
    """Two groups that both need three people, and four people, two of whom are fixed in each."""
    first, second = build_group(event, "A", 4, minimum=3), build_group(event, "B", 4, minimum=3)
    people = [build_delegate(event, f"Người {number}").id for number in range(4)]
    rules.add_rule(event.id, RuleKind.PIN, people[:2], group_id=first.id)
    rules.add_rule(event.id, RuleKind.PIN, people[2:], group_id=second.id)
    address = start(organiser)
    running.work_once()
    text = read(organiser, address)
    assert "This together would be enough, and less is not:" in text
    assert "Lower the minimum of group" in text


def test_an_unknown_run_is_not_found(organiser, event):
    for tail in ("", "/progress"):
        assert organiser.get(f"{ALL}/9{tail}").status_code == 404
    for tail in ("stop", "drop", "accept"):
        assert send(organiser, f"{ALL}/9/{tail}", {}).status_code == 404
    assert send(organiser, ALL, {"mode": "sideways"}).status_code == 400

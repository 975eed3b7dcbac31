"""The change log in words: nothing that is recorded appears under its name in the code."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import eventapp
from eventapp.accounts import audit
from eventapp.delegations.models import Decision
from eventapp.extensions import db
from eventapp.registration import quota, service, substitution
from eventapp.registration.substitution import Substitute
from eventapp.reports import change_words
from eventapp.reports.changes import changes
from tests.builders import build_delegate, organisation

_CODE = Path(eventapp.__file__).parent


def _constants(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from _constants(node.body)
        yield from _constants(node.orelse)


def _recorded(place: int) -> set[str]:
    """What the code records, as far as it stands in the call itself."""
    calls = [
        node
        for path in _CODE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) == "audit.record"
        and len(node.args) > place
    ]
    return {it for call in calls for it in _constants(call.args[place])}


def test_every_action_and_subject_has_a_word():
    assert len(_recorded(0)) > 30
    assert _recorded(0) <= change_words.ACTIONS.keys()
    assert _recorded(1) <= change_words.SUBJECTS.keys()
    indirectly = {"cancel", "refuse", "offer", "accept_offer", "offer_expired", "wait"}
    assert indirectly | {*Decision} - {Decision.WAITING} <= change_words.ACTIONS.keys()


def _latest(event):
    return changes(event).entries[0]


def test_places_name_whom_they_are_for(event):
    office = organisation(event)
    quota.set_places(
        event.id,
        4,
        delegation_id=office.delegation_id,
        organisation_id=office.id,
        day_id=event.days[0].id,
    )
    assert _latest(event).note == "Bắc Ninh · Sở Nội vụ · 26/11/2026"


def test_a_lead_is_named_by_the_delegation(event):
    made = build_delegate(event)
    audit.actor.set(f"lead:{made.organisation.delegation_id}")
    service.cancel(event, made.id)
    assert _latest(event).actor.endswith("Bắc Ninh")


def test_the_trail_shows_both_of_a_substitution(event):
    old = build_delegate(event, "Nguyễn Văn Cũ")
    quota.set_places(event.id, 9)
    new = substitution.substitute(event, old.id, Substitute("Trần Thị Mới"), reason="Ốm")
    of_old, of_new = (
        changes(event, subject="delegate", subject_id=str(it)).entries[0] for it in (old.id, new.id)
    )
    assert (_after(of_old, "substitute"), of_old.note) == ("Trần Thị Mới", "Ốm")
    assert _after(of_new, "substitutes_id") == "Nguyễn Văn Cũ"


def _after(entry, field):
    label = str(change_words.FIELDS[field])
    [found] = [it.after for it in entry.fields if it.label == label]
    return found


@pytest.mark.parametrize("note", ["day:99", "no scope at all", ""])
def test_a_note_that_names_nothing_stays_as_it_is(event, note):
    audit.record("update", "event", event.id, event_id=event.id, note=note or None)
    db.session.commit()
    assert _latest(event).note == note

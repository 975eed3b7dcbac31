"""Tables and what is not theirs to give: classes that are closed, people of another delegation."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from flask_babel import force_locale

from eventapp.events.models import Event
from eventapp.extensions import db
from eventapp.programme import published
from eventapp.programme.models import Session, SessionKind
from eventapp.registration import quota
from eventapp.registration.choices import choices_for
from eventapp.registration.importing import Imported, import_table, uploads
from eventapp.registration.importing.plan import Cells, PlannedRow, Verdict
from eventapp.registration.importing.uploads import Source
from eventapp.registration.models import Delegate, Status
from tests.builders import build_delegate, organisation
from tests.programme import drafts
from tests.registration.filled import classes
from tests.registration.test_import import table

PERSON = {
    "name": "Nguyễn Đình Đức",
    "position": "Chuyên viên",
    "delegation": "Bắc Ninh",
    "office": "Sở Nội vụ",
}


@pytest.fixture(autouse=True)
def _in_english(app: Flask) -> Iterator[None]:
    with force_locale("en"):
        yield


def planned(event: Event, *rows: dict[str, str], by_lead: bool = False) -> list[PlannedRow]:
    scope = organisation(event).delegation if by_lead else None
    cells = [Cells(number, PERSON | row) for number, row in enumerate(rows, start=2)]
    source = Source(cells, None, None, clears=False)
    return list(uploads.plan_of(event.id, source, scope, is_public=by_lead).rows)


def problems(event: Event, row: dict[str, str], *, by_lead: bool = False) -> list[str]:
    [it] = planned(event, row, by_lead=by_lead)
    assert (it.verdict is Verdict.WRONG) == bool(it.problems)
    return [said for _key, said in it.problems]


def closed(event: Event, **somebody: Any) -> tuple[Session, Delegate]:
    """A class whose sign-up is closed, and who is in it."""
    first = classes(event)[0]
    person = build_delegate(event, "Người Trong Lớp", enrolments=[first], **somebody)
    drafts.change(event, first.id, takes_enrolment=False)
    return db.session.get_one(Session, first.id), person


# --- Classes ------------------------------------------------------------------------------------


@pytest.mark.parametrize("by_lead", [True, False])
def test_nobody_comes_into_a_class_whose_sign_up_is_closed(event: Event, by_lead: bool) -> None:
    it, _person = closed(event)
    said = problems(event, {"training": it.title}, by_lead=by_lead)
    assert said == [f"The training class “{it.title}” takes no sign-ups."]


def test_a_class_that_only_somebody_was_in_who_has_cancelled_is_unknown(event: Event) -> None:
    it, _person = closed(event, status=Status.CANCELLED)
    [said] = problems(event, {"training": it.title}, by_lead=True)
    assert "is unknown" in said


def test_organisers_give_a_class_that_is_not_published_and_leads_do_not(event: Event) -> None:
    published.publish(event)
    new = drafts.add(event, "Lớp mới", 16, kind=SessionKind.TRAINING, takes_enrolment=True)
    build_delegate(event, "Khách Mời", enrolments=[db.session.get_one(Session, new)])
    said = problems(event, {"training": "Lớp mới"}, by_lead=True)
    assert said == ["The training class “Lớp mới” takes no sign-ups."]
    assert problems(event, {"training": "Lớp mới"}) == []


@pytest.mark.parametrize("by_lead", [True, False])
def test_whoever_is_in_a_closed_class_keeps_it(event: Event, by_lead: bool) -> None:
    it, person = closed(event)
    row = {"name": person.name, "email": person.email, "position": "Vụ trưởng"}
    for cell in ({}, {"training": it.title}):
        [here] = planned(event, row | cell, by_lead=by_lead)
        assert (here.verdict, here.problems) == (Verdict.CHANGED, [])
        assert here.data is not None
        assert tuple(here.data.enrolment_ids) == (it.id,)


def test_organisers_import_changes_whoever_is_in_a_closed_class(event: Event) -> None:
    it, person = closed(event)
    row = [person.name, "Vụ trưởng", "Bắc Ninh", "Sở Nội vụ", person.email, it.title]
    data = table(row, more=("E-mail", "Training"))
    assert import_table(event, data) == Imported(0, 1, 0, 0)
    db.session.expire_all()
    assert [one.id for one in db.session.get_one(Delegate, person.id).enrolments] == [it.id]


def test_the_days_of_a_closed_class_count_when_the_row_changes_them(event: Event) -> None:
    it, person = closed(event)
    other = next(day for day in event.days if day.id != it.day_id)
    row = {"name": person.name, "email": person.email, "days": f"{other.date:%d/%m/%Y}"}
    said = problems(event, row)
    assert said == ["The training class is on a day that is not chosen."]


def test_a_published_title_means_the_class_that_is_published_under_it(event: Event) -> None:
    one, two = [(it.id, it.title) for it in classes(event)]
    published.publish(event)
    drafts.change(event, one[0], title=two[1])
    drafts.change(event, two[0], title=one[1])
    for id_, title in (one, two):
        for by_lead in (True, False):
            [row] = planned(event, {"training": title}, by_lead=by_lead)
            assert row.data is not None
            assert tuple(row.data.enrolment_ids) == (id_,)


def test_a_title_of_two_classes_is_a_problem(event: Event) -> None:
    one, two = classes(event)
    drafts.change(event, two.id, title=one.title)
    [said] = problems(event, {"training": one.title})
    assert said == f"“Training”: “{one.title}” is the name of several."


def test_a_new_member_is_offered_only_what_may_be_chosen(event: Event) -> None:
    it, _person = closed(event)
    delegation_id = organisation(event).delegation_id
    offered = choices_for(event, delegation_id=delegation_id).classes
    assert it.id not in {one.id for one in offered}


# --- Places -------------------------------------------------------------------------------------


def test_what_is_full_is_looked_up_once(event: Event, count_queries: Callable[[], Any]) -> None:
    first = classes(event)[0]
    quota.set_places(event.id, 0, session_id=first.id)
    published.publish(event)
    title = first.title

    def reading_programmes(number: int) -> int:
        rows = [{"name": f"Người {'Abcdefgh'[at]}", "training": title} for at in range(number)]
        db.session.expire_all()
        with count_queries() as seen:
            plan = planned(event, *rows)
        assert {it.problems[0][1] for it in plan} == {f"No place is left for this person: {title}."}
        return sum("FROM programme_version" in it for it in seen)

    assert reading_programmes(8) == reading_programmes(1)


# --- People of another delegation ---------------------------------------------------------------


def test_a_leads_table_says_nothing_of_another_delegations_people(event: Event) -> None:
    ministry = organisation(event, "Bộ Tài chính")
    other = build_delegate(event, PERSON["name"], organisation=ministry)
    for about in ({"email": other.email}, {"code": other.code}):
        [row] = planned(event, about, by_lead=True)
        assert (row.verdict, row.stored, row.problems, row.remarks) == (Verdict.NEW, None, [], [])
    said = problems(event, {"email": other.email})
    assert said == ["This person is registered already, with another delegation."]


def test_a_row_about_another_delegations_person_says_what_it_says_of_nobody(event: Event) -> None:
    ministry = organisation(event, "Bộ Tài chính")
    other = build_delegate(event, "Khác Đoàn", organisation=ministry)
    said = []
    for id_ in (other.id, other.id + 1000):
        source = Source([Cells(2, PERSON, id_, 1)], None, None, clears=True)
        scope = organisation(event).delegation
        [row] = uploads.plan_of(event.id, source, scope, is_public=True).rows
        assert row.verdict is Verdict.WRONG
        said.append(row.problems)
    assert said[0] == said[1]

"""What is kept of an event's offer, and that whatever changes it is seen at once."""

import pytest
from sqlalchemy import select, text

from eventapp.database import db, transaction
from eventapp.delegations import invitations
from eventapp.events.models import Category, Day, Event, Site
from eventapp.programme.models import Session
from eventapp.questions import service as questions
from eventapp.questions.models import Question, QuestionKind
from eventapp.registration import offer
from eventapp.registration.models import Delegation, Organisation
from eventapp.registration.offer import offered_by
from eventapp.registration.service import Consent, register
from tests.builders import build_event
from tests.registration.filled import classes, details


@pytest.fixture(autouse=True)
def _long_periods(monkeypatch):
    """Nothing is seen anew because time has passed."""
    monkeypatch.setattr(offer, "_SECONDS", 10**9)


def version(event):
    """What another process reads."""
    with db.engine.connect() as connection:
        return connection.scalar(select(Event.offer_version).where(Event.id == event.id))


def first(model, event):
    return db.session.scalars(select(model).filter_by(event_id=event.id).order_by(model.id)).first()


def office(event):
    return db.session.scalars(
        select(Organisation).join(Organisation.delegation).where(Delegation.event_id == event.id)
    ).first()


def names(rows):
    return [it.name for it in rows]


def test_it_offers_what_the_event_has(event):
    offered = offered_by(event)
    assert names(offered.categories) == names(event.categories)
    assert [it.date for it in offered.days] == [it.date for it in event.days]
    assert names(offered.sites) == names(event.sites)
    assert [it.title for it in offered.classes] == [it.title for it in classes(event)]
    assert [it.room.name for it in offered.classes] == ["Phòng A", "Phòng A"]
    assert [(it.name, names(offered.offices(it))) for it in offered.delegations] == [
        ("Bắc Ninh", ["Sở Nội vụ", "Văn phòng UBND"]),
        ("Điện Biên", ["Sở Nội vụ", "Văn phòng UBND"]),
        ("Bộ Tài chính", ["Bộ Tài chính"]),
        ("Khác", []),
    ]


def test_it_is_kept(event):
    offered = offered_by(event)
    db.session.commit()
    assert offered_by(event) is offered
    register(event, details(event), submission=None, consent=Consent("1"))
    assert offered_by(event) is offered, "a registration changes nothing of it"
    assert names(offered.sites), "and it can be read when its request is over"


def test_events_are_kept_apart(event):
    other = build_event("khac")
    before = version(other)
    assert {it.id for it in offered_by(event).days}.isdisjoint(
        it.id for it in offered_by(other).days
    )
    with transaction():
        first(Site, event).name = "Nơi khác"
    assert version(other) == before


def _rename(model):
    def change(event):
        first(model, event).name = "Tên mới"

    return change


def _rename_room(event):
    classes(event)[0].room.name = "Tên mới"


def _rename_office(event):
    office(event).name = "Tên mới"


def _retitle(event):
    first(Session, event).title = "Tên mới"


def _add_day(event):
    event.days.append(Day(date=event.days[0].date.replace(day=1)))


def _add_site(event):
    db.session.add(Site(event_id=event.id, name="Nơi mới"))


def _add_office(event):
    delegation = first(Delegation, event)
    delegation.organisations.append(
        Organisation(name="Sở mới", name_folded="so moi", sort_key="so moi")
    )


def _add_question(event):
    db.session.add(Question(event_id=event.id, kind=QuestionKind.TEXT, label="Cỡ áo"))


def _delete_site(event):
    site = first(Site, event)
    db.session.expire(site)
    db.session.delete(site)


def _delete_office(event):
    db.session.delete(office(event))


def _list_what_was_typed(event):
    office(event).is_typed = True


CHANGES = (
    *(_rename(it) for it in (Category, Delegation, Site)),
    *(_rename_room, _rename_office, _retitle, _add_day, _add_site, _add_office, _add_question),
    *(_delete_site, _delete_office, _list_what_was_typed),
)


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_of_what_is_offered_is_seen_by_everybody(event, change):
    offered, before = offered_by(event), version(event)
    with transaction():
        change(event)
    assert version(event) != before
    anew = offered_by(event)
    assert anew is not offered
    assert shown(anew) != shown(offered) or change is _add_day


def shown(offered):
    """What the form is made of."""
    return (
        [(it.name, names(offered.offices(it))) for it in offered.delegations],
        names(offered.categories),
        [it.date for it in offered.days],
        [(it.title, it.room.name) for it in offered.classes],
        names(offered.sites),
        [it.label for it in offered.questions],
    )


def test_whom_a_question_is_asked_of_is_seen(event):
    asked = questions.QuestionData(QuestionKind.TEXT, "Cỡ áo")
    question = questions.save(event, None, asked)
    assert [it.categories for it in offered_by(event).questions] == [[]]
    category = event.categories[0].id
    only = questions.QuestionData(QuestionKind.TEXT, "Cỡ áo", category_ids=[category])
    questions.save(event, question.id, only)
    [seen] = offered_by(event).questions
    assert [it.id for it in seen.categories] == [category]
    questions.set_retired(event, question.id, is_retired=True)
    assert offered_by(event).questions == []


def test_a_change_that_is_taken_back_leaves_nothing(event):
    offered = offered_by(event)
    with pytest.raises(KeyError), transaction():
        first(Site, event).name = "Chưa từng có"
        db.session.flush()
        db.session.refresh(event)
        assert "Chưa từng có" in names(offered_by(event).sites)
        raise KeyError
    assert offered_by(event) is offered
    with transaction():
        first(Site, event).address = "Đường Lý Thái Tổ"
    assert "Chưa từng có" not in names(offered_by(event).sites)


def test_each_change_of_one_transaction_counts(event):
    with transaction():
        first(Site, event).name = "Tên thứ nhất"
        db.session.flush()
        db.session.refresh(event)
        offered_by(event)
        first(Site, event).name = "Tên thứ hai"
    assert "Tên thứ hai" in names(offered_by(event).sites)


def test_what_is_typed_and_what_leads_do_change_nothing(event):
    before = version(event)
    typed = details(event, organisation_id=None, organisation_typed="Viện Công nghệ")
    register(event, typed, submission=None, consent=Consent("1"))
    delegation_id = first(Delegation, event).id
    invitations.remember_visit(delegation_id)
    with transaction():
        db.session.get_one(Delegation, delegation_id).lead_name = "Nguyễn Thị Đầu Mối"
    assert version(event) == before


def test_what_is_changed_past_the_mapper_is_seen_with_time(event, monkeypatch):
    offered = offered_by(event)
    with transaction():
        db.session.execute(text("update site set name = name || ' (SQL)'"))
    assert offered_by(event) is offered
    monkeypatch.setattr(offer, "_SECONDS", 1)  # another period
    assert all(name.endswith(" (SQL)") for name in names(offered_by(event).sites))

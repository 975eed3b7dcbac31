"""A form as somebody fills it in, and what it says."""

from typing import Any

from sqlalchemy import func, select

from eventapp import tokens
from eventapp.events.models import Event
from eventapp.extensions import db
from eventapp.programme.models import Session
from eventapp.registration import quota
from eventapp.registration.models import HOLDING, Delegate, Status
from eventapp.registration.service import DelegateData
from tests.builders import organisation


def details(event: Event, **changes: Any) -> DelegateData:
    """What the service takes."""
    values: dict[str, Any] = {
        "name": "Nguyễn Đình Ân",
        "position": "Phó Giám đốc",
        "category_id": event.categories[0].id,
        "organisation_id": organisation(event).id,
        "email": "an@bacninh.example",
        "phone": "+84912345678",
        "day_ids": [day.id for day in event.days],
        "site_ids": [site.id for site in event.sites],
    }
    return DelegateData(**{**values, **changes})


def form_data(event: Event, **changes: Any) -> dict[str, Any]:
    """What a browser sends; None leaves a field out."""
    office = organisation(event)
    values: dict[str, Any] = {
        "name": "Nguyễn Đình Ân",
        "position": "Phó Giám đốc",
        "delegation_id": office.delegation_id,
        "organisation_id": office.id,
        "organisation_typed": "",
        "category_id": event.categories[0].id,
        "email": "an@bacninh.example",
        "phone": "0912 345 678",
        "day_ids": [day.id for day in event.days],
        "class_id": 0,
        "wish_1": event.sites[1].id,
        "wish_2": event.sites[0].id,
        "diet": "Ăn chay",
        "needs": "",
        "submission": tokens.new_secret(),
        "consent": "y",
    }
    values.update(changes)
    return {name: value for name, value in values.items() if value is not None}


def classes(event: Event) -> list[Session]:
    """The sessions that people choose, in order."""
    return list(
        db.session.scalars(
            select(Session).filter_by(event_id=event.id, takes_enrolment=True).order_by(Session.id)
        )
    )


def coming(event_id: int) -> int:
    """How many have a place, and the quota says the same."""
    number = counted(event_id, *HOLDING)
    assert number == quota.taken(event_id)
    return number


def counted(event_id: int, *statuses: Status) -> int:
    """How many registrations stand so."""
    db.session.rollback()
    query = select(func.count(Delegate.id)).where(
        Delegate.event_id == event_id, Delegate.status.in_(statuses)
    )
    return db.session.scalar(query) or 0

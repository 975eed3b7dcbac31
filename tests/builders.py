"""Rows that tests start from. Each function commits what it makes."""

from datetime import date, datetime, time
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from eventapp import text, tokens
from eventapp.events.models import Category, Day, Event, Room, Site
from eventapp.extensions import db
from eventapp.programme.models import Session, SessionKind
from eventapp.registration.models import (
    Delegate,
    Delegation,
    Organisation,
    Province,
    Quota,
    Status,
)

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
_numbers = count(1)


def build_event(slug: str = "hoi-nghi", *, places: int | None = None) -> Event:
    """Two days, two rooms, two categories, two sites, two provinces, one ministry, two classes."""
    event = Event(
        slug=slug,
        title="Hội nghị tổng kết và tập huấn khu vực miền Bắc",
        short_title="Hội nghị tổng kết",
        title_en="Review conference and training, Northern region",
        organiser="Bộ Thông tin và Truyền thông",
        venue="Trung tâm văn hóa Kinh Bắc",
        place="Bắc Ninh",
        self_edit_until=date(2099, 12, 31),  # whenever the tests run
        days=[Day(date=date(2026, 11, 26)), Day(date=date(2026, 11, 27))],
        rooms=[Room(name="Hội trường lớn", position=1), Room(name="Phòng A", position=2)],
        categories=[
            Category(name="Đại biểu", name_en="Delegate", colour="#1d4e89", position=1),
            Category(name="Khách mời", name_en="Guest", colour="#a4161a", position=2),
        ],
        sites=[
            Site(name="Trung tâm dữ liệu tỉnh", position=1),
            Site(name="Bộ phận một cửa điện tử", position=2),
        ],
    )
    db.session.add(event)
    db.session.flush()
    db.session.add(Quota(event_id=event.id, places=places))
    for position, (code, name) in enumerate([("27", "Bắc Ninh"), ("11", "Điện Biên")], start=1):
        if db.session.get(Province, code) is None:
            db.session.add(Province(code=code, name=name, kind="tỉnh", region="Miền Bắc"))
        add_delegation(event, name, ["Sở Nội vụ", "Văn phòng UBND"], position, province=code)
    add_delegation(event, "Bộ Tài chính", ["Bộ Tài chính"], 3)
    db.session.add(Delegation(event_id=event.id, name="Khác", position=9, is_other=True))
    for letter in "AB":
        db.session.add(
            Session(
                event_id=event.id,
                day=event.days[0],
                room=event.rooms[1],
                kind=SessionKind.TRAINING,
                title=f"Tập huấn lớp {letter}",
                starts_at=at(event.days[0].date, 13, 30),
                ends_at=at(event.days[0].date, 16, 30),
                takes_enrolment=True,
                uid=f"session-{slug}-{letter}@eventapp",
            )
        )
    db.session.commit()
    return event


def at(day: date, hour: int, minute: int = 0) -> datetime:
    """An instant on that day in Vietnam."""
    return datetime.combine(day, time(hour, minute), ZONE)


def add_delegation(
    event: Event, name: str, offices: list[str], position: int, province: str | None = None
) -> None:
    """Add a delegation with its offices to the transaction in progress."""
    delegation = Delegation(event_id=event.id, name=name, position=position, province_code=province)
    db.session.add(delegation)
    for office in offices:
        add_office(delegation, office)


def add_office(delegation: Delegation, name: str) -> Organisation:
    """Add an office to a delegation, in the transaction in progress."""
    office = Organisation(
        name=name,
        name_folded=text.fold(name),
        sort_key=text.collate(name),
        position=len(delegation.organisations) + 1,
    )
    delegation.organisations.append(office)
    return office


def organisation(event: Event, office: str = "Sở Nội vụ") -> Organisation:
    """The first organisation of that name at the event."""
    return (
        db.session.query(Organisation)
        .join(Delegation)
        .filter(Delegation.event_id == event.id, Organisation.name == office)
        .order_by(Delegation.position)
        .first()
    )


def build_delegate(event: Event, name: str = "Nguyễn Văn An", **values: Any) -> Delegate:
    """A registered delegate; takes no place of the quota."""
    office = values.pop("organisation", None) or organisation(event)
    delegate = Delegate(
        event_id=event.id,
        name=text.clean(name),
        name_key=text.sort_key(name),
        name_folded=text.fold(name),
        search_text=f" {text.fold(f'{name} {office.name} {office.delegation.name}')}",
        organisation=office,
        **{
            "category": event.categories[0],
            "position": "Chuyên viên",
            "email": f"nguoi{next(_numbers)}@bacninh.example",
            "status": Status.APPROVED,
            "code": tokens.new_code(),
            "days": list(event.days),
            **values,
        },
    )
    db.session.add(delegate)
    db.session.commit()
    return delegate

"""Visit groups that tests of papers start from, and a paper as it is ordered. Commits."""

import io
from typing import Any

from eventapp.documents.paper import KINDS, Order
from eventapp.events.models import Event
from eventapp.extensions import db
from eventapp.registration.models import Delegate
from eventapp.visits import service as visits
from eventapp.visits.models import Allocation, Bus, Stop, VisitGroup
from tests.builders import at, build_delegate, organisation
from tests.visits.groups import build_group, chosen

LONGEST = "Công Tằng Tôn Nữ Nguyễn Thị Hoàng Phương Khánh Huyền"
LONG_SITE = ("Trung tâm Phục vụ hành chính công và Điều hành đô thị thông minh, " * 4)[:199] + "Ý"


def build_tour(event: Event, letter: str = "B", **values: Any) -> VisitGroup:
    """A group with two buses, two stops, a leader and a guide; nobody is in it yet."""
    day = event.days[1].date
    return build_group(
        event,
        letter,
        20,
        **{
            "colour": "#1d4e89",
            "leader_name": "Trần Thị Lê",
            "leader_phone": "+84912345678",
            "guide_name": "Đỗ Văn Dẫn",
            "guide_phone": "+84911222333",
            "meeting_point": "Sân trước hội trường",
            "departs_at": at(day, 7, 30),
            "returns_at": at(day, 11, 30),
            "buses": [
                Bus(
                    label="Xe 1",
                    position=0,
                    plate="99B-001.23",
                    seats=12,
                    driver_name="Mùa A Páo",
                    driver_phone="+84977888999",
                ),
                Bus(label="Xe 2", position=1, plate="99B-002.24", seats=8),
            ],
            "stops": [
                Stop(
                    position=0,
                    name="Nhà truyền thống",
                    name_en="Museum of tradition",
                    arrives_at=at(day, 8, 0),
                    leaves_at=at(day, 8, 40),
                ),
                Stop(position=1, name="Trung tâm dữ liệu", arrives_at=at(day, 9, 0)),
            ],
            **values,
        },
    )


def seat(event: Event, group: VisitGroup, *people: Delegate) -> None:
    """Give people seats in a group, and in its buses."""
    visits.assign(event, group.id, chosen(*(it.id for it in people)))


def put_into(bus: Bus | None, *people: Delegate) -> None:
    """Put people who are in a group into one of its buses, or into none."""
    for it in people:
        db.session.get_one(Allocation, it.id).bus_id = bus.id if bus else None
    db.session.commit()


def people_of(event: Event) -> tuple[Delegate, Delegate, Delegate]:
    """Two of a province, the second with needs, and one of a ministry."""
    return (
        build_delegate(event, "Lê Ổn", phone="+84987654321", position="Giám đốc"),
        build_delegate(
            event, "Vũ An", phone="+84900111222", needs="Dị ứng đậu phộng", needs_step_free=True
        ),
        build_delegate(event, "Hoàng Ước", organisation=organisation(event, "Bộ Tài chính")),
    )


def paper(event: Event, kind: str, language: str = "vi", **options: Any) -> bytes:
    """The paper with these options, the others as the page has them by itself."""
    stream = io.BytesIO()
    usual = KINDS[kind].options(event).data
    KINDS[kind].write(Order(event, {**usual, **options}, language), stream)
    return stream.getvalue()

"""Plans of halls: computed, changed by hand, kept in step with who comes."""

import re

import pytest

from eventapp.accounts.models import AuditEntry
from eventapp.extensions import db
from eventapp.programme.models import Session
from eventapp.registration import service as registration
from eventapp.seating import reading, service
from eventapp.seating.hall import Seat
from eventapp.seating.models import SeatTaken
from eventapp.seating.service import PlanData
from tests.builders import build_delegate, build_event, organisation
from tests.conftest import post


@pytest.fixture
def people(event):
    made = {}
    for name, office, rank in (
        ("Vũ Hà", "Bộ Tài chính", 1),
        ("Lê An", "Sở Nội vụ", 2),
        ("Lê Bình", "Sở Nội vụ", 9),
        ("Đỗ Chi", "Bộ Tài chính", 9),
    ):
        made[name] = build_delegate(
            event, name, organisation=organisation(event, office), protocol_rank=rank
        ).id
    return made


@pytest.fixture
def plan_id(event, people) -> int:
    return service.add(event, PlanData(event.rooms[0].id, rows=2, seats=3, aisles=(1,)))


def revision(event, plan_id: int) -> int:
    db.session.expire_all()
    return reading.find(event.id, plan_id).revision


def shown(event, plan_id: int) -> reading.Shown:
    db.session.expire_all()
    return reading.show(reading.find(event.id, plan_id))


def names(event, plan_id: int) -> dict[str, str]:
    return {seat.label: it.name for seat, it in sorted(shown(event, plan_id).seated.items())}


def do(work, event, plan_id: int, *values, **options):
    return work(event, plan_id, revision(event, plan_id), *values, **options)


def test_everybody_is_seated(event, plan_id):
    before = shown(event, plan_id)
    assert [it.name for it in before.unseated] == ["Vũ Hà", "Lê An", "Lê Bình", "Đỗ Chi"]
    assert do(service.arrange, event, plan_id) == 0
    assert names(event, plan_id) == {"A1": "Lê An", "A2": "Vũ Hà", "A3": "Lê Bình", "B1": "Đỗ Chi"}
    marks = shown(event, plan_id).marks.values()
    assert [(it.number, it.name, it.people) for it in marks] == [
        (1, "Bắc Ninh", 2),
        (2, "Bộ Tài chính", 2),
    ]
    entry = db.session.scalars(db.select(AuditEntry).filter_by(action="arrange")).one()
    assert entry.changes == {"without_seat": [None, 0]}


def test_too_few_seats(event, plan_id):
    do(service.change, event, plan_id, PlanData(event.rooms[0].id, rows=1, seats=3))
    assert do(service.arrange, event, plan_id) == 1
    found = shown(event, plan_id)
    assert (found.too_few, found.places) == (1, 3)
    assert [it.name for it in found.unseated] == ["Đỗ Chi"]


def test_two_people_change_places(event, plan_id, people):
    do(service.arrange, event, plan_id)
    do(service.move, event, plan_id, people["Vũ Hà"], Seat(1, 1))
    found = names(event, plan_id)
    assert (found["A1"], found["A2"]) == ("Vũ Hà", "Lê An")
    do(service.move, event, plan_id, people["Vũ Hà"], Seat(2, 3))
    found = names(event, plan_id)
    assert "A1" not in found
    assert found["B3"] == "Vũ Hà"


def test_somebody_new_takes_a_seat(event, plan_id, people):
    do(service.move, event, plan_id, people["Lê An"], Seat(1, 1))
    do(service.move, event, plan_id, people["Vũ Hà"], Seat(1, 1))
    assert names(event, plan_id) == {"A1": "Vũ Hà"}
    assert "Lê An" in [it.name for it in shown(event, plan_id).unseated]


def test_pinned_seats_stay(event, plan_id, people):
    do(service.move, event, plan_id, people["Đỗ Chi"], Seat(1, 2))
    do(service.pin, event, plan_id, Seat(1, 2), is_pinned=True)
    do(service.arrange, event, plan_id)
    assert names(event, plan_id)["A2"] == "Đỗ Chi"
    assert shown(event, plan_id).seated[Seat(1, 2)].is_pinned
    do(service.pin, event, plan_id, Seat(1, 2), is_pinned=False)
    do(service.arrange, event, plan_id)
    assert names(event, plan_id)["A2"] == "Vũ Hà"


def test_a_pin_goes_with_its_person(event, plan_id, people):
    do(service.move, event, plan_id, people["Đỗ Chi"], Seat(1, 2))
    do(service.pin, event, plan_id, Seat(1, 2), is_pinned=True)
    do(service.move, event, plan_id, people["Lê An"], Seat(1, 1))
    do(service.move, event, plan_id, people["Lê An"], Seat(1, 2))
    seated = shown(event, plan_id).seated
    assert seated[Seat(1, 1)].is_pinned
    assert not seated[Seat(1, 2)].is_pinned


def test_whoever_cancels_is_shown_and_their_seat_filled(event, plan_id, people):
    do(service.arrange, event, plan_id)
    registration.cancel(event, people["Vũ Hà"])
    new = build_delegate(event, "Ngô Mới", protocol_rank=9)
    found = shown(event, plan_id)
    assert (found.gone, [it.name for it in found.unseated]) == (1, ["Ngô Mới"])
    before = {label: name for label, name in names(event, plan_id).items() if name != "Vũ Hà"}
    assert do(service.fill, event, plan_id) == 0
    after = names(event, plan_id)
    assert before.items() <= after.items()
    assert new.name in after.values()
    assert "Vũ Hà" not in after.values()


def test_a_substitute_inherits_the_seat(event, plan_id, people):
    do(service.arrange, event, plan_id)
    new = build_delegate(event, "Ngô Mới").id
    seat = reading.seats_of(people["Vũ Hà"])
    service.hand_over(event.id, people["Vũ Hà"], new)
    db.session.commit()
    assert reading.seats_of(new) == seat
    assert reading.seats_of(people["Vũ Hà"]) == []


def test_a_seat_out_of_use(event, plan_id, people):
    do(service.arrange, event, plan_id)
    do(service.close, event, plan_id, Seat(1, 2), is_closed=True)
    assert "A2" not in names(event, plan_id)
    with pytest.raises(service.SeatClosed):
        do(service.move, event, plan_id, people["Vũ Hà"], Seat(1, 2))
    do(service.arrange, event, plan_id)
    assert "A2" not in names(event, plan_id)
    do(service.close, event, plan_id, Seat(1, 2), is_closed=False)
    do(service.move, event, plan_id, people["Vũ Hà"], Seat(1, 2))
    assert names(event, plan_id)["A2"] == "Vũ Hà"


def test_there_is_no_such_seat(event, plan_id, people):
    for seat in (Seat(3, 1), Seat(1, 4), Seat(0, 1)):
        with pytest.raises(service.SeatClosed):
            do(service.move, event, plan_id, people["Vũ Hà"], seat)
        with pytest.raises(service.SeatClosed):
            do(service.close, event, plan_id, seat, is_closed=True)


def test_only_who_comes_is_seated(event, plan_id, people):
    registration.cancel(event, people["Vũ Hà"])
    elsewhere = build_delegate(build_event("khac"), "Người Khác").id
    for id_ in (people["Vũ Hà"], elsewhere, 999_999):
        with pytest.raises(service.NotComing):
            do(service.move, event, plan_id, id_, Seat(1, 1))


def test_a_smaller_hall_leaves_people_without_a_seat(event, plan_id, people):
    do(service.move, event, plan_id, people["Vũ Hà"], Seat(2, 3))
    do(service.close, event, plan_id, Seat(2, 1), is_closed=True)
    do(service.change, event, plan_id, PlanData(event.rooms[0].id, rows=1, seats=2, aisles=(2, 9)))
    plan = reading.find(event.id, plan_id)
    assert (plan.aisles, plan.closed) == ([], [])
    assert names(event, plan_id) == {}


def test_the_second_of_two_is_told(event, plan_id, people):
    read = revision(event, plan_id)
    do(service.arrange, event, plan_id)
    before = names(event, plan_id)
    for work, values in (
        (service.arrange, ()),
        (service.fill, ()),
        (service.move, (people["Vũ Hà"], Seat(2, 3))),
        (service.release, (Seat(1, 1),)),
        (service.change, (PlanData(event.rooms[0].id, rows=1, seats=1),)),
        (service.remove, ()),
    ):
        with pytest.raises(service.PlanChanged):
            work(event, plan_id, read, *values)
    assert names(event, plan_id) == before


def test_a_room_has_one_plan(event, plan_id):
    with pytest.raises(service.RoomTaken):
        service.add(event, PlanData(event.rooms[0].id, rows=1, seats=1))
    with pytest.raises(service.RoomTaken):
        service.add(event, PlanData(build_event("khac").rooms[0].id, rows=1, seats=1))


def test_those_of_a_class(event, people):
    session = db.session.scalars(db.select(Session)).first()
    build_delegate(event, "Ngô Học", enrolments=[session])
    data = PlanData(event.rooms[1].id, rows=2, seats=2, session_id=session.id)
    plan_id = service.add(event, data)
    do(service.arrange, event, plan_id)
    assert list(names(event, plan_id).values()) == ["Ngô Học"]


def test_a_deleted_plan_leaves_nothing(event, plan_id):
    do(service.arrange, event, plan_id)
    do(service.remove, event, plan_id)
    assert db.session.query(SeatTaken).count() == 0
    with pytest.raises(reading.PlanNotFound):
        reading.find(event.id, plan_id)


# The pages


def address(event, *parts) -> str:
    return "/".join(str(it) for it in (f"/manage/{event.slug}/seating", *parts))


def form_of(event, **values):
    return {
        "room_id": event.rooms[0].id,
        "session_id": "",
        "rows": 3,
        "seats": 4,
        "aisles": "2",
        "front_rows": 1,
        "stage": "bottom",
        "revision": 0,
        **values,
    }


def press(client, event, plan_id, action="place", picked="", **values):
    values = {"picked": picked, "revision": revision(event, plan_id), **values}
    return post(client, address(event, plan_id, action), values, form_at=address(event, plan_id))


def test_a_plan_is_made_and_changed(organiser, event, people):
    answer = post(organiser, address(event, "new"), form_of(event))
    assert answer.status_code == 303
    plan_id = int(answer.headers["Location"].rsplit("/", 1)[-1])
    plan = reading.find(event.id, plan_id)
    assert (plan.rows, plan.seats, plan.aisles, plan.stage) == (3, 4, [2], "bottom")
    assert event.rooms[0].name in organiser.get(address(event)).text
    again = post(organiser, address(event, "new"), form_of(event))
    assert again.status_code == 422
    assert "Phòng này đã có sơ đồ" in again.text
    old = plan.revision
    do(service.arrange, event, plan_id)
    answer = post(organiser, address(event, plan_id, "edit"), form_of(event, rows=9, revision=old))
    assert answer.status_code == 409
    assert "vừa thay đổi sơ đồ" in answer.text
    assert reading.find(event.id, plan_id).rows == 3


@pytest.mark.parametrize(
    ("field", "value"),
    [("rows", 0), ("seats", 61), ("front_rows", -1), ("aisles", "2, x"), ("room_id", 999_999)],
)
def test_a_hall_that_makes_no_sense_is_refused(organiser, event, field, value):
    answer = post(organiser, address(event, "new"), form_of(event, **{field: value}))
    assert answer.status_code == 422
    assert reading.plans(event.id) == []


def test_people_are_placed_by_pressing_two_things(organiser, event, plan_id, people):
    answer = press(organiser, event, plan_id, person=people["Vũ Hà"])
    assert answer.headers["Location"].endswith(f"picked=p{people['Vũ Hà']}")
    page = organiser.get(answer.headers["Location"])
    assert 'aria-pressed="true"' in page.text
    press(organiser, event, plan_id, picked=f"p{people['Vũ Hà']}", seat="1-3")
    assert names(event, plan_id) == {"A3": "Vũ Hà"}
    answer = press(organiser, event, plan_id, seat="1-3")
    assert answer.headers["Location"].endswith("picked=s1-3")
    assert "Ghế A3" in organiser.get(answer.headers["Location"]).text
    press(organiser, event, plan_id, picked="s1-3", seat="2-1")
    assert names(event, plan_id) == {"B1": "Vũ Hà"}
    # First the seat, then the person who sits elsewhere.
    press(organiser, event, plan_id, picked="s1-1", seat="2-1")
    assert names(event, plan_id) == {"A1": "Vũ Hà"}
    answer = press(organiser, event, plan_id, picked="s1-1", seat="1-1")
    assert "picked" not in answer.headers["Location"]
    answer = press(organiser, event, plan_id, picked="s2-1", seat="2-2")  # both are free
    assert answer.headers["Location"].endswith("picked=s2-2")


def test_a_seat_is_changed(organiser, event, plan_id, people):
    do(service.arrange, event, plan_id)
    press(organiser, event, plan_id, "do", picked="s1-2", do="pin")
    assert shown(event, plan_id).seated[Seat(1, 2)].is_pinned
    press(organiser, event, plan_id, "do", picked="s1-2", do="unpin")
    assert not shown(event, plan_id).seated[Seat(1, 2)].is_pinned
    press(organiser, event, plan_id, "do", picked="s1-2", do="release")
    assert "A2" not in names(event, plan_id)
    press(organiser, event, plan_id, "do", picked="s1-2", do="close")
    page = organiser.get(address(event, plan_id))
    assert "không dùng" in page.text
    press(organiser, event, plan_id, "do", do="arrange")
    assert len(names(event, plan_id)) == 4
    press(organiser, event, plan_id, "do", picked="s1-2", do="open")
    press(organiser, event, plan_id, "do", do="fill")
    assert reading.find(event.id, plan_id).closed == []
    answer = press(organiser, event, plan_id, "do", picked="s1-2", do="nonsense")
    assert answer.status_code == 422
    answer = press(organiser, event, plan_id, "do", do="pin")
    assert answer.status_code == 422
    answer = press(organiser, event, plan_id, "do", do="delete")
    assert answer.headers["Location"].endswith("/seating")


def test_the_page_tells_the_second_of_two(organiser, event, plan_id, people):
    read = revision(event, plan_id)
    do(service.arrange, event, plan_id)
    answer = press(organiser, event, plan_id, "do", do="release", picked="s1-2", revision=read)
    page = organiser.get(answer.headers["Location"])
    assert "vừa thay đổi sơ đồ" in page.text
    assert "A2" in names(event, plan_id)


def test_the_page_shows_who_has_no_seat_and_who_is_gone(organiser, event, plan_id, people):
    do(service.arrange, event, plan_id)
    registration.cancel(event, people["Vũ Hà"])
    for number in range(5):
        build_delegate(event, f"Người {number}")
    page = organiser.get(address(event, plan_id))
    assert "Chưa có chỗ: 5" in page.text
    assert "Ghế của người không còn tham dự: 1" in page.text
    assert "Không đủ ghế: thiếu 2 ghế" in page.text
    assert re.search(r'id="seat-1-2".*?không còn tham dự', page.text, re.S)


def test_a_seat_stands_on_the_delegates_page(organiser, event, plan_id, people):
    do(service.arrange, event, plan_id)
    page = organiser.get(f"/manage/{event.slug}/delegates/{people['Vũ Hà']}")
    assert "Hội trường lớn: A2" in page.text


def test_queries_do_not_grow_with_the_people(organiser, event, plan_id, count_queries):
    def queries() -> list[int]:
        numbers = []
        for path in (address(event), address(event, plan_id)):
            with count_queries() as seen:
                assert organiser.get(path).status_code == 200
            numbers.append(len([it for it in seen if not it.startswith("BEGIN")]))
        return numbers

    do(service.change, event, plan_id, PlanData(event.rooms[0].id, rows=20, seats=10))
    do(service.arrange, event, plan_id)
    before = queries()
    for number in range(40):
        build_delegate(event, f"Người {number}")
    do(service.fill, event, plan_id)
    assert queries() == before
    assert max(before) <= 10

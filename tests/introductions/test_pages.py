"""The page that is read from, and the paper."""

import re
from uuid import uuid4

import pytest

from eventapp.accounts.permissions import Role
from eventapp.checkin.models import Attendance, Checkpoint, CheckpointKind
from eventapp.extensions import db
from eventapp.introductions import service
from eventapp.registration import ranking
from eventapp.registration import service as registration
from eventapp.registration.models import Delegate, Organisation
from tests.builders import at, build_delegate, organisation
from tests.pdf.pictures import needs_poppler, opened, text_of


@pytest.fixture(autouse=True)
def _ask_anew(monkeypatch):
    service.forget_shared()
    # However slow the machine: what is shared is shared until a test forgets it.
    monkeypatch.setattr(service, "_FRESH_FOR", 3600.0)


@pytest.fixture
def doors(event):
    made = [
        Checkpoint(event_id=event.id, kind=CheckpointKind.DOOR, name=f"Cửa {n}", day_id=day.id)
        for n, day in enumerate(event.days, start=1)
    ]
    db.session.add_all(made)
    db.session.commit()
    return made


@pytest.fixture
def people(event):
    order = [["Thứ trưởng"], ["Giám đốc Sở"], ["Chuyên viên"], ["Lái xe"]]
    ranking.save(event, ranking.revision_of(()), order)
    for name, office, position, rank in (
        ("Vũ Hà", "Bộ Tài chính", "Thứ trưởng", 1),
        ("Lê An", "Sở Nội vụ", "Giám đốc Sở", 2),
        ("Lê Bình", "Sở Nội vụ", "Chuyên viên", 3),
        ("Đỗ Chi", "Sở Nội vụ", "Chuyên viên", 3),
    ):
        build_delegate(
            event,
            name,
            organisation=organisation(event, office),
            position=position,
            protocol_rank=rank,
        )
    return {it.name: it for it in db.session.scalars(db.select(Delegate))}


def arrive(door, *delegates):
    for delegate in delegates:
        db.session.add(
            Attendance(
                checkpoint_id=door.id,
                delegate_id=delegate.id,
                event_id=door.event_id,
                scan_id=str(uuid4()),
                first_read_at=at(door.day.date, 8),
            )
        )
    db.session.commit()
    service.forget_shared()


def page_of(client, event, **chosen):
    return client.get(f"/manage/{event.slug}/introductions", query_string=chosen)


def lines(page) -> list[str]:
    found = re.findall(r'intro-text">(.*?)</span></li>|<h2[^>]*>(.*?)</h2>', page.text, re.S)
    return [re.sub(r"<[^>]+>", "", a or b) for a, b in found]


def test_only_those_who_have_arrived_in_the_order_in_which_they_are_read(
    organiser, event, doors, people
):
    arrive(doors[0], *people.values())
    arrive(doors[1], people["Lê An"])
    page = page_of(organiser, event, at=f"day-{event.days[0].id}")
    assert lines(page) == [
        "Về phía Trung ương:",
        "Đồng chí Vũ Hà – Thứ trưởng, Bộ Tài chính",
        "Về phía tỉnh Bắc Ninh:",
        "Đồng chí Lê An – Giám đốc Sở Nội vụ",
        "và 2 đại biểu khác",
    ]
    page = page_of(organiser, event, at=doors[1].id)
    assert lines(page) == ["Về phía tỉnh Bắc Ninh:", "Đồng chí Lê An – Giám đốc Sở Nội vụ"]
    page = page_of(organiser, event, at=doors[0].id, named=0)
    assert lines(page) == [
        "Về phía Trung ương:",
        "Bộ Tài chính: 1 đại biểu",
        "Cùng dự có các đại biểu của:",
        "tỉnh Bắc Ninh: 3 đại biểu",
    ]


def test_the_first_day_is_shown_before_the_event(organiser, event, doors, people):
    arrive(doors[0], people["Vũ Hà"])
    assert "Vũ Hà" in page_of(organiser, event).text


def test_nobody_has_arrived(organiser, event, doors):
    assert "Chưa có đại biểu nào đến." in page_of(organiser, event).text


def test_a_choice_that_does_not_exist_is_said(organiser, event, doors):
    page = page_of(organiser, event, at="day-999999")
    assert "Hãy chọn một mục trong danh sách." in page.text
    answer = organiser.get(f"/manage/{event.slug}/introductions/people?at=day-999999")
    assert answer.status_code == 404


def polled(client, page):
    address = re.search(r'id="introductions"[^>]*hx-get="([^"]+)"', page.text).group(1)
    return client.get(address.replace("&amp;", "&"))


def test_it_keeps_itself_current(organiser, event, doors, people):
    arrive(doors[0], people["Vũ Hà"])
    page = page_of(organiser, event)
    assert polled(organiser, page).status_code == 204
    arrive(doors[0], people["Lê An"])
    fresh = polled(organiser, page)
    assert "Lê An" in fresh.text
    assert polled(organiser, fresh).status_code == 204
    registration.cancel(event, people["Lê An"].id, reason="")
    service.forget_shared()
    assert "Lê An" not in polled(organiser, fresh).text


def test_the_same_list_has_the_same_tag(organiser, event, doors, people):
    arrive(doors[0], people["Vũ Hà"])
    address = f"/manage/{event.slug}/introductions/people?at=day-{event.days[0].id}&named=2"
    tag = organiser.get(address).headers["ETag"]
    again = organiser.get(address, headers={"If-None-Match": tag})
    assert again.status_code == 304
    arrive(doors[0], people["Lê An"])
    again = organiser.get(address, headers={"If-None-Match": tag})
    assert again.status_code == 200


def test_many_screens_share_one_question(event, doors, people, count_queries):
    place = service.places(event)[0]
    first = service.fingerprint(event.id, place)
    with count_queries() as seen:
        assert [service.fingerprint(event.id, place) for _ in range(20)] == [first] * 20
    assert seen == []


def test_an_unchanged_page_costs_one_question(organiser, event, doors, people, count_queries):
    arrive(doors[0], people["Vũ Hà"])
    page = page_of(organiser, event)
    service.forget_shared()
    with count_queries() as seen:
        assert polled(organiser, page).status_code == 204
    assert sum("attendance" in statement for statement in seen) == 1


def test_queries_do_not_grow_with_the_people(organiser, event, doors, people, count_queries):
    def queries() -> int:
        service.forget_shared()
        with count_queries() as seen:
            assert page_of(organiser, event).status_code == 200
        return len([it for it in seen if not it.startswith("BEGIN")])

    arrive(doors[0], people["Vũ Hà"])
    before = queries()
    arrive(doors[0], *(build_delegate(event, f"Người {n}", protocol_rank=2) for n in range(30)))
    assert queries() == before <= 10


def paper_of(client, event, **chosen):
    return client.get(f"/manage/{event.slug}/documents/introductions/file", query_string=chosen)


@needs_poppler
def test_the_paper(organiser, event, doors, people):
    arrive(doors[0], *people.values())
    answer = paper_of(organiser, event)
    text = " ".join(text_of(answer.data).split())
    for part in (
        "GIỚI THIỆU ĐẠI BIỂU",
        "Số đại biểu có mặt: 4",
        "Về phía Trung ương:",
        "– Đồng chí Vũ Hà – Thứ trưởng, Bộ Tài chính",
        "– Đồng chí Lê An – Giám đốc Sở Nội vụ",
        "– và 2 đại biểu khác",
    ):
        assert part in text
    assert answer.data == paper_of(organiser, event).data


@needs_poppler
def test_a_long_paper_loses_nobody_and_no_heading_stands_alone(organiser, event, doors, people):
    crowd = [
        build_delegate(
            event, f"Người số {n}", protocol_rank=1 + n % 2, position="Trưởng phòng " * 5
        )
        for n in range(120)
    ]
    arrive(doors[0], *crowd)
    pdf = paper_of(organiser, event).data
    assert len(opened(pdf).pages) > 5
    pages = [page.strip() for page in text_of(pdf).split("\f") if page.strip()]
    assert not any(page.splitlines()[-1].strip().endswith(":") for page in pages)
    assert len(set(re.findall(r"Người số \d+", " ".join(pages)))) == 120


def test_nothing_to_print_is_said(organiser, event, doors):
    answer = organiser.get(
        f"/manage/{event.slug}/documents/introductions/file", follow_redirects=True
    )
    assert "chưa có ai để giới thiệu" in answer.text


def test_staff_at_the_door_do_not_leaf_through_the_list(sign_in, event, doors):
    assert page_of(sign_in(Role.STAFF, event), event).status_code == 403


def test_an_order_of_delegations_is_that_of_the_introduction(organiser, event, doors, people):
    rows = ranking.delegations(event.id)
    dien_bien = next(it for it in rows if it.name == "Điện Biên")
    office = db.session.scalars(
        db.select(Organisation).filter_by(delegation_id=dien_bien.id)
    ).first()
    guest = build_delegate(event, "Ngô Y", organisation=office, protocol_rank=2)
    arrive(doors[0], people["Lê An"], guest)
    heads = [line for line in lines(page_of(organiser, event)) if line.endswith(":")]
    assert heads == ["Về phía tỉnh Bắc Ninh:", "Về phía tỉnh Điện Biên:"]
    ranking.save_delegations(
        event, ranking.revision_of(it.id for it in rows), [it.id for it in rows[::-1]]
    )
    service.forget_shared()
    heads = [line for line in lines(page_of(organiser, event)) if line.endswith(":")]
    assert heads == ["Về phía tỉnh Điện Biên:", "Về phía tỉnh Bắc Ninh:"]

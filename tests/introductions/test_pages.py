"""The page that is read from, and the paper."""

import re
from uuid import uuid4

import pytest

from eventapp.accounts.permissions import Role
from eventapp.checkin import live
from eventapp.checkin.models import Attendance, Checkpoint, CheckpointKind
from eventapp.extensions import db
from eventapp.registration import ranking
from eventapp.registration import service as registration
from eventapp.registration.models import Delegate, Organisation
from tests.builders import at, build_delegate, organisation
from tests.pdf.pictures import needs_poppler, opened, text_of


@pytest.fixture(autouse=True)
def _ask_anew():
    live.forget()


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
    live.forget()


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
    assert "data-live" not in page.text


def told(client, page, seen=""):
    """What the page is told each second, without cookies."""
    address = re.search(r'id="introductions"[^>]*data-live="([^"]+)"', page.text).group(1)
    headers = {"If-None-Match": seen}
    return client.application.test_client().get(address, headers=headers)


def test_it_keeps_itself_current(organiser, event, doors, people):
    arrive(doors[0], people["Vũ Hà"])
    page = page_of(organiser, event)
    first = told(organiser, page)
    assert "Vũ Hà" in first.json["html"]
    assert first.json["html"].strip() in page.text
    assert told(organiser, page, first.headers["ETag"]).status_code == 304
    arrive(doors[0], people["Lê An"])
    second = told(organiser, page, first.headers["ETag"])
    assert "Lê An" in second.json["html"]
    registration.cancel(event, people["Lê An"].id, reason="")
    live.forget()
    assert "Lê An" not in told(organiser, page).json["html"]


def test_it_is_told_in_the_language_of_the_page(organiser, event, doors, people):
    arrive(doors[0], people["Vũ Hà"])
    page = page_of(organiser, event, lang="en")
    assert "Delegates present: 1" in told(organiser, page).json["html"]


def test_many_pages_cost_nothing_more(organiser, event, doors, people, count_queries):
    arrive(doors[0], people["Vũ Hà"])
    page = page_of(organiser, event)
    told(organiser, page)
    with count_queries() as seen:
        for _ in range(20):
            assert told(organiser, page).status_code == 200
    assert len([it for it in seen if not it.startswith("BEGIN")]) <= 2  # has anything changed?


def test_queries_do_not_grow_with_the_people(organiser, event, doors, people, count_queries):
    def queries() -> int:
        live.forget()
        with count_queries() as seen:
            assert page_of(organiser, event).status_code == 200
        return len([it for it in seen if not it.startswith("BEGIN")])

    arrive(doors[0], people["Vũ Hà"])
    before = queries()
    arrive(doors[0], *(build_delegate(event, f"Người {n}", protocol_rank=2) for n in range(30)))
    assert queries() == before <= 23


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
    live.forget()
    heads = [line for line in lines(page_of(organiser, event)) if line.endswith(":")]
    assert heads == ["Về phía tỉnh Điện Biên:", "Về phía tỉnh Bắc Ninh:"]

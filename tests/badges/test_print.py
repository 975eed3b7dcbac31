"""Badges as organisers download them: whose, in which order, and codes that can be scanned."""

import tracemalloc

import pikepdf
import pytest

from eventapp.accounts.permissions import Role
from eventapp.badges import records, service
from eventapp.badges.layout import BadgeRecord
from eventapp.badges.service import Order, Sheet
from eventapp.extensions import db
from eventapp.registration.models import Status
from eventapp.registration.search import Filters, Selection
from tests.builders import build_delegate, build_event, organisation
from tests.conftest import post
from tests.pdf.pictures import codes
from tests.visits.groups import build_group, chosen

EVERYBODY = Selection(None, Filters())
INDEX = "/manage/hoi-nghi/badges"
PRINT = f"{INDEX}/print"


def names(event, selection=EVERYBODY, order=Order.NAME):
    return [record.values["name"] for record in service.print_run(event, selection, order)]


def test_a_record_says_what_the_badge_says(event):
    from eventapp.visits import service as visits

    delegate = build_delegate(event, "H'Hen Niê", position="Phó Giám đốc Sở")
    code = delegate.code
    visits.assign(event, build_group(event, "B", bus="Xe 2").id, chosen(delegate.id))
    assert list(service.print_run(event, EVERYBODY)) == [
        BadgeRecord(
            code=code,
            category="Đại biểu",
            colour="#1d4e89",
            values={
                "name": "H'Hen Niê",
                "code": code,
                "category": "Đại biểu",
                "event": "Hội nghị tổng kết",
                "dates": "26–27/11/2026",
                "venue": "Trung tâm văn hóa Kinh Bắc",
                "position": "Phó Giám đốc Sở",
                "organisation": "Sở Nội vụ",
                "province": "Bắc Ninh",
                "group": "B",
                "bus": "Xe 2",
            },
        )
    ]


def test_a_ministry_is_not_named_twice(event):
    build_delegate(event, organisation=organisation(event, "Bộ Tài chính"))
    (record,) = service.print_run(event, EVERYBODY)
    assert record.values["organisation"] == "Bộ Tài chính"
    assert "province" not in record.values


def test_order_of_names_or_of_delegations(event):
    build_delegate(event, "Lê Đức", organisation=organisation(event, "Bộ Tài chính"))
    build_delegate(event, "Trần Văn Ổn")
    build_delegate(event, "Nguyễn An", organisation=organisation(event, "Bộ Tài chính"))
    build_delegate(event, "Vũ Ánh")
    assert names(event) == ["Nguyễn An", "Vũ Ánh", "Lê Đức", "Trần Văn Ổn"]
    assert names(event, order=Order.DELEGATION) == [
        "Vũ Ánh",
        "Trần Văn Ổn",
        "Nguyễn An",
        "Lê Đức",
    ]


def test_cancelled_people_are_never_printed(event):
    gone = build_delegate(event, "Lê Văn Nghỉ", status=Status.CANCELLED).id
    build_delegate(event, "Lê Văn Đến", status=Status.PENDING)
    assert names(event) == ["Lê Văn Đến"]
    assert names(event, Selection((gone,), Filters())) == []
    assert names(event, Selection(None, Filters(status=Status.CANCELLED))) == []


def test_only_people_of_the_event(event):
    stranger = build_delegate(build_event("khac")).id
    assert names(event) == []
    assert names(event, Selection((stranger,), Filters())) == []


def test_filters(event):
    build_delegate(event, "Lê An")
    build_delegate(event, "Lê Ba", category=event.categories[1])
    guests = Selection(None, Filters(category=event.categories[1].id))
    assert names(event, guests) == ["Lê Ba"]
    assert service.count(event, guests) == 1


def test_a_run_takes_one_query_however_long_it_is(event, count_queries):
    for _ in range(7):
        build_delegate(event)
    assert event.days
    with count_queries() as queries:
        assert len(names(event)) == 7
    assert sum(q.startswith("SELECT") for q in queries) <= 3  # the run, and the event's own rows


def test_the_memory_of_a_run_does_not_grow_with_it(event, monkeypatch):
    for _ in range(300):
        build_delegate(event)
    db.session.expunge_all()
    monkeypatch.setattr(records, "_ROWS_AT_ONCE", 20)
    event = db.session.merge(event)

    def most(number):
        run = service.print_run(event, EVERYBODY)
        next(run)
        tracemalloc.start()
        for _record, _ in zip(run, range(number), strict=False):
            pass
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        run.close()
        return peak

    most(40)
    assert most(280) < 2 * most(40)


@pytest.mark.parametrize("sheet", list(Sheet))
def test_download_has_every_code_in_order(organiser, event, tmp_path, sheet):
    for number in range(6):
        build_delegate(event, f"Nguyễn Văn {'ABCDEF'[number]}", position="Chuyên viên " * number)
    answer = post(organiser, PRINT, {"scope": "all", "sheet": sheet.value}, form_at=INDEX)
    assert answer.mimetype == "application/pdf"
    assert "filename=badges-hoi-nghi.pdf" in answer.headers["Content-Disposition"]
    expected = [record.code for record in service.print_run(event, EVERYBODY)]
    assert len(expected) == 6
    assert codes(answer.data, tmp_path) == expected


def test_one_badge_again(organiser, event, tmp_path):
    build_delegate(event)
    an = build_delegate(event)
    answer = post(organiser, PRINT, {"ids": an.id, "sheet": "single"}, form_at=INDEX)
    assert codes(answer.data, tmp_path) == [an.code]


def test_the_filters_of_the_list_print_what_it_shows(organiser, event, tmp_path):
    build_delegate(event, "Trần Dần")
    an = build_delegate(event, "Nguyễn Đình An")
    answer = post(
        organiser, PRINT, {"scope": "all", "q": "nguyen dinh", "sort": "-name"}, form_at=INDEX
    )
    assert codes(answer.data, tmp_path) == [an.code]


def test_a_sheet_of_a4_holds_more_than_one(organiser, event, tmp_path):
    for _ in range(4):
        build_delegate(event)
    sizes = {}
    for sheet in Sheet:
        answer = post(organiser, PRINT, {"scope": "all", "sheet": sheet.value}, form_at=INDEX)
        path = tmp_path / "badges.pdf"
        path.write_bytes(answer.data)
        with pikepdf.open(path) as pdf:
            sizes[sheet] = len(pdf.pages)
    assert sizes[Sheet.SINGLE] == 4
    assert sizes[Sheet.A4] < 4


@pytest.mark.parametrize("data", [{"scope": "selected"}, {"ids": 99}, {"scope": "all"}])
def test_nobody_selected_is_a_message_and_not_a_broken_file(organiser, event, data):
    build_delegate(event, status=Status.CANCELLED)
    answer = post(organiser, PRINT, data, form_at=INDEX)
    assert answer.status_code == 303
    assert "notice-danger" in organiser.get(INDEX).text


def test_the_page_counts_and_remembers_the_choice(organiser, event):
    build_delegate(event)
    build_delegate(event, status=Status.PENDING)
    build_delegate(event, status=Status.CANCELLED)
    assert "Badges to print: 1" in organiser.get(f"{INDEX}?lang=en").text
    both = organiser.get(f"{INDEX}?status=&sheet=single&sort=organisation").text
    assert "Badges to print: 2" in both
    assert '<input type="hidden" name="sheet" value="single">' in both
    assert '<input type="hidden" name="sort" value="organisation">' in both
    nobody = organiser.get(f"{INDEX}?category=999").text
    assert "Badges to print: 0" in nobody
    assert "Download the PDF" not in nobody


def test_the_page_takes_few_queries(organiser, event, count_queries):
    organiser.get(INDEX)
    with count_queries() as queries:
        organiser.get(INDEX)
    assert sum(q.startswith("SELECT") for q in queries) <= 9


@pytest.mark.parametrize("role", [Role.STAFF, Role.LEADER])
def test_only_organisers_print(sign_in, event, role):
    assert sign_in(role, event).get(INDEX).status_code == 403

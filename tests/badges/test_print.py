"""Badges as organisers download them: whose, in which order, and codes that can be scanned."""

import io
import re
import tracemalloc
from datetime import UTC, datetime

import pikepdf
import pytest

from eventapp.accounts.permissions import Role
from eventapp.badges import records, runs, service
from eventapp.badges.layout import BadgeRecord
from eventapp.badges.selection import Order
from eventapp.extensions import db
from eventapp.registration.models import Status
from eventapp.registration.search import Filters, Selection
from eventapp.visits import service as visits
from tests.builders import add_delegation, build_delegate, build_event, organisation
from tests.conftest import post
from tests.pdf.pictures import codes
from tests.visits.groups import build_group, chosen

EVERYBODY = Selection(None, Filters())
INDEX = "/manage/hoi-nghi/badges"
PRINT = f"{INDEX}/print"


def names(event, selection=EVERYBODY, order=Order.NAME):
    return [record.values["name"] for record in service.print_run(event, selection, order)]


def test_a_record_says_what_the_badge_says(event):
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


def test_provinces_by_the_vietnamese_alphabet(event):
    add_delegation(event, "Đắk Lắk", ["Sở Tài chính"], 7, province="11")
    add_delegation(event, "An Giang", ["Sở Công Thương"], 8, province="27")
    db.session.commit()
    for office in ("Bộ Tài chính", "Sở Tài chính", "Sở Công Thương", "Sở Nội vụ"):
        build_delegate(event, f"Người {office}", organisation=organisation(event, office))
    assert [name.removeprefix("Người ") for name in names(event, order=Order.PROVINCE)] == [
        "Sở Công Thương",  # An Giang
        "Sở Nội vụ",  # Bắc Ninh
        "Sở Tài chính",  # Đắk Lắk, after everything that begins with D
        "Bộ Tài chính",
    ]


def test_order_of_groups_categories_and_protocol(event):
    an = build_delegate(event, "Lê An", protocol_rank=9, category=event.categories[1])
    ba = build_delegate(event, "Lê Ba", protocol_rank=2)
    cu = build_delegate(event, "Lê Cử", protocol_rank=5)
    visits.assign(event, build_group(event, "B").id, chosen(cu.id))
    visits.assign(event, build_group(event, "A").id, chosen(an.id))
    assert names(event, order=Order.GROUP) == ["Lê An", "Lê Cử", "Lê Ba"]
    assert names(event, order=Order.CATEGORY) == ["Lê Ba", "Lê Cử", "Lê An"]
    assert names(event, order=Order.PROTOCOL) == ["Lê Ba", "Lê Cử", "Lê An"]
    assert ba.code


def test_the_reprint_queue_has_the_oldest_mark_first(event):
    build_delegate(event, "Lê An", reprint_since=datetime(2026, 11, 26, 3, tzinfo=UTC))
    build_delegate(event, "Lê Ba", reprint_since=datetime(2026, 11, 26, 1, tzinfo=UTC))
    build_delegate(event, "Lê Cử")
    marked = Selection(None, Filters(reprint="1"))
    assert names(event, marked, Order.REPRINT) == ["Lê Ba", "Lê An"]
    assert names(event, order=Order.REPRINT) == ["Lê Ba", "Lê An", "Lê Cử"]


@pytest.mark.parametrize("order", list(Order))
def test_every_order_takes_few_queries(event, count_queries, order):
    for _ in range(7):
        build_delegate(event)
    assert event.days
    with count_queries() as queries:
        assert len(names(event, order=order)) == 7
    assert sum(q.startswith("SELECT") for q in queries) <= 4


def test_words_of_a_search(event):
    build_delegate(event, "Trần Dần")
    build_delegate(event, "Nguyễn Đình An")
    assert names(event, Selection(None, Filters(q="nguyen dinh"))) == ["Nguyễn Đình An"]


def test_nothing_ticked_is_nobody(event):
    build_delegate(event)
    assert names(event, Selection((), Filters())) == []
    assert service.count(event, Selection((), Filters())) == 0


def printed(client, data, tmp_path):
    """The codes in the file of the run that a press on Print makes, and its page."""
    answer = post(client, PRINT, {"scope": "all", **data}, form_at=INDEX)
    assert answer.status_code == 303, answer.text
    page = answer.headers["Location"]
    file = client.get(f"{page}.pdf")
    assert file.mimetype == "application/pdf"
    return codes(file.data, tmp_path), page


@pytest.mark.parametrize("paper", ["single", "a4"])
def test_the_file_has_every_code_in_order(organiser, event, tmp_path, paper):
    for number in range(6):
        build_delegate(event, f"Nguyễn Văn {'ABCDEF'[number]}", position="Chuyên viên " * number)
    expected = [record.code for record in service.print_run(event, EVERYBODY)]
    found, page = printed(organiser, sent(paper=paper), tmp_path)
    assert len(expected) == 6
    assert found == expected
    disposition = organiser.get(f"{page}.pdf").headers["Content-Disposition"]
    assert disposition == 'attachment; filename="badges-hoi-nghi-1.pdf"'


def sent(**values):
    """What the page sends, every field of it."""
    return {
        "sent": "1",
        "status": "approved",
        "order": "name",
        "paper": "a4",
        "orientation": "auto",
        "duplex": "off",
        "first": "1",
        "crop_marks": "y",
        **dict.fromkeys(("gap_x", "gap_y"), "4"),
        **dict.fromkeys(("shift_x", "shift_y", "back_shift_x", "back_shift_y"), "0"),
        **dict.fromkeys(
            ("template", "q", "delegation", "office", "category", "group", "day", "session"), ""
        ),
        **{"answer": "", **values},
    }


def test_those_ticked_in_the_list(organiser, event, tmp_path):
    build_delegate(event)
    an = build_delegate(event)
    found, page = printed(organiser, {"ids": an.id, "scope": "selected"}, tmp_path)
    assert found == [an.code]
    assert "People ticked in the list" in organiser.get(f"{page}?lang=en").text


def test_the_list_hands_over_what_it_shows(organiser, event, tmp_path):
    build_delegate(event, "Trần Dần")
    an = build_delegate(event, "Nguyễn Đình An")
    page = post(organiser, INDEX, {"scope": "all", "q": "nguyen dinh", "sort": "name"}).text
    assert re.search(r'name="q"[^>]*value="nguyen dinh"', page)
    found, page = printed(organiser, {"q": "nguyen dinh"}, tmp_path)
    assert found == [an.code]
    assert "nguyen dinh" not in page


def test_words_of_a_search_are_not_taken_from_an_address(organiser, event):
    build_delegate(event, "Trần Dần")
    assert "Badges to print: 1" in organiser.get(f"{INDEX}?lang=en").text


def test_a_sheet_of_a4_holds_more_than_one(organiser, event):
    for _ in range(4):
        build_delegate(event)
    sizes = {}
    for paper in ("single", "a4"):
        answer = post(organiser, PRINT, sent(paper=paper), form_at=INDEX)
        file = organiser.get(f"{answer.headers['Location']}.pdf").data
        with pikepdf.open(io.BytesIO(file)) as pdf:
            sizes[paper] = len(pdf.pages)
    assert sizes["single"] == 4
    assert sizes["a4"] < 4


@pytest.mark.parametrize("data", [{"scope": "selected"}, {"ids": 99}, {"scope": "all"}])
def test_nobody_selected_is_a_message_and_no_run(organiser, event, data):
    build_delegate(event, status=Status.CANCELLED)
    answer = post(organiser, PRINT, data, form_at=INDEX)
    assert answer.status_code == 422
    assert "notice-danger" in answer.text
    assert runs.count(event.id) == 0


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("gap_x", "nhiều", "Enter millimetres"),
        ("gap_x", "", "Enter millimetres"),
        ("gap_x", "nan", "Between 0 and 100 mm"),
        ("gap_y", "-3", "Between 0 and 100 mm"),
        ("shift_x", "26", "Between -25 and 25 mm"),
        ("margin_top", "201", "Between 0 and 200 mm"),
        ("first", "0", "Between 1 and 500"),
        ("first", "x", "Enter a whole number"),
        ("first", "400", "A sheet has only"),
        ("paper", "papyrus", "Choose one of the list"),
        ("order", "sideways", "Choose one of the list"),
        ("template", "99", "no longer there"),
    ],
)
def test_what_makes_no_sense_is_said_beside_its_field(organiser, event, field, typed, said):
    build_delegate(event)
    for address in (INDEX, PRINT):
        answer = post(organiser, f"{address}?lang=en", sent(**{field: typed}), form_at=INDEX)
        assert answer.status_code == 422
        errors = re.search(rf'id="{field}-errors">.*?</ul>', answer.text, re.S)
        assert errors and said in errors[0], answer.text
    assert runs.count(event.id) == 0


def test_lengths_may_have_a_comma(organiser, event):
    build_delegate(event)
    answer = post(organiser, PRINT, sent(gap_x="2,5", shift_y="-1,25"), form_at=INDEX)
    assert answer.status_code == 303
    sheet = runs.find(event.id, 1).sheet
    assert (sheet["gap_x"], sheet["shift_y"]) == (2.5, -1.25)


def test_the_page_counts_shows_and_remembers(organiser, event):
    build_delegate(event)
    build_delegate(event, status=Status.PENDING)
    build_delegate(event, status=Status.CANCELLED)
    page = organiser.get(f"{INDEX}?lang=en").text
    assert "Badges to print: 1" in page
    assert 'src="data:image/png;base64,' in page
    both = post(organiser, INDEX, sent(status="", paper="single", order="protocol")).text
    assert "Badges to print: 2" in both
    assert '<option selected value="single">' in both
    assert '<option selected value="protocol">' in both
    nobody = organiser.get(f"{INDEX}?category=999").text
    assert "Badges to print: 0" in nobody
    assert "data:image" not in nobody


def test_the_printers_offset_is_there_the_next_time(organiser, event):
    build_delegate(event)
    post(organiser, PRINT, sent(shift_x="1.5", paper="letter"), form_at=INDEX)
    page = organiser.get(INDEX).text
    assert re.search(r'name="shift_x"[^>]*value="1.5"', page)
    assert '<option selected value="letter">' in page


def test_papers_are_measured_in_tenths_as_the_language_writes_them(organiser, event):
    assert "5095, 5395, 5895, 8395, 15395 (85,7 × 59,3 mm)" in organiser.get(INDEX).text
    assert "15395 (85.7 × 59.3 mm)" in organiser.get(f"{INDEX}?lang=en").text


def test_the_calibration_page_is_on_the_paper_that_was_chosen(organiser, event):
    address = f"{INDEX}/calibration"
    answer = post(organiser, address, sent(paper="letter", shift_x="1.5"), form_at=INDEX)
    assert answer.mimetype == "application/pdf"
    with pikepdf.open(io.BytesIO(answer.data)) as pdf:
        size = [round(float(it) / 72, 1) for it in pdf.pages[0].MediaBox][2:]
    assert sorted(size) == [8.5, 11]
    refused = post(organiser, address, sent(paper="avery-l4785"), form_at=INDEX)
    assert refused.status_code == 422
    assert 'id="paper-errors"' in refused.text


def test_the_page_takes_few_queries(organiser, event, count_queries):
    for _ in range(5):
        build_delegate(event)
    organiser.get(INDEX)
    with count_queries() as queries:
        organiser.get(INDEX)
    assert sum(q.startswith("SELECT") for q in queries) <= 20


@pytest.mark.parametrize("role", [Role.STAFF, Role.LEADER])
def test_only_organisers_print(sign_in, event, role):
    assert sign_in(role, event).get(INDEX).status_code == 403


def test_warming_up_needs_no_event_and_no_database(app):
    service.warm_up()


def test_words_of_the_page_in_vietnamese(organiser, event):
    page = organiser.get("/manage/hoi-nghi/badges?lang=vi").text
    for words in ("Letter (Mỹ)", "Theo từng thành phần đại biểu"):
        assert words in page

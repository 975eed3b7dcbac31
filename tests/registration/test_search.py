"""Finding delegates: words without marks, every facet, Vietnamese order, pages."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from werkzeug.datastructures import MultiDict

from eventapp import text
from eventapp.events.models import Event
from eventapp.extensions import db
from eventapp.programme.models import Session
from eventapp.registration import paging, search
from eventapp.registration.models import Delegation, Organisation, Status
from eventapp.registration.paging import SORTS
from eventapp.registration.search import Filters, Selection
from eventapp.visits.models import Allocation, VisitGroup
from tests.builders import at, build_delegate, build_event, organisation


def names(event: Event, **values: Any) -> list[str]:
    return [row.name for row in search.find(event, Filters(**values)).rows]


def test_finds_without_marks_in_any_word_order(event: Event) -> None:
    build_delegate(event, "Nguyễn Đình Đức")
    build_delegate(event, "Trần Văn Ba")
    for query in (
        "nguyen dinh",
        "DINH nguyen",
        "đình",
        "dinh d",
        "ng đư",
        "duc noi vu",
    ):
        assert names(event, q=query) == ["Nguyễn Đình Đức"], query


@pytest.mark.parametrize("query", ["uyen", "inh", "nguyen tran", "dinhx"])
def test_does_not_find(event: Event, query: str) -> None:
    build_delegate(event, "Nguyễn Đình Đức")
    build_delegate(event, "Trần Văn Ba")
    assert names(event, q=query) == []


@pytest.mark.parametrize(
    "query", ["%", "_", "a%z", "v_x", "'; drop table delegate; --", "\\", "🙂"]
)
def test_wildcards_and_symbols_are_not_special(event: Event, query: str) -> None:
    build_delegate(event, "Nguyễn Văn An")
    assert names(event, q=query) == []


def test_apostrophes_and_decomposed_letters(event: Event) -> None:
    build_delegate(event, "H'Hen Niê")
    build_delegate(event, "Nguye\u0302\u0303n Thi\u0323 Hoa\u0300")
    assert names(event, q="hhen") == names(event, q="H’Hen") == ["H'Hen Niê"]
    assert names(event, q="nguyễn hoà") == ["Nguyễn Thị Hoà"]


def test_sorts_tricky_names_in_vietnamese_order(event: Event, root: Path) -> None:
    tricky = json.loads((root / "tests/data/tricky-names.json").read_text(encoding="utf-8"))
    for name in tricky["names"]:
        build_delegate(event, name)
    shown = names(event)
    assert shown == sorted(shown, key=text.sort_key)
    assert len(shown) == len(tricky["names"])
    backwards = search.find(event, Filters(), "-name").rows
    assert [row.name_key for row in backwards] == sorted(
        (row.name_key for row in backwards), reverse=True
    )


def test_narrows_by_each_facet(event: Event) -> None:
    an = build_delegate(event, "An")
    ministry = organisation(event, "Bộ Tài chính")
    office = organisation(event, "Văn phòng UBND")
    binh = build_delegate(
        event,
        "Bình",
        organisation=ministry,
        category=event.categories[1],
        status=Status.CANCELLED,
        days=[event.days[1]],
    )
    training = db.session.query(Session).first()
    chi = build_delegate(
        event, "Chi", organisation=office, days=[event.days[0]], enrolments=[training]
    )
    group = VisitGroup(event_id=event.id, site_id=event.sites[0].id, letter="A", capacity=5)
    db.session.add(group)
    db.session.flush()
    db.session.add(Allocation(delegate_id=binh.id, group_id=group.id))
    db.session.commit()
    assert names(event) == ["An", "Bình", "Chi"]
    assert names(event, delegation=an.organisation.delegation_id) == ["An", "Chi"]
    assert names(event, delegation=ministry.delegation_id) == ["Bình"]
    assert names(event, office="van phong ubnd") == ["Chi"]
    assert names(event, office="van phong ubnd", delegation=ministry.delegation_id) == []
    assert names(event, category=event.categories[1].id) == ["Bình"]
    assert names(event, status=Status.CANCELLED) == ["Bình"]
    assert names(event, status=Status.APPROVED) == ["An", "Chi"]
    assert names(event, group=str(group.id)) == ["Bình"]
    assert names(event, group="none") == ["An", "Chi"]
    assert names(event, day=event.days[0].id) == ["An", "Chi"]
    assert names(event, day=event.days[1].id) == ["An", "Bình"]
    assert names(event, session=training.id) == ["Chi"]
    assert names(event, q="ch", session=training.id) == ["Chi"]
    assert chi.name == "Chi"


def test_the_same_office_of_every_province(event: Event) -> None:
    for delegation in db.session.query(Delegation).order_by(Delegation.position.desc()):
        for office in delegation.organisations:
            build_delegate(event, f"{office.name} {delegation.name}", organisation=office)
    found = search.find(event, Filters(office="so noi vu"), "organisation")
    assert [row.organisation.delegation.name for row in found.rows] == [
        "Bắc Ninh",
        "Điện Biên",
    ]


def test_other_orders(event: Event) -> None:
    ministry = organisation(event, "Bộ Tài chính")
    build_delegate(event, "Anh", organisation=ministry, created_at=at(event.days[0].date, 8))
    build_delegate(
        event,
        "Bảo",
        category=event.categories[1],
        created_at=at(event.days[0].date, 10),
    )
    build_delegate(event, "Cao", status=Status.PENDING, created_at=at(event.days[0].date, 9))

    def order(sort: str) -> list[str]:
        return [row.name for row in search.find(event, Filters(), sort).rows]

    assert order("organisation") == ["Bảo", "Cao", "Anh"]
    assert order("category") == ["Anh", "Cao", "Bảo"]
    assert order("status") == ["Anh", "Bảo", "Cao"]
    assert order("registered") == ["Bảo", "Cao", "Anh"]
    assert order("-registered") == ["Anh", "Cao", "Bảo"]
    assert order("no such order") == order("name")


@pytest.mark.parametrize("sort", [it for sort in SORTS for it in (sort, f"-{sort}")])
@pytest.mark.parametrize("few", [0, 10, 1_000])
def test_pages_one_after_another_are_the_whole_list_in_its_order(
    event: Event, sort: str, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paging, "_FEW", few)
    offices = [*db.session.query(Organisation).order_by(Organisation.id)]
    for number in range(40):
        build_delegate(
            event,
            f"Người {number * 7 % 10}",
            # One office of many, several of one each, and some of nobody.
            organisation=offices[number % 4 if number % 3 else 0],
            category=event.categories[number % 5 == 0],
            status=list(Status)[number % 7 % 6],
            created_at=at(event.days[0].date, 8, number % 13),
        )
    for filters in (Filters(), Filters(category=event.categories[0].id), Filters(q="nguoi 1")):
        whole = [*search.matching_ids(event, Selection(None, filters), sort)]
        for per_page in (1, 3, 7, 50):
            pages = -(-len(whole) // per_page)
            shown = [search.find(event, filters, sort, it + 1, per_page) for it in range(pages)]
            assert [row.id for page in shown for row in page.rows] == whole
            assert {page.total for page in shown} == {len(whole)}
        assert [row.id for row in search.find(event, filters, sort, 99, 7).rows] == whole[
            (len(whole) - 1) // 7 * 7 :
        ]


def test_pages_and_their_bounds(event: Event) -> None:
    for number in range(7):
        build_delegate(event, f"Người {number}")
    first = search.find(event, Filters(), page=1, per_page=3)
    assert (first.total, first.pages, first.first, first.last) == (7, 3, 1, 3)
    last = search.find(event, Filters(), page=99, per_page=3)
    assert (last.number, last.first, last.last) == (3, 7, 7)
    assert search.find(event, Filters(), page=-4, per_page=3).number == 1
    empty = search.find(event, Filters(q="khong co ai"))
    assert (empty.total, empty.pages, empty.first, empty.last) == (0, 1, 0, 0)


def test_never_finds_people_of_another_event(event: Event) -> None:
    other = build_event("su-kien-khac")
    stranger = build_delegate(other, "Nguyễn Văn Lạ")
    assert names(event) == []
    selection = Selection((stranger.id,), Filters())
    assert search.matching_ids(event, selection) == []
    assert search.load(event, stranger.id) is None


def test_queries_do_not_grow_with_the_list(event: Event, count_queries: Callable[[], Any]) -> None:
    def queries() -> int:
        db.session.expire_all()
        with count_queries() as seen:
            for row in search.find(event, Filters(), per_page=300).rows:
                assert row.category.name and row.organisation.delegation.name
        return len([statement for statement in seen if not statement.startswith("BEGIN")])

    for number in range(10):
        build_delegate(event, f"Người {number}")
    few = queries()
    offices = db.session.query(Organisation).all()
    for number in range(290):
        build_delegate(event, f"Người {number}", organisation=offices[number % len(offices)])
    assert queries() == few <= 5


def test_filters_from_a_query_string_ignore_nonsense() -> None:
    filters = Filters.parse(
        {"q": "  an ", "delegation": "x", "status": "gone", "day": "-1", "group": "a"}
    )
    assert filters == Filters(q="an")
    filters = Filters.parse({"q": "an", "status": "pending", "category": "3", "group": "none"})
    assert filters.address == {"status": "pending", "category": "3", "group": "none"}
    assert filters.fields == {"q": "an", **filters.address}


def test_a_selection_is_ticked_rows_or_everything_that_matches() -> None:
    def parse(*pairs: tuple[str, str]) -> Selection:
        return Selection.parse(MultiDict(pairs))

    assert parse(("ids", "3"), ("ids", "x"), ("ids", "5")).ids == (3, 5)
    assert parse(("ids", "3"), ("scope", "all"), ("q", "an")) == Selection(None, Filters(q="an"))
    assert parse(("category", "2")) == Selection(None, Filters(category=2))
    assert parse(("scope", "selected"), ("q", "an")).is_empty
    assert not parse().is_empty


def test_reads_in_full_in_order_and_by_the_chunk(event: Event) -> None:
    for name in ("Bình", "An", "Chi"):
        build_delegate(event, name)
    ids = search.matching_ids(event, Selection(None, Filters()))
    rows = [row.name for chunk in search.read_in_full(ids) for row in chunk]
    assert rows == ["An", "Bình", "Chi"]


def test_facets_are_in_customary_order(event: Event) -> None:
    found = search.facets(event)
    assert [it.name for it in found.provinces] == ["Bắc Ninh", "Điện Biên"]
    assert [it.name for it in found.others] == ["Bộ Tài chính", "Khác"]
    assert ("so noi vu", "Sở Nội vụ") in found.offices
    assert len({folded for folded, _ in found.offices}) == len(found.offices)

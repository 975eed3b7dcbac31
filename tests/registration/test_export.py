"""Delegates as XLSX and CSV."""

import io
from collections.abc import Callable
from itertools import zip_longest
from typing import Any

import pytest
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import select

from eventapp.accounts.models import AuditEntry
from eventapp.accounts.permissions import Role
from eventapp.events.models import Event
from eventapp.extensions import db
from eventapp.programme.models import Session
from eventapp.registration.models import Preference, Status
from eventapp.registration.search import Filters, Selection
from eventapp.reports import exports
from eventapp.tables.reading import read
from eventapp.visits.models import Allocation, VisitGroup
from tests.builders import at, build_delegate, build_event
from tests.conftest import post


def export(event: Event, kind: str = "csv", **filters: Any) -> list[dict[str, str]]:
    stream = io.BytesIO()
    exports.export(event, Selection(None, Filters(**filters)), stream, kind)
    headings, *rows = read(stream.getvalue()).rows
    return [dict(zip_longest(headings.cells, row.cells, fillvalue="")) for row in rows]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_has_every_column(event: Event, kind: str) -> None:
    training = db.session.scalars(select(Session)).first()
    delegate = build_delegate(
        event,
        "Nguyễn Đình Đức",
        phone="+84912345678",
        email="duc@bacninh.example",
        enrolments=[training],
        diet="Ăn chay",
        created_at=at(event.days[0].date, 7, 52),
    )
    delegate.preferences = [
        Preference(site_id=site.id, rank=rank) for rank, site in enumerate(event.sites, 1)
    ]
    group = VisitGroup(event_id=event.id, site_id=event.sites[0].id, letter="B", capacity=5)
    db.session.add(group)
    db.session.flush()
    db.session.add(Allocation(delegate_id=delegate.id, group_id=group.id))
    db.session.commit()
    [row] = export(event, kind)
    values = list(row.values())
    for expected in (
        "Nguyễn Đình Đức",
        "Chuyên viên",
        "Bắc Ninh",
        "Sở Nội vụ",
        "Đại biểu",
        "duc@bacninh.example",
        "0912 345 678",
        "26/11/2026; 27/11/2026",
        "Tập huấn lớp A",
        "Trung tâm dữ liệu tỉnh; Bộ phận một cửa điện tử",
        "Ăn chay",
        delegate.code,
        "26/11/2026 07:52",
        "B",
    ):
        assert expected in values, expected


def test_rows_are_in_vietnamese_order_and_narrowed(event: Event) -> None:
    for name in ("Bình", "Đức", "Dung", "An"):
        build_delegate(event, name)
    build_delegate(event, "Ánh", status=Status.CANCELLED)
    names = [next(iter(row.values())) for row in export(event)]
    assert names == ["An", "Ánh", "Bình", "Dung", "Đức"]
    assert len(export(event, status=Status.CANCELLED)) == 1


def test_no_cell_runs(event: Event) -> None:
    build_delegate(event, "An", position='=HYPERLINK("http://example.org")', diet="@SUM(A1)")
    stream = io.BytesIO()
    exports.export(event, Selection(None, Filters()), stream, "xlsx")
    cells = [cell for row in load_workbook(stream).active.iter_rows() for cell in row]
    assert not any(cell.data_type == "f" for cell in cells)
    assert any(str(cell.value).startswith("'=HYPERLINK") for cell in cells)


def test_queries_grow_by_the_chunk_only(event: Event, count_queries: Callable[[], Any]) -> None:
    def queries() -> int:
        db.session.expire_all()
        assert event.zone
        with count_queries() as seen:
            export(event)
        return len(seen)

    build_delegate(event)
    few = queries()
    for number in range(60):
        build_delegate(event, f"Người {number}")
    assert queries() == few


def test_who_took_personal_data_is_on_record(event: Event) -> None:
    build_delegate(event)
    export(event)
    entry = db.session.scalars(select(AuditEntry)).one()
    assert (entry.action, entry.event_id, entry.note) == ("export", event.id, "csv: 1")


def test_downloads_a_selection(organiser: FlaskClient, event: Event) -> None:
    an, _binh = build_delegate(event, "An"), build_delegate(event, "Bình")
    page = f"/manage/{event.slug}/delegates"
    answer = post(organiser, f"{page}/export", {"ids": an.id, "format": "csv"}, form_at=page)
    assert answer.status_code == 200
    assert answer.mimetype == "text/csv"
    assert f"{event.slug}.csv" in answer.headers["Content-Disposition"]
    assert [row.cells[0] for row in read(answer.data).rows][1:] == ["An"]
    answer = post(organiser, f"{page}/export", {"q": "binh", "scope": "all"}, form_at=page)
    assert [row.cells[0] for row in read(answer.data).rows][1:] == ["Bình"]
    answer = post(organiser, f"{page}/export", {"scope": "selected"}, form_at=page)
    assert answer.status_code == 303


def test_gives_nobody_of_another_event(sign_in: Callable[..., FlaskClient], event: Event) -> None:
    other = build_event("su-kien-khac")
    stranger = build_delegate(other, "Người lạ")
    build_delegate(event, "An")
    client = sign_in(Role.ORGANISER, event)
    page = f"/manage/{event.slug}/delegates"
    answer = post(client, f"{page}/export", {"ids": stranger.id}, form_at=page)
    assert len(read(answer.data).rows) == 1

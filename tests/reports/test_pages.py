"""The dashboard and the change log as pages."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from eventapp.accounts import audit
from eventapp.accounts.permissions import Role
from eventapp.database import transaction
from eventapp.events.models import Event
from eventapp.extensions import db
from eventapp.registration.models import Status
from eventapp.reports import changes
from tests.builders import build_delegate, build_event, organisation


def seen(page: str) -> str:
    found = re.search(r'hx-get="([^"]+)"', page)
    assert found
    return found[1].replace("&amp;", "&")


def record(event: Event, action: str = "update", **values: Any) -> None:
    values = {"subject": "delegate", "event_id": event.id, **values}
    with transaction():
        audit.record(action, **values)


def test_the_dashboard_shows_each_delegation(organiser: FlaskClient, event: Event) -> None:
    build_delegate(event, "An")
    page = organiser.get(f"/manage/{event.slug}/dashboard?lang=en").text
    for name in ("Bắc Ninh", "Điện Biên", "Bộ Tài chính", "Sở Nội vụ", "Guest"):
        assert name in page
    assert "Nobody has arrived yet" in page


def test_figures_are_sent_again_only_when_they_have_changed(
    organiser: FlaskClient, event: Event
) -> None:
    page = organiser.get(f"/manage/{event.slug}/dashboard").text
    unchanged = organiser.get(seen(page))
    assert (unchanged.status_code, unchanged.data) == (204, b"")
    delegate = build_delegate(event)
    record(event, subject_id=delegate.id)
    changed = organiser.get(seen(page))
    assert changed.status_code == 200
    assert "<html" not in changed.text
    assert organiser.get(seen(changed.text)).status_code == 204


def test_unchanged_figures_cost_few_queries(
    organiser: FlaskClient, event: Event, count_queries: Callable[[], Any]
) -> None:
    address = seen(organiser.get(f"/manage/{event.slug}/dashboard").text)
    with count_queries() as queries:
        organiser.get(address)
    assert len([it for it in queries if not it.startswith("BEGIN")]) <= 4


@pytest.mark.parametrize("role", [Role.STAFF, Role.LEADER])
def test_others_are_refused(role: Role, sign_in: Callable[..., FlaskClient], event: Event) -> None:
    client = sign_in(role, event)
    for page in ("dashboard", "dashboard/figures", "changes", "delegates"):
        assert client.get(f"/manage/{event.slug}/{page}").status_code == 403


def test_the_log_says_who_changed_what(organiser: FlaskClient, event: Event) -> None:
    delegate = build_delegate(event, "Nguyễn Đình Đức")
    offices = [organisation(event, name).id for name in ("Sở Nội vụ", "Văn phòng UBND")]
    record(
        event,
        subject_id=delegate.id,
        changes={
            "position": ["Giám đốc", "Phó Giám đốc"],
            "organisation_id": offices,
            "status": [Status.PENDING, Status.APPROVED],
            "name_key": ["a", "b"],
        },
    )
    page = organiser.get(f"/manage/{event.slug}/changes?lang=en").text
    assert "Nguyễn Đình Đức" in page
    assert "<del>Giám đốc</del>" in page
    assert "<ins>Văn phòng UBND</ins>" in page
    assert "<del>Awaiting approval</del>" in page
    assert "name_key" not in page
    assert "name key" not in page


def test_values_are_readable(event: Event) -> None:
    day = event.days[0]
    record(
        event,
        "change",
        subject="session",
        subject_id=999,
        changes={
            "title": ["Khai mạc", "Phiên khai mạc"],
            "starts_at": ["2026-11-26T00:30:00+00:00", None],
            "days": [[], [day.id]],
            "leader_phone": ["", "+84912345678"],
            "registration_open": [True, False],
            "something_new": [1, 2],
        },
    )
    [entry] = changes.changes(event).entries
    assert entry.name == "Phiên khai mạc"
    shown = {it.label: (it.before, it.after) for it in entry.fields}
    assert ("", "26/11/2026") in shown.values()
    assert ("07:30 26/11/2026", "") in shown.values()
    assert ("", "0912 345 678") in shown.values()
    assert shown["something new"] == ("1", "2")


@pytest.mark.parametrize("value", ["Sở -ab-cd-", "2012-99-99", "2012-x", "", None, 0, {"a": 1}])
def test_any_value_can_be_shown(event: Event, value: object) -> None:
    record(event, changes={"position": [value, "x"], "starts_at": [value, "x"]})
    assert changes.changes(event).entries


def test_goes_back_page_by_page(organiser: FlaskClient, event: Event) -> None:
    for number in range(53):
        record(event, subject_id=number, note=f"lần {number}")
    record(event, subject="room", subject_id=1, note="phòng")
    first = changes.changes(event)
    assert [it.note for it in first.entries[:2]] == ["phòng", "lần 52"]
    assert len(first.entries) == changes.PER_PAGE
    assert first.older is not None
    rest = changes.changes(event, before=first.older)
    assert [it.note for it in rest.entries[:4]] == ["lần 3", "lần 2", "lần 1", "lần 0"]
    assert rest.older is None
    assert [it.note for it in changes.changes(event, subject="room").entries] == ["phòng"]
    one = changes.changes(event, subject="delegate", subject_id="7").entries
    assert [it.note for it in one] == ["lần 7"]
    assert organiser.get(f"/manage/{event.slug}/changes?before={first.older}").status_code == 200
    assert organiser.get(f"/manage/{event.slug}/changes?before=x&subject=y").status_code == 200


def test_another_events_changes_are_not_shown(event: Event) -> None:
    record(build_event("su-kien-khac"))
    assert changes.changes(event).entries == []


def test_queries_of_the_log_do_not_grow(event: Event, count_queries: Callable[[], Any]) -> None:
    def queries() -> int:
        db.session.expire_all()
        assert event.zone
        with count_queries() as counted:
            changes.changes(event)
        return len(counted)

    for number in range(3):
        record(event, subject_id=build_delegate(event, f"Người {number}").id)
    few = queries()
    for number in range(30):
        record(event, subject_id=build_delegate(event, f"Người {number}").id)
    assert queries() == few

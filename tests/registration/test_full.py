"""What is said where no place is left: which places, and beside which field."""

import re

import pytest

from eventapp.extensions import db
from eventapp.registration import quota, service
from eventapp.registration.models import Delegate, Status
from tests.builders import build_delegate, organisation
from tests.conftest import post
from tests.registration.filled import classes, details, form_data

PAGE = "/e/hoi-nghi/register"
FIELDS = ("delegation_id", "organisation_id", "category_id", "day_ids", "class_id")


def _full(event, what):
    office = organisation(event)
    names = {
        "delegation_id": {"delegation_id": office.delegation_id},
        "organisation_id": {"organisation_id": office.id},
        "category_id": {"category_id": event.categories[0].id},
        "day_ids": {"day_id": event.days[0].id},
        "class_id": {"session_id": classes(event)[0].id},
    }
    quota.set_places(event.id, 0, **names[what])


def _errors(page, field):
    """What stands beside a field, and in the summary that leads to it."""
    beside = re.search(rf'id="{field}-errors">(.*?)</ul>', page, re.DOTALL)
    assert f'href="#{field}"' in page
    return re.sub(r"<[^>]*>", " ", beside[1]).strip() if beside else ""


@pytest.mark.parametrize(
    ("field", "vi", "en"),
    [
        (
            "delegation_id",
            "Đã hết suất: Bắc Ninh. Xin liên hệ Ban Tổ chức để được xếp suất.",
            "No place is left: Bắc Ninh. Ask the organisers for a place.",
        ),
        (
            "organisation_id",
            "Đã hết suất: Sở Nội vụ. Xin liên hệ Ban Tổ chức để được xếp suất.",
            "No place is left: Sở Nội vụ. Ask the organisers for a place.",
        ),
        (
            "category_id",
            "Đã hết suất: Đại biểu. Xin liên hệ Ban Tổ chức để được xếp suất.",
            "No place is left: Delegate. Ask the organisers for a place.",
        ),
        (
            "day_ids",
            "Hãy bỏ chọn ngày này, hoặc liên hệ Ban Tổ chức để được xếp suất.",
            "Leave this day out, or ask the organisers for a place.",
        ),
        (
            "class_id",
            "Đã hết suất: Tập huấn lớp A. Hãy chọn lớp khác, hoặc không chọn lớp.",
            "No place is left: Tập huấn lớp A. Choose another class, or none.",
        ),
    ],
)
def test_the_field_says_what_is_full_and_what_to_do(client, event, field, vi, en):
    _full(event, field)
    values = form_data(event, class_id=classes(event)[0].id)
    for language, said in (("vi", vi), ("en", en)):
        page = post(client, f"{PAGE}?lang={language}", values)
        assert page.status_code == 422
        assert said in _errors(page.text, field)
        for other in set(FIELDS) - {field}:
            assert f'id="{other}-errors"' not in page.text
    assert db.session.query(Delegate).count() == 0


def test_the_whole_event_is_no_field(client, event):
    quota.set_places(event.id, 1)
    page = client.get(PAGE).text
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)[1]
    quota.set_places(event.id, 0)
    answer = client.post(PAGE, data={**form_data(event), "csrf_token": token})
    assert answer.status_code == 422
    assert "Đã hết suất; đăng ký của quý vị chưa được ghi nhận." in answer.text
    assert "error-summary" not in answer.text


def test_who_waits_is_told_for_what(client, event):
    event.has_waitlist = True
    db.session.commit()
    _full(event, "class_id")
    answer = post(client, PAGE, form_data(event, class_id=classes(event)[0].id))
    assert answer.status_code == 303
    assert "Đã hết suất (Tập huấn lớp A)" in client.get(answer.location).text


def test_who_changes_is_told_beside_the_field(client, event):
    registered = service.register(
        event,
        details(event),
        submission=None,
        consent=service.Consent("1"),
    )
    _full(event, "class_id")
    address = f"/p/{registered.secret}/edit"
    revision = db.session.get_one(Delegate, registered.delegate_id).revision
    values = form_data(event, class_id=classes(event)[0].id, revision=revision)
    page = post(client, address, values)
    assert page.status_code == 422
    assert "Tập huấn lớp A. Hãy chọn lớp khác" in _errors(page.text, "class_id")


def test_organisers_are_told_what_is_full_and_how_to_go_on(organiser, event):
    _full(event, "delegation_id")
    page = post(organiser, "/manage/hoi-nghi/delegates/new", form_data(event, language="vi"))
    assert page.status_code == 422
    assert "Đã hết suất: Bắc Ninh. Hãy ghi lý do nếu" in _errors(page.text, "beyond")


def test_the_button_of_somebody_without_a_place_says_it_too(organiser, event):
    gone = build_delegate(event, status=Status.CANCELLED)
    _full(event, "category_id")
    at = f"/manage/hoi-nghi/delegates/{gone.id}"
    post(organiser, f"{at}/reinstate", {"beyond": ""}, form_at=at)
    assert "Đã hết suất: Đại biểu." in organiser.get(at).text

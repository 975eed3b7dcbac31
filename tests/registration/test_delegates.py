"""The organisers' pages of delegates."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from eventapp.accounts.models import AuditEntry
from eventapp.events.models import Event
from eventapp.extensions import db
from eventapp.programme.models import Session
from eventapp.registration import links, quota, service
from eventapp.registration.models import Delegate, Status
from tests.builders import build_delegate, build_event, organisation
from tests.conftest import post
from tests.registration.filled import details


@pytest.fixture
def url(event: Event) -> str:
    return f"/manage/{event.slug}/delegates"


def names(page: str) -> list[str]:
    return re.findall(r'class="data-main"[^>]*>([^<]+)<', page)


def fields(event: Event, **values: Any) -> dict[str, Any]:
    office = organisation(event)
    return {
        "name": "Nguyễn Đình Đức",
        "position": "Chuyên viên",
        "delegation_id": office.delegation_id,
        "organisation_id": office.id,
        "category_id": event.categories[0].id,
        "email": "duc@bacninh.example",
        "phone": "0912 345 678",
        "day_ids": [day.id for day in event.days],
        "class_id": 0,
        "wish_1": 0,
        "wish_2": 0,
        "language": "vi",
        **values,
    }


# --- The list -----------------------------------------------------------------------------------


def test_lists_in_order_with_what_matters(organiser: FlaskClient, event: Event, url: str) -> None:
    build_delegate(event, "Nguyễn Đình Đức")
    build_delegate(event, "Trần Văn Ba", status=Status.CANCELLED)
    page = organiser.get(f"{url}?lang=en").text
    assert names(page) == ["Trần Văn Ba", "Nguyễn Đình Đức"]
    assert "Delegates 1–2 of 2" in page


def test_what_is_searched_stays_out_of_the_address(
    organiser: FlaskClient, event: Event, url: str
) -> None:
    build_delegate(event, "Nguyễn Đình Đức")
    build_delegate(event, "Trần Văn Ba")
    asked = {"q": "nguyen dinh", "status": "approved", "sort": "status"}
    answer = post(organiser, f"{url}/search", asked, form_at=url)
    assert answer.status_code == 303
    assert "nguyen" not in answer.location
    assert "status=approved" in answer.location
    page = organiser.get(answer.location).text
    assert names(page) == ["Nguyễn Đình Đức"]
    assert 'value="nguyen dinh"' in page


def test_two_searches_do_not_mix(organiser: FlaskClient, event: Event, url: str) -> None:
    build_delegate(event, "An")
    build_delegate(event, "Bình")
    first = post(organiser, f"{url}/search", {"q": "an"}, form_at=url).location
    second = post(organiser, f"{url}/search", {"q": "binh"}, form_at=url).location
    assert names(organiser.get(first).text) == ["An"]
    assert names(organiser.get(second).text) == ["Bình"]


def test_typing_on_replaces_the_search(organiser: FlaskClient, event: Event, url: str) -> None:
    for word in ("a", "an", "anh", "anh t", "anh tu", "anh tua"):
        answer = post(organiser, f"{url}/search", {"q": word, "s": "0a1b2c3d"}, form_at=url)
        assert answer.location.endswith("s=0a1b2c3d")
    with organiser.session_transaction() as session:
        assert session["searches"] == {"0a1b2c3d": "anh tua"}
    post(organiser, f"{url}/search", {"q": "", "s": "0a1b2c3d"}, form_at=url)
    with organiser.session_transaction() as session:
        assert session["searches"] == {}


def test_a_search_that_was_forgotten_shows_everybody(
    organiser: FlaskClient, event: Event, url: str
) -> None:
    build_delegate(event, "An")
    assert names(organiser.get(f"{url}?s=unknown").text) == ["An"]


def test_htmx_learns_the_address(organiser: FlaskClient, event: Event, url: str) -> None:
    build_delegate(event, "An")
    answer = organiser.get(f"{url}?sort=status", headers={"HX-Request": "true"})
    assert answer.headers["HX-Replace-Url"].endswith("delegates?sort=status")
    assert "HX-Replace-Url" not in organiser.get(url).headers


def test_pages(organiser: FlaskClient, event: Event, url: str) -> None:
    for number in range(53):
        build_delegate(event, f"Người {number:02}")
    assert len(names(organiser.get(url).text)) == 50
    last = organiser.get(f"{url}?page=2")
    assert names(last.text) == ["Người 50", "Người 51", "Người 52"]
    assert names(organiser.get(f"{url}?page=77").text) == names(last.text)
    assert organiser.get(f"{url}?page=x&status=y&delegation=z&sort=w").status_code == 200


def test_queries_of_the_list_do_not_grow(
    organiser: FlaskClient, event: Event, url: str, count_queries: Callable[[], Any]
) -> None:
    def queries() -> int:
        db.session.expire_all()
        with count_queries() as seen:
            assert organiser.get(url).status_code == 200
        return len([it for it in seen if not it.startswith("BEGIN")])

    for number in range(10):
        build_delegate(event, f"Người {number}")
    few = queries()
    for number in range(40):
        build_delegate(event, f"Khách {number}", organisation=organisation(event, "Văn phòng UBND"))
    assert queries() == few <= 20


def test_markup_in_a_name_is_text(organiser: FlaskClient, event: Event, url: str) -> None:
    delegate = build_delegate(event, "<b>An</b>")
    for address in (url, f"{url}/{delegate.id}"):
        page = organiser.get(address).text
        assert "<b>An</b>" not in page
        assert "&lt;b&gt;An" in page


# --- One delegate -------------------------------------------------------------------------------


def test_shows_everything_of_one(organiser: FlaskClient, event: Event, url: str) -> None:
    training = db.session.scalars(select(Session)).first()
    made = build_delegate(
        event, "Nguyễn Đình Đức", phone="+84912345678", enrolments=[training], diet="Ăn chay"
    )
    page = organiser.get(f"{url}/{made.id}").text
    for text in (
        made.email,
        "0912 345 678",
        training.title,
        "Ăn chay",
        made.code[:4],
        'class="qr"',
    ):
        assert text in page, text


def test_somebody_of_another_event_is_not_found(
    organiser: FlaskClient, event: Event, url: str
) -> None:
    stranger = build_delegate(build_event("su-kien-khac"), "Người lạ")
    for address in ("", "/edit", "/cancel"):
        assert organiser.get(f"{url}/{stranger.id}{address}").status_code == 404
    for address in ("/edit", "/cancel", "/reinstate", "/status", "/link"):
        answer = post(organiser, f"{url}/{stranger.id}{address}", {}, form_at=f"{url}/new")
        assert answer.status_code == 404, address


def test_adds_a_delegate(organiser: FlaskClient, event: Event, url: str) -> None:
    answer = post(organiser, f"{url}/new", fields(event))
    made = db.session.scalars(select(Delegate)).one()
    assert answer.location.endswith(f"/delegates/{made.id}")
    assert (made.name, made.phone, made.status) == (
        "Nguyễn Đình Đức",
        "+84912345678",
        Status.APPROVED,
    )
    assert made.consent_at is None
    assert quota.taken(event.id) == 1
    entry = db.session.scalars(select(AuditEntry).filter_by(subject="delegate")).one()
    assert entry.actor.startswith("user:")


def test_sending_the_form_twice_adds_one(organiser: FlaskClient, event: Event, url: str) -> None:
    token = re.search(r'name="submission"[^>]*value="([^"]+)"', organiser.get(f"{url}/new").text)
    assert token
    for _attempt in range(2):
        answer = post(organiser, f"{url}/new", fields(event, submission=token[1]))
        assert answer.status_code == 303
    assert len(db.session.scalars(select(Delegate)).all()) == 1


def test_organisers_need_no_contact(organiser: FlaskClient, event: Event, url: str) -> None:
    assert post(organiser, f"{url}/new", fields(event, email="", phone="")).status_code == 303


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("position", ""),
        ("email", "duc at bacninh"),
        ("phone", "113"),
        ("delegation_id", "0"),
        ("category_id", "999999"),
        ("day_ids", []),
    ],
)
def test_a_refused_form_keeps_what_was_typed(
    organiser: FlaskClient, event: Event, url: str, field: str, value: object
) -> None:
    typed = fields(event, diet="Không ăn cua", **{field: value})
    answer = post(organiser, f"{url}/new", typed)
    assert answer.status_code == 422
    assert "Không ăn cua" in answer.text
    assert "field-errors" in answer.text
    assert db.session.scalars(select(Delegate)).all() == []


def test_no_place_left(organiser: FlaskClient, event: Event, url: str) -> None:
    quota.set_places(event.id, 0)
    answer = post(organiser, f"{url}/new", fields(event))
    assert answer.status_code == 422
    assert "Nguyễn Đình Đức" in answer.text


def test_registered_already(organiser: FlaskClient, event: Event, url: str) -> None:
    post(organiser, f"{url}/new", fields(event))
    assert post(organiser, f"{url}/new", fields(event)).status_code == 422
    assert len(db.session.scalars(select(Delegate)).all()) == 1


def test_who_has_the_same_address_is_named(organiser: FlaskClient, event: Event, url: str) -> None:
    build_delegate(event, "Trần Văn Ba", email="duc@bacninh.example")
    build_delegate(event, "Lê Gone", email="duc@bacninh.example", status=Status.CANCELLED)
    assert post(organiser, f"{url}/new", fields(event)).status_code == 303
    made = db.session.scalars(select(Delegate).filter_by(name="Nguyễn Đình Đức")).one()
    said = re.search(
        r"Trùng địa chỉ thư điện tử với ([^.]*)\.", organiser.get(f"{url}/{made.id}").text
    )
    assert said
    assert said[1] == "Trần Văn Ba"


def test_an_offices_address_is_nobodys(organiser: FlaskClient, event: Event, url: str) -> None:
    for number in range(6):
        build_delegate(event, f"Người {number}", email="duc@bacninh.example")
    answer = post(organiser, f"{url}/new", fields(event))
    assert "Trùng địa chỉ" not in organiser.get(answer.location).text


def edit(client: FlaskClient, address: str, event: Event, **values: Any) -> Any:
    """Send the form with the revision that a page shows now, unless another is given."""
    if "revision" not in values:
        shown = re.search(r'name="revision"[^>]*value="(\d+)"', client.get(address).text)
        assert shown
        values["revision"] = shown[1]
    return post(client, address, fields(event, **values))


def test_changes_a_delegate(organiser: FlaskClient, event: Event, url: str) -> None:
    made = build_delegate(event, "Nguyễn Đình Dức", email="duc@bacninh.example")
    answer = edit(organiser, f"{url}/{made.id}/edit", event, needs="Xe lăn")
    assert answer.status_code == 303
    db.session.expire_all()
    changed = db.session.get_one(Delegate, made.id)
    assert (changed.name, changed.needs) == ("Nguyễn Đình Đức", "Xe lăn")
    page = organiser.get(f"{url}/{made.id}").text
    assert "<del>Nguyễn Đình Dức</del>" in page
    assert "<ins>Nguyễn Đình Đức</ins>" in page


def test_a_change_to_where_no_place_is_left_needs_a_reason(
    organiser: FlaskClient, event: Event, url: str
) -> None:
    full = event.categories[1].id
    quota.set_places(event.id, 0, category_id=full)
    made = service.register(event, details(event), submission=None, consent=None)
    address = f"{url}/{made.delegate.id}/edit"
    answer = edit(organiser, address, event, category_id=full)
    assert answer.status_code == 422
    assert 'name="beyond"' in answer.text
    answer = edit(organiser, address, event, category_id=full, beyond="Theo ý kiến Trưởng ban")
    assert answer.status_code == 303
    db.session.expire_all()
    assert db.session.get_one(Delegate, made.delegate.id).category_id == full
    entry = db.session.scalars(select(AuditEntry).filter_by(action="update", subject="delegate"))
    assert entry.one().note == "Theo ý kiến Trưởng ban"


def test_two_at_once_lose_nothing(organiser: FlaskClient, event: Event, url: str) -> None:
    made = build_delegate(event, "Nguyễn Đình Đức")
    address = f"{url}/{made.id}/edit"
    shown = re.search(r'name="revision"[^>]*value="(\d+)"', organiser.get(address).text)
    assert shown
    assert edit(organiser, address, event, position="Giám đốc").status_code == 303
    late = edit(organiser, address, event, position="Phó Giám đốc", revision=shown[1])
    assert late.status_code == 409
    assert "Phó Giám đốc" in late.text
    assert re.search(r"<td>Giám đốc</td>\s*<td>Phó Giám đốc</td>", late.text)
    db.session.expire_all()
    assert db.session.get_one(Delegate, made.id).position == "Giám đốc"
    # The page now knows of their change: sent again, ours is meant.
    fresh = re.search(r'name="revision"[^>]*value="(\d+)"', late.text)
    assert fresh
    assert fresh[1] != shown[1]
    again = edit(organiser, address, event, position="Phó Giám đốc", revision=fresh[1])
    assert again.status_code == 303
    db.session.expire_all()
    assert db.session.get_one(Delegate, made.id).position == "Phó Giám đốc"


def test_cancels_with_a_reason_and_reinstates(
    organiser: FlaskClient, event: Event, url: str
) -> None:
    post(organiser, f"{url}/new", fields(event))
    made = db.session.scalars(select(Delegate)).one()
    address = f"{url}/{made.id}"
    assert post(organiser, f"{address}/cancel", {"reason": "Đi công tác"}).status_code == 303
    db.session.expire_all()
    assert made.is_cancelled
    assert quota.taken(event.id) == 0
    assert "Đi công tác" in organiser.get(address).text
    assert post(organiser, f"{address}/reinstate", {}, form_at=address).status_code == 303
    db.session.expire_all()
    assert made.status == Status.APPROVED
    assert quota.taken(event.id) == 1


def test_cannot_reinstate_beyond_the_places(organiser: FlaskClient, event: Event, url: str) -> None:
    made = build_delegate(event)
    service.cancel(event, made.id)
    quota.set_places(event.id, 0)
    answer = post(organiser, f"{url}/{made.id}/reinstate", {}, form_at=f"{url}/{made.id}")
    assert answer.status_code == 303
    db.session.expire_all()
    assert made.is_cancelled


def test_approves_and_withdraws(organiser: FlaskClient, event: Event, url: str) -> None:
    made = build_delegate(event, status=Status.PENDING)
    address = f"{url}/{made.id}"
    for status in (Status.APPROVED, Status.PENDING):
        post(organiser, f"{address}/status", {"status": status}, form_at=address)
        db.session.expire_all()
        assert made.status == status
    for status in ("cancelled", "gone", ""):
        answer = post(organiser, f"{address}/status", {"status": status}, form_at=address)
        assert answer.status_code == 422


def test_approving_somebody_who_has_no_place_and_finds_none(
    organiser: FlaskClient, event: Event, url: str
) -> None:
    waiting = build_delegate(event, status=Status.WAITLISTED)
    quota.set_places(event.id, 0)
    address = f"{url}/{waiting.id}"
    answer = post(organiser, f"{address}/status", {"status": "approved"}, form_at=address)
    assert answer.status_code == 303
    assert "Đã hết suất: toàn sự kiện" in organiser.get(address).text
    db.session.expire_all()
    assert db.session.get_one(Delegate, waiting.id).status == Status.WAITLISTED


def test_a_new_personal_link_is_shown_once(organiser: FlaskClient, event: Event, url: str) -> None:
    made = build_delegate(event)
    address = f"{url}/{made.id}"
    page = post(organiser, f"{address}/link", {}, form_at=address).text
    shown = re.search(r"/p/([\w-]{32,})", page)
    assert shown
    found = links.by_secret(shown[1])
    assert found is not None
    assert found.id == made.id
    assert shown[1] not in organiser.get(address).text

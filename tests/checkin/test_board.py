"""The board, the hall's screens, and what both are told over HTTP."""

import gzip
import json
import re
from html import unescape

import pytest

from eventapp.accounts.permissions import Role
from eventapp.checkin import live, screens
from eventapp.checkin.models import Checkpoint, CheckpointKind, Screen
from eventapp.database import transaction
from eventapp.events.models import Event
from eventapp.extensions import db
from eventapp.registration.models import Delegation
from tests.builders import add_delegation, build_delegate, build_event
from tests.checkin.test_live import device, door, scan  # noqa: F401
from tests.conftest import post


@pytest.fixture(autouse=True)
def _ask_anew():
    live.forget()


@pytest.fixture
def head(event, door):  # noqa: F811
    leader = build_delegate(
        event, "Nguyễn Thị Trưởng Đoàn", position="Giám đốc Sở", phone="+84912345678"
    )
    body = leader.organisation.delegation
    body.lead_name, body.lead_phone = "Trần Đầu Mối", "+84987654321"
    db.session.commit()
    return leader


def board_of(client, event, **chosen):
    return client.get(f"/manage/{event.slug}/arrivals", query_string=chosen)


def told(client, page, **headers):
    """What a page is told, as JSON; it asks without cookies."""
    address = unescape(re.search(r'data-live="([^"]+)"', page.text).group(1))
    return client.application.test_client().get(address, headers=headers)


def test_the_board_says_who_is_here_and_whom_to_call(organiser, event, head, device, door):  # noqa: F811
    page = board_of(organiser, event, at=f"day-{event.days[0].id}")
    assert "Trưởng đoàn chưa đến" in page.text
    assert 'href="tel:+84912345678"' in page.text
    assert 'href="tel:+84987654321"' in page.text
    scan(device, door, head)
    page = board_of(organiser, event, at=f"day-{event.days[0].id}")
    tile = re.search(r'<li class="arrival"[^>]*>.*?</li>', page.text, re.S).group(0)
    assert "Bắc Ninh" in tile
    assert 'data-state="all"' in tile
    assert "Trưởng đoàn đã đến" in tile
    assert "Đã đến đủ" in tile
    assert "Bàn 1" in page.text


def test_a_page_is_told_only_numbers_and_desks(organiser, event, head, device, door):  # noqa: F811
    page = board_of(organiser, event, at=f"day-{event.days[0].id}")
    scan(device, door, head)
    live.forget()
    answer = told(organiser, page)
    assert answer.status_code == 200
    content = answer.json
    assert content["tiles"][0][1:] == [1, 1, 0, 2]
    assert content["total"]["arrived"] == 1
    assert head.name not in answer.text
    assert "Bàn 1" in content["slots"]["desks"]


def test_the_page_is_drawn_anew_when_a_head_is_another_one(organiser, event, head, door):  # noqa: F811
    page = board_of(organiser, event, at=f"day-{event.days[0].id}")
    layout = re.search(r'data-layout="(\w+)"', page.text).group(1)
    assert told(organiser, page).json["layout"] == layout
    head.phone = "+84900000000"
    db.session.commit()
    live.forget()
    assert told(organiser, page).json["layout"] != layout


def test_what_is_the_same_is_not_told_again(organiser, event, head):
    page = board_of(organiser, event, at=f"day-{event.days[0].id}")
    first = told(organiser, page)
    again = told(organiser, page, **{"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    assert again.data == b""
    assert float(again.headers["Live-At"]) >= float(first.headers["Live-At"])
    assert float(again.headers["Live-Age"]) < 60


def test_being_told_costs_no_query(organiser, event, head, count_queries):
    page = board_of(organiser, event, at=f"day-{event.days[0].id}")
    told(organiser, page)
    with count_queries() as seen:
        for _ in range(20):
            assert told(organiser, page).status_code == 200
    assert len([it for it in seen if not it.startswith("BEGIN")]) <= 2  # whether anything changed


def test_answers_are_small(organiser, event, door):  # noqa: F811
    with transaction():
        for n in range(120):
            add_delegation(event, f"Đoàn đại biểu của cơ quan thứ {n}", ["Văn phòng"], 10 + n)
    page = board_of(organiser, event)
    packed = told(organiser, page, **{"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert len(packed.data) < 2500
    assert json.loads(gzip.decompress(packed.data)) == told(organiser, page).json


def test_most_missing_first(organiser, event, door):  # noqa: F811
    other = db.session.scalar(db.select(Delegation).filter_by(name="Điện Biên")).organisations[0]
    build_delegate(event)
    for n in range(3):
        build_delegate(event, f"Người {n}", organisation=other)

    def names(**chosen):
        page = board_of(organiser, event, at=f"day-{event.days[0].id}", **chosen)
        return re.findall(r'class="arrival-name">([^<]+)<', page.text)[:2]

    assert names() == ["Bắc Ninh", "Điện Biên"]
    assert names(order="missing") == ["Điện Biên", "Bắc Ninh"]


def test_an_event_without_anything(sign_in):
    empty = Event(slug="trong", title="Hội nghị", short_title="Hội nghị")
    db.session.add(empty)
    db.session.commit()
    administrator = sign_in(None)
    assert "Chưa có điểm quét thẻ nào" in board_of(administrator, empty).text
    _page, secret = made(administrator, empty)
    assert "Chưa có đoàn nào" in administrator.get(f"/screen/{secret}").text


def test_a_day_without_a_door(organiser, event):
    page = board_of(organiser, event, at=f"day-{event.days[1].id}")
    assert page.status_code == 200
    assert 'data-total="expected">0<' in page.text


def test_an_organiser_of_another_event_sees_nothing(organiser, event):
    build_event("su-kien-khac")
    assert organiser.get("/manage/su-kien-khac/arrivals").status_code == 403
    assert organiser.get("/manage/su-kien-khac/screens").status_code == 403


def test_a_place_that_does_not_exist(organiser, event, door):  # noqa: F811
    assert board_of(organiser, event, at="day-999999").status_code == 404


def test_who_may_see_the_board(sign_in, client, event, door):  # noqa: F811
    assert board_of(sign_in(Role.STAFF, event), event).status_code == 200
    assert board_of(sign_in(Role.LEADER, event), event).status_code == 403
    assert board_of(client, event).status_code == 302


def test_queries_do_not_grow_with_the_people(organiser, event, door, device, count_queries):  # noqa: F811
    def queries() -> int:
        live.forget()
        with count_queries() as seen:
            assert board_of(organiser, event).status_code == 200
        return len([it for it in seen if not it.startswith("BEGIN")])

    somebody = build_delegate(event)
    scan(device, door, somebody)
    before = queries()
    for n in range(20):
        scan(device, door, build_delegate(event, f"Người {n}"))
    assert queries() == before <= 21


@pytest.mark.parametrize("token", ["", "x", "eyJ.x.y"])
def test_a_wrong_token_is_told_nothing(client, token):
    assert client.get(f"/live/{token}").status_code == 404


def made(organiser, event, name="Sảnh chính"):
    page = post(organiser, f"/manage/{event.slug}/screens", {"name": name})
    found = re.search(r"/screen/([\w-]{32})", page.text)
    return page, found.group(1) if found else None


def test_a_screen_shows_the_arrivals_and_nobody(organiser, client, event, head, device, door):  # noqa: F811
    _page, secret = made(organiser, event)
    page = client.get(f"/screen/{secret}")
    assert page.status_code == 200
    assert "Bắc Ninh" in page.text
    scan(device, door, head)
    live.forget()
    answer = told(client, page)
    assert answer.json["total"]["arrived"] == 1
    for text in (page.text, answer.text):
        for private in (head.name, "912345678", "987654321", "Trần Đầu Mối", "Giám đốc"):
            assert private not in text
    assert db.session.scalar(db.select(Screen.secret_hash)) != secret


def test_a_screen_leaves_out_who_sends_nobody(organiser, client, event, head):
    _page, secret = made(organiser, event)
    page = client.get(f"/screen/{secret}")
    assert re.findall(r'class="arrival-name">([^<]+)<', page.text) == ["Bắc Ninh"]


def test_a_revoked_screen_shows_nothing_at_once(organiser, client, event, head):
    _page, secret = made(organiser, event)
    page = client.get(f"/screen/{secret}")
    assert told(client, page).status_code == 200
    screen = db.session.scalar(db.select(Screen))
    answer = post(
        organiser,
        f"/manage/{event.slug}/screens/revoke",
        {"screen": screen.id},
        form_at=f"/manage/{event.slug}/screens",
    )
    assert answer.status_code == 302
    assert client.get(f"/screen/{secret}").status_code == 404
    live.current(event.id)  # the next look
    assert told(client, page).status_code == 410


def test_a_new_link_ends_the_one_before(organiser, client, event, head):
    _page, secret = made(organiser, event)
    screen = db.session.scalar(db.select(Screen))
    page = post(
        organiser,
        f"/manage/{event.slug}/screens/link",
        {"screen": screen.id},
        form_at=f"/manage/{event.slug}/screens",
    )
    fresh = re.search(r"/screen/([\w-]{32})", page.text).group(1)
    assert client.get(f"/screen/{secret}").status_code == 404
    assert client.get(f"/screen/{fresh}").status_code == 200


def test_two_screens_have_two_names(organiser, event):
    made(organiser, event)
    page, secret = made(organiser, event)
    assert page.status_code == 422
    assert secret is None
    assert "Đã có màn hình mang tên này" in page.text
    assert made(organiser, event, "")[0].status_code == 422


def test_a_screen_of_another_event_is_not_to_be_touched(organiser, event):
    other = build_event("su-kien-khac")
    strange = screens.create(other, "Sảnh").screen
    for what in ("link", "revoke"):
        answer = post(
            organiser,
            f"/manage/{event.slug}/screens/{what}",
            {"screen": strange.id},
            form_at=f"/manage/{event.slug}/screens",
        )
        assert answer.status_code == 404
    assert db.session.get(Screen, strange.id).revoked_at is None


def test_an_unknown_link(client, event):
    page = client.get("/screen/khong-co")
    assert page.status_code == 404
    assert "không còn hiển thị" in page.text


def test_a_checkpoint_of_its_own(organiser, event, head, device):  # noqa: F811
    gate = Checkpoint(
        event_id=event.id, kind=CheckpointKind.DOOR, name="Cửa phụ", day_id=event.days[0].id
    )
    db.session.add(gate)
    db.session.commit()
    scan(device, gate, head)
    assert 'data-total="arrived">1<' in board_of(organiser, event, at=gate.id).text

"""Badges printed at the desk: one at its own size, remembered in the run of the day."""

import io
import threading
from datetime import timedelta

import pikepdf
import pytest
from sqlalchemy import select

from eventapp.accounts.permissions import Role
from eventapp.badges import desk, reprinting, runs, templates
from eventapp.badges.models import PrintedBadge, RunState
from eventapp.badges.runs import By
from eventapp.badges.template import Words
from eventapp.database import now, transaction
from eventapp.extensions import db
from eventapp.registration.models import Delegate, Status
from tests.builders import build_delegate, build_event
from tests.conftest import PASSWORD, csrf_token, post
from tests.pdf.pictures import codes

CHECK_IN = "/manage/hoi-nghi/checkin"
DESK = "/manage/hoi-nghi/badges/desk"


@pytest.fixture
def staff(sign_in, event):
    return sign_in(Role.STAFF, event)


@pytest.fixture
def user(make_user, event):
    return make_user(Role.STAFF, event, "cua@bacninh.example").id


def ask(client, code):
    return post(client, DESK, {"code": code}, form_at=CHECK_IN)


def test_one_badge_at_its_exact_size(staff, event, tmp_path):
    code = build_delegate(event).code
    answer = ask(staff, f"{code[:4]} {code[4:8].lower()} {code[8:]}")
    assert answer.mimetype == "application/pdf"
    assert answer.headers["Content-Disposition"].startswith("inline")
    assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-ancestors 'self'" in answer.headers["Content-Security-Policy"]
    assert codes(answer.data, tmp_path) == [code]
    with pikepdf.open(io.BytesIO(answer.data)) as pdf:
        assert [round(float(it) / 72 * 25.4) for it in pdf.pages[0].MediaBox] == [0, 0, 90, 130]
        assert len(pdf.pages) == 1


def test_a_day_at_the_desk_is_one_run(event, user, make_user):
    an, ba = (build_delegate(event, f"Lê {name}") for name in ("An", "Ba"))
    first, second = an.id, ba.id
    codes_ = an.code, ba.code
    for code in (*codes_, codes_[0]):
        desk.print_badge(event, code, user)
    other = make_user(Role.STAFF, event, "cua2@bacninh.example").id
    desk.print_badge(event, codes_[0], other)
    found = runs.find(event.id, 1)
    assert (found.badges, found.done, found.state) == (3, 3, RunState.DONE)
    assert (found.selection["kind"], found.made_by_id) == ("desk", user)
    rows = db.session.scalars(
        select(PrintedBadge).filter_by(run_id=found.id).order_by(PrintedBadge.place)
    ).all()
    assert [it.delegate_id for it in rows] == [first, second, first]
    assert runs.find(event.id, 2).made_by_id == other
    # Once more as a whole, each person once.
    assert runs.find(event.id, reprinting.again(event, By(), 1)).badges == 2


def test_another_version_of_the_template_is_another_run(event, user):
    code = build_delegate(event).code
    desk.print_badge(event, code, user)
    version = templates.default_version(event)
    found = templates.find(event.id, version.template_id)
    content = templates.content_of(version)
    changed = type(content)(name=Words("Khác"), size=content.size, sides=content.sides)
    templates.save(event, found.id, changed, revision=found.revision)
    desk.print_badge(event, code, user)
    assert [it.version.number for it in runs.page(event.id, 1)] == [2, 1]


def test_two_screens_of_one_person_at_once(app, event, user):
    people = [build_delegate(event).code for _ in range(6)]
    templates.default_version(event)
    event_id, ready = event.id, threading.Barrier(2)

    def screen(mine):
        with app.app_context():
            here = db.session.get_one(type(event), event_id)
            ready.wait()
            for code in mine:
                desk.print_badge(here, code, user)

    threads = [threading.Thread(target=screen, args=(people[at::2],)) for at in range(2)]
    for it in threads:
        it.start()
    for it in threads:
        it.join()
    db.session.rollback()
    (run,) = runs.page(event_id, 1)
    assert (run.badges, run.done) == (6, 6)
    assert sorted(it.place for it in runs.badges_of(run, 1)) == list(range(6))


def test_the_mark_goes_when_the_badge_has_arrived(staff, event):
    an = build_delegate(event, reprint_since=now())
    assert ask(staff, an.code).data
    db.session.rollback()
    assert db.session.get(Delegate, an.id).reprint_since is None


def test_a_mark_that_the_badge_knew_nothing_of_stays(event, user):
    an = build_delegate(event, reprint_since=now() - timedelta(minutes=2))
    code, an = an.code, an.id
    printed = desk.print_badge(event, code, user)
    with transaction():  # set before it was printed, and seen only afterwards
        db.session.get(Delegate, an).reprint_since = now() - timedelta(minutes=1)
    desk.fetched(event.id, printed)
    assert db.session.get(Delegate, an).reprint_since is not None


@pytest.mark.parametrize("ending", ["pdf", "zip"])
def test_a_day_at_the_desk_has_no_file(organiser, event, user, ending):
    desk.print_badge(event, build_delegate(event).code, user)
    address = f"/manage/hoi-nghi/badges/runs/1.{ending}"
    assert organiser.get(address).status_code == 404
    assert organiser.head(address).status_code == 404
    run = runs.find(event.id, 1)
    assert (run.state, run.attempt) == (RunState.DONE, 0)


def test_prints_are_counted_by_user_not_by_address(second_app, make_user, event):
    app, desks = second_app(testing=False), []
    for name in ("cua1", "cua2"):
        user = make_user(Role.STAFF, event, f"{name}@bacninh.example")
        client = app.test_client()
        post(client, "/account/sign-in", {"email": user.email, "password": PASSWORD})
        desks.append((client, {"csrf_token": csrf_token(client, CHECK_IN), "code": "0" * 12}))
    (first, form), (second, other) = desks
    assert 429 in [first.post(DESK, data=form).status_code for _ in range(245)]
    assert second.post(DESK, data=other).status_code == 409


def test_a_badge_that_never_arrives_keeps_its_mark(event, user):
    an = build_delegate(event, reprint_since=now())
    desk.print_badge(event, an.code, user)
    assert db.session.get(Delegate, an.id).reprint_since is not None


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (Status.CANCELLED, "cancelled or was replaced"),
        (Status.REFUSED, "cancelled or was replaced"),
        (Status.PENDING, "not approved yet"),
        (Status.WAITLISTED, "not approved yet"),
    ],
)
def test_who_gets_no_badge(staff, event, status, said):
    code = build_delegate(event, status=status).code
    staff.get("/?lang=en")
    answer = ask(staff, code)
    assert answer.status_code == 409
    assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert runs.count(event.id) == 0
    assert 'id="why"' in answer.text and said in answer.text


def test_organisers_may_print_for_who_is_not_approved_yet(organiser, event, tmp_path):
    code = build_delegate(event, status=Status.PENDING).code
    assert codes(ask(organiser, code).data, tmp_path) == [code]


@pytest.mark.parametrize("code", ["", "000000000000", "x" * 400])
def test_nobody_has_this_code(staff, event, code):
    build_delegate(event)
    assert ask(staff, code).status_code == 409


def test_a_code_of_another_event_is_nobodys(staff, event):
    assert ask(staff, build_delegate(build_event("khac")).code).status_code == 409


def test_the_code_of_a_merged_registration_leads_on(event, user):
    kept = build_delegate(event)
    other = build_delegate(event, status=Status.CANCELLED, merged_into_id=kept.id)
    assert desk.print_badge(event, other.code, user).delegate_id == kept.id


def test_leaders_and_strangers_print_nothing(sign_in, event, client):
    assert sign_in(Role.LEADER, event).post(DESK).status_code in (400, 403)
    assert client.post(DESK).status_code in (400, 401)


def test_one_badge_takes_few_queries(staff, event, count_queries):
    code = build_delegate(event).code
    assert ask(staff, code).data
    with count_queries() as queries:
        assert ask(staff, code).data
    # Those of the page with the form are among them.
    assert len([it for it in queries if it.startswith(("SELECT", "INSERT", "UPDATE"))]) <= 24


def test_the_app_at_the_door_may_show_a_badge_in_its_hidden_frame(client):
    page = client.get("/checkin/")
    assert 'id="print-frame"' in page.text
    assert "frame-src 'self' blob:" in page.headers["Content-Security-Policy"]

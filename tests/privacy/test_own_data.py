"""What somebody sees of themselves, and how they take their consent back."""

import json
import uuid
from datetime import timedelta

import pytest
from sqlalchemy import select

from eventapp.accounts.models import AuditEntry
from eventapp.checkin import roll_calls
from eventapp.checkin import service as checkin
from eventapp.checkin.models import Checkpoint, Device, Scan
from eventapp.database import now, transaction
from eventapp.duplicates import merging
from eventapp.extensions import db
from eventapp.mail import delivery, worker
from eventapp.mail.models import MailStatus, Message
from eventapp.privacy import disclosure, erasing
from eventapp.privacy.kinds import NOBODY
from eventapp.privacy.models import Erasure
from eventapp.questions.models import Answer, AnswerFile
from eventapp.registration import links, personal_links, quota
from eventapp.registration.errors import RegistrationOver
from eventapp.registration.models import Delegate, Status
from eventapp.visits.models import Allocation, VisitGroup
from tests.builders import build_delegate
from tests.checkin.groups import build_leader, build_way
from tests.conftest import post
from tests.privacy.filled import CORRECTED, NAMES, TAKEN_BACK, fill
from tests.privacy.test_close_out import everything_stored


@pytest.fixture
def people(event):
    """Those of `fill`; the first and the second have come, a seat and all kinds of data."""
    return fill(event)


def address(delegate):
    return f"/p/{personal_links.known_secret(delegate)}"


# --- To see -------------------------------------------------------------------------------------


def test_everything_is_there_as_json(client, people):
    one = people[0]
    answer = client.get(f"{address(one)}/data.json?lang=en")
    held = json.loads(answer.data)
    assert answer.headers["Cache-Control"] == "no-store"
    assert "noindex" in answer.headers["X-Robots-Tag"]
    own = held["registration"]
    assert (own["name"], own["email"], own["code"]) == (one.name, one.email, one.code)
    assert own["days"] == ["2026-11-26", "2026-11-27"] and own["diet"] == "Kiêng món 0"
    assert held["consent"]["version"] == "2026-01" and held["consent"]["by"] == "self"
    assert "Purpose" in [it["heading"] for it in held["consent"]["wording"]]
    assert [it["question"] for it in held["answers"]] == [
        "Bài tham luận",
        "Cỡ áo",
        "Số căn cước",
        "Ngày sinh",
    ]
    assert held["files"][0]["name"] == f"ảnh của {one.name}.png"
    assert held["visit_group"]["letter"] == "A"
    assert [(it["verdict"], it["note"]) for it in held["scans"]] == [
        ("admitted", f"{one.name} {TAKEN_BACK}")
    ]
    [typed] = held["walk_ins"]
    assert (typed["outcome"], typed["typed"]["name"]) == ("known", one.name)
    assert len(held["attendance"]) == 1
    assert [(it["number"], it["code"], it["name"]) for it in held["certificates"]] == [
        ("1/GCN", "CERT00000001", one.name)
    ]
    corrected = held["attendance_corrections"]
    assert [(it["session"], it["day"], it["present"], it["by"]) for it in corrected] == [
        ("Tập huấn lớp A", None, True, "organiser"),
        (None, "2026-11-26", False, "organiser"),
    ]
    assert {it["to"] for it in held["letters"]} == {one.email}
    assert held["changes"][0]["action"] == "register" and held["changes"][0]["by"] == "system"
    assert [it["kind"] for it in held["change_requests"]] == ["edit"]
    file = client.get(held["files"][0]["link"])
    assert file.data == f"PNG {one.name}".encode()
    assert file.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_page_says_the_same(client, people, language):
    one = people[0]
    page = client.get(f"{address(one)}/data?lang={language}")
    assert page.status_code == 200
    for word in (
        "03/02/1980",
        "Tiếng Việt",
        one.name,
        "1/GCN",
        "CERT00000001",
        CORRECTED,
        one.email,
        one.code,
        "Tham luận bí mật 0",
        "Kiêng món 0",
        "2026-01",
    ):
        assert word in page.text
    assert page.headers["Cache-Control"] == "no-store"
    assert "noindex" in page.headers["X-Robots-Tag"]
    assert f"{address(one)}/data" in client.get(address(one)).text


def test_nothing_of_anybody_else_is_there(client, people):
    one, replaced = people[0], people[2]
    for who in (one, replaced):
        held = client.get(f"{address(who)}/data.json").get_data(as_text=True)
        page = client.get(f"{address(who)}/data").text
        others = [it for it in NAMES if it != who.name] + ["Bùi Thay Thế", "thay.the@"]
        assert [it for it in others if it in held or it in page] == []
    assert json.loads(client.get(f"{address(replaced)}/data.json").data)["substitution"] == {
        "stands_in_for_somebody": False,
        "somebody_stands_in": True,
    }


def test_who_did_it_is_a_role_and_no_name(client, event, people):
    from eventapp.accounts import audit

    event_id, one = event.id, people[0]
    with transaction():
        token = audit.actor.set("user:boss@ubnd.example")
        audit.record("update", "delegate", one.id, event_id=event_id, changes={"diet": ["a", "b"]})
        audit.actor.reset(token)
    held = client.get(f"{address(one)}/data.json").get_data(as_text=True)
    assert "boss" not in held and '"organiser"' in held.replace(" ", "")


def test_a_merged_registration_is_ones_own(client, event, people):
    twin = build_delegate(event, people[0].name, email="cu@rieng.example")
    code = twin.code
    merging.merge(event, people[0].id, twin.id)
    held = json.loads(client.get(f"{address(people[0])}/data.json").data)
    assert [it["code"] for it in held["merged_registrations"]] == [code]


def test_a_file_of_somebody_else_is_not_found(client, people):
    theirs = db.session.scalars(
        select(AnswerFile.id).where(AnswerFile.delegate_id == people[1].id)
    ).one()
    assert client.get(f"{address(people[0])}/data/files/{theirs}").status_code == 404


def test_a_wording_that_is_not_known(client, event):
    one = build_delegate(
        event, consent_at=now(), consent_version="?", secret_hash=None, consent_by="lead"
    )
    secret = links.renew(event, one.id)
    assert client.get(f"/p/{secret}/data?lang=en").status_code == 200


@pytest.mark.parametrize("page", ["data", "data.json", "withdraw", "data/files/1"])
def test_nobodys_link(client, event, page):
    assert client.get(f"/p/no-such-secret/{page}").status_code == 404


# --- To withdraw --------------------------------------------------------------------------------


def test_withdrawing_cancels_and_destroys_at_once(app, event, client, people):
    one = people[0]
    one_id, path = one.id, address(one)
    words = [one.name, one.email, one.phone, one.code, one.diet, "Tham luận bí mật 0"]
    words += ["198" + "0-02-03", "27093000000", "PNG " + one.name, "do kieu oanh"]
    answer = post(client, f"{path}/withdraw", {})
    assert answer.status_code == 303
    db.session.rollback()
    one = db.session.get_one(Delegate, one_id)
    assert (one.name, one.status) == (NOBODY, Status.CANCELLED)
    assert client.get(path).status_code == 404
    assert db.session.scalar(select(Allocation).filter_by(delegate_id=one_id)) is None
    assert db.session.scalars(select(VisitGroup.taken)).one() == 1
    record = db.session.scalars(select(Erasure)).one()
    assert (record.delegate_id, record.by) == (one_id, "delegate")
    assert record.counts["delegates"] == 1 and record.counts["files"] == 1
    last = db.session.scalars(select(Message).order_by(Message.id.desc())).first()
    assert last.to_address == words[1] and last.delegate_id is None
    assert words[0] not in last.text and last.html
    [action] = db.session.scalars(
        select(AuditEntry.action).filter_by(action="withdraw_consent")
    ).all()
    assert action == "withdraw_consent"
    # The others are as they were.
    other = db.session.get_one(Delegate, people[1].id)
    assert other.name == NAMES[1]
    assert len(db.session.scalars(select(Answer).filter_by(delegate_id=other.id)).all()) == 5
    stored = everything_stored(app)
    assert [it for it in words if it.encode() in stored] == [words[1]]  # until the letter is sent


class Session:
    """An SMTP session that takes everything, or nothing."""

    def __init__(self, refuses=False):
        self.refuses = refuses

    def send_message(self, mail):
        if self.refuses:
            import smtplib

            to = mail["To"].addresses[0].addr_spec
            raise smtplib.SMTPRecipientsRefused({to: (550, f"{to} unknown".encode())})


@pytest.mark.parametrize("refuses", [False, True])
def test_the_last_letter_and_then_the_address_is_forgotten(
    app, event, people, monkeypatch, refuses
):
    from contextlib import contextmanager

    one = people[0]
    email = one.email
    erasing.withdraw(event, one.id)
    db.session.query(Message).filter(Message.to_address != email).delete()
    db.session.commit()

    @contextmanager
    def connected(server):
        yield Session(refuses)

    monkeypatch.setattr(delivery, "connected", connected)
    done = worker.deliver_due(delivery.Server.parse("smtp://localhost:25?from=a@b.example"))
    assert (done.sent, done.failed) == ((0, 1) if refuses else (1, 0))
    stored = everything_stored(app)
    assert email.encode() not in stored
    statuses = select(Message.status).where(Message.subject == "", Message.to_address == "")
    assert set(db.session.scalars(statuses)) <= {MailStatus.SENT, MailStatus.DROPPED}


def test_the_place_goes_to_the_waitlist(event, people):
    waiting = people[5]
    assert waiting.status == Status.WAITLISTED
    taken = quota.taken(event.id)
    erasing.withdraw(event, people[0].id)
    assert waiting.status == Status.OFFERED
    assert quota.taken(event.id) == taken


def test_the_printed_code_opens_nothing(event, people):
    code = people[0].code
    erasing.withdraw(event, people[0].id)
    device = db.session.scalars(select(Device)).one()
    door = db.session.scalars(select(Checkpoint)).first()
    [done] = checkin.record(
        device,
        [
            {
                "id": "00000000-0000-4000-8000-000000000001",
                "checkpoint": door.id,
                "code": code,
                "read_at": "2026-11-26T08:00:00+07:00",
            }
        ],
    )
    assert done.reason == "unknown"


def test_what_was_merged_goes_too(event, people):
    twin = build_delegate(event, people[0].name, email="cu@rieng.example")
    merging.merge(event, people[0].id, twin.id)
    record = erasing.withdraw(event, people[0].id)
    assert record.counts["delegates"] == 2
    assert (twin.name, twin.email) == (NOBODY, "")


def test_the_substitutes_name_goes_from_the_others_log(event, people):
    new = db.session.scalars(select(Delegate).filter_by(name="Bùi Thay Thế")).one()
    erasing.withdraw(event, new.id)
    for it in db.session.scalars(select(AuditEntry)):
        assert "Bùi Thay Thế" not in str(it.changes) + str(it.note)
    assert people[2].name == NAMES[2]


def test_who_has_cancelled_may_withdraw_too(event, people):
    gone = people[3]
    assert gone.status == Status.CANCELLED
    erasing.withdraw(event, gone.id)
    assert gone.name == NOBODY


def test_not_twice(event, people):
    erasing.withdraw(event, people[0].id)
    with pytest.raises(RegistrationOver):
        erasing.withdraw(event, people[0].id)


def test_asking_changes_nothing(client, people):
    page = client.get(f"{address(people[0])}/withdraw?lang=en")
    assert page.status_code == 200 and "cannot be undone" in page.text
    assert client.post(f"{address(people[0])}/withdraw").status_code in {400, 422}
    assert db.session.get_one(Delegate, people[0].id).anonymised_at is None


def test_statistics_of_the_rest_stay(event, people):
    erasing.withdraw(event, people[0].id)
    assert len(db.session.scalars(select(Scan)).all()) == 5
    answers = db.session.scalars(select(Answer.value).filter_by(delegate_id=people[0].id)).all()
    assert sorted(map(str, answers)) == ["1", "None", "None", "None", "None"]
    assert now() - people[0].anonymised_at < timedelta(minutes=1)


def test_rolls_that_were_closed_without_somebody(client, event):
    way = build_way(event, "A")
    one, other = build_delegate(event), build_delegate(event)
    called = {
        **{"id": str(uuid.uuid4()), "checkpoint": way["departure"].id, "bus": None},
        **{"kind": "closed", "called_at": now().isoformat(), "present": 0, "guests": 0},
        "missing": [[one.id, 1]],
    }
    roll_calls.record(build_leader(event, way["departure"].group_id), [called])
    found = [disclosure.everything(it, "en")["missing_at"] for it in (one, other)]
    assert [[(it["checkpoint"], it["excused"]) for it in its] for its in found] == [
        [(way["departure"].name_en, True)],
        [],
    ]

"""An event in which every kind of personal data is held, and all the words that must be gone."""

import uuid
import zlib
from datetime import UTC, datetime, timedelta

from eventapp import text, tokens
from eventapp.accounts import audit
from eventapp.certificates.models import AttendanceCorrection, Certificate
from eventapp.checkin import roster, walk_ins
from eventapp.checkin import service as checkin
from eventapp.checkin.checkpoints import make_checkpoints
from eventapp.checkin.devices import create_device
from eventapp.checkin.models import (
    Checkpoint,
    CheckpointKind,
    Device,
    Discrepancy,
    DiscrepancyKind,
    Explanation,
    Scan,
)
from eventapp.database import now, transaction
from eventapp.delegations.models import ChangeRequest, RequestKind
from eventapp.events.models import Event
from eventapp.extensions import db
from eventapp.mail.models import Message
from eventapp.questions.models import Answer, AnswerFile, Question, QuestionKind
from eventapp.registration import quota, service, substitution
from eventapp.registration.models import Delegate, HeldPlace, Upload
from eventapp.visits.models import Allocation, VisitGroup
from tests.builders import organisation
from tests.registration.filled import classes, details

MORNING = datetime(2026, 11, 26, 0, 52, tzinfo=UTC)

NAMES = (
    "Đỗ Kiều Oanh",
    "Phùng Quốc Khánh",
    "Vương Thị Xuyến",
    "Hoàng Ngũ Lang",
    "Mạc Đĩnh Chi",
    "Tô Vĩnh Diện",
)
CORRECTED, REISSUED, WITHDRAWN = "ký thay ở cửa", "viết sai tên cha", "mượn thẻ người khác"
WALK_IN, TAKEN_BACK, WRITTEN = "Khúc Vãng Lai", "quét nhầm người", "WRTNBYHAND00"
LEAD, LEADER, HELD, ASKED = "Cao Lãnh Đạo", "Tạ Dẫn Đường", "giữ cho Lý Tự Trọng", "Kim Xin Thêm"


def fill(event: Event) -> list[Delegate]:
    """People who came, waited, cancelled, were replaced; letters, files, scans, leads, leaders."""
    event.has_waitlist = True
    db.session.commit()
    quota.set_places(event.id, len(NAMES) - 1)
    questions = [
        Question(event_id=event.id, kind=QuestionKind.TEXT, label="Bài tham luận"),
        Question(
            event_id=event.id,
            kind=QuestionKind.CHOICE,
            label="Cỡ áo",
            options=[{"key": "1", "label": "Cỡ M"}],
        ),
        Question(event_id=event.id, kind=QuestionKind.NUMBER, label="Số căn cước"),
        Question(event_id=event.id, kind=QuestionKind.FILE, label="Ảnh"),
        Question(event_id=event.id, kind=QuestionKind.DATE, label="Ngày sinh"),
    ]
    db.session.add_all(questions)
    db.session.commit()
    people = [
        service.register(
            event,
            details(
                event,
                name=name,
                email=f"{text.fold(name).replace(' ', '.')}@rieng.example",
                phone=f"+8498765432{number}",
                position=f"Chức vụ riêng {number}",
                diet=f"Kiêng món {number}",
                needs=f"Cần trợ giúp {number}",
                category_id=event.categories[number % 2].id,
                enrolment_ids=[classes(event)[number % 2].id],
            ),
            submission=tokens.new_secret(),
            consent=service.Consent("2026-01"),
        ).delegate
        for number, name in enumerate(NAMES)
    ]
    group = VisitGroup(
        event_id=event.id,
        site_id=event.sites[0].id,
        letter="A",
        capacity=9,
        taken=2,
        leader_name=LEADER,
        leader_phone="+84900000001",
        notes=f"gọi {LEADER}",
    )
    db.session.add(group)
    db.session.flush()
    for number, it in enumerate(people):
        file = AnswerFile(
            event_id=event.id,
            delegate_id=it.id,
            question_id=questions[3].id,
            name=f"ảnh của {it.name}.png",
            media_type="image/png",
            size=9,
            sha256="0" * 64,
            content=f"PNG {it.name}".encode(),
        )
        db.session.add(file)
        db.session.flush()
        db.session.add_all(
            [
                Answer(
                    delegate_id=it.id,
                    question_id=questions[0].id,
                    value=f"Tham luận bí mật {number}",
                    text=f"tham luan bi mat {number}",
                ),
                Answer(delegate_id=it.id, question_id=questions[1].id, value="1", text="co m"),
                Answer(delegate_id=it.id, question_id=questions[2].id, value=27093000000 + number),
                Answer(delegate_id=it.id, question_id=questions[3].id, value=file.id),
                Answer(delegate_id=it.id, question_id=questions[4].id, value=f"198{number}-02-03"),
            ]
        )
    for it in people[:2]:
        db.session.add(Allocation(delegate_id=it.id, group_id=group.id))
    office = organisation(event)
    office.delegation.lead_name = LEAD
    office.delegation.lead_email = "lanh.dao@rieng.example"
    office.delegation.lead_phone = "+84900000002"
    office.delegation.secret_hash = "f" * 64
    db.session.add_all(
        [
            HeldPlace(
                event_id=event.id,
                delegation_id=office.delegation_id,
                category_id=event.categories[0].id,
                note=HELD,
            ),
            ChangeRequest(
                event_id=event.id,
                delegation_id=office.delegation_id,
                kind=RequestKind.ADD,
                data={"name": ASKED, "email": "xin.them@rieng.example"},
                note=f"thêm {ASKED}",
            ),
            ChangeRequest(
                event_id=event.id,
                delegation_id=office.delegation_id,
                kind=RequestKind.EDIT,
                delegate_id=people[0].id,
                data={"name": people[0].name, "email": people[0].email},
            ),
            Upload(
                event_id=event.id, filename=f"{ASKED}.csv", content=zlib.compress(b"bang rieng")
            ),
        ]
    )
    db.session.commit()
    event_id = event.id
    with transaction():
        quota.recount(event_id)
        audit.record(
            "update",
            "delegation",
            office.delegation_id,
            event_id=event_id,
            changes={"lead_name": ["", LEAD], "lead_email": ["", "lanh.dao@rieng.example"]},
        )
        audit.record("export", "delegate", event_id=event_id, note="xlsx: 6")
    make_checkpoints(event)
    device = create_device(event, "Cửa 1").device
    door = db.session.query(Checkpoint).filter_by(kind=CheckpointKind.DOOR).order_by("id").first()
    checkin.record(
        device,
        [
            {
                "id": str(uuid.uuid4()),
                "checkpoint": door.id,
                "code": code,
                "read_at": (MORNING + timedelta(minutes=minute)).isoformat(),
            }
            for minute, code in enumerate([*(it.code for it in people[:3]), "MALA0001", "MALA0001"])
        ],
    )
    service.cancel(event, people[3].id, reason=f"{NAMES[3]} bị ốm")
    substitution.substitute(
        event,
        people[2].id,
        substitution.Substitute("Bùi Thay Thế", email="thay.the@rieng.example"),
        reason=f"{NAMES[2]} đi vắng",
    )
    _certify(event, people[:2])
    _at_the_door(event, device, people)
    message = db.session.query(Message).order_by(Message.id).first()
    message.subject = f"Gửi {NAMES[0]}"
    message.error = f"550 {people[0].email} unknown"
    db.session.commit()
    return people


def _at_the_door(event: Event, device: Device, people: list[Delegate]) -> None:
    """One who came unregistered, one who was registered already; notes; what devices hold."""
    event_id = event.id
    typed = {
        "id": str(uuid.uuid4()),
        "name": WALK_IN,
        "position": "Phóng viên",
        "category": event.categories[0].id,
        "email": "khong phai thu",
        "phone": "0900 vãng lai",
        "note": f"{WALK_IN} đến thay",
        "code": WRITTEN,
    }
    known = {**typed, "id": str(uuid.uuid4()), "name": people[0].name, "code": WRITTEN[::-1]}
    office = organisation(event)
    walk_ins.record(
        event,
        device,
        [typed, {**known, "organisation": office.name, "delegation": office.delegation_id}],
    )
    scan = db.session.query(Scan).filter_by(delegate_id=people[0].id).first()
    scan.note = f"{people[0].name} {TAKEN_BACK}"
    other = db.session.query(Scan).filter_by(delegate_id=None).first()
    checkpoint_id = scan.checkpoint_id
    db.session.add_all(
        [
            Discrepancy(
                event_id=event_id,
                kind=DiscrepancyKind.UNKNOWN,
                scan_id=other.id,
                settled_at=now(),
                settled_by="user:cua@rieng.example",
                note=f"là {NAMES[1]}",
            ),
            Explanation(
                checkpoint_id=checkpoint_id,
                device_id=device.id,
                made=3,
                received=2,
                reason=f"máy của {WALK_IN} hỏng",
                given_by="user:cua@rieng.example",
            ),
        ]
    )
    db.session.commit()
    roster.bring_up_to_date(event_id)


def _certify(event: Event, people: list[Delegate]) -> None:
    """A certificate each, the second withdrawn; a corrected session and a corrected day each."""
    for number, it in enumerate(people, start=1):
        db.session.add_all(
            [
                Certificate(
                    event_id=event.id,
                    delegate_id=it.id,
                    number=number,
                    number_text=f"{number}/GCN",
                    code=f"CERT{number:08d}",
                    name=it.name,
                    position=it.position,
                    organisation="Sở Nội vụ, tỉnh Bắc Ninh",
                    title=event.title,
                    minutes=180,
                    issued_on=MORNING.date(),
                    reissue_note="" if number == 1 else f"{it.name} {REISSUED}",
                    withdrawn_at=None if number == 1 else now(),
                    withdrawal_reason="" if number == 1 else f"{it.name} {WITHDRAWN}",
                ),
                AttendanceCorrection(
                    event_id=event.id,
                    delegate_id=it.id,
                    session_id=classes(event)[0].id,
                    present=True,
                    reason=f"{it.name} {CORRECTED}",
                    made_by="user:organiser@rieng.example",
                ),
                AttendanceCorrection(
                    event_id=event.id,
                    delegate_id=it.id,
                    day_id=event.days[0].id,
                    present=False,
                    reason=f"{it.name} {CORRECTED}",
                    made_by="user:organiser@rieng.example",
                ),
            ]
        )
    db.session.commit()


def secrets_of(people: list[Delegate]) -> list[str]:
    """Every word that belongs to somebody."""
    found = [*NAMES, LEAD, LEADER, HELD, ASKED, "Bùi Thay Thế", "MALA0001", "2709300000"]
    found += [text.fold(it) for it in found]
    for it in people:
        found += [it.email, it.phone, it.code, it.position, it.diet, it.needs, it.secret_hash or ""]
    found += ["rieng.example", "Tham luận bí mật", "tham luan bi mat", "f" * 64]
    found += [WALK_IN, TAKEN_BACK, WRITTEN, WRITTEN[::-1], "khong phai thu", "vãng lai"]
    found += [CORRECTED, REISSUED, WITHDRAWN]
    found += ["+84900000001", "+84900000002", "bị ốm", "đi vắng", "1981-02-03", "Kiêng món"]
    return [it for it in dict.fromkeys(found) if it]


def is_past(event: Event) -> None:
    """Let the day until which the event's data is kept be yesterday."""
    event.retention_until = (now() - timedelta(days=2)).date()
    db.session.commit()

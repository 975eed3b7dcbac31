"""The rolls of a checkpoint: who is on them, at which desk, and that they are scanned back in."""

import io
import zipfile
from datetime import UTC, datetime, timedelta

import pypdfium2
import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from eventapp.checkin import checkpoints, rolls
from eventapp.checkin.dividing import divide
from eventapp.checkin.models import Attendance, Checkpoint, CheckpointKind, Rights, Scan
from eventapp.checkin.roll_pdf import Desk, Person, RollDocument, write_rolls
from eventapp.checkin.rolls import Arrangement, Choice, NoDesks
from eventapp.extensions import db
from eventapp.registration.models import Delegation, Organisation, Status
from tests.builders import build_delegate
from tests.checkin.entries import build_gate
from tests.checkin.phone import Phone
from tests.conftest import Role
from tests.pdf.pictures import lines_of, needs_poppler, opened, text_of

PRINTED = datetime(2026, 11, 26, 0, 31, tzinfo=UTC)
LONG = (
    "Nguyễn Phúc Hoàng Phương Uyên Thục Trinh Anh Thư Bảo Ngọc Khánh Linh Minh Châu Diệu Huyền An"
)
OFFICE = (
    "Trung tâm Công nghệ thông tin và Truyền thông trực thuộc Sở Thông tin và Truyền thông, "
    "thành phố Hải Phòng"
)
_MM = 72 / 25.4


def written(event, checkpoint, choice=None, write=rolls.write):
    stream = io.BytesIO()
    write(event, checkpoint, choice or Choice(), stream, printed_at=PRINTED)
    return stream.getvalue()


def look(pdf, page, dpi):
    with pypdfium2.PdfDocument(pdf) as document:
        return document[page].render(scale=dpi / 72, grayscale=True).to_pil()


def codes_of(picture):
    """(text, x, y) of the codes in a picture from the top down; places are their middles."""
    found = zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormat.QRCode)
    placed = []
    for it in found:
        corners = it.position
        a, b = corners.top_left, corners.bottom_right
        placed.append((it.text, (a.x + b.x) / 2, (a.y + b.y) / 2))
    return sorted(placed, key=lambda it: it[2])


def made_up(number, names=("Lê Ý", LONG, "Công Tằng Tôn Nữ Phương Thảo"), offices=("VP", OFFICE)):
    return [
        Person(
            f"{at:012d}",
            names[at % len(names)],
            offices[at % len(offices)],
            ("Đại biểu chính thức", "Nhóm A, Xe 2"),
        )
        for at in range(number)
    ]


def paper(people, desks=1, blanks=0):
    stream = io.BytesIO()
    write_rolls(
        RollDocument(
            event_title="Hội nghị tổng kết",
            checkpoint="Cửa chính",
            printed="07:31 26/11/2026",
            desks=[Desk(f"Bàn {n}/{desks}", "A – B", people) for n in range(1, desks + 1)],
            blanks=blanks,
        ),
        stream,
    )
    return stream.getvalue()


# --- Who is on them -----------------------------------------------------------------------------


@needs_poppler
def test_everybody_who_may_pass_is_on_it_in_the_order_of_vietnamese_names(event):
    gate = build_gate(event)
    for name in ("Trần Thị Ước", "Nguyễn Văn Ân", "Lê Anh", "Phạm Đức", "Hoàng Dung"):
        build_delegate(event, name)
    build_delegate(event, "Vũ Chờ", status=Status.PENDING)
    build_delegate(event, "Đỗ Thôi", status=Status.CANCELLED)
    pdf = written(event, gate)
    opened(pdf)
    text = " ".join(text_of(pdf).split())
    table = text[text.index("Mã") :]
    places = [table.rindex(it) for it in ("Lê Anh", "Văn Ân", "Hoàng Dung", "Phạm Đức", "Thị Ước")]
    assert places == sorted(places)
    assert "Vũ Chờ" not in text
    assert "Đỗ Thôi" not in text
    assert "Bàn 1/1: Lê Anh – Trần Thị Ước" in text
    assert "In lúc 07:31 26/11/2026" in text
    assert "Trang 1/1" in text


@needs_poppler
@pytest.mark.parametrize("kind", ["day", "class", "bus", "category"])
def test_only_those_whom_the_checkpoint_is_for(event, kind):
    from eventapp.programme.models import Session
    from eventapp.visits.models import Allocation, Bus, VisitGroup

    session = db.session.scalar(select(Session).filter_by(event_id=event.id))
    group = VisitGroup(event_id=event.id, site=event.sites[0], letter="A", capacity=40)
    group.buses = [Bus(label="Xe 1")]
    db.session.add(group)
    db.session.commit()
    inside = build_delegate(
        event,
        "Lê Được Vào",
        days=[event.days[1]],
        enrolments=[session],
        category=event.categories[1],
    )
    build_delegate(event, "Lê Không Vào", days=[event.days[0]])
    db.session.add(Allocation(delegate_id=inside.id, group_id=group.id, bus=group.buses[0]))
    db.session.commit()
    gate = {
        "day": lambda: build_gate(event, day_id=event.days[1].id),
        "class": lambda: _checkpoint(event, CheckpointKind.TRAINING, session_id=session.id),
        "bus": lambda: _checkpoint(event, CheckpointKind.BUS, group_id=group.id),
        "category": lambda: build_gate(event, categories=[event.categories[1]]),
    }[kind]()
    text = text_of(written(event, gate))
    assert "Lê Được Vào" in text
    assert "Lê Không Vào" not in text
    assert "Nhóm A, Xe 1" in text


def _checkpoint(event, kind, **values):
    checkpoint = Checkpoint(event_id=event.id, kind=kind, name="Lớp", **values)
    db.session.add(checkpoint)
    db.session.commit()
    return checkpoint


@needs_poppler
def test_delegation_by_delegation_each_under_its_name(event):
    def office(delegation):
        return db.session.scalar(
            select(Organisation).join(Delegation).where(Delegation.name == delegation)
        )

    build_delegate(event, "Lê Sau", organisation=office("Điện Biên"))
    build_delegate(event, "Trần Đầu", organisation=office("Bắc Ninh"), protocol_rank=1)
    build_delegate(event, "Trần Cuối", organisation=office("Bắc Ninh"), protocol_rank=9)
    text = text_of(written(event, build_gate(event), Choice(2, Arrangement.DELEGATION, blanks=0)))
    first, second = text.split("Bàn 2/2")
    assert first.index("Trần Đầu") < first.index("Trần Cuối")
    assert "Bàn 1/2: Bắc Ninh" in first
    assert "Lê Sau" not in first
    assert "Điện Biên" in second
    assert "Lê Sau" in second


def test_a_checkpoint_where_nobody_is_expected_has_no_roll(event):
    with pytest.raises(NoDesks):
        written(event, build_gate(event))
    with pytest.raises(NoDesks):
        written(event, build_gate(event), write=rolls.write_files)


def test_the_same_people_give_the_same_bytes(event):
    gate = build_gate(event)
    for number in range(30):
        build_delegate(event, f"Nguyễn Văn Số {number}")
    assert written(event, gate, Choice(3)) == written(event, gate, Choice(3))
    packed = written(event, gate, Choice(3), rolls.write_files)
    assert packed == written(event, gate, Choice(3), rolls.write_files)
    with zipfile.ZipFile(io.BytesIO(packed)) as files:
        assert files.namelist() == ["desk-01.pdf", "desk-02.pdf", "desk-03.pdf"]
        opened(files.read("desk-03.pdf"))


@needs_poppler
def test_whoever_has_come_already_is_ticked_with_the_time(event, client):
    gate = build_gate(event)
    here = build_delegate(event, "Lê Đã Đến")
    Phone(client, event).scan(gate.id, here.code)
    came = db.session.get(Attendance, (gate.id, here.id)).first_read_at
    text = text_of(written(event, gate))
    assert f"{came.astimezone(event.zone):%H:%M}" in text


# --- Desks --------------------------------------------------------------------------------------


@given(st.lists(st.integers(1, 6), max_size=60), st.integers(1, 12))
def test_desks_share_everybody_in_order_and_nearly_equally(sizes, desks):
    groups = [number for number, size in enumerate(sizes) for _ in range(size)]
    parts = divide(groups, desks)
    assert len(parts) == min(desks, len(groups))
    assert [it for part in parts for it in groups[part]] == groups
    assert all(part.start < part.stop for part in parts)
    if parts:
        share = len(groups) / len(parts)
        assert all(part.stop - part.start <= share * 1.5 + 2 for part in parts)


def test_a_desk_ends_with_a_group_where_that_is_near():
    assert divide("a" * 9 + "b" * 11, 2) == [slice(0, 9), slice(9, 20)]
    assert divide("a" * 20, 2) == [slice(0, 10), slice(10, 20)]


# --- On paper -----------------------------------------------------------------------------------


def test_every_code_of_a_page_is_read_at_150_dpi_in_the_order_of_the_rows():
    people = made_up(40)
    pdf = paper(people)
    with pypdfium2.PdfDocument(pdf) as document:
        pages = len(document)
    found = [it[0] for page in range(pages) for it in codes_of(look(pdf, page, 150))]
    assert found == [it.code for it in people]


def test_a_camera_above_one_code_sees_no_other():
    """What the app's viewfinder shows at 10 cm: 40 mm around the code."""
    picture = look(paper(made_up(14, names=("Lê Ý",), offices=("VP",))), 0, 300)
    dots = 300 / 25.4
    codes = codes_of(picture)
    assert len(codes) > 10
    for text, x, y in codes:
        reach = 20 * dots
        seen = picture.crop((int(x - reach), int(y - reach), int(x + reach), int(y + reach)))
        assert [it[0] for it in codes_of(seen)] == [text]


def test_codes_keep_their_distance_and_their_quiet_zone():
    picture = look(paper(made_up(40)), 0, 300)
    dots = 300 / 25.4
    codes = codes_of(picture)
    for at, (_text, x, y) in enumerate(codes):
        others = codes[:at] + codes[at + 1 :]
        nearest = min(((x - a) ** 2 + (y - b) ** 2) ** 0.5 for _, a, b in others)
        assert nearest >= 31.5 * dots
        # Four modules of half a millimetre around the symbol of 10.5 mm are empty.
        for reach in (5.5, 6.0, 6.5, 7.0):
            ring = [
                picture.getpixel((round(x + dx * dots), round(y + dy * dots)))
                for step in range(-70, 71)
                for dx, dy in (
                    (reach, reach * step / 70),
                    (-reach, reach * step / 70),
                    (reach * step / 70, reach),
                    (reach * step / 70, -reach),
                )
            ]
            assert min(ring) > 200


def test_the_longest_names_are_whole_and_nothing_leaves_its_column():
    people = made_up(20)
    pdf = paper(people, blanks=3)
    with pypdfium2.PdfDocument(pdf) as document:
        pages = len(document)
    lines = [line for page in range(pages) for line in lines_of(pdf, page)]
    assert all(it.left >= 12 and it.right <= 198.5 for it in lines)
    text = " ".join(it.text for it in lines)
    assert text.count("Nguyễn Phúc") >= 7
    for word in LONG.split():
        assert text.count(word) >= 7


@needs_poppler
def test_each_page_says_whose_it_is_and_counts_its_own_desk():
    pages = text_of(paper(made_up(40), desks=2)).split("\f")[:-1]
    half = len(pages) // 2
    for at, page in enumerate(pages):
        assert f"Bàn {at // half + 1}/2" in page
        assert f"Trang {at % half + 1}/{half}" in " ".join(page.split())
        assert "In lúc 07:31 26/11/2026" in page
        assert "Cửa chính" in page


# --- And back in --------------------------------------------------------------------------------


def test_ticked_rows_are_scanned_in_with_the_time_on_paper(event, client):
    gate = build_gate(event)
    people = [build_delegate(event, f"Nguyễn Văn Hàng {letter}") for letter in "ABCDEFGH"]
    pdf = written(event, gate)
    codes = [it[0] for it in codes_of(look(pdf, 0, 150))]
    assert codes == [it.code for it in people]
    phone = Phone(client, event, rights=Rights.STEWARD)
    wrote = (datetime.now(UTC) - timedelta(hours=2)).replace(second=0, microsecond=0)
    for code in codes[:5]:
        result = phone.scan(gate.id, code, source="paper", read_at=wrote.isoformat(), offset_ms=0)
        assert result["verdict"] == "admitted"
    db.session.rollback()
    came = db.session.scalars(select(Attendance).filter_by(checkpoint_id=gate.id)).all()
    assert {it.delegate_id for it in came} == {it.id for it in people[:5]}
    assert {it.first_read_at for it in came} == {wrote}
    assert set(db.session.scalars(select(Scan.source))) == {"paper"}


# --- The page and the command -------------------------------------------------------------------


def test_organisers_download_them(event, organiser):
    gate = build_gate(event)
    build_delegate(event)
    page = organiser.get(f"/manage/hoi-nghi/rolls?checkpoint={gate.id}")
    assert page.status_code == 200
    asked = {
        "checkpoint": gate.id,
        "desks": 2,
        "order": "name",
        "blanks": 5,
        "language": "vi",
        "form": "pdf",
    }
    answer = organiser.get("/manage/hoi-nghi/rolls/file", query_string=asked)
    assert answer.mimetype == "application/pdf"
    opened(answer.data)
    answer = organiser.get("/manage/hoi-nghi/rolls/file", query_string={**asked, "form": "zip"})
    assert answer.mimetype == "application/zip"


@pytest.mark.parametrize(
    "wrong", [{"desks": 0}, {"desks": 31}, {"blanks": 101}, {"checkpoint": 0}, {"order": "x"}]
)
def test_what_makes_no_sense_is_said_beside_the_field(event, organiser, wrong):
    gate = build_gate(event)
    asked = {
        "checkpoint": gate.id,
        "desks": 1,
        "order": "name",
        "blanks": 5,
        "language": "vi",
        "form": "pdf",
        **wrong,
    }
    answer = organiser.get("/manage/hoi-nghi/rolls/file", query_string=asked)
    assert answer.status_code == 422
    assert "field-errors" in answer.text


def test_a_checkpoint_that_is_removed_at_that_moment_is_said(event, organiser, monkeypatch):
    gate = build_gate(event)
    number, real = gate.id, checkpoints.find

    def find(event_id, checkpoint_id):
        db.session.delete(db.session.get_one(Checkpoint, number))
        db.session.commit()
        return real(event_id, checkpoint_id)

    build_gate(event)
    monkeypatch.setattr(checkpoints, "find", find)
    asked = f"checkpoint={number}&desks=2&order=rank&blanks=0&language=vi&form=pdf"
    answer = organiser.get(f"/manage/hoi-nghi/rolls/file?{asked}")
    assert answer.status_code == 422
    assert 'id="checkpoint-errors' in answer.text
    assert '<option selected value="rank"' in answer.text  # what was chosen is still there
    assert f'value="{number}"' not in answer.text


def test_nobody_to_print_is_said(event, organiser):
    gate = build_gate(event)
    asked = f"checkpoint={gate.id}&desks=1&order=name&blanks=0&language=vi&form=pdf"
    answer = organiser.get(f"/manage/hoi-nghi/rolls/file?{asked}", follow_redirects=True)
    assert "notice-warning" in answer.text


def test_staff_print_none(event, sign_in):
    client = sign_in(Role.STAFF, event)
    assert client.get("/manage/hoi-nghi/rolls").status_code == 403
    assert client.get("/manage/hoi-nghi/rolls/file").status_code == 403

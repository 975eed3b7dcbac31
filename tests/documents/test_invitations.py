"""Invitations from the event's own data: to whom, under which number, in which language."""

import io
import zipfile

import pytest

from eventapp.documents import settings
from eventapp.documents.paper import KINDS, NothingToPrint, Order
from eventapp.documents.settings import SettingsData
from eventapp.extensions import db
from eventapp.programme import published
from eventapp.registration.models import Delegation, Status
from tests.builders import add_office, build_delegate, organisation
from tests.pdf.pictures import needs_poppler, opened, text_of

DEFAULTS = {
    "to": "delegation",
    "delegation": "",
    "number": None,
    "counting": False,
    "brief": False,
    "apart": False,
    "pending": False,
}


@pytest.fixture
def people(event):
    """Two people of one office, one of another; one of them is not approved yet."""
    event.contact_name, event.contact_phone = "Ban Tổ chức", "+842223821234"
    db.session.commit()
    build_delegate(event, "Nguyễn Văn Ân", position="Giám đốc")
    build_delegate(event, "Trần Thị Ước")
    office = organisation(event, "Văn phòng UBND")
    build_delegate(event, "Lê Minh", organisation=office)
    build_delegate(event, "Vũ Chờ", status=Status.PENDING)
    published.publish(event)
    return event


def letters(event, language="vi", **options):
    stream = io.BytesIO()
    KINDS["invitations"].write(Order(event, {**DEFAULTS, **options}, language), stream)
    opened(stream.getvalue())
    return [" ".join(page.split()) for page in text_of(stream.getvalue()).split("\f")[:-1]]


@needs_poppler
def test_to_each_delegation(people):
    (letter,) = letters(people)
    for said in (
        "Số: ……/GM",
        "GIẤY MỜI",
        "Kính gửi: Đoàn đại biểu tỉnh Bắc Ninh",
        "Bộ Thông tin và Truyền thông trân trọng kính mời Quý Đoàn tới dự Hội nghị tổng kết",
        "Thời gian: từ 13:30, Thứ Năm, ngày 26/11/2026 đến hết ngày 27/11/2026.",
        "Địa điểm: Trung tâm văn hóa Kinh Bắc.",
        "Liên hệ: Ban Tổ chức, 0222 3821 234.",
        "13:30 – 16:30 Tập huấn lớp A",
        "- Như trên;",
        "- Lưu: VT.",
    ):
        assert said in letter, said


@needs_poppler
def test_to_each_office(people):
    found = letters(people, to="office")
    assert len(found) == 2
    assert "Kính gửi: Sở Nội vụ, tỉnh Bắc Ninh" in found[0]
    assert "Kính gửi: Văn phòng UBND, tỉnh Bắc Ninh" in found[1]


@needs_poppler
def test_to_each_person(people):
    found = letters(people, to="person")
    assert len(found) == 3
    assert "Kính gửi: Ông (Bà) Nguyễn Văn Ân Giám đốc, Sở Nội vụ, tỉnh Bắc Ninh" in found[0]
    assert len(letters(people, to="person", pending=True)) == 4


@pytest.fixture
def others(people):
    """Two bodies that belong to no province and are no ministry."""
    delegation = db.session.query(Delegation).filter_by(event_id=people.id, is_other=True).one()
    for name, guest in (("Tập đoàn VNPT", "Đinh Khách"), ("Hội Tin học", "Hà Mời")):
        office = add_office(delegation, name)
        build_delegate(people, guest, organisation=office)
        build_delegate(people, f"{guest} Hai", organisation=office)
    return delegation


@needs_poppler
def test_each_body_that_belongs_to_no_delegation_gets_its_own(people, others):
    found = letters(people)
    assert len(found) == 3
    assert "Kính gửi: Đoàn đại biểu tỉnh Bắc Ninh" in found[0]
    assert "Kính gửi: Tập đoàn VNPT" in found[1]
    assert "Kính gửi: Hội Tin học" in found[2]
    assert len(letters(people, delegation=str(others.id))) == 2
    assert len(letters(people, to="office")) == 4


def test_their_files_are_called_after_them(organiser, people, others):
    address = f"/manage/{people.slug}/documents/invitations/file?apart=y&delegation={others.id}"
    with zipfile.ZipFile(io.BytesIO(organiser.get(address).data)) as archive:
        assert archive.namelist() == ["giay-moi-Tap-doan-VNPT.pdf", "giay-moi-Hoi-Tin-hoc.pdf"]


@needs_poppler
def test_of_one_delegation_without_the_programme(people):
    chosen = organisation(people).delegation
    (letter,) = letters(people, delegation=str(chosen.id), brief=True)
    assert "Tập huấn lớp A" not in letter


@needs_poppler
def test_numbers_by_the_events_pattern(people):
    settings.save(people, 0, SettingsData(number_pattern="{number}/{kind}-BTC-{year}"))
    assert all("Số: 31/GM-BTC-2026" in it for it in letters(people, to="office", number=31))
    first, second = letters(people, to="office", number=31, counting=True)
    assert "Số: 31/GM-BTC-2026" in first
    assert "Số: 32/GM-BTC-2026" in second


@needs_poppler
def test_in_english(people):
    (letter,) = letters(people, "en")
    for said in ("INVITATION", "To: Delegation of", "has the honour to invite", "Copies to:"):
        assert said in letter, said


def test_nobody_is_said(event):
    with pytest.raises(NothingToPrint):
        letters(event)


def test_a_zip_by_the_page_and_a_picture_before(organiser, people):
    address = f"/manage/{people.slug}/documents/invitations"
    assert "preview.png" in organiser.get(f"{address}?to=person&apart=y").text
    answer = organiser.get(f"{address}/file?to=person&apart=y")
    assert answer.mimetype == "application/zip"
    assert ".zip" in answer.headers["Content-Disposition"]
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        assert archive.namelist() == [
            "giay-moi-Bac-Ninh-Nguyen-Van-An.pdf",
            "giay-moi-Bac-Ninh-Tran-Thi-Uoc.pdf",
            "giay-moi-Bac-Ninh-Le-Minh.pdf",
        ]


def test_a_number_that_is_none_is_said(organiser, people):
    page = organiser.get(f"/manage/{people.slug}/documents/invitations?number=0").text
    assert "Hãy nhập một số từ 1 đến 999999." in page
    assert "preview.png" not in page


def test_it_takes_few_queries_however_many_there_are(people, count_queries):
    for number in range(40):
        build_delegate(people, f"Nguyễn Văn {number}")
    options = {**DEFAULTS, "to": "person", "number": 1, "counting": True}
    with count_queries() as queries:
        KINDS["invitations"].write(Order(people, options), io.BytesIO())
    assert len(queries) <= 16

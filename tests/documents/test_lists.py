"""The lists of delegates: who is on them, in which order, under which headings."""

import io
import re

import pytest

from eventapp.documents import settings
from eventapp.documents.list_pdf import Heading, ListDocument, Person, write_list
from eventapp.documents.paper import KINDS, NothingToPrint, Order
from eventapp.documents.settings import SettingsData
from eventapp.extensions import db
from eventapp.pdf.letterhead import Letterhead, Signature
from eventapp.registration.models import Delegation, Organisation, Status
from tests.builders import add_office, build_delegate, organisation
from tests.documents.test_agenda_pdf import TITLE
from tests.pdf.pictures import needs_poppler, opened, text_of

DEFAULTS = {"order": "delegation", "delegation": "", "signing": False, "pending": False}


@pytest.fixture
def people(event):
    """Three people of two provinces and one of a ministry; one is not approved, one has gone."""

    def office(delegation, name):
        return (
            db.session.query(Organisation)
            .join(Delegation)
            .filter(Delegation.event_id == event.id, Delegation.name == delegation)
            .filter(Organisation.name == name)
            .one()
        )

    build_delegate(
        event,
        "Hoàng Văn Bình",
        organisation=office("Điện Biên", "Sở Nội vụ"),
        position="Giám đốc",
        protocol_rank=5,
    )
    build_delegate(event, "Trần Thị Ước", organisation=office("Bắc Ninh", "Văn phòng UBND"))
    build_delegate(event, "Nguyễn Văn Ân", organisation=office("Bắc Ninh", "Sở Nội vụ"))
    build_delegate(
        event, "Lê Minh", organisation=office("Bộ Tài chính", "Bộ Tài chính"), protocol_rank=1
    )
    build_delegate(event, "Vũ Chờ", status=Status.PENDING)
    build_delegate(event, "Đỗ Thôi", status=Status.CANCELLED)
    return event


def words(event, language="vi", **options):
    stream = io.BytesIO()
    KINDS["delegates"].write(Order(event, {**DEFAULTS, **options}, language), stream)
    opened(stream.getvalue())
    return " ".join(text_of(stream.getvalue()).split())


def in_order(text, *parts):
    places = [text.find(part) for part in parts]
    assert -1 not in places, dict(zip(parts, places, strict=True))
    assert places == sorted(places), dict(zip(parts, places, strict=True))


@needs_poppler
def test_by_province_each_with_its_number_of_people(people):
    text = words(people)
    in_order(
        text,
        "DANH SÁCH ĐẠI BIỂU",
        "I. Tỉnh Bắc Ninh: 2 đại biểu",
        "Nguyễn Văn Ân",
        "Trần Thị Ước",
        "II. Tỉnh Điện Biên: 1 đại biểu",
        "Hoàng Văn Bình",
        "III. Bộ Tài chính: 1 đại biểu",
        "Lê Minh",
        "Danh sách gồm 4 đại biểu.",
        "Nơi nhận:",
    )
    assert "Vũ Chờ" not in text
    assert "Đỗ Thôi" not in text
    assert "Ký nhận" not in text


@needs_poppler
def test_by_office(people):
    text = words(people, order="office")
    in_order(text, "I. Tỉnh Bắc Ninh", "Sở Nội vụ: 1", "Ân", "Văn phòng UBND: 1", "Ước")


@needs_poppler
def test_in_protocol_order(people):
    text = words(people, order="rank")
    in_order(text, "Lê Minh", "Hoàng Văn Bình", "Nguyễn Văn Ân", "Trần Thị Ước")
    assert "I. " not in text
    assert "Sở Nội vụ, tỉnh Điện Biên" in text


@needs_poppler
def test_of_one_delegation(people):
    chosen = organisation(people, "Văn phòng UBND").delegation
    text = words(people, delegation=str(chosen.id))
    assert "Đoàn đại biểu tỉnh Bắc Ninh" in text
    assert "Hoàng Văn Bình" not in text
    assert "Danh sách gồm 2 đại biểu." in text


@needs_poppler
def test_for_signing_with_those_who_wait_for_approval(people):
    text = words(people, signing=True, pending=True)
    assert "Ký nhận" in text
    assert "Vũ Chờ" in text


@needs_poppler
def test_in_english(people):
    text = words(people, "en")
    for said in ("LIST OF DELEGATES", "The list has 4 delegates.", "SOCIALIST REPUBLIC"):
        assert said in text


@needs_poppler
def test_head_number_and_signature_are_those_of_the_event(people):
    data = SettingsData(
        number_pattern="{number}/{kind}-BTC",
        signatory_name="Nguyễn Minh Hồng",
        issuer="Ban Tổ chức",
    )
    settings.save(people, 0, data)
    text = words(people)
    for said in ("……/DS-BTC", "Nguyễn Minh Hồng", "BAN TỔ CHỨC"):
        assert said in text


def test_nobody_is_said(event):
    with pytest.raises(NothingToPrint):
        KINDS["delegates"].write(Order(event, DEFAULTS), io.BytesIO())


def test_the_page_offers_it(organiser, people):
    page = organiser.get(f"/manage/{people.slug}/documents/delegates?order=rank&signing=y").text
    assert "preview.png" in page
    page = organiser.get(f"/manage/{people.slug}/documents/delegates?delegation=999999").text
    assert "preview.png" not in page


def test_it_takes_few_queries_however_many_there_are(people, count_queries):
    for number in range(40):
        build_delegate(people, f"Nguyễn Văn {number}")
    with count_queries() as queries:
        KINDS["delegates"].write(Order(people, {**DEFAULTS, "order": "office"}), io.BytesIO())
    assert len(queries) <= 12


def paper(count):
    def rows():
        for number in range(count):
            if number % 200 == 0:
                yield Heading(f"Tỉnh {number // 200}")
            yield Person(f"Nguyễn Thị Ước {number}", "Phó Giám đốc", "Sở Nội vụ")

    return ListDocument(
        Letterhead("Ban Tổ chức"),
        (TITLE,),
        rows(),
        f"Danh sách gồm {count} đại biểu.",
        for_signing=True,
        signature=Signature("Trưởng ban", "Nguyễn Minh Hồng"),
    )


@needs_poppler
@pytest.mark.parametrize("count", [1, 13, 14, 5000])
def test_one_to_five_thousand_rows(count):
    stream = io.BytesIO()
    number = write_list(paper(count), stream)
    pages = text_of(stream.getvalue()).split("\f")[:-1]
    assert len(pages) == number
    found = re.findall(r"Nguyễn Thị Ước (\d+)", " ".join(pages))
    assert list(map(int, found)) == list(range(count))
    assert all("Họ và tên" in page for page in pages)
    assert all(f"{at}/{number}" in page.replace(" ", "") for at, page in enumerate(pages[1:], 2))
    # The last rows, the total and the signature are on one page.
    assert f"Ước {count - 1}" in pages[-1]
    assert f"gồm {count} đại biểu" in pages[-1]
    assert "TRƯỞNG BAN" in pages[-1]


def test_the_same_list_gives_the_same_bytes():
    one, two = io.BytesIO(), io.BytesIO()
    write_list(paper(30), one)
    write_list(paper(30), two)
    assert one.getvalue() == two.getvalue()


@needs_poppler
def test_an_office_that_is_called_after_its_province_is_not_said_twice(people):
    office = add_office(organisation(people).delegation, "Tỉnh ủy Bắc Ninh")
    build_delegate(people, "Ma Đức", organisation=office)
    text = words(people, order="rank")
    assert "Tỉnh ủy Bắc Ninh," not in text
    assert "Sở Nội vụ, tỉnh Bắc Ninh" in text


@needs_poppler
def test_the_list_of_a_body_of_one_office_does_not_repeat_it(people):
    ministry = db.session.query(Delegation).filter_by(event_id=people.id, name="Bộ Tài chính").one()
    text = words(people, delegation=str(ministry.id))
    assert text.count("Bộ Tài chính") == 1
    assert "Đơn vị" not in text


@needs_poppler
def test_the_list_of_those_who_belong_to_no_delegation(people):
    others = db.session.query(Delegation).filter_by(event_id=people.id, is_other=True).one()
    build_delegate(people, "Đinh Khách", organisation=add_office(others, "Tập đoàn VNPT"))
    text = words(people, delegation=str(others.id))
    assert "Đại biểu của các đơn vị khác" in text
    assert "Đoàn đại biểu Khác" not in text

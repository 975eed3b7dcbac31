"""Notices of site visits: to each delegation, for its lead to pass on."""

import io
from dataclasses import replace

import pytest

from eventapp.delegations import invitations
from eventapp.documents.paper import NothingToPrint
from eventapp.documents.visit_notice_pdf import (
    NoNotices,
    Notice,
    NoticeDocument,
    NoticeGroup,
    NoticePerson,
    write_notices,
)
from eventapp.extensions import db
from eventapp.pdf.letterhead import Letterhead, Signature
from eventapp.registration.models import Delegation
from tests.builders import build_delegate, organisation
from tests.documents.touring import LONG_SITE, LONGEST, build_tour, paper, people_of, put_into, seat
from tests.pdf.pictures import needs_poppler, opened, text_of, texts_of

KIND = "visit-notices"


@pytest.fixture
def tours(event):
    """Two groups: of the province somebody in each and somebody in none, of the ministry one."""
    site = event.sites[0]
    site.address, site.safety = "Số 10 đường Lý Thái Tổ", "Đi giày bệt;\nkhông chụp ảnh."
    first, second = build_tour(event), build_tour(event, "A", buses=[])
    head, other, minister = people_of(event)
    seat(event, first, head, minister)
    put_into(first.buses[1], head)
    put_into(first.buses[0], minister)
    seat(event, second, other)
    build_delegate(event, "Lò Thị Ín")
    province = db.session.get_one(Delegation, organisation(event).delegation_id)
    province.lead_name = "Nguyễn Đầu Mối"
    event.contact_name, event.contact_phone = "Bà Hoa", "+842223123456"
    db.session.commit()
    return first, second


@needs_poppler
def test_a_delegation_reads_who_goes_where(event, tours):
    province = organisation(event).delegation_id
    text = " ".join(text_of(paper(event, KIND, delegation=str(province))).split())
    for said in (
        "Số: ……/TB",
        "THÔNG BÁO",
        "Kính gửi: Đoàn đại biểu tỉnh Bắc Ninh",
        "Đầu mối: Nguyễn Đầu Mối",
        "Nhóm B: Trung tâm dữ liệu tỉnh",
        "07:30, 27/11/2026; Sân trước hội trường",
        "Xe: Xe 2 (99B-002.24)",
        "Trần Thị Lê, 0912 345 678",
        "Số 10 đường Lý Thái Tổ",
        "Lưu ý an toàn: Đi giày bệt; không chụp ảnh.",
        "Lê Ổn",
        "Chưa xếp nhóm: Lò Thị Ín.",
        "Bà Hoa",
        "TRƯỞNG BAN",
        "Nơi nhận:",
    ):
        assert said in text, said
    # Groups by letter; of the bus of others, of phones and needs, and of others there is nothing.
    assert text.index("Nhóm A") < text.index("Nhóm B")
    for kept in ("99B-001.23", "Hoàng Ước", "0987", "Dị ứng"):
        assert kept not in text


@needs_poppler
def test_delegations_come_in_protocol_order_each_from_a_page_of_its_own(event, tours):
    papers = text_of(paper(event, KIND)).split("Kính gửi:")[1:]
    assert ["Bắc Ninh" in papers[0], "Bộ Tài chính" in papers[1]] == [True, True]
    assert len(papers) == 2  # nobody of Điện Biên goes anywhere
    assert "Hoàng Ước" in papers[1]


@needs_poppler
def test_in_english(event, tours):
    text = " ".join(text_of(paper(event, KIND, "en")).split())
    assert "Group B: Trung tâm dữ liệu tỉnh" in text
    assert "Not in a group yet: Lò Thị Ín." in text


def test_nobody_in_a_group_is_refused(event, tours):
    other = db.session.query(Delegation).filter_by(event_id=event.id, name="Điện Biên").one()
    with pytest.raises(NothingToPrint, match="Đoàn này"):
        paper(event, KIND, delegation=str(other.id))


def test_without_groups_all_are_refused(event):
    build_delegate(event)
    with pytest.raises(NothingToPrint, match="Chưa ai"):
        paper(event, KIND)


@needs_poppler
def test_a_lead_takes_their_own_away(client, event, tours):
    link = f"/d/{invitations.renew_link(event, organisation(event).delegation_id)}"
    assert f'href="{link}/visits.pdf?lang=vi"' in client.get(link).text
    answer = client.get(f"{link}/visits.pdf")
    assert answer.mimetype == "application/pdf"
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    text = text_of(answer.data)
    assert "Lê Ổn" in text
    assert "Hoàng Ước" not in text
    assert "Group B" in text_of(client.get(f"{link}/visits.pdf?lang=en").data)


def test_a_lead_whose_people_have_no_group_is_told(client, event, tours):
    other = db.session.query(Delegation).filter_by(event_id=event.id, name="Điện Biên").one()
    link = f"/d/{invitations.renew_link(event, other.id)}"
    assert "visits.pdf" not in client.get(link).text  # nobody is on the list
    answer = client.get(f"{link}/visits.pdf", follow_redirects=True)
    assert "Đoàn này chưa có ai được xếp vào nhóm tham quan." in answer.text


def test_a_link_that_was_replaced_gives_none(client, event, tours):
    id_ = organisation(event).delegation_id
    link = f"/d/{invitations.renew_link(event, id_)}"
    invitations.renew_link(event, id_)
    assert client.get(f"{link}/visits.pdf").status_code == 404


PAPER = NoticeDocument(Letterhead("Ban Tổ chức"), "Hội nghị tổng kết")
NOTICE = Notice(
    to=(f"Đoàn đại biểu {LONG_SITE}", f"Đầu mối: {LONGEST}"),
    subject="Về việc tham quan thực tế",
    opening="Ban Tổ chức thông báo đến Quý Đoàn như sau.",
    groups=[
        NoticeGroup(
            letter,
            "#ffe066" if letter == "VIP1" else "",
            f"Nhóm {letter}: {LONG_SITE}",
            [NoticePerson(LONGEST, LONGEST, LONG_SITE, LONGEST)] * 30,
            (("Địa chỉ:", LONG_SITE), ("Trở về:", "")),
            LONG_SITE * 12,
        )
        for letter in ("A", "VIP1")
    ],
    waiting=", ".join([LONGEST] * 40),
    closing="Đề nghị Quý Đoàn thông báo đến từng đại biểu./.",
    signature=Signature("Trưởng ban", "Nguyễn Minh Hồng"),
)


def pdf_of(*notices):
    stream = io.BytesIO()
    pages = write_notices(PAPER, notices, stream)
    assert len(opened(stream.getvalue()).pages) == pages
    return stream.getvalue()


@needs_poppler
def test_the_longest_texts_lose_nothing():
    words = " ".join(texts_of(pdf_of(NOTICE))).split()
    # As a name, a position and a bus; waiting, with a comma or without; and the lead.
    assert sum(it.startswith("Huyền") for it in words) == 2 * 30 * 3 + 40 + 1
    assert "VIP1" in words
    assert "Trở" not in words


@needs_poppler
def test_the_signature_stands_with_people_or_the_closing(tmp_path):
    for number in range(1, 30):
        few = replace(NOTICE.groups[0], people=NOTICE.groups[0].people[:1] * number, safety="")
        last = text_of(pdf_of(replace(NOTICE, groups=[few], waiting=""))).split("\f")[-2]
        assert "thông báo đến từng đại biểu" in " ".join(last.split())


def test_no_notice_is_refused():
    with pytest.raises(NoNotices):
        write_notices(PAPER, (), io.BytesIO())


def test_the_same_notices_give_the_same_bytes():
    assert pdf_of(NOTICE) == pdf_of(NOTICE)

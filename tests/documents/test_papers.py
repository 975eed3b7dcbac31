"""The pages of papers: what is offered, how it looks, the file, and what all papers share."""

import re
from io import BytesIO

import pytest
from PIL import Image
from reportlab.platypus import PageBreak, Paragraph

from eventapp.documents import heads, settings
from eventapp.documents.paper import KINDS, Kind, Order
from eventapp.documents.settings import SettingsData
from eventapp.pdf import document
from eventapp.pdf.stream import About
from tests.conftest import post
from tests.pdf.pictures import opened


def address(event, *parts):
    return "/".join([f"/manage/{event.slug}/documents", *parts])


def test_every_kind_is_offered(organiser, event):
    page = organiser.get(address(event))
    assert page.status_code == 200
    for name in KINDS:
        assert f'href="{address(event, name)}"' in page.text


def test_a_paper_is_chosen_seen_and_taken_away(organiser, event):
    page = organiser.get(address(event, "agenda?language=en"))
    address_of_picture = re.search(r'src="(\S+preview\.png\?[^"]+)"', page.text)[1]
    assert "page=1" in address_of_picture
    assert "language=en" in address_of_picture
    seen = organiser.get(address_of_picture.replace("&amp;", "&"))
    picture = organiser.get(address(event, "agenda", "preview.png?language=en"))
    assert picture.mimetype == "image/png"
    assert picture.data.startswith(b"\x89PNG")
    assert seen.data == picture.data
    file = organiser.get(address(event, "agenda", "file?language=en"))
    assert file.data.startswith(b"%PDF")
    assert f"agenda-{event.slug}-en.pdf" in file.headers["Content-Disposition"]


def test_a_choice_that_does_not_exist_is_said(organiser, event):
    page = organiser.get(address(event, "agenda?language=fr"))
    assert "Hãy chọn một mục trong danh sách." in page.text
    assert "preview.png" not in page.text
    assert organiser.get(address(event, "agenda", "preview.png?language=fr")).status_code == 404
    assert organiser.get(address(event, "agenda", "file?language=fr")).status_code == 302


@pytest.fixture
def long_paper(monkeypatch):
    """A kind of paper of thirty pages."""

    def write(order, stream):
        story = []
        for number in order.shown(range(1, 31)):
            story += [Paragraph(f"Trang {number}", document.style()), PageBreak()]
        document.write(story, stream, about=About("Dài", "BTC"))

    kind = Kind("long", "Dài", "Ba mươi trang.", write)
    monkeypatch.setitem(KINDS, "long", kind)
    return kind


def test_pages_are_turned_from_the_first_to_the_last(organiser, event, long_paper):
    first = organiser.get(address(event, "long")).text
    assert "Trang 1 trên 12" in first
    assert 'rel="next"' in first
    assert 'rel="prev"' not in first
    last = organiser.get(address(event, "long?page=99")).text
    assert "Trang 12 trên 12" in last
    assert 'rel="next"' not in last
    assert 'rel="prev"' in last


def test_a_preview_shows_the_beginning_and_says_so(organiser, event, long_paper):
    assert "Bản xem trước chỉ gồm phần đầu" in organiser.get(address(event, "long")).text
    assert "Bản xem trước chỉ gồm" not in organiser.get(address(event, "agenda")).text
    file = organiser.get(address(event, "long", "file"))
    assert len(opened(file.data).pages) == 30


def test_an_order_shows_all_unless_it_is_a_preview(event):
    assert len(list(Order(event, {}).shown(range(20)))) == 20
    order = Order(event, {}, is_preview=True)
    assert list(order.shown(range(12))) == list(range(12))
    assert not order.is_cut
    assert list(order.shown(range(13))) == list(range(12))
    assert order.is_cut


def test_a_picture_that_is_no_longer_kept_is_made_again(organiser, event):
    answer = organiser.get(address(event, "agenda", "preview.png?mark=0123"))
    assert Image.open(BytesIO(answer.data)).width == 1000


def test_the_page_learns_when_the_file_begins(organiser, event):
    answer = organiser.get(address(event, "agenda", "file?ready=0123456789ab"))
    assert "paper-ready=0123456789ab" in answer.headers["Set-Cookie"]
    assert answer.headers["Content-Disposition"].startswith("attachment")
    answer = organiser.get(address(event, "agenda", "file?ready=%0d%0aX"))
    assert "paper-ready" not in answer.headers.get("Set-Cookie", "")


def test_nothing_to_print_is_said(organiser, event):
    page = organiser.get(address(event, "rosters"))
    assert "Chưa có nhóm nào" in page.text
    assert "preview.png" not in page.text
    assert "/file" not in page.text
    answer = organiser.get(address(event, "rosters", "file"), follow_redirects=True)
    assert "Chưa có nhóm nào" in answer.text
    assert organiser.get(address(event, "rosters", "preview.png")).status_code == 404


def test_there_is_no_such_kind(organiser, event):
    assert organiser.get(address(event, "nonsense")).status_code == 404


def test_what_is_chosen_once_stands_on_every_paper(organiser, event):
    form = {
        "parent": "Chính phủ",
        "issuer": "Ban Tổ chức",
        "number_pattern": "{number}/{kind}-BTC",
        "place": "Từ Sơn",
        "dated": "2026-01-05",
        "authority": "TM. Ban Tổ chức",
        "signatory_position": "Phó Trưởng ban",
        "signatory_name": "Nguyễn Văn Hạnh",
        "recipients": "Như trên;\nLưu: VT.",
        "revision": "0",
    }
    answer = post(organiser, address(event, "settings"), form)
    assert answer.status_code == 303, answer.text
    head = heads.head_of(event, "GM", number="12")
    assert (head.parent, head.issuer, head.number) == ("Chính phủ", "Ban Tổ chức", "12/GM-BTC")
    assert head.place_and_date == "Từ Sơn, ngày 05 tháng 01 năm 2026"
    signature = heads.signature_of(event)
    assert (signature.authority, signature.position) == ("TM. Ban Tổ chức", "Phó Trưởng ban")
    assert signature.recipients == ("Như trên;", "Lưu: VT.")


def test_a_placeholder_that_does_not_exist_is_refused(organiser, event):
    form = {"number_pattern": "{số}/{kind", "revision": "0"}
    answer = post(organiser, address(event, "settings"), form)
    assert answer.status_code == 422
    assert "{số}, {" in answer.text


def test_the_second_to_save_is_told(organiser, event):
    settings.save(event, 0, SettingsData(issuer="Sở Nội vụ"))
    answer = post(organiser, address(event, "settings"), {"issuer": "Tôi", "revision": "0"})
    assert answer.status_code == 409
    assert settings.of(event).issuer == "Sở Nội vụ"
    with pytest.raises(settings.SettingsChanged):
        settings.save(event, 7, SettingsData())

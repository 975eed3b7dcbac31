"""The pages of papers: what is offered, how it looks, the file, and what all papers share."""

import pytest

from eventapp.documents import heads, settings
from eventapp.documents.paper import KINDS
from eventapp.documents.settings import SettingsData
from tests.conftest import post


def address(event, *parts):
    return "/".join([f"/manage/{event.slug}/documents", *parts])


def test_every_kind_is_offered(organiser, event):
    page = organiser.get(address(event))
    assert page.status_code == 200
    for name in KINDS:
        assert f'href="{address(event, name)}"' in page.text


def test_a_paper_is_chosen_seen_and_taken_away(organiser, event):
    page = organiser.get(address(event, "agenda?language=en"))
    assert "preview.png?page=1&amp;language=en" in page.text
    picture = organiser.get(address(event, "agenda", "preview.png?language=en"))
    assert picture.mimetype == "image/png"
    assert picture.data.startswith(b"\x89PNG")
    file = organiser.get(address(event, "agenda", "file?language=en"))
    assert file.data.startswith(b"%PDF")
    assert f"agenda-{event.slug}-en.pdf" in file.headers["Content-Disposition"]


def test_a_choice_that_does_not_exist_is_said(organiser, event):
    page = organiser.get(address(event, "agenda?language=fr"))
    assert "Hãy chọn một mục trong danh sách." in page.text
    assert "preview.png" not in page.text
    assert organiser.get(address(event, "agenda", "preview.png?language=fr")).status_code == 404
    assert organiser.get(address(event, "agenda", "file?language=fr")).status_code == 302


def test_nothing_to_print_is_said(organiser, event):
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

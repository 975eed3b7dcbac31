"""The list that a lead takes away: their own delegation, nobody else's."""

import io

import pytest
from pypdfium2 import PdfDocument

from eventapp.delegations import invitations
from eventapp.registration.models import Status
from tests.builders import build_delegate, organisation


@pytest.fixture
def link(event):
    return f"/d/{invitations.renew_link(event, organisation(event).delegation_id)}"


def text_of(pdf):
    with PdfDocument(io.BytesIO(pdf)) as document:
        return "\n".join(page.get_textpage().get_text_range() for page in document)


def test_a_lead_takes_the_list_away(client, event, link):
    build_delegate(event, "Nguyễn Đình Ân")
    build_delegate(event, "Lò Thị Ín", status=Status.PENDING)
    build_delegate(event, "Trần Đã Hủy", status=Status.CANCELLED)
    build_delegate(event, "Người Đoàn Khác", organisation=organisation(event, "Bộ Tài chính"))
    assert f'href="{link}/list.pdf?lang=vi"' in client.get(link).text
    answer = client.get(f"{link}/list.pdf")
    assert answer.mimetype == "application/pdf"
    assert answer.headers["Cache-Control"] == "private, no-store"
    shown = text_of(answer.data)
    assert "Nguyễn Đình Ân" in shown
    assert "Lò Thị Ín" in shown
    assert "Trần Đã Hủy" not in shown
    assert "Người Đoàn Khác" not in shown


def test_nobody_is_on_it_yet(client, link):
    assert "list.pdf" not in client.get(link).text
    answer = client.get(f"{link}/list.pdf", follow_redirects=True)
    assert "Danh sách chưa có ai" in answer.text


def test_a_link_that_was_replaced_gives_no_list(client, event, link):
    build_delegate(event, "Nguyễn Đình Ân")
    invitations.renew_link(event, organisation(event).delegation_id)
    assert client.get(f"{link}/list.pdf").status_code == 404

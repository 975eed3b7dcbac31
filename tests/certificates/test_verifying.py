"""What the public learns of a certificate: what is on the paper, and nothing from guessing."""

from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select

from eventapp.certificates import service
from eventapp.certificates.models import Certificate
from eventapp.extensions import db
from tests.builders import build_event
from tests.certificates.attended import attend_all, coming, prepare
from tests.conftest import post


@pytest.fixture
def it(event):
    """A certificate of somebody who attended everything."""
    prepare(event)
    delegate = coming(event, position="Trưởng phòng", email="rieng@bacninh.example")
    attend_all(event, delegate)
    service.issue(event, on=date(2026, 11, 27))
    return db.session.scalars(select(Certificate)).one()


def look_up(client, event, number, code):
    return post(client, f"/e/{event.slug}/certificates", {"number": number, "code": code})


def test_a_valid_one_says_what_is_on_the_paper(client, event, it):
    page = client.get(f"/c/{it.code}?lang=en")
    assert page.status_code == 200 and "This certificate is valid." in page.text
    for words in ("1/GCN", "Nguyễn Văn An", "Trưởng phòng", "Sở Nội vụ, tỉnh Bắc Ninh"):
        assert words in page.text
    for words in ("4 hours 30 minutes", "27/11/2026", event.title_en):
        assert words in page.text


def test_it_says_no_more_than_the_paper(client, event, it):
    page = client.get(f"/c/{it.code}").text
    delegate = it.delegate
    for words in (delegate.email, delegate.code, delegate.phone or "+84", "Đại biểu<"):
        assert words not in page


def test_nobody_lists_it(client, it):
    page = client.get(f"/c/{it.code}")
    assert "noindex" in page.headers["X-Robots-Tag"]
    assert '<meta name="robots" content="noindex' in page.text
    assert page.headers["Cache-Control"] == "no-store"


def test_a_withdrawn_one_says_since_when_and_not_why(client, event, it):
    service.withdraw(event, it.id, "gian lận điểm danh")
    page = client.get(f"/c/{it.code}?lang=en")
    assert page.status_code == 200 and "This certificate was withdrawn." in page.text
    assert "valid since" in page.text and "This certificate is valid." not in page.text
    assert "gian lận" not in page.text


def test_one_issued_anew_says_so(client, event, it):
    it.delegate.name = "Nguyễn Văn Ân"
    db.session.commit()
    service.reissue(event, it.id, "sai dấu", on=date(2026, 12, 1))
    page = client.get(f"/c/{it.code}?lang=en").text
    assert "Nguyễn Văn Ân" in page and "01/12/2026" in page and "sai dấu" not in page


@pytest.mark.parametrize("code", ["AAAAAAAAAAAA", "0", "x" * 200, "-" * 12])
def test_an_unknown_one(client, it, code):
    page = client.get(f"/c/{code}?lang=en")
    assert page.status_code == 404 and "No such certificate is known." in page.text
    assert "noindex" in page.headers["X-Robots-Tag"]


def test_a_pass_code_opens_nothing(client, it):
    assert client.get(f"/c/{it.delegate.code}").status_code == 404


def test_a_code_is_read_as_people_type_it(client, it):
    typed = f"{it.code[:4]}-{it.code[4:8].lower()} {it.code[8:]}"
    assert client.get(f"/c/{typed}").status_code == 200


@pytest.mark.parametrize("number", ["1", " 1/gcn ", "1 / GCN"])
def test_number_and_code_typed_lead_there(client, event, it, number):
    answer = look_up(client, event, number, it.code)
    assert answer.status_code == 303 and answer.location == f"/c/{it.code}"


def test_whatever_is_wrong_looks_the_same(client, event, it):
    other = build_event("khac")
    answers = [
        look_up(client, event, number, code)
        for number, code in (("2/GCN", it.code), ("1/GCN", "AAAAAAAAAAAA"), ("9", "BBBBBBBBBBBB"))
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.text for answer in answers}) == 1
    assert "Nguyễn Văn An" not in answers[0].text
    assert look_up(client, other, "1/GCN", it.code).status_code == 404


def test_the_address_on_the_paper_asks_for_both(client, it):
    assert client.get("/c").status_code == 200
    answer = post(client, "/c", {"number": "1/GCN", "code": it.code})
    assert answer.location == f"/c/{it.code}"
    wrong = post(client, "/c", {"number": "2/GCN", "code": it.code})
    assert wrong.status_code == 404 and "Nguyễn Văn An" not in wrong.text


@pytest.mark.parametrize(("number", "code"), [("", "AAAAAAAAAAAA"), ("1", "")])
def test_what_is_left_out_is_asked_for(client, event, number, code):
    assert look_up(client, event, number, code).status_code == 422


def test_guessing_is_slowed_down(second_app: Callable[..., Flask], it):
    app = second_app(testing=False)
    client = app.test_client()
    answers = [client.get(f"/c/{number:012d}").status_code for number in range(70)]
    assert answers[:60] == [404] * 60 and 429 in answers


def test_queries_are_few(client, it, count_queries):
    client.get(f"/c/{it.code}")
    with count_queries() as queries:
        client.get(f"/c/{it.code}")
    assert len(queries) <= 3, queries

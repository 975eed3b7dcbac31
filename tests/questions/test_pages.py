"""Questions: set up by organisers, answered in every form, shown and exported."""

import io
import re

import pytest
from flask_babel import force_locale
from openpyxl import load_workbook

from eventapp.accounts.models import AuditEntry
from eventapp.delegations import invitations
from eventapp.extensions import db
from eventapp.questions import service
from eventapp.questions.models import Answer, Question, QuestionKind
from eventapp.questions.service import QuestionData
from eventapp.registration.importing import ImportRefused, import_table
from eventapp.registration.models import Delegate
from eventapp.registration.search import Filters, Selection
from eventapp.reports import exports
from tests.builders import organisation
from tests.conftest import post
from tests.registration.filled import form_data


def ask(event, kind, label="Cỡ áo", **values):
    options = (("Cỡ nhỏ", "Small"), ("Cỡ vừa", "Medium")) if "choice" in kind else ()
    data = QuestionData(QuestionKind(kind), label, options=options, **values)
    return service.save(event, None, data).id


@pytest.fixture
def page(event):
    return f"/e/{event.slug}/register"


def answers():
    db.session.expire_all()
    return {it.question_id: (it.value, it.text) for it in db.session.query(Answer)}


def test_every_kind_is_answered(client, event, page):
    ids = {kind: ask(event, kind, kind) for kind in QuestionKind if kind != QuestionKind.FILE}
    data = {
        f"q{ids['text']}": " Một  hai ",
        f"q{ids['choice']}": "2",
        f"q{ids['choices']}": ["1", "2"],
        f"q{ids['number']}": "1.234,5",
        f"q{ids['date']}": "20/11/2026",
    }
    assert post(client, page, form_data(event, **data)).status_code == 303
    assert answers() == {
        ids["text"]: ("Một hai", "Một hai"),
        ids["choice"]: ("2", "Cỡ vừa"),
        ids["choices"]: (["1", "2"], "Cỡ nhỏ; Cỡ vừa"),
        ids["number"]: ("1234.5", "1234,5"),
        ids["date"]: ("2026-11-20", "20/11/2026"),
    }


def test_a_wrong_or_missing_answer_is_said_beside_its_field_and_nothing_is_lost(
    client, event, page
):
    number = ask(event, "number", "Tuổi")
    needed = ask(event, "text", "Xe", is_required=True)
    answer = post(client, page, form_data(event, **{f"q{number}": "mười"}))
    assert answer.status_code == 422
    assert 'value="mười"' in answer.text
    assert f'id="q{number}-errors"' in answer.text
    assert f'id="q{needed}-errors"' in answer.text
    assert db.session.query(Delegate).count() == 0


def test_a_question_for_another_category_is_neither_required_nor_kept(client, event, page):
    guests = event.categories[1].id
    only = ask(event, "text", is_required=True, category_ids=(guests,))
    assert post(client, page, form_data(event, **{f"q{only}": "x"})).status_code == 303
    assert answers() == {}
    data = form_data(event, name="Khách Quý", email="k@x.vn", category_id=guests)
    assert post(client, page, data).status_code == 422


def test_what_only_organisers_answer_is_not_asked_of_others(client, organiser, event, page):
    inner = ask(event, "text", "Ghi chú nội bộ", is_public=False)
    post(client, page, form_data(event, **{f"q{inner}": "x"}))
    assert answers() == {}
    delegate = db.session.query(Delegate).one()
    form = f"/manage/{event.slug}/delegates/{delegate.id}/edit"
    data = form_data(event, language="vi", revision=delegate.revision, **{f"q{inner}": "Hàng đầu"})
    assert post(organiser, form, data).status_code == 303
    assert answers() == {inner: ("Hàng đầu", "Hàng đầu")}
    shown = organiser.get(f"/manage/{event.slug}/delegates/{delegate.id}").text
    assert "Ghi chú nội bộ" in shown
    assert "Hàng đầu" in shown


def test_a_delegate_changes_an_answer_and_it_is_logged(client, event, page):
    size = ask(event, "choice")
    link = post(client, page, form_data(event, **{f"q{size}": "1"})).location
    edit = form_data(event, revision=1, **{f"q{size}": "2"})
    assert post(client, f"{link}/edit", edit).status_code == 303
    assert answers() == {size: ("2", "Cỡ vừa")}
    entry = db.session.query(AuditEntry).filter_by(action="update", subject="delegate").one()
    assert entry.changes[f"question:{size}"] == ["Cỡ nhỏ", "Cỡ vừa"]
    assert "Cỡ vừa" in client.get(link).text


def test_a_lead_answers_in_the_workspace(client, event):
    office = organisation(event)
    size = ask(event, "choice")
    link = f"/d/{invitations.renew_link(event, office.delegation_id)}"
    data = form_data(event, delegation_id=office.delegation_id, **{f"q{size}": "1"})
    assert post(client, f"{link}/new", data).status_code == 303
    assert answers() == {size: ("1", "Cỡ nhỏ")}


def test_answers_are_exported_under_the_question(client, event, page):
    ask(event, "choice", "Cỡ áo")
    size = db.session.query(Question).one().id
    post(client, page, form_data(event, **{f"q{size}": "2"}))
    stream = io.BytesIO()
    exports.export(event, Selection(None, Filters()), stream, "xlsx")
    rows = list(load_workbook(stream).worksheets[0].iter_rows(values_only=True))
    assert rows[1][rows[0].index("Cỡ áo")] == "Cỡ vừa"


LIST = "Full name;Position;Province or ministry;Organisation;Áo;Tuổi\n"


def import_rows(event, *rows):
    with force_locale("en"):
        return import_table(event, (LIST + "\n".join(rows)).encode())


def test_answers_come_with_a_table_and_change_with_the_next(event):
    size, age = ask(event, "choice", "Áo"), ask(event, "number", "Tuổi")
    row = "Nguyễn Văn Một;CV;Bắc Ninh;Sở Nội vụ"
    assert import_rows(event, f"{row};co vua;41").added == 1
    assert answers() == {size: ("2", "Cỡ vừa"), age: (41, "41")}
    assert import_rows(event, f"{row};Cỡ vừa;41").same == 1
    assert import_rows(event, f"{row};;42").changed == 1
    assert answers() == {size: ("2", "Cỡ vừa"), age: (42, "42")}


def test_a_wrong_answer_in_a_table_stops_it(event):
    ask(event, "choice", "Áo")
    with pytest.raises(ImportRefused) as caught:
        import_rows(event, "Nguyễn Văn Một;CV;Bắc Ninh;Sở Nội vụ;Cỡ lớn;")
    assert "Cỡ nhỏ, Cỡ vừa" in caught.value.errors[0].message
    assert db.session.query(Delegate).count() == 0


# --- Organisers ---------------------------------------------------------------------------------


def sent(**values):
    return {"label": "Cỡ áo", "kind": "choice", "options": "Nhỏ\nVừa | Medium", **values}


def test_a_question_is_added_changed_moved_and_retired(organiser, event):
    pages = f"/manage/{event.slug}/questions"
    assert post(organiser, f"{pages}/new", sent()).status_code == 303
    post(organiser, f"{pages}/new", sent(label="Xe", kind="text", options=""))
    first, second = db.session.query(Question).order_by(Question.position)
    assert first.options[1] == {"key": "2", "label": "Vừa", "label_en": "Medium"}
    change = sent(options="Lớn\nVừa | Medium")
    assert post(organiser, f"{pages}/{first.id}", change).status_code == 303
    post(organiser, f"{pages}/{second.id}/move", {"to": "up"}, form_at=pages)
    post(organiser, f"{pages}/{first.id}/retire", {}, form_at=pages)
    db.session.expire_all()
    assert [it.id for it in service.asked(event.id, with_retired=True)] == [second.id, first.id]
    assert [it.id for it in service.asked(event.id)] == [second.id]
    keys = {it["label"]: (it["key"], "retired" in it) for it in first.options}
    assert keys == {"Lớn": ("3", False), "Vừa": ("2", False), "Nhỏ": ("1", True)}


@pytest.mark.parametrize(
    "values",
    [
        {"label": ""},
        {"options": "Một mình"},
        {"options": "Nhỏ\nnho"},
        {"options": "a;b\nc"},
        {"kind": "photo"},
        {"options": "x" * 101 + "\ny"},
    ],
)
def test_what_makes_no_question_is_refused(organiser, event, values):
    assert post(organiser, f"/manage/{event.slug}/questions/new", sent(**values)).status_code == 422
    assert db.session.query(Question).count() == 0


def test_an_answered_question_keeps_its_kind_and_is_not_deleted(client, organiser, event, page):
    size = ask(event, "choice")
    post(client, page, form_data(event, **{f"q{size}": "1"}))
    pages = f"/manage/{event.slug}/questions"
    assert post(organiser, f"{pages}/{size}", sent(kind="text")).status_code == 422
    post(organiser, f"{pages}/{size}/delete", {}, form_at=pages)
    assert len(answers()) == 1


def test_a_number_with_three_decimals_stays_when_the_form_is_sent_again(client, event, page):
    number = ask(event, "number")
    link = post(client, page, form_data(event, **{f"q{number}": "12,3450"})).location
    form = client.get(f"{link}/edit").get_data(as_text=True)
    shown = re.search(rf'name="q{number}"[^>]*value="([^"]*)"', form)[1]
    assert shown == "12,3450"
    revision = re.search(r'name="revision"[^>]*value="(\d+)"', form)[1]
    again = form_data(event, revision=revision, name="Nguyễn Ân", **{f"q{number}": shown})
    assert post(client, f"{link}/edit", again).status_code == 303
    assert answers() == {number: ("12.345", "12,3450")}

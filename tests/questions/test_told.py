"""What letters tell of answers: that they changed, and nothing of what organisers note."""

import pytest

from eventapp.extensions import db
from eventapp.mail.composing import compose
from eventapp.mail.models import Message
from eventapp.questions.models import QuestionKind
from eventapp.registration import service
from eventapp.registration.importing import import_table
from eventapp.registration.models import Delegate
from tests.questions.test_pages import ask
from tests.registration.filled import details


@pytest.fixture
def ids(event):
    return {
        "asked": ask(event, QuestionKind.TEXT, "Biển số xe"),
        "noted": ask(event, QuestionKind.TEXT, "Ghi chú", is_public=False),
    }


def _letters() -> list[Message]:
    return db.session.query(Message).filter_by(kind="changed").order_by(Message.id).all()


def _registered(event, ids) -> Delegate:
    return service.register(event, details(event), submission="s", consent=None).delegate


def test_a_changed_answer_is_named_but_not_told(event, ids):
    who = _registered(event, ids)
    new = details(event, answers={ids["asked"]: "99A-1", ids["noted"]: "khó tính"})
    service.update(event, who.id, new, revision=who.revision)
    [message] = _letters()
    letter = compose(message)
    assert "- Biển số xe: đã thay đổi\n" in letter.text
    assert "Biển số xe: đã thay đổi" in letter.html
    for said in (letter.text, letter.html, str(message.details)):
        assert "99A-1" not in said
        assert "Ghi chú" not in said
        assert "khó tính" not in said


def test_what_organisers_note_is_no_letter(event, ids):
    who = _registered(event, ids)
    new = details(event, answers={ids["noted"]: "khó tính"})
    service.update(event, who.id, new, revision=who.revision)
    assert _letters() == []


@pytest.mark.parametrize(("which", "number"), [("Biển số xe", 1), ("Ghi chú", 0)])
def test_imported_answers(event, ids, which, number):
    who = _registered(event, ids)
    office = who.organisation
    head = f"Họ và tên;Chức vụ;Thư điện tử;Tỉnh, thành phố hoặc bộ, ngành;Cơ quan;{which}"
    row = ";".join(
        [who.name, who.position, who.email, office.delegation.name, office.name, "99A-1"]
    )
    import_table(event, f"{head}\n{row}\n".encode())
    assert db.session.query(Delegate).count() == 1
    assert len(_letters()) == number

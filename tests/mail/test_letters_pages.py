"""The pages on which organisers word the letters."""

import re

import pytest

from eventapp.accounts.models import AuditEntry
from eventapp.accounts.permissions import Role
from eventapp.extensions import db
from eventapp.mail import composing
from eventapp.mail.composing import compose
from eventapp.mail.models import LetterTemplate, Message
from eventapp.registration import service
from tests.builders import build_event
from tests.conftest import csrf_token, post
from tests.registration.filled import details

LIST = "/manage/hoi-nghi/letters"
PAGE = f"{LIST}/registered/vi"
BODY = "Kính gửi {name},\n\nMời xem:\n\n{link}\n\n{qr}"


def _fields(page: str) -> dict[str, str]:
    version = re.search(r'name="version"[^>]*value="([^"]*)"', page)
    return {"version": version[1] if version else ""}


def _save(client, address=PAGE, **values):
    page = client.get(address).text
    return post(
        client, address, {"subject": "Thư: {event_short}", "body": BODY, **_fields(page)} | values
    )


@pytest.fixture
def message(event):
    service.register(event, details(event), submission=None, consent=service.Consent("1"))
    return db.session.query(Message).one()


def test_the_list(organiser):
    page = organiser.get(f"{LIST}?lang=en")
    assert page.status_code == 200
    assert page.text.count("shipped wording") == 2 * len(composing.kinds)
    _save(organiser)
    assert organiser.get(f"{LIST}?lang=en").text.count("own wording") == 1


def test_own_wording_is_used_from_then_on(organiser, message):
    answer = _save(organiser)
    assert answer.status_code == 302
    db.session.rollback()
    letter = compose(message)
    assert letter.subject == "Thư: Hội nghị tổng kết"
    assert letter.text.startswith("Kính gửi Nguyễn Đình Ân,\n\nMời xem:\n\nhttp://")
    assert 'src="cid:pass"' in letter.html
    entry = db.session.query(AuditEntry).filter_by(subject="letter").one()
    assert (entry.action, entry.subject_id) == ("change", "registered/vi")
    assert entry.changes["body"][1] == BODY
    assert entry.actor != "system"


def test_each_language_has_its_own(organiser, event):
    _save(organiser)
    service.register(
        event, details(event, language="en"), submission=None, consent=service.Consent("1")
    )
    assert compose(db.session.query(Message).one()).text.startswith("Dear ")


def test_back_to_the_shipped_wording(organiser, message):
    _save(organiser)
    assert "Back to the shipped wording" in organiser.get(f"{PAGE}?lang=en").text
    answer = post(organiser, f"{PAGE}/reset", {}, form_at=PAGE)
    assert answer.status_code == 302
    assert db.session.query(LetterTemplate).count() == 0
    db.session.rollback()
    assert "Xác nhận đăng ký" in compose(message).subject
    assert "Back to the shipped wording" not in organiser.get(f"{PAGE}?lang=en").text


def test_the_shipped_wording_saved_is_no_own_wording(organiser):
    shipped = organiser.get(PAGE).text
    body = re.search(r"<textarea[^>]*>\s*(.*?)</textarea>", shipped, re.S)[1]
    subject = re.search(r'name="subject"[^>]*value="([^"]*)"', shipped)[1]
    _save(organiser)
    _save(organiser, subject=subject, body=body)
    assert db.session.query(LetterTemplate).count() == 0


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("body", BODY + "\n{nmae}", "{nmae} is not one of the placeholders"),
        ("body", BODY + "\n{__class__}", "{__class__} is not one of"),
        ("body", BODY + "\n{{7*7}}", "{7*7} is not one of"),
        ("body", BODY + "\n{deadline}", "{deadline} is not one of"),
        ("body", "Kính gửi {name}", "This letter needs {link}"),
        ("body", BODY + "\n{qr}", "Use {qr} once only"),
        ("body", BODY + "\n\nxem {details}", "{details} needs a line of its own"),
        ("body", "", "Enter the text of the letter"),
        ("body", BODY + "a" * 10_000, "at most 10000 characters"),
        ("body", BODY + "{name}" * 100, "at most 100 placeholders"),
        ("subject", "", "Enter a subject"),
        ("subject", "Thư {link}", "{link} cannot stand in a subject"),
        ("subject", "Thư\r\nBcc: ai@do.example", "A subject is one line"),
        ("subject", "a" * 201, "at most 200 characters"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(organiser, field, value, says):
    organiser.get("/?lang=en")
    answer = _save(organiser, **{field: value})
    assert answer.status_code == 422
    assert says in answer.text.replace("&#39;", "'")
    typed = value.replace("\r\n", "\n").splitlines()
    assert all(line[:60] in answer.text for line in typed)
    assert db.session.query(LetterTemplate).count() == 0


def test_what_is_wrong_is_said_in_vietnamese(organiser):
    assert "không phải là ô điền" in _save(organiser, body=BODY + "{x}").text


def test_signs_of_template_languages_are_only_text(organiser, message):
    tricks = "%s %(name)s $x <%= 1 %> <script>alert(1)</script> {% if x"
    assert _save(organiser, body=f"{BODY}\n\n{tricks}").status_code == 302
    db.session.rollback()
    letter = compose(message)
    assert tricks in letter.text
    assert "<script>" not in letter.html


def test_two_organisers_at_once(organiser):
    organiser.get("/?lang=en")
    stale = _fields(organiser.get(PAGE).text)
    _save(organiser, body=BODY + "\n\nCủa họ")
    answer = _save(organiser, body=BODY + "\n\nCủa tôi", **stale)
    assert answer.status_code == 409
    assert "Somebody else has saved this letter" in answer.text
    assert "Của họ" in answer.text
    assert "Của tôi" in answer.text
    assert "Của họ" in db.session.query(LetterTemplate).one().body
    # Saved once more, it replaces theirs.
    _save(organiser, body=BODY + "\n\nCủa tôi", **_fields(answer.text))
    db.session.rollback()
    assert "Của tôi" in db.session.query(LetterTemplate).one().body


def test_preview_of_somebody_made_up(organiser):
    answer = _save(organiser, preview="1")
    assert answer.status_code == 200
    assert "Nguyễn Văn A" in answer.text
    assert "/p/0000" in answer.text
    assert '<iframe class="letter" sandbox name="letter-preview"' in answer.text
    assert "frame-src 'self'" in answer.headers["Content-Security-Policy"]
    assert db.session.query(LetterTemplate).count() == 0


def test_preview_for_a_delegate(organiser, message):
    answer = _save(organiser, preview="1", person="đình ân")
    assert "Kính gửi Nguyễn Đình Ân" in answer.text
    letter = post(
        organiser, f"{PAGE}/preview", {"subject": "A", "body": BODY, "person": "an@"}, form_at=PAGE
    )
    assert "Nguyễn Đình Ân" in letter.text
    assert "data:image/png;base64," in letter.text
    policy = letter.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox" in policy
    real = compose(message).text
    link = re.search(r"/p/(\w+)", real)[1]
    assert link not in letter.text + answer.text


def test_preview_for_nobody(organiser):
    organiser.get("/?lang=en")
    answer = _save(organiser, preview="1", person="không có ai")
    assert answer.status_code == 422
    assert "Nobody of that name or e-mail was found" in answer.text


def test_a_wrong_wording_has_no_preview(organiser):
    assert _save(organiser, preview="1", body="{x}").status_code == 422
    answer = post(organiser, f"{PAGE}/preview", {"subject": "A", "body": "{x}"}, form_at=PAGE)
    assert answer.status_code == 400


@pytest.mark.parametrize("path", ["nothing/vi", "registered/fr", "nothing/vi/reset"])
def test_letters_that_there_are_not(organiser, path):
    token = csrf_token(organiser, PAGE)
    if path.endswith("reset"):
        assert organiser.post(f"{LIST}/{path}", data={"csrf_token": token}).status_code == 404
    else:
        assert organiser.get(f"{LIST}/{path}").status_code == 404


def test_an_event_has_its_own_wording_only(organiser, event):
    _save(organiser)
    other = build_event("khac")
    service.register(other, details(other), submission=None, consent=service.Consent("1"))
    assert "Xác nhận" in compose(db.session.query(Message).one()).subject


def test_staff_may_not(sign_in, event):
    staff = sign_in(Role.STAFF, event)
    assert staff.get(PAGE).status_code == 403
    assert staff.get(LIST).status_code == 403

"""Letters to delegates: every kind in both languages, and what is not sent any more."""

import html
import re
from dataclasses import replace
from datetime import timedelta

import pytest
from flask_babel import force_locale

from eventapp.accounts.models import AuditEntry
from eventapp.database import now, transaction
from eventapp.extensions import db
from eventapp.mail import composing
from eventapp.mail.composing import Overtaken, compose
from eventapp.mail.models import MailStatus, Message
from eventapp.pdf import qr
from eventapp.registration import (
    expiry,
    letter_facts,
    letters,
    personal_links,
    service,
    substitution,
    waitlist,
)
from eventapp.registration.letters import LetterKind
from eventapp.registration.models import Delegate, Status
from tests.builders import build_delegate, build_event
from tests.registration.filled import classes, details

# What a letter of each kind is sent to, and with which details.
STATUS = {
    LetterKind.REGISTERED: Status.APPROVED,
    LetterKind.RECEIVED: Status.PENDING,
    LetterKind.APPROVED: Status.APPROVED,
    LetterKind.REFUSED: Status.REFUSED,
    LetterKind.CHANGED: Status.APPROVED,
    LetterKind.CANCELLED: Status.CANCELLED,
    LetterKind.WAITLISTED: Status.WAITLISTED,
    LetterKind.OFFERED: Status.OFFERED,
    LetterKind.OFFER_EXPIRED: Status.CANCELLED,
    LetterKind.SUBSTITUTED: Status.CANCELLED,
    LetterKind.LINK: Status.PENDING,
    LetterKind.REMINDER: Status.APPROVED,
}
DETAILS = {
    LetterKind.CHANGED: {"changes": {"position": ["Chuyên viên", "Phó Giám đốc"]}},
    LetterKind.SUBSTITUTED: {"substitute": "Lò Thị Mai"},
}
# What a letter of each kind must say, whatever its language.
SAYS = {
    LetterKind.REFUSED: "Đoàn đã hết chỉ tiêu",
    LetterKind.CHANGED: "Chuyên viên → Phó Giám đốc",
    LetterKind.SUBSTITUTED: "Lò Thị Mai",
    LetterKind.OFFERED: "14:30",
}
HOSTILE = (
    "<script>alert(1)</script>",
    "{link} {__class__} %s {{7*7}}",
    "An\r\nBcc: ai@do.example",
    "N" * 120,
    "H'Hen Niê",
    'Nguyễn "Văn" & An <an@x.vn>',
)


def _due(event, kind, language="vi", name="Nguyễn Đình Ân", **values):
    """A letter that waits to be sent, and to whom."""
    seed = f"{kind}{language}{name}"
    delegate = build_delegate(
        event,
        name,
        email="an@bacninh.example",
        language=language,
        status=STATUS[kind],
        position="Phó Giám đốc",
        submission_hash=f"{abs(hash(seed)):064d}"[:64],
        cancel_reason="Đoàn đã hết chỉ tiêu" if kind == LetterKind.REFUSED else "",
        **values,
    )
    with transaction():
        delegate = db.session.get_one(Delegate, delegate.id)
        delegate.secret_hash = None
        personal_links.renew(delegate)
        if kind == LetterKind.OFFERED:
            delegate.offer_expires_at = (now() + timedelta(days=9)).replace(
                hour=7, minute=30, second=0, microsecond=0
            )
        letters.tell(delegate, kind, **DETAILS.get(kind, {}))
    return delegate, _last()


def _last() -> Message:
    return db.session.query(Message).order_by(Message.id.desc()).first()


def _words(markup: str) -> str:
    """What a reader sees of the HTML."""
    body = markup.partition("<body")[2].partition(">")[2]
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", body)).split())


@pytest.mark.parametrize("kind", [LetterKind.REGISTERED, LetterKind.REMINDER])
def test_an_english_letter_calls_the_event_by_its_english_title(event, kind):
    _delegate, message = _due(event, kind, "en")
    letter = compose(message)
    assert event.title_en in letter.subject
    assert event.title_en in letter.html
    calendar = (letter.calendar or b"").replace(b"\r\n ", b"").decode()
    for said in (letter.subject, letter.text, letter.html, calendar):
        assert event.short_title not in said


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("kind", list(LetterKind))
def test_every_kind(event, kind, language):
    event.contact_name, event.contact_phone = "Trần Thị Bình", "+84912345678"
    delegate, message = _due(event, kind, language)
    letter = compose(message)
    seen = _words(letter.html)
    assert letter.text.startswith(
        "Dear Nguyễn Đình Ân," if language == "en" else "Kính gửi Ông/Bà Nguyễn Đình Ân,"
    )
    for part in (letter.subject, letter.text, letter.html):
        assert not re.search(r"\{[a-z_]+\}|\bNone\b|%\(", part), part
    assert SAYS.get(kind, "") in letter.text
    assert SAYS.get(kind, "") in seen
    # Both parts say the same; a link stands in the HTML as an address behind words.
    link = re.search(r"http://\S+/p/\w+", letter.text)
    for line in letter.text.splitlines():
        line = line.removeprefix("- ")
        if link and link[0] in line:
            assert link[0] in letter.html
        elif ": " in line and line.partition(": ")[0] in seen:
            assert line.partition(": ")[2] in seen, line
        else:
            assert " ".join(line.split()) in seen, line
    assert "0912 345 678" in seen
    if link:
        assert link[0].endswith(personal_links.known_secret(delegate))
    has_pass = kind in (LetterKind.REGISTERED, LetterKind.APPROVED, LetterKind.REMINDER)
    assert bool(letter.pass_code) == ('src="cid:pass"' in letter.html) == has_pass
    if not has_pass:
        assert delegate.code[:4] not in letter.text
    else:
        assert qr.grouped(delegate.code) in letter.text
        assert qr.grouped(delegate.code) in seen


def test_letters_that_end_a_registration_have_no_link(event):
    for kind in (LetterKind.CANCELLED, LetterKind.REFUSED, LetterKind.SUBSTITUTED):
        _, message = _due(event, kind)
        assert "/p/" not in compose(message).text


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("kind", [LetterKind.REGISTERED, LetterKind.SUBSTITUTED])
def test_names_are_text(event, kind, name):
    _, message = _due(event, kind, name=name)
    message.details = {**message.details, "substitute": name}
    letter = compose(message)
    seen = " ".join(name.split())
    assert seen in letter.text
    assert seen in _words(letter.html)
    assert "<script" not in letter.html
    assert not re.search(r"[\r\n]", letter.subject)
    assert not re.search(r"[\r\n]", message.to_name)


def test_a_letter_of_an_event_that_says_little(event):
    """No contact, no organiser, no venue, nobody's delegation, no days."""
    event.contact_name = event.organiser = event.venue = event.place = event.title_en = ""
    db.session.commit()
    for language in ("vi", "en"):
        for kind in LetterKind:
            _, message = _due(event, kind, language, days=[])
            letter = compose(message)
            assert "None" not in letter.text
            assert not re.search(r"\{[a-z_]+\}", letter.text)


def test_changes_in_words(event):
    made = service.register(
        event, details(event, language="en"), submission=None, consent=service.Consent("1")
    ).delegate
    first, second = classes(event)
    data = details(
        event,
        language="en",
        name="Nguyễn Đình An",
        phone="+84912345679",
        category_id=event.categories[1].id,
        day_ids=[event.days[0].id],
        enrolment_ids=[first.id],
        site_ids=[event.sites[1].id],
        diet="Ăn chay vì bệnh",
        needs="Xe lăn",
    )
    service.update(event, made.id, data, revision=made.revision)
    message = _last()
    assert message.kind == LetterKind.CHANGED
    # What may tell of somebody's health is not in the outbox, and not in the letter.
    assert "chay" not in str(message.details)
    letter = compose(message)
    assert "chay" not in letter.text
    for line in (
        "- Full name: Nguyễn Đình Ân → Nguyễn Đình An",
        "- Phone: 0912 345 678 → 0912 345 679",
        "- You attend as: Delegate → Guest",
        "- Days you attend: 26/11/2026, 27/11/2026 → 26/11/2026",
        "- Training class: (none) → Tập huấn lớp A",
        "- Site visit wishes: Trung tâm dữ liệu tỉnh, Bộ phận một cửa điện tử "
        "→ Bộ phận một cửa điện tử",
        "- Diet: changed",
        "- Special needs: changed",
    ):
        assert line in letter.text.splitlines(), letter.text
    db.session.delete(event.sites[1])
    assert second


# --- Overtaken ---


def _reason(message: Message) -> str:
    with pytest.raises(Overtaken) as overtaken:
        compose(message)
    return overtaken.value.reason


@pytest.mark.parametrize("kind", list(LetterKind))
def test_what_is_no_longer_so_is_not_sent(event, kind):
    delegate, message = _due(event, kind)
    wrong = Status.REFUSED if STATUS[kind] != Status.REFUSED else Status.APPROVED
    delegate.status = wrong
    db.session.commit()
    assert _reason(message) == "status"


def test_a_link_never_goes_to_an_address_that_was_wrong(event):
    delegate, message = _due(event, LetterKind.REGISTERED)
    delegate.email = "an.dung@bacninh.example"
    db.session.commit()
    assert _reason(message) == "address"


def test_an_offer_that_is_over(event):
    delegate, message = _due(event, LetterKind.OFFERED)
    delegate.offer_expires_at = now() - timedelta(seconds=1)
    db.session.commit()
    assert _reason(message) == "offer_over"


def test_people_who_are_gone(event):
    delegate, message = _due(event, LetterKind.REMINDER)
    other, _ = _due(event, LetterKind.REMINDER, name="Khác")
    delegate.merged_into_id = other.id
    db.session.commit()
    assert _reason(message) == "merged"
    delegate.anonymised_at = now()
    db.session.commit()
    assert _reason(message) == "gone"
    message.delegate_id = None
    db.session.commit()
    assert _reason(message) == "gone"


# --- Links ---


def test_a_link_that_cannot_be_known_is_made_when_the_letter_is_sent(event):
    delegate, message = _due(event, LetterKind.REGISTERED)
    delegate.secret_hash, delegate.link_seed = "0" * 64, None  # by a command without SECRET_KEY
    db.session.commit()
    assert "/p/" not in compose(message).text, "looking at it changes nothing"
    assert delegate.secret_hash == "0" * 64
    letter = compose(message, is_sending=True)
    db.session.refresh(delegate)
    assert f"/p/{personal_links.known_secret(delegate)}" in letter.text
    assert db.session.query(AuditEntry).filter_by(action="renew_link").count() == 1
    assert compose(message, is_sending=True).text == letter.text


# --- The waitlist by itself ---


def test_offers_expire_by_themselves_in_every_event(app):
    for slug in ("mot", "hai"):
        event = build_event(slug, places=1)
        event.has_waitlist = True
        db.session.commit()
        first = service.register(
            event, details(event), submission=None, consent=service.Consent("1")
        ).delegate
        for name in ("Bình", "Châu"):
            service.register(
                event,
                details(event, name=name, email=f"{name}@x.example".lower()),
                submission=None,
                consent=service.Consent("1"),
            )
        service.cancel(event, first.id)
    assert expiry.expire_offers() == 0
    db.session.query(Delegate).filter_by(status=Status.OFFERED).update(
        {"offer_expires_at": now() - timedelta(seconds=1)}
    )
    db.session.commit()
    assert expiry.expire_offers() == 2
    assert expiry.expire_offers() == 0
    states = [it.status for it in db.session.query(Delegate).order_by(Delegate.id)]
    assert states == [Status.CANCELLED, Status.CANCELLED, Status.OFFERED] * 2
    assert waitlist.everybody(1) == []


def test_a_substitute_and_the_person_replaced_are_both_told(event):
    made = service.register(
        event, details(event), submission=None, consent=service.Consent("1")
    ).delegate
    new = substitution.substitute(
        event, made.id, substitution.Substitute(name="Lò Thị Mai", email="mai@x.example")
    )
    old_letter, new_letter = db.session.query(Message).order_by(Message.id)[1:]
    assert "Lò Thị Mai" in compose(old_letter).text
    assert qr.grouped(new.code) in compose(new_letter).text
    assert old_letter.status == MailStatus.QUEUED


# --- Previews ---


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("kind", list(LetterKind))
def test_examples_say_everything_and_hold_no_secret(event, kind, language):
    delegate, _ = _due(event, LetterKind.REGISTERED)
    before = db.session.query(Delegate).count()
    known = composing.kinds[kind]
    with force_locale(language):
        for person in (None, delegate.id, 999_999):
            facts = known.example(event.id, person, language)
            values = {**facts.values, "link": facts.link, "details": "x", "qr": facts.pass_code}
            values["changes"] = "; ".join(facts.changes)
            empty = [name for name in known.placeholders if not values[name]]
            assert set(empty) <= {"training", "contact"}, empty
            letter = composing.written(known.shipped(), facts)
            assert personal_links.known_secret(delegate) not in letter.text
            assert not re.search(r"\{[a-z_]+\}|None", letter.text)
    db.session.commit()
    assert db.session.query(Delegate).count() == before, "nobody was made up in the database"


def test_every_shipped_wording_keeps_the_rules_for_wordings(app):
    for language in ("vi", "en"):
        with force_locale(language):
            for kind in composing.kinds.values():
                wording = kind.shipped()
                problems = [
                    *composing.placeholders.subject_problems(wording.subject, kind.placeholders),
                    *composing.placeholders.body_problems(
                        wording.body, kind.placeholders, kind.needed
                    ),
                ]
                assert problems == [], kind.name


def test_every_kind_is_known(app):
    assert set(letter_facts.KINDS) == set(LetterKind) <= set(composing.kinds)
    assert replace(composing.kinds["link"]).label


# --- Reasons, and answers ---


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("reason", ["", "Bận công tác <đột xuất> {link}"])
def test_a_cancellation_says_the_reason_where_one_was_given(event, language, reason):
    made = service.register(
        event, details(event, language=language), submission=None, consent=service.Consent("1")
    )
    service.cancel(event, made.delegate_id, reason=reason)
    letter = compose(_last())
    line = {"vi": "Lý do", "en": "Reason"}[language]
    for said in (letter.text, _words(letter.html)):
        assert (f"{line}: {reason}" in said) == bool(reason)
        assert f"{line}:" not in said or reason


def test_answers_go_to_the_contact_of_the_event(event):
    for contact, organiser in (("Trần Thị Bình", "Sở Nội vụ"), ("", "Sở Nội vụ")):
        event.contact_name, event.organiser = contact, organiser
        event.contact_email = "binh@bacninh.example"
        db.session.commit()
        _, message = _due(event, LetterKind.REGISTERED, name=f"An {contact}")
        assert compose(message).reply_to == (contact or organiser, "binh@bacninh.example")
    event.contact_email = ""
    db.session.commit()
    _, message = _due(event, LetterKind.REGISTERED)
    assert compose(message).reply_to[1] == ""

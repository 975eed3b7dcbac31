"""What becomes of a delegate's calendar when files come in by mail (RFC 5546)."""

from dataclasses import dataclass, field

import icalendar
import pytest

from eventapp.extensions import db
from eventapp.mail.composing import Overtaken, compose
from eventapp.mail.models import MailStatus, Message
from eventapp.registration import service
from eventapp.registration.itinerary import calendar_file
from eventapp.registration.letters import LetterKind
from eventapp.registration.models import Status
from tests.registration.filled import classes, details


@dataclass
class Calendar:
    """A calendar program: keeps of each UID what has the highest SEQUENCE."""

    entries: dict[str, icalendar.Event] = field(default_factory=dict)

    def receive(self, data: bytes) -> str:
        """Apply a file as RFC 5546, 2.1.5 says; its method."""
        file = icalendar.Calendar.from_ical(data)
        method = str(file["method"])
        for entry in file.walk("VEVENT"):
            assert entry["dtstamp"] and entry["dtstart"] and entry["summary"]
            if method == "CANCEL":
                assert entry["status"] == "CANCELLED"
            known = self.entries.get(str(entry["uid"]))
            if known is None or entry["sequence"] >= known["sequence"]:
                self.entries[str(entry["uid"])] = entry
        return method

    @property
    def shown(self) -> list[str]:
        """The entries that stand, by their beginning."""
        return sorted(
            f"{it['dtstart'].dt:%d} {it['summary']}"
            for it in self.entries.values()
            if it.get("status") != "CANCELLED"
        )


class Mailbox:
    """Sends what is due, as the worker does, to somebody's calendar."""

    def __init__(self) -> None:
        self.calendar = Calendar()
        self.methods: list[str] = []

    def deliver(self, lost: bool = False) -> None:
        waiting = db.session.query(Message).filter_by(status=MailStatus.QUEUED)
        for message in waiting.order_by(Message.id).all():
            try:
                letter = compose(message)
            except Overtaken:
                message.status = MailStatus.DROPPED
            else:
                message.status = MailStatus.FAILED if lost else MailStatus.SENT
                if not lost:
                    message.details = {}
                    if letter.calendar:
                        self.methods.append(self.calendar.receive(letter.calendar))
            db.session.commit()


@pytest.fixture
def mailbox():
    return Mailbox()


@pytest.fixture
def made(event):
    event.contact_name, event.contact_email = 'Bình "BTC"', "btc@bacninh.example"
    db.session.commit()
    first, _ = classes(event)
    return service.register(
        event,
        details(event, enrolment_ids=[first.id]),
        submission=None,
        consent=service.Consent("1"),
    ).delegate


def _change(event, made, **values):
    return service.update(event, made.id, details(event, **values), revision=made.revision)


DAY_1, DAY_2 = "26 Hội nghị tổng kết", "27 Hội nghị tổng kết"
CLASS_A, CLASS_B = "26 Tập huấn lớp A", "26 Tập huấn lớp B"


def test_registered_changed_cancelled(event, made, mailbox):
    mailbox.deliver()
    assert mailbox.calendar.shown == [DAY_1, CLASS_A, DAY_2]
    first, second = classes(event)
    _change(event, made, enrolment_ids=[second.id])
    mailbox.deliver()
    assert mailbox.calendar.shown == [DAY_1, CLASS_B, DAY_2]
    _change(event, made, day_ids=[event.days[1].id])
    mailbox.deliver()
    assert mailbox.calendar.shown == [DAY_2]
    _change(event, made, enrolment_ids=[first.id])
    mailbox.deliver()
    assert mailbox.calendar.shown == [DAY_1, CLASS_A, DAY_2]
    service.cancel(event, made.id)
    mailbox.deliver()
    assert mailbox.calendar.shown == []
    service.reinstate(event, made.id)
    mailbox.deliver()
    assert mailbox.calendar.shown == [DAY_1, CLASS_A, DAY_2]
    assert mailbox.methods == ["PUBLISH"] * 4 + ["CANCEL", "PUBLISH"]


def test_what_was_taken_away_and_given_back_before_the_letter_went(event, made, mailbox):
    mailbox.deliver()
    _change(event, made, day_ids=[event.days[1].id])
    _change(event, made)
    mailbox.deliver()
    assert mailbox.calendar.shown == [DAY_1, DAY_2]


def test_a_change_whose_letter_never_went_is_made_good_by_the_next(event, made, mailbox):
    mailbox.deliver()
    _change(event, made, day_ids=[event.days[1].id])
    mailbox.deliver(lost=True)
    assert mailbox.calendar.shown == [DAY_1, CLASS_A, DAY_2]
    _change(event, made, day_ids=[event.days[1].id], position="Giám đốc")
    mailbox.deliver()
    assert mailbox.calendar.shown == [DAY_2]


def test_cancelled_at_once_after_a_change_takes_everything_back(event, made, mailbox):
    mailbox.deliver()
    _change(event, made, day_ids=[event.days[1].id])
    service.cancel(event, made.id)  # the letter of the change is overtaken
    mailbox.deliver()
    assert mailbox.calendar.shown == []
    assert mailbox.methods == ["PUBLISH", "CANCEL"]


def test_an_old_file_opened_late_changes_nothing(event, made, mailbox):
    old = compose(db.session.query(Message).one()).calendar
    mailbox.deliver()
    _change(event, made, day_ids=[event.days[1].id])
    mailbox.deliver()
    mailbox.calendar.receive(old)
    assert mailbox.calendar.shown == [DAY_2]


def test_the_file_of_the_portal_is_of_the_same_entries(event, made, mailbox):
    mailbox.calendar.receive(calendar_file(made))
    mailbox.deliver()
    assert mailbox.calendar.shown == [DAY_1, CLASS_A, DAY_2]
    service.cancel(event, made.id)
    mailbox.deliver()
    assert mailbox.calendar.shown == []


def test_cancelling_ones_own_class_leaves_the_programmes_calendar_alone(event, made):
    session, _ = classes(event)
    file = icalendar.Calendar.from_ical(calendar_file(made))
    assert session.uid not in [str(it["uid"]) for it in file.walk("VEVENT")]


def test_who_was_not_coming_gets_no_calendar(event, mailbox):
    event.categories[0].needs_approval = True
    db.session.commit()
    made = service.register(
        event, details(event), submission=None, consent=service.Consent("1")
    ).delegate
    mailbox.deliver()
    assert mailbox.methods == []
    service.set_status(event, made.id, Status.APPROVED)
    mailbox.deliver()
    assert mailbox.methods == ["PUBLISH"]
    service.set_status(event, made.id, Status.REFUSED, reason="Nhầm")
    mailbox.deliver()
    assert mailbox.methods == ["PUBLISH", "CANCEL"]
    assert db.session.query(Message).filter_by(kind=LetterKind.REFUSED).count() == 1


def test_the_organizer_is_the_contact(event, made):
    file = icalendar.Calendar.from_ical(calendar_file(made))
    for entry in file.walk("VEVENT"):
        assert entry["organizer"] == "mailto:btc@bacninh.example"
        assert "attendee" not in entry
    event.contact_email = ""
    file = icalendar.Calendar.from_ical(calendar_file(made))
    assert all("organizer" not in it for it in file.walk("VEVENT"))


def test_a_title_cannot_end_a_line_of_the_file(event, made):
    event.short_title = "BEGIN:VEVENT"
    file = icalendar.Calendar.from_ical(calendar_file(made))
    assert file["x-wr-calname"] == "BEGIN:VEVENT"
    assert [it.name for it in file.subcomponents] == ["VTIMEZONE", "VEVENT", "VEVENT", "VEVENT"]

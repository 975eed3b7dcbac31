"""The introduction as a paper, to read from where there is no screen."""

from typing import Any, BinaryIO

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import SelectField

from eventapp.checkin import arrival_words, live
from eventapp.checkin.arrivals import Place
from eventapp.database import now
from eventapp.documents.paper import Kind, NothingToPrint, Options, Order
from eventapp.events.models import Event
from eventapp.introductions import service
from eventapp.introductions.introductions_pdf import (
    IntroductionDocument,
    IntroductionPart,
    write_introduction,
)
from eventapp.introductions.wording import addressed, heading, summed_up
from eventapp.pdf.stream import About
from eventapp.registration import ranking
from eventapp.web.language import current_language


class IntroductionOptions(Options):
    """Who is introduced, and who of them by name."""

    at = SelectField(_l("Who has arrived at"))
    named = SelectField(_l("Introduced by name"), coerce=int)

    def fill_choices(self, event: Event) -> None:
        """The places where people arrive, and the ranks."""
        self.snapshot = live.current(event.id)
        self.places = service.places(self.snapshot)
        language = current_language()
        self.at.choices = [(it.key, arrival_words.label(it, language)) for it in self.places]
        rows = ranking.rows(event.id)
        self.named.choices = [
            ("0", _("nobody")),
            *(
                (
                    str(it.rank),
                    _("up to %(rank)s: %(position)s", rank=it.rank, position=it.spellings[0]),
                )
                for it in rows
            ),
        ]
        usual = self.snapshot.facts.usual_place(now())
        if self.at.data is None and usual:
            self.at.data = usual.key
        if self.named.data is None:
            self.named.data = service.usual_rank(rows)

    @property
    def place(self) -> Place | None:
        """The chosen place."""
        return next((it for it in self.places if it.key == self.at.data), None)


def _write(order: Order, stream: BinaryIO) -> None:
    options: Any = order.options
    snapshot = live.current(order.event.id)
    place = next(it for it in service.places(snapshot) if it.key == options["at"])
    speech = service.speech(snapshot, place, options["named"])
    if not speech.people:
        raise NothingToPrint(_("Nobody has arrived there yet, so there is nobody to introduce."))
    paper = IntroductionDocument(
        title=_("Introduction of the delegates"),
        event=order.event.title_in(order.language),
        present=_("Delegates present: %(count)s", count=speech.people),
        parts=tuple(
            IntroductionPart(
                heading(part),
                tuple((addressed(it.name), it.title) for it in part.named),
                tuple(summed_up(part, it) for it in part.rest),
            )
            for part in speech.parts
        ),
    )
    about = About(
        title=f"{paper.title}: {order.event.short_title}",
        author=order.event.organiser,
        language=order.language,
    )
    write_introduction(paper, stream, about=about)


INTRODUCTIONS = Kind(
    "introductions",
    _l("Introduction of the delegates"),
    _l("What the master of ceremonies reads out: who has arrived, in protocol order."),
    _write,
    IntroductionOptions,
)

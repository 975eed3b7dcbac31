"""What is chosen about the rolls of a checkpoint."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import IntegerField, SelectField
from wtforms.validators import InputRequired, NumberRange

from eventapp.checkin.checkpoints import all_checkpoints
from eventapp.checkin.rolls import MAX_BLANKS, MAX_DESKS, Arrangement, Choice
from eventapp.events.models import Event
from eventapp.web.forms import PageForm
from eventapp.web.language import LANGUAGES, current_language

PDF, ZIP = "pdf", "zip"


class RollForm(PageForm):
    """Read from an address and changing nothing: it has no token."""

    checkpoint = SelectField(_l("Checkpoint"), coerce=int)
    desks = IntegerField(
        _l("How many desks"),
        [
            InputRequired(_l("Enter a number from 1 to 30.")),
            NumberRange(1, MAX_DESKS, _l("Enter a number from 1 to 30.")),
        ],
        default=1,
        description=_l("People are divided among them in equal parts; each roll says whose it is."),
        render_kw={"inputmode": "numeric", "min": 1, "max": MAX_DESKS},
    )
    order = SelectField(
        _l("Order"),
        choices=[
            (Arrangement.NAME.value, _l("By given name")),
            (Arrangement.DELEGATION.value, _l("Delegation by delegation")),
            (Arrangement.RANK.value, _l("Protocol order")),
        ],
        default=Arrangement.NAME.value,
    )
    blanks = IntegerField(
        _l("Empty rows for walk-ins"),
        [
            InputRequired(_l("Enter a number from 0 to 100.")),
            NumberRange(0, MAX_BLANKS, _l("Enter a number from 0 to 100.")),
        ],
        default=5,
        description=_l("On each desk's roll."),
        render_kw={"inputmode": "numeric", "min": 0, "max": MAX_BLANKS},
    )
    language = SelectField(_l("Language of the paper"), choices=list(LANGUAGES.items()))
    form = SelectField(
        _l("File"),
        choices=[
            (PDF, _l("One PDF, each desk begins a page")),
            (ZIP, _l("A ZIP with a PDF for each desk")),
        ],
        default=PDF,
    )

    def __init__(self, event: Event, given: Any = None) -> None:
        super().__init__(formdata=given or None, meta={"csrf": False})
        self.offer(event)
        if not given:
            self.language.data = current_language()

    def offer(self, event: Event) -> None:
        """Offer the checkpoints that there are now."""
        language = current_language()
        self.checkpoint.choices = [
            (it.id, it.name_in(language)) for it in all_checkpoints(event.id)
        ]

    @property
    def choice(self) -> Choice:
        """What the rolls take."""
        return Choice(
            desks=self.desks.data or 1,
            arrangement=Arrangement(self.order.data),
            blanks=self.blanks.data or 0,
            language=self.language.data,
        )

"""The form of what all papers of an event share."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import (
    BooleanField,
    DateField,
    HiddenField,
    StringField,
    SubmitField,
    TextAreaField,
)
from wtforms.validators import Length, Optional, ValidationError

from eventapp import text
from eventapp.documents import heads
from eventapp.documents import logo as logos
from eventapp.documents.logo import LogoRefused, Refusal
from eventapp.documents.models import PaperSettings
from eventapp.documents.settings import Logo, SettingsData
from eventapp.events.models import Event
from eventapp.web.forms import PageForm


def cleaned(value: str | None) -> str:
    """A line of text as it should be stored; a filter of fields."""
    return text.clean(value or "")


def cleaned_lines(value: str | None) -> str:
    """Lines of text as they should be stored; a filter of fields."""
    return text.clean_lines(value or "")


class SettingsForm(PageForm):
    """Head, number, signature and recipients."""

    parent = StringField(
        _l("Body above the issuer"),
        [Length(max=200)],
        filters=[cleaned],
        description=_l("Stands in the first line at the top left. Empty leaves the line out."),
    )
    issuer = StringField(_l("Issuing body"), [Length(max=200)], filters=[cleaned])
    place = StringField(_l("Place"), [Length(max=100)], filters=[cleaned])
    dated = DateField(
        _l("Date"),
        [Optional()],
        description=_l("Empty leaves the day and month to be written by hand."),
    )
    number_pattern = StringField(
        _l("Pattern of numbers"),
        [Length(max=100)],
        filters=[cleaned],
        description=_l(
            "For example {number}/{kind}-BTC. {number} is the paper's number, {kind} the short "
            "form of its kind, as GM for an invitation, and {year} the year of the conference.",
        ),
    )
    authority = StringField(
        _l("On whose behalf"),
        [Length(max=200)],
        filters=[cleaned],
        description=_l("For example TM. BAN TỔ CHỨC."),
    )
    signatory_position = StringField(
        _l("Position of who signs"), [Length(max=200)], filters=[cleaned]
    )
    signatory_name = StringField(_l("Name of who signs"), [Length(max=200)], filters=[cleaned])
    recipients = TextAreaField(
        _l("Recipients"),
        [Length(max=2000)],
        filters=[cleaned_lines],
        description=_l("One in each line; they stand at the bottom left."),
        render_kw={"rows": 4},
    )
    logo_file = FileField(
        _l("Logo"),
        description=_l(
            "PNG or SVG, at most 512 KB. It stands on certificates, name tents and the compact "
            "programme; papers in the official form carry none."
        ),
        render_kw={"accept": logos.ACCEPT},
    )
    without_logo = BooleanField(_l("Remove the logo"))
    revision = HiddenField()
    submit = SubmitField(_l("Save"))

    def __init__(self, event: Event, chosen: PaperSettings) -> None:
        """Filled with what was chosen before; what is empty shows what is printed instead."""
        super().__init__(obj=chosen)
        self._logo: Logo | None = None
        head = heads.head_of(event, None)
        signs = heads.signature_of(event)
        for field, shown in (
            (self.issuer, head.issuer),
            (self.place, event.place),
            (self.number_pattern, "{number}/{kind}"),
            (self.authority, signs.authority),
            (self.signatory_position, signs.position),
            (self.recipients, "\n".join(signs.recipients)),
        ):
            field.render_kw = {**(field.render_kw or {}), "placeholder": shown}

    def validate_number_pattern(self, field: StringField) -> None:
        """Only the placeholders that there are."""
        if unknown := heads.unknown_placeholders(field.data or ""):
            raise ValidationError(
                _(
                    "%(found)s is no placeholder. Use {number}, {kind} and {year}.",
                    found=", ".join(unknown),
                )
            )

    def validate_logo_file(self, field: FileField) -> None:
        """Only what can be printed, taken as it will be stored."""
        self._logo = None
        if field.data:
            try:
                self._logo = Logo(*logos.accept(field.data.read(logos.MAX_BYTES + 1)))
            except LogoRefused as error:
                raise ValidationError(_refused(error)) from None

    def new_logo(self) -> Logo | None:
        """The logo to store, once the form has been validated; None if it stays as it is."""
        if self._logo is None and self.without_logo.data:
            return Logo()
        return self._logo

    @property
    def read_at(self) -> int:
        """The revision that the form was filled with."""
        typed = self.revision.data or ""
        return int(typed) if typed.isdecimal() else -1

    def settings(self) -> SettingsData:
        """What was typed, as the service takes it."""
        return SettingsData(
            **{name: self[name].data or "" for name in _TEXTS}, dated=self.dated.data
        )


def _refused(error: LogoRefused) -> str:
    words: dict[Refusal, str] = {
        Refusal.TOO_LARGE: _("The file is larger than 512 KB. Choose a smaller one."),
        Refusal.TOO_MANY_PIXELS: _("The picture has more than 16 million pixels. Make it smaller."),
        Refusal.UNKNOWN: _("This is neither PNG nor SVG. Save the logo as one of these."),
        Refusal.BROKEN: _("The file cannot be read. Save the logo anew and choose it again."),
        Refusal.DOCUMENT_TYPE: _(
            "The SVG declares a document type, which is not allowed. Save it as plain SVG."
        ),
        Refusal.NOT_SHAPES: _(
            "The SVG holds “%(part)s”, which cannot be printed. Turn texts and copies into paths, "
            "or save the logo as PNG.",
            part=error.part,
        ),
    }
    return words[error.reason]


_TEXTS = [name for name in SettingsData.__slots__ if name != "dated"]

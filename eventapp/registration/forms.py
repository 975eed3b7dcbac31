"""The form by which somebody registers, and the fields that it shares with the organisers'."""

import re
from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from itertools import count, takewhile
from typing import Any
from zoneinfo import ZoneInfo

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import CombinedMultiDict
from wtforms import (
    BooleanField,
    EmailField,
    Field,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TelField,
    TextAreaField,
)
from wtforms.form import BaseForm
from wtforms.utils import unset_value
from wtforms.validators import DataRequired, Optional, StopValidation, ValidationError
from wtforms.widgets import HiddenInput

from eventapp import tokens
from eventapp.database import now
from eventapp.programme.offered import TrainingClass
from eventapp.questions.answers import WrongAnswer, is_asked
from eventapp.questions.fields import answer_in, field_name, field_of, shown_in
from eventapp.questions.models import QuestionKind
from eventapp.registration import quota_words
from eventapp.registration.choices import Choices
from eventapp.registration.fields import (
    ANOTHER,
    NOT_CHOSEN,
    Chosen,
    Ticks,
    at_most,
    cleaned,
    cleaned_lines,
    forget_nonsense,
)
from eventapp.registration.models import Delegate
from eventapp.registration.origin_checks import ContactChecks, OfficeChecks
from eventapp.registration.service import DelegateData, NotInThisEvent, QuotaFull
from eventapp.web.forms import PageForm
from eventapp.web.language import current_language, day, short_day, zone

__all__ = [
    "ANOTHER",
    "NOT_CHOSEN",
    "DelegateFields",
    "EditForm",
    "RegistrationForm",
    "Ticks",
    "at_most",
    "cleaned",
    "cleaned_lines",
    "diets",
]

_SUBMISSION = re.compile(r"[A-Za-z0-9_-]{20,64}")


class DelegateFields(OfficeChecks, ContactChecks, PageForm):
    """Everything that is known of a delegate; `data_of` gives it to the service.

    Subclasses that may do without an e-mail address or a telephone number set ``needs_contact``.
    """

    needs_contact = True
    asks_all = True
    """Whether required questions must be answered; organisers may not know yet."""
    wishes_end = True
    """Whether wishes can be changed until their deadline only; organisers may afterwards."""

    name = StringField(
        _l("Full name"),
        [DataRequired(_l("Enter the full name, as it should stand on the badge.")), at_most(120)],
        filters=[cleaned],
        render_kw={"autocomplete": "name", "autocapitalize": "words", "maxlength": 200},
    )
    position = StringField(
        _l("Position"),
        [DataRequired(_l("Enter the position, for example Head of division.")), at_most(300)],
        filters=[cleaned],
        render_kw={"autocomplete": "organization-title", "maxlength": 400},
    )
    delegation_id = Chosen(_l("Province, ministry or other"))
    organisation_id = Chosen(_l("Office or organisation"))
    organisation_typed = StringField(
        _l("Name of the organisation"),
        [at_most(300)],
        filters=[cleaned],
        description=_l("Only if it is not in the list: write its full name."),
        render_kw={"autocomplete": "organization", "maxlength": 400},
    )
    category_id = SelectField(_l("You attend as"), coerce=int)
    email = EmailField(
        _l("E-mail"),
        filters=[cleaned],
        description=_l("The pass is sent to this address."),
        render_kw={
            "autocomplete": "email",
            "inputmode": "email",
            "autocapitalize": "off",
            "spellcheck": "false",
            "maxlength": 254,
        },
    )
    phone = TelField(
        _l("Mobile phone"),
        filters=[cleaned],
        description=_l("So that the organisers and the bus leader can reach you."),
        render_kw={"autocomplete": "tel", "inputmode": "tel", "maxlength": 30},
    )
    day_ids = Ticks(_l("Days you attend"), coerce=int)
    class_id = RadioField(_l("Training class"), coerce=int)
    diet = StringField(
        _l("Diet"),
        [at_most(300)],
        filters=[cleaned],
        description=_l("For example vegetarian, or an allergy. Empty if you eat anything."),
        render_kw={"list": "diets", "autocomplete": "off", "maxlength": 400},
    )
    needs = TextAreaField(
        _l("What else we should know"),
        [at_most(500)],
        filters=[cleaned_lines],
        description=_l("For example a wheelchair, an interpreter, late arrival."),
        render_kw={"rows": 2, "maxlength": 600},
    )
    needs_step_free = BooleanField(_l("I need a way without steps (wheelchair, crutches)"))

    def __init__(
        self, choices: Choices, *, delegate: Delegate | None = None, **values: Any
    ) -> None:
        """For somebody new, or filled with a delegate."""
        super().__init__(data={**_defaults(choices, delegate), **values})
        self.choices = choices
        language = current_language()
        self.delegation_id.among({it.id for it in choices.delegations})
        self.organisation_id.among({ANOTHER} | choices.office_ids)
        self.category_id.choices = [(it.id, it.name_in(language)) for it in choices.categories]
        if len(choices.categories) > 1:
            self.category_id.choices.insert(0, (NOT_CHOSEN, _("– Choose –")))
        self.day_ids.choices = [(it.id, day(it.date)) for it in choices.days]
        self.class_id.choices = [(NOT_CHOSEN, _("No training class"))] + [
            (it.id, _class_label(it, language)) for it in choices.classes
        ]
        if not choices.classes:
            del self.class_id
        self.wishes_are_over = self.wishes_end and choices.wishing.are_over(now())
        self.kept_wishes: tuple[int, ...] = ()
        """Those that stay as they are, for it is too late to change them."""
        self._ask_wishes(delegate)
        self.questions = {field_name(it): it for it in choices.questions}
        self.answers: dict[int, Any] = {}
        self._ask(delegate)
        required = self._required
        for field in self:
            field.flags.required = field.name in required
            if isinstance(field, SelectField) and field.raw_data:
                forget_nonsense(field)

    @property
    def _required(self) -> set[str]:
        always = {"name", "position", "delegation_id", "organisation_id", "category_id", "day_ids"}
        if self.asks_all:
            always |= {name for name, it in self.questions.items() if it.is_required}
        return always | ({"email", "phone"} if self.needs_contact else set())

    def _ask_wishes(self, delegate: Delegate | None) -> None:
        """Add a field for each wish that is asked for, or that the delegate has."""
        present = tuple(it.site_id for it in delegate.preferences) if delegate else ()
        if self.wishes_are_over:
            self.kept_wishes = present
            return
        choices = [(NOT_CHOSEN, _("– No wish –"))]
        choices += [(it.id, it.name) for it in self.choices.sites]
        sent: Any = request.form if self.is_submitted() else None
        asked = max(self.choices.wishing.number(len(self.choices.sites)), len(present))
        for number in range(1, asked + 1):
            name = f"wish_{number}"
            label = _wish_label(number)
            unbound: Any = SelectField(label, [_each_place_once], coerce=int, choices=choices)
            BaseForm.__setitem__(self, name, unbound)
            wished = present[number - 1] if number <= len(present) else unset_value
            self[name].process(sent, wished)

    def _ask(self, delegate: Delegate | None) -> None:
        """Add a field for each of the event's own questions."""
        stored = {it.question_id: it for it in delegate.answers} if delegate else {}
        sent: Any = None
        if self.is_submitted():
            both: Any = [request.files, request.form]
            sent = CombinedMultiDict(both)
        for name, question in self.questions.items():
            answer = stored.get(question.id)
            field = field_of(question, answer, request.form.getlist(name) if sent else ())
            # Form refuses this; BaseForm, which it is, binds the field to this form alone.
            BaseForm.__setitem__(self, name, field)
            self[name].process(sent, unset_value if answer is None else shown_in(question, answer))

    @property
    def has_files(self) -> bool:
        """Whether a file is asked for: the page must send it as multipart/form-data."""
        return any(it.kind == QuestionKind.FILE for it in self.questions.values())

    def leave_questions(self) -> None:
        """Ask nothing of the event's own: the answers stay as they are."""
        for name in self.questions:
            del self._fields[name]
        self.questions = {}

    def validate(self, extra_validators: Any = None) -> bool:
        """Every field, and then the answers to what is asked of the chosen category.

        A file that was sent is kept from here on, whatever else is wrong with the form.
        """
        super().validate(extra_validators)
        category_id = self.category_id.data or NOT_CHOSEN
        self.answers = {}
        for name, question in self.questions.items():
            is_answered, errors = is_asked(question, category_id), []
            try:
                if is_answered or category_id == NOT_CHOSEN:
                    self.answers[question.id] = answer_in(question, self[name])
            except WrongAnswer as error:
                errors = [str(error)]
            else:
                if question.is_required and self.asks_all and is_answered:
                    missing = self.answers[question.id] is None
                    errors = [_("Please answer this.")] if missing else []
            self[name].errors = errors if is_answered else []
        return not self.errors

    @property
    def wishes(self) -> list[SelectField]:
        """The fields for site visits, the first wish first."""
        names = (f"wish_{number}" for number in count(1))
        return [self[name] for name in takewhile(self.__contains__, names)]

    def validate_name(self, field: Field) -> None:
        """A name has letters."""
        if field.data and not any(map(str.isalpha, field.data)):
            raise ValidationError(_("Enter the name in letters."))

    def validate_category_id(self, field: Field) -> None:
        """Everybody comes as something."""
        if field.data == NOT_CHOSEN:
            raise StopValidation(_("Choose what you attend as."))

    def validate_day_ids(self, field: Field) -> None:
        """Whoever registers comes on some day."""
        if not field.data:
            raise ValidationError(_("Choose at least one day."))

    def validate_class_id(self, field: Field) -> None:
        """A class is on a day that is attended, and still there."""
        sent = field.raw_data[0] if field.raw_data else ""
        if field.data == NOT_CHOSEN and sent not in ("", str(NOT_CHOSEN)):
            # Closed while the form was open: whoever chose it must not find out by having none.
            raise ValidationError(_("This can no longer be chosen. Choose something else."))
        chosen = next((it for it in self.choices.classes if it.id == field.data), None)
        if chosen is not None and chosen.day_id not in (self.day_ids.data or []):
            date = next(it.date for it in self.choices.days if it.id == chosen.day_id)
            raise ValidationError(
                _(
                    "This class is on %(day)s, which you have not chosen. "
                    "Choose that day too, or no class.",
                    day=short_day(date),
                )
            )

    def data_of(self, language: str | None = None) -> DelegateData:
        """What was typed and chosen. Call it on a valid form.

        ``language`` is what letters are written in; without it, the language of this page.
        """
        typed = self.organisation_id.data in {NOT_CHOSEN, ANOTHER}
        chosen_class = self.class_id.data if "class_id" in self else NOT_CHOSEN
        return DelegateData(
            name=self.name.data or "",
            position=self.position.data or "",
            category_id=self.category_id.data,
            organisation_id=None if typed else self.organisation_id.data,
            delegation_id=self.delegation_id.data,
            organisation_typed=(self.organisation_typed.data or "") if typed else "",
            email=self.email.data or "",
            phone=self.phone.data or "",
            day_ids=tuple(self.day_ids.data or ()),
            enrolment_ids=(chosen_class,) if chosen_class else (),
            site_ids=self.kept_wishes or tuple(it.data for it in self.wishes if it.data),
            diet=self.diet.data or "",
            needs=self.needs.data or "",
            needs_step_free=bool(self.needs_step_free.data),
            language=language or current_language(),
            answers=dict(self.answers),
        )

    def refuse(self, error: NotInThisEvent) -> None:
        """Show beside its field that what was chosen has gone in the meantime."""
        name = {"enrolment_ids": "class_id", "site_ids": "wish_1"}.get(error.field, error.field)
        if name in self:
            self[name].errors = [_("This can no longer be chosen. Choose something else.")]

    def refuse_full(self, error: QuotaFull) -> list[str]:
        """Show beside its field what is full; what has no field here is returned."""
        rest = []
        for name, said in quota_words.beside(error):
            if name in self:
                self[name].errors = [*self[name].errors, said]
            else:
                rest.append(said)
        return rest


class RegistrationForm(DelegateFields):
    """The public form: the fields, consent, and a token that makes sending twice harmless."""

    submission = HiddenField()
    consent = BooleanField(
        _l("Consent"),
        [DataRequired(_l("Without your consent we cannot register you: tick the box to agree."))],
    )

    def __init__(self, choices: Choices) -> None:
        """A new form, or what was sent."""
        super().__init__(choices)
        # Without a token of its own, from an old page or a program, it counts as a new form.
        if not _SUBMISSION.fullmatch(self.submission.data or ""):
            self.submission.data = tokens.new_secret()
        self.consent.flags.required = True


class EditForm(DelegateFields):
    """The same fields for somebody who is registered."""

    revision = IntegerField(validators=[Optional()], widget=HiddenInput())

    def __init__(self, choices: Choices, delegate: Delegate) -> None:
        """Filled with the delegate, or what was sent."""
        super().__init__(choices, delegate=delegate, revision=delegate.revision)

    def keep(self, delegate: Delegate, names: Iterable[str]) -> None:
        """Leave these fields as the delegate has them, whatever was sent."""
        stored = _defaults(self.choices, delegate)
        for name in names:
            if name in self:
                empty: Any = NOT_CHOSEN if name.startswith("wish_") else ""
                self[name].raw_data = None
                self[name].process_errors = []
                self[name].data = stored.get(name, empty)

    def rebase(self, delegate: Delegate) -> None:
        """Sent again, it is meant to replace what the delegate is now."""
        self.revision.raw_data = None  # it would be shown rather than the data
        self.revision.data = delegate.revision


def _each_place_once(form: DelegateFields, field: Field) -> None:
    """A validator of wishes."""
    earlier = {it.data for it in takewhile(lambda it: it is not field, form.wishes)}
    if field.data != NOT_CHOSEN and field.data in earlier:
        raise ValidationError(
            _("You have already wished for this place. Choose another, or “No wish”.")
        )


def _wish_label(number: int) -> str:
    first = (_("First wish"), _("Second wish"), _("Third wish"))
    return str(first[number - 1] if number <= 3 else _("Wish %(number)s", number=number))


def diets() -> list[str]:
    """What is offered for the diet; anything else can be typed."""
    return [_("Vegetarian"), _("Vegan"), _("No pork"), _("No beef"), _("No seafood"), _("Halal")]


def _class_label(session: TrainingClass, language: str) -> str:
    room = f" · {session.room.name}" if session.room else ""
    hours = _hours(session.starts_at, session.ends_at, zone())
    return f"{session.title_in(language)} ({hours}{room})"


@lru_cache(maxsize=256)
def _hours(starts_at: datetime, ends_at: datetime, there: ZoneInfo) -> str:
    begin, end = starts_at.astimezone(there), ends_at.astimezone(there)
    return f"{begin:%d/%m/%Y}, {begin:%H:%M}–{end:%H:%M}"


def _defaults(choices: Choices, delegate: Delegate | None) -> dict[str, Any]:
    if delegate is None:
        only = choices.categories[0].id if len(choices.categories) == 1 else NOT_CHOSEN
        return {
            "delegation_id": NOT_CHOSEN,
            "organisation_id": NOT_CHOSEN,
            "category_id": only,
            "day_ids": [it.id for it in choices.days],
            "class_id": NOT_CHOSEN,
        }
    return {
        "name": delegate.name,
        "position": delegate.position,
        "delegation_id": delegate.organisation.delegation_id,
        "organisation_id": delegate.organisation_id,
        "category_id": delegate.category_id,
        "email": delegate.email,
        "phone": delegate.phone,
        "day_ids": [it.id for it in delegate.days],
        "class_id": delegate.enrolments[0].id if delegate.enrolments else NOT_CHOSEN,
        "diet": delegate.diet,
        "needs": delegate.needs,
        "needs_step_free": delegate.needs_step_free,
        **{f"wish_{it.rank}": it.site_id for it in delegate.preferences},
    }

"""A question as a field of a form, and what its field says."""

import re
from collections.abc import Collection
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import FileStorage
from wtforms import Field, SelectField, SelectMultipleField, StringField
from wtforms.utils import unset_value
from wtforms.validators import Length
from wtforms.widgets import CheckboxInput, ListWidget

from eventapp import media
from eventapp.questions import files
from eventapp.questions.answers import MAX_TEXT, WrongAnswer, check, options_in, parse, text_of
from eventapp.questions.models import Answer, Question, QuestionKind
from eventapp.text import clean
from eventapp.web.language import current_language

_STORED_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_TOKEN = re.compile(r"[A-Za-z0-9_-]{32}")
_REFUSALS = {
    media.Refusal.EMPTY: _l("This file is empty. Choose another."),
    media.Refusal.TOO_LARGE: _l("This file is too large. Choose one of at most 5 MB."),
    media.Refusal.UNKNOWN: _l("This is no PDF, PNG, JPEG or WebP file. Choose one of these."),
    media.Refusal.BROKEN: _l("This file is damaged or incomplete. Choose another."),
    media.Refusal.TOO_MANY_PIXELS: _l(
        "This picture has too many pixels. Make it smaller: at most 40 million."
    ),
}


def field_name(question: Question) -> str:
    """The name of a question's field."""
    return f"q{question.id}"


class _Ticks(SelectMultipleField):
    """Several of a list, as checkboxes."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class FileAnswer(Field):
    """A file that is chosen now, was chosen before in a form that was refused, or is the answer.

    Beside the file, ``<name>-kept`` carries the token of one that is kept, and ``<name>-remove``
    takes the answer back.
    """

    def __init__(
        self, *args: Any, question: Question, stored: Answer | None, **values: Any
    ) -> None:
        """``stored`` is the present answer."""
        super().__init__(*args, **values)
        self.question_id, self.event_id = question.id, question.event_id
        self.stored_id: int | None = stored.value if stored else None
        self.stored_name = stored.text if stored else ""
        self.upload: FileStorage | None = None
        self.token = ""
        self.kept: files.Kept | None = None
        self.is_removed = False

    accept = media.accept(media.PAPERS_AND_PICTURES)

    def process(self, formdata: Any, data: Any = unset_value, extra_filters: Any = None) -> None:
        """Take what was sent."""
        self.process_errors: list[str] = []
        self.data = self.stored_id
        if formdata is None:
            return
        sent = formdata.get(self.name)
        self.upload = sent if isinstance(sent, FileStorage) and sent.filename else None
        token = formdata.get(f"{self.name}-kept") or ""
        self.token = token if isinstance(token, str) and _TOKEN.fullmatch(token) else ""
        self.is_removed = bool(formdata.get(f"{self.name}-remove"))

    def answer(self) -> int | None:
        """The id of the file that is the answer; what was chosen now is kept.

        Call it outside a transaction. Raises WrongAnswer.
        """
        if self.token:
            self.kept = files.kept(self.event_id, self.question_id, self.token)
        if self.upload is not None:
            name, content = self.upload.filename or "", self.upload.stream.read(files.MAX_BYTES + 1)
            self.upload = None
            try:
                self.kept = files.keep(self.event_id, self.question_id, name, content)
            except media.FileRefused as error:
                raise WrongAnswer(str(_REFUSALS[error.reason])) from None
        elif self.token and self.kept is None:
            raise WrongAnswer(_("The file was not kept that long. Choose it again."))
        if self.kept is not None:
            return self.kept.id
        return None if self.is_removed else self.stored_id


def field_of(question: Question, stored: Answer | None, sent: Collection[str]) -> Any:
    """The field of a question, not yet bound to a form.

    ``sent`` are the keys that were sent: an option that has been retired can still be chosen where
    it was chosen, or was on the page when that was loaded.
    """
    language = current_language()
    label, help_ = question.label_in(language), question.help_in(language)
    if question.categories:
        names = ", ".join(it.name_in(language) for it in question.categories)
        help_ = _joined(help_, _("Only for: %(names)s.", names=names))
    match question.kind:
        case QuestionKind.FILE:
            help_ = _joined(help_, _("PDF, PNG, JPEG or WebP, at most 5 MB."))
            return FileAnswer(label, description=help_, question=question, stored=stored)
        case QuestionKind.CHOICE | QuestionKind.CHOICES:
            before = stored.value if stored else ()
            also = {*sent, *([before] if isinstance(before, str) else before)}
            options = options_in(question, language, also)
            if question.kind == QuestionKind.CHOICES:
                return _Ticks(label, description=help_, choices=options)
            return SelectField(label, description=help_, choices=[("", _("– Choose –")), *options])
        case QuestionKind.DATE:
            help_ = _joined(help_, _("For example 20/11/2026."))
    is_number = question.kind == QuestionKind.NUMBER
    return StringField(
        label,
        [Length(max=MAX_TEXT, message=_l("Use at most %(max)d characters."))],
        filters=[lambda value: _shown(question, value)],
        description=help_,
        render_kw={"inputmode": "decimal"} if is_number else {"maxlength": MAX_TEXT},
    )


def shown_in(question: Question, stored: Answer) -> Any:
    """What a field holds for the present answer: a number as people write and read it."""
    if question.kind == QuestionKind.NUMBER:
        return text_of(question, stored.value, current_language())
    return stored.value


def answer_in(question: Question, field: Any) -> Any:
    """What a field says, as it is stored. Raises WrongAnswer."""
    match question.kind:
        case QuestionKind.FILE:
            return field.answer()
        case QuestionKind.CHOICE | QuestionKind.CHOICES:
            return check(question, field.data)
    return parse(question, field.data or "")


def said_in(question: Question, field: Any) -> str:
    """What a field says, as people read it; empty where it cannot be understood."""
    if question.kind == QuestionKind.FILE:
        if field.kept is not None:
            return str(field.kept.name)
        return "" if field.is_removed else str(field.stored_name)
    try:
        return text_of(question, answer_in(question, field), current_language())
    except WrongAnswer:
        return str(field.data or "")


def _joined(*sentences: str) -> str:
    return " ".join(filter(None, sentences))


def _shown(question: Question, value: Any) -> str:
    """What is stored as people write it; what was typed as it is."""
    if value is None:
        return ""
    if question.kind == QuestionKind.DATE and _STORED_DAY.fullmatch(str(value)):
        return text_of(question, value, current_language())
    return clean(str(value))

"""Organisers' pages of an event's own questions."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    Field,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, InputRequired, Length, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from eventapp import text
from eventapp.accounts.permissions import Access, requires
from eventapp.events.models import Event
from eventapp.questions import service
from eventapp.questions.models import Question, QuestionKind
from eventapp.questions.service import QuestionData
from eventapp.web.forms import PageForm
from eventapp.web.language import current_language

questions = Blueprint("questions", __name__, url_prefix="/manage/<event:event>/questions")

KINDS = {
    QuestionKind.TEXT: _l("Free text"),
    QuestionKind.CHOICE: _l("One of a list"),
    QuestionKind.CHOICES: _l("Several of a list"),
    QuestionKind.NUMBER: _l("Number"),
    QuestionKind.DATE: _l("Date"),
    QuestionKind.FILE: _l("File (PDF or picture)"),
}


def _cleaned(value: str | None) -> str:
    return text.clean(value or "")


def _cleaned_lines(value: str | None) -> str:
    return text.clean_lines(value or "")


class QuestionForm(PageForm):
    """A question: what it is, of whom it is asked."""

    label = StringField(
        _l("Question"),
        [DataRequired(_l("Write the question.")), Length(max=200)],
        filters=[_cleaned],
    )
    label_en = StringField(_l("Question in English"), [Length(max=200)], filters=[_cleaned])
    kind = SelectField(_l("Answer"), [InputRequired()], choices=list(KINDS.items()))
    options = TextAreaField(
        _l("The list"),
        [Length(max=20_000)],
        filters=[_cleaned_lines],
        description=_l("One answer a line; in English after a bar: Cỡ vừa | Medium"),
        render_kw={"rows": 6},
    )
    help = StringField(_l("Explanation"), [Length(max=500)], filters=[_cleaned])
    help_en = StringField(_l("Explanation in English"), [Length(max=500)], filters=[_cleaned])
    category_ids = SelectMultipleField(
        _l("Only for these categories"),
        coerce=int,
        description=_l("None ticked: for everybody."),
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    is_required = BooleanField(_l("An answer is required"))
    is_public = BooleanField(_l("Delegates and leads answer it; otherwise only organisers do"))

    on_badge = BooleanField(
        _l("Print the answer on the badge"), description=_l("Below the organisation; not a file.")
    )

    def __init__(self, event: Event, question: Question | None) -> None:
        """Empty, or filled with a question, or what was sent."""
        super().__init__(data=_of(question))
        language = current_language()
        self.category_ids.choices = [(it.id, it.name_in(language)) for it in event.categories]

    def validate_options(self, field: Field) -> None:
        """A choice is made among at least two."""
        if self.kind.data not in (QuestionKind.CHOICE, QuestionKind.CHOICES):
            return
        lines = self.lines()
        if len(lines) < 2:
            raise ValidationError(_("Write at least two answers, each on a line."))
        if len(lines) > service.MAX_OPTIONS:
            raise ValidationError(
                _("Write at most %(number)s answers.", number=service.MAX_OPTIONS)
            )
        folded = [text.fold(label) for label, _english in lines]
        if "" in folded or len(set(folded)) < len(folded):
            raise ValidationError(_("Each answer must differ from the others and have letters."))
        if any(";" in label + english or len(label) > 100 for label, english in lines):
            raise ValidationError(_("An answer has at most 100 characters and no semicolon."))

    def lines(self) -> list[tuple[str, str]]:
        """The options as (text, text in English)."""
        parts = [line.partition("|") for line in (self.options.data or "").split("\n") if line]
        return [(label.strip(), english.strip()) for label, _bar, english in parts]

    def data_of(self) -> QuestionData:
        """What was typed. Call it on a valid form."""
        kind = QuestionKind(self.kind.data)
        has_list = kind in (QuestionKind.CHOICE, QuestionKind.CHOICES)
        return QuestionData(
            kind=kind,
            label=self.label.data or "",
            label_en=self.label_en.data or "",
            help=self.help.data or "",
            help_en=self.help_en.data or "",
            options=self.lines() if has_list else (),
            is_required=bool(self.is_required.data),
            is_public=bool(self.is_public.data),
            on_badge=bool(self.on_badge.data) and kind != QuestionKind.FILE,
            category_ids=tuple(self.category_ids.data or ()),
        )


def _of(question: Question | None) -> dict[str, Any]:
    if question is None:
        return {"kind": QuestionKind.TEXT, "is_public": True}
    return {
        "label": question.label,
        "label_en": question.label_en,
        "kind": question.kind,
        "options": "\n".join(
            f"{it['label']} | {it['label_en']}" if it.get("label_en") else it["label"]
            for it in question.options
            if not it.get("retired")
        ),
        "help": question.help,
        "help_en": question.help_en,
        "category_ids": [it.id for it in question.categories],
        "is_required": question.is_required,
        "is_public": question.is_public,
        "on_badge": question.on_badge,
    }


@questions.get("")
@requires(Access.ORGANISE)
def index(event: Event) -> ResponseReturnValue:
    """The questions in their order."""
    return render_template(
        "questions/index.html",
        event=event,
        questions=service.asked(event.id, with_retired=True),
        kinds=KINDS,
    )


@questions.route("/new", methods=["GET", "POST"])
@requires(Access.ORGANISE)
def new(event: Event) -> ResponseReturnValue:
    """Ask something more."""
    return _form(event, None)


@questions.route("/<int:question_id>", methods=["GET", "POST"])
@requires(Access.ORGANISE)
def edit(event: Event, question_id: int) -> ResponseReturnValue:
    """Change a question."""
    return _form(event, _found(event, question_id))


def _form(event: Event, question: Question | None) -> ResponseReturnValue:
    form = QuestionForm(event, question)
    question_id = question.id if question else None
    if form.validate_on_submit():
        try:
            service.save(event, question_id, form.data_of())
        except service.TooManyQuestions:
            form.label.errors = [
                _("At most %(number)s questions are asked.", number=service.MAX_QUESTIONS)
            ]
        except service.AnsweredAlready:
            form.kind.errors = [
                _("There are answers already: add another question and retire this one.")
            ]
        else:
            flash(_("The question has been saved."), "success")
            return redirect(url_for(".index", event=event), 303)
        question = _found(event, question_id) if question_id else None
    page = render_template(
        "questions/form.html",
        event=event,
        form=form,
        question=question,
        answered=service.answers_to(question_id) if question_id else 0,
    )
    return page, 422 if form.errors else 200


@questions.post("/<int:question_id>/move")
@requires(Access.ORGANISE)
def move(event: Event, question_id: int) -> ResponseReturnValue:
    """Move a question up or down."""
    _found(event, question_id)
    service.move(event, question_id, -1 if request.form.get("to") == "up" else 1)
    return redirect(url_for(".index", event=event), 303)


@questions.post("/<int:question_id>/retire")
@requires(Access.ORGANISE)
def retire(event: Event, question_id: int) -> ResponseReturnValue:
    """Ask a question no more, or again."""
    _found(event, question_id)
    service.set_retired(event, question_id, is_retired=request.form.get("again") != "1")
    return redirect(url_for(".index", event=event), 303)


@questions.post("/<int:question_id>/delete")
@requires(Access.ORGANISE)
def delete(event: Event, question_id: int) -> ResponseReturnValue:
    """Delete a question that nobody has answered."""
    _found(event, question_id)
    try:
        service.delete(event, question_id)
    except service.AnsweredAlready:
        flash(_("There are answers already: retire the question instead."), "warning")
    else:
        flash(_("The question has been deleted."), "success")
    return redirect(url_for(".index", event=event), 303)


def _found(event: Event, question_id: int) -> Question:
    try:
        return service.find(event, question_id)
    except service.QuestionNotFound:
        abort(404)

"""The wording of the letters, which organisers may make their own; part of the mailbox."""

from typing import Any

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import Field, HiddenField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from eventapp.accounts.permissions import Access, requires
from eventapp.events.models import Event
from eventapp.mail import composing, placeholders
from eventapp.mail.composing import Kind
from eventapp.mail.outbox import Letter
from eventapp.mail.placeholders import Problem, Wording
from eventapp.registration import search
from eventapp.reports import letter_wordings
from eventapp.reports.mailbox import framed, mailbox
from eventapp.text import clean, clean_lines
from eventapp.web import security
from eventapp.web.forms import PageForm
from eventapp.web.language import LANGUAGES

_PROBLEMS = {
    Problem.UNKNOWN: _l("%(found)s is not one of the placeholders of this letter. See the list."),
    Problem.MISSING: _l("This letter needs %(found)s. Put it where it belongs."),
    Problem.ALONE: _l("%(found)s needs a line of its own."),
    Problem.TWICE: _l("Use %(found)s once only."),
    Problem.NOT_IN_SUBJECT: _l("%(found)s cannot stand in a subject."),
    Problem.LINE_END: _l("A subject is one line, without control characters."),
    Problem.TOO_MANY: _l("Use at most 100 placeholders."),
}


def _as_lines(value: str | None) -> str:
    """Line ends as they are stored; nothing else of what was typed is touched."""
    return (value or "").replace("\r\n", "\n").replace("\r", "\n")


class WordingForm(PageForm):
    """A subject and a body, whose placeholders are checked against the kind of letter."""

    subject = StringField(
        _l("Subject"),
        [DataRequired(_l("Enter a subject.")), Length(max=placeholders.MAX_SUBJECT)],
        render_kw={"maxlength": placeholders.MAX_SUBJECT},
    )
    body = TextAreaField(
        _l("Text"),
        [DataRequired(_l("Enter the text of the letter.")), Length(max=placeholders.MAX_BODY)],
        filters=[_as_lines],
        description=_l("An empty line begins a new paragraph. There is no formatting."),
        render_kw={"rows": 22},
    )
    person = StringField(
        _l("Preview for"),
        [Length(max=200)],
        description=_l("Name or e-mail of a delegate; empty for a made-up one."),
    )
    version = HiddenField()

    def __init__(self, kind: Kind, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.kind = kind

    @property
    def wording(self) -> Wording:
        """What was typed."""
        return Wording(clean(self.subject.data or ""), clean_lines(self.body.data or ""))

    def validate_subject(self, field: Field) -> None:
        """Its placeholders are known, and it is one line."""
        _refuse(field, placeholders.subject_problems(field.data or "", self.kind.placeholders))

    def validate_body(self, field: Field) -> None:
        """Its placeholders are known and stand right, and those that it needs are there."""
        problems = placeholders.body_problems(
            field.data or "", self.kind.placeholders, sorted(self.kind.needed)
        )
        _refuse(field, problems)


def _refuse(field: Field, problems: Any) -> None:
    field.errors = [
        *field.errors,
        *(str(_PROBLEMS[problem]) % {"found": found[:60]} for problem, found in problems),
    ]


@mailbox.get("/manage/<event:event>/letters")
@requires(Access.ORGANISE)
def letters(event: Event) -> ResponseReturnValue:
    """Every kind of letter, and whether the event has a wording of its own."""
    return render_template(
        "mailbox/letters.html",
        event=event,
        kinds=composing.kinds.values(),
        tongues=LANGUAGES,
        own=letter_wordings.in_use(event.id),
    )


@mailbox.route("/manage/<event:event>/letters/<kind>/<language>", methods=["GET", "POST"])
@requires(Access.ORGANISE)
def wording(event: Event, kind: str, language: str) -> ResponseReturnValue:
    """Read and change the wording of one letter in one language; look at it before it is kept."""
    found = _found(kind, language)
    present, version = letter_wordings.present(event.id, found, language)
    form = WordingForm(
        found, data={"subject": present.subject, "body": present.body, "version": version}
    )
    preview: Letter | None = None
    theirs: Wording | None = None
    if form.validate_on_submit():
        if "preview" in request.form:
            preview = _preview(event, found, language, form)
        else:
            try:
                letter_wordings.save(
                    event.id, found, language, form.wording, version=form.version.data or ""
                )
            except letter_wordings.ChangedMeanwhile:
                theirs = present
                form.version.data = version
            else:
                flash(_("The wording has been saved."), "success")
                return redirect(url_for(".wording", event=event, kind=kind, language=language))
    page = Response(
        render_template(
            "mailbox/wording.html",
            event=event,
            kind=found,
            language=language,
            tongues=LANGUAGES,
            form=form,
            is_own=bool(version),
            theirs=theirs,
            preview=preview,
        ),
        422 if form.errors else 409 if theirs else 200,
    )
    page.headers["Content-Security-Policy"] = f"{security.policy()}; frame-src 'self'"
    return page


@mailbox.post("/manage/<event:event>/letters/<kind>/<language>/preview")
@requires(Access.ORGANISE)
def preview_html(event: Event, kind: str, language: str) -> ResponseReturnValue:
    """The HTML of a letter in the wording that was sent, for the frame on its page."""
    found = _found(kind, language)
    form = WordingForm(found)
    letter = None
    if form.validate_on_submit():
        letter = _preview(event, found, language, form)
    return framed(letter) if letter else abort(400)


@mailbox.post("/manage/<event:event>/letters/<kind>/<language>/reset")
@requires(Access.ORGANISE)
def reset_wording(event: Event, kind: str, language: str) -> ResponseReturnValue:
    """Go back to the wording that we ship."""
    if letter_wordings.reset(event.id, _found(kind, language), language):
        flash(_("The letter has its shipped wording again."), "success")
    return redirect(url_for(".wording", event=event, kind=kind, language=language))


def _found(kind: str, language: str) -> Kind:
    if kind not in composing.kinds or language not in LANGUAGES:
        abort(404)
    return composing.kinds[kind]


def _preview(event: Event, kind: Kind, language: str, form: WordingForm) -> Letter | None:
    """The letter to whom the form names; None, and an error of the form, where there is nobody."""
    person_id = None
    if query := clean(form.person.data or ""):
        rows = search.find(event, search.Filters(q=query), per_page=1).rows
        if not rows:
            form.person.errors = [_("Nobody of that name or e-mail was found.")]
            return None
        person_id = rows[0].id
    with force_locale(language):
        return composing.written(form.wording, kind.example(event.id, person_id, language))

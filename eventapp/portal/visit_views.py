"""What one says of the site visit, behind the secret of a personal link."""

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import RadioField, SubmitField, TextAreaField
from wtforms.validators import InputRequired

from eventapp.accounts.permissions import Access, requires
from eventapp.feedback import service
from eventapp.feedback.models import MAX_COMMENT, VisitFeedback
from eventapp.feedback.service import Answer, NothingToRate
from eventapp.portal.views import _delegate, _guessing, _page, portal
from eventapp.registration.fields import at_most, cleaned_lines
from eventapp.web.forms import PageForm

_MARKS = [
    ("5", _l("5 – very good")),
    ("4", _l("4 – good")),
    ("3", _l("3 – fair")),
    ("2", _l("2 – poor")),
    ("1", _l("1 – very poor")),
]
_CHOOSE = _l("Choose a mark.")


class FeedbackForm(PageForm):
    """Two marks and a remark."""

    site = RadioField(_l("What you saw and heard there"), [InputRequired(_CHOOSE)], choices=_MARKS)
    organisation = RadioField(
        _l("The way there and back: bus, times, guide"), [InputRequired(_CHOOSE)], choices=_MARKS
    )
    comment = TextAreaField(
        _l("What should be better next time?"),
        [at_most(MAX_COMMENT)],
        filters=[cleaned_lines],
        description=_l("Organisers read it without your name."),
        render_kw={"rows": 4, "maxlength": MAX_COMMENT},
    )
    submit = SubmitField(_l("Send"))

    def __init__(self, answer: VisitFeedback | None) -> None:
        """Filled with what was answered before."""
        given = {}
        if answer is not None:
            given = {
                "site": str(answer.site),
                "organisation": str(answer.organisation),
                "comment": answer.comment,
            }
        super().__init__(data=given)


@portal.route("/<secret>/visit", methods=["GET", "POST"])
@requires(Access.SECRET)
@_guessing
def visit(secret: str) -> ResponseReturnValue:
    """Two marks and a remark on the visit that was made."""
    delegate = _delegate(secret)
    asked = service.asked(delegate)
    form = FeedbackForm(asked.answer if asked else None)
    if asked is not None and form.validate_on_submit():
        try:
            service.answer(
                delegate,
                Answer(int(form.site.data), int(form.organisation.data), form.comment.data or ""),
            )
        except NothingToRate:
            asked = None  # it ended while the form was open
        else:
            flash(_("Thank you. You can change your answer as long as we ask."), "success")
            return redirect(url_for(".show", secret=secret), 303)
    page = _page("portal/visit.html", secret, delegate, asked=asked, form=form)
    page.headers["Referrer-Policy"] = "same-origin"
    page.status_code = 422 if form.errors else 200
    return page

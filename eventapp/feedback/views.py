"""Organisers' page of the figures of each site, from which visitors are asked."""

from datetime import UTC, datetime, timedelta
from tempfile import TemporaryFile
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from wtforms import BooleanField, DateTimeLocalField, SubmitField
from wtforms.validators import InputRequired

from eventapp.accounts.permissions import Access, requires
from eventapp.database import now
from eventapp.events.models import Event
from eventapp.feedback import figures, service
from eventapp.feedback.models import BEST, VisitSurvey
from eventapp.feedback.service import AlreadyOver
from eventapp.web.forms import PageForm

feedback = Blueprint("feedback", __name__)

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_USUALLY = timedelta(days=14)


class SurveyForm(PageForm):
    """Until when visitors are asked, and whether they are written to."""

    until = DateTimeLocalField(
        _l("Visitors can answer until"),
        [InputRequired(_l("Enter a date and a time."))],
        format=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
        description=_l(
            "On their personal page, from the return of their group on. What they have answered "
            "they can change until then."
        ),
    )
    tell = BooleanField(
        _l("Write to those whose visit is over and who have not been asked by letter yet"),
        description=_l("One letter each, with the link to their personal page."),
    )
    submit = SubmitField(_l("Ask the visitors"))

    def __init__(self, event: Event, survey: VisitSurvey | None) -> None:
        """Filled with the survey as it is, or two weeks from the last day on."""
        until = survey.closes_at if survey else _usual_end(event)
        local = until.astimezone(event.zone).replace(tzinfo=None, second=0, microsecond=0)
        super().__init__(data={"until": local, "tell": True})


def _usual_end(event: Event) -> datetime:
    last = max((it.date for it in event.days), default=now().date())
    end = datetime(last.year, last.month, last.day, 23, 59, tzinfo=event.zone)
    return max(end, now()) + _USUALLY


@feedback.route("/manage/<event:event>/visits/figures", methods=["GET", "POST"])
@requires(Access.ORGANISE)
def show(event: Event) -> ResponseReturnValue:
    """The figures of each site, what visitors wrote, and asking them."""
    survey = service.survey_of(event.id)
    form = SurveyForm(event, survey)
    if form.validate_on_submit() and form.until.data is not None:
        until = form.until.data.replace(tzinfo=event.zone).astimezone(UTC)
        try:
            told = service.open_survey(event, until, tell=bool(form.tell.data))
        except AlreadyOver:
            form.until.errors = [_("That time has passed. Enter one that is still to come.")]
        else:
            flash(_opened(told), "success")
            return redirect(url_for(".show", event=event), 303)
    site_id = request.args.get("site", type=int)
    page = render_template(
        "feedback/figures.html",
        event=event,
        form=form,
        survey=survey,
        is_open=survey is not None and survey.closes_at > now(),
        sites=figures.of_sites(event),
        remarks=figures.remarks(event, request.args.get("page", 1, type=int), site_id),
        site_id=site_id,
        best=BEST,
    )
    return page, 422 if form.errors else 200


def _opened(told: int) -> str:
    if not told:
        return _("Visitors are asked on their personal page.")
    return ngettext(
        "Visitors are asked on their personal page; %(num)s letter is on its way.",
        "Visitors are asked on their personal page; %(num)s letters are on their way.",
        told,
    )


@feedback.post("/manage/<event:event>/visits/figures/close")
@requires(Access.ORGANISE)
def close(event: Event) -> ResponseReturnValue:
    """Ask no more."""
    service.close_survey(event)
    flash(_("Visitors are not asked any more. Their answers stay."), "success")
    return redirect(url_for(".show", event=event), 303)


@feedback.post("/manage/<event:event>/visits/figures/export")
@requires(Access.ORGANISE)
def export(event: Event) -> ResponseReturnValue:
    """All answers, without names, as a workbook."""
    stream: Any = TemporaryFile()  # noqa: SIM115 - closed with the response
    figures.export(event, stream)
    stream.seek(0)
    return send_file(stream, _XLSX, as_attachment=True, download_name=f"{event.slug}-khao-sat.xlsx")

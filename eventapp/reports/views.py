"""The dashboard: a page, and the figures in it that keep themselves current."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from eventapp.accounts.permissions import Access, requires
from eventapp.events.models import Event
from eventapp.reports.dashboard import Figures, figures, fingerprint
from eventapp.reports.figures import ARRIVAL_STEP, daily, in_steps, percent, time_chart
from eventapp.web.language import clock

reports = Blueprint("reports", __name__)


@reports.get("/manage/<event:event>/dashboard")
@requires(Access.ORGANISE)
def dashboard(event: Event) -> ResponseReturnValue:
    """Who registered and who arrived, by delegation, office, category and time."""
    return render_template("reports/dashboard.html", event=event, **_shown(event))


@reports.get("/manage/<event:event>/dashboard/figures")
@requires(Access.ORGANISE)
def dashboard_figures(event: Event) -> ResponseReturnValue:
    """The figures alone; 204 while they are those that the page has ``seen``."""
    if request.args.get("seen") == fingerprint(event):
        return "", 204
    return render_template("reports/_figures.html", event=event, **_shown(event))


def _shown(event: Event) -> dict[str, object]:
    # First the fingerprint: a change in between is then shown twice, and never missed.
    seen = fingerprint(event)
    found = figures(event)
    counts = [office.count.registered for office in found.offices]
    most = max([*counts, found.other_offices.registered], default=0)
    return {
        "seen": seen,
        "figures": found,
        "most": most,
        "percent": percent,
        **_charts(found),
    }


def _charts(found: Figures) -> dict[str, object]:
    registrations = daily(found.registrations)
    arrivals = in_steps(found.arrivals, ARRIVAL_STEP)
    return {
        "registrations": time_chart(registrations, lambda day: f"{day:%d/%m}")
        if registrations
        else None,
        "arrivals": time_chart(arrivals, clock) if arrivals else None,
        "arrival_day": arrivals[0][0] if arrivals else None,
    }

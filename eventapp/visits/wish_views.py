"""Wishes for site visits, as organisers see them, and how they are asked for."""

from datetime import UTC
from tempfile import TemporaryFile
from typing import Any

from flask import flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from wtforms import DateTimeLocalField, SelectField, SubmitField
from wtforms.validators import Optional

from eventapp.accounts.permissions import Access, requires
from eventapp.database import db
from eventapp.events.models import Event
from eventapp.registration.models import Delegation
from eventapp.registration.wishing import MOST, rules
from eventapp.visits import wishes
from eventapp.visits.views import visits
from eventapp.visits.wishes import WishFilters
from eventapp.web.forms import PageForm

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class WishRulesForm(PageForm):
    """Until when wishes are asked for, and how many."""

    until = DateTimeLocalField(
        _l("Wishes can be said until"),
        [Optional()],
        format=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
        description=_l(
            "From then on only organisers change them. Empty is as long as registrations may be "
            "changed."
        ),
    )
    asked = SelectField(_l("Sites that are ranked"), coerce=int)
    submit = SubmitField(_l("Save"))

    def __init__(self, event: Event) -> None:
        """Filled with how the event asks for them."""
        found = rules(event.id, db.session())
        until = found.until.astimezone(event.zone).replace(tzinfo=None) if found.until else None
        super().__init__(data={"until": until, "asked": found.asked})
        self.asked.choices = [
            (0, _("All of them")),
            *((number, _("At most %(number)s", number=number)) for number in range(1, MOST + 1)),
        ]


@visits.route("/manage/<event:event>/visits/wishes", methods=["GET", "POST"])
@requires(Access.ORGANISE)
def wish_table(event: Event) -> ResponseReturnValue:
    """Who wishes for what; what is typed into the search is posted and stands in no address."""
    filters = WishFilters.parse(request.values)
    page = wishes.page_of(event, filters, request.values.get("page", default=1, type=int))
    return render_template(
        "visits/wishes.html",
        event=event,
        filters=filters,
        page=page,
        counts=wishes.counts(event.id),
        rules=rules(event.id, db.session()),
        delegations=db.session.scalars(
            select(Delegation)
            .filter_by(event_id=event.id)
            .order_by(Delegation.position, Delegation.name)
        ).all(),
    )


@visits.post("/manage/<event:event>/visits/wishes/export")
@requires(Access.ORGANISE)
def export_wishes(event: Event) -> ResponseReturnValue:
    """What is shown, all pages of it, as a workbook."""
    stream: Any = TemporaryFile()  # noqa: SIM115 - closed with the response
    number = wishes.export(event, WishFilters.parse(request.form), stream)
    wishes.record_export(event, number)
    stream.seek(0)
    return send_file(
        stream, _XLSX, as_attachment=True, download_name=f"{event.slug}-nguyen-vong.xlsx"
    )


@visits.route("/manage/<event:event>/visits/wishes/settings", methods=["GET", "POST"])
@requires(Access.ORGANISE)
def wish_settings(event: Event) -> ResponseReturnValue:
    """Until when wishes are asked for, and how many."""
    form = WishRulesForm(event)
    if form.validate_on_submit():
        typed = form.until.data
        until = typed.replace(tzinfo=event.zone).astimezone(UTC) if typed else None
        wishes.set_rules(event, until, form.asked.data)
        flash(_("Your changes are saved."), "success")
        return redirect(url_for(".wish_table", event=event), 303)
    page = render_template("visits/wish_settings.html", event=event, form=form)
    return page, 422 if form.errors else 200

"""Organisers' pages for tables of people: upload or paste, look at every row, confirm."""

from io import BytesIO
from urllib.parse import urlencode

from flask import Blueprint, abort, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from eventapp.accounts.permissions import Access, requires
from eventapp.database import db
from eventapp.events.models import Event
from eventapp.registration.choices import choices_for
from eventapp.registration.importing import applying, columns, pages, uploads, wording
from eventapp.registration.importing.plan import Plan, Progress
from eventapp.registration.models import Upload
from eventapp.registration.quota import Ledger
from eventapp.registration.service import By
from eventapp.web import streaming

imports = Blueprint("imports", __name__, url_prefix="/manage/<event:event>/imports")

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@imports.route("", methods=["GET", "POST"])
@requires(Access.ORGANISE)
def new(event: Event) -> ResponseReturnValue:
    """Upload or paste a table."""
    form = pages.TableForm()
    refusal = None
    if form.validate_on_submit():
        try:
            upload_id = pages.receive(event, form, request)
        except (pages.NothingSent, pages.TooMuchPasted, *wording.REFUSALS) as error:
            refusal = pages.why_not_received(error)
        else:
            return _planned(event, upload_id)
    page = render_template("imports/new.html", event=event, form=form, refusal=refusal)
    return page, 422 if form.is_submitted() else 200


def _planned(event: Event, upload_id: int) -> ResponseReturnValue:
    event_id, target = event.id, url_for(".show", event=event, upload_id=upload_id)

    def work(progress: Progress) -> str:
        event = db.session.get_one(Event, event_id)
        pages.preview(event, uploads.find(event, upload_id), None, progress=progress)
        return target

    return streaming.answer(work)


@imports.get("/template.xlsx")
@requires(Access.ORGANISE)
def template(event: Event) -> ResponseReturnValue:
    """A workbook to fill in."""
    stream = BytesIO()
    columns.write_form(stream, event, choices_for(event, public=False), None)
    stream.seek(0)
    name = f"{event.slug}-mau.xlsx"
    return send_file(stream, mimetype=_XLSX, as_attachment=True, download_name=name)


@imports.get("/<int:upload_id>")
@requires(Access.ORGANISE)
def show(event: Event, upload_id: int) -> ResponseReturnValue:
    """What the table would do, row by row."""
    upload = _upload(event, upload_id)
    try:
        preview = pages.preview(event, upload, None)
    except wording.REFUSALS as error:
        return render_template(
            "imports/new.html",
            event=event,
            form=pages.TableForm(),
            refusal=wording.why_refused(error),
        ), 422
    choices = choices_for(event, public=False, taken=True)
    return render_template(
        "imports/show.html",
        event=event,
        upload=upload,
        preview=preview,
        page=pages.page_of(
            preview.plan, request.args.get("show", ""), request.args.get("page", 1, type=int)
        ),
        settings_form=pages.SettingsForm(),
        again="again" in request.args,
        words=wording,
        keys=columns.keys_for(choices, None),
        headings=columns.headings_of(choices),
    )


@imports.post("/<int:upload_id>/settings")
@requires(Access.ORGANISE)
def settings(event: Event, upload_id: int) -> ResponseReturnValue:
    """Read the table in another encoding."""
    upload = _upload(event, upload_id)
    form = pages.SettingsForm()
    if form.validate_on_submit():
        uploads.change_settings(upload, encoding=form.encoding.data or None)
    return redirect(url_for(".show", event=event, upload_id=upload_id), 303)


@imports.post("/<int:upload_id>/confirm")
@requires(Access.ORGANISE)
def confirm(event: Event, upload_id: int) -> ResponseReturnValue:
    """Do what was shown, all of it; or show what has changed since."""
    upload = _upload(event, upload_id)
    form = pages.ConfirmForm()
    if not form.validate_on_submit():
        abort(422)
    event_id = event.id
    digest, skips = form.digest.data or "", bool(form.skips_wrong.data)
    source = uploads.source(upload, choices_for(event, public=False, taken=True), None)
    back = url_for(".show", event=event, upload_id=upload_id, again=1)
    over = url_for(".done", event=event)

    def work(progress: Progress) -> str:
        def make_plan(ledger: Ledger) -> Plan:
            return uploads.plan_of(event_id, source, None, ledger=ledger)

        try:
            done = applying.apply(
                event_id,
                make_plan,
                digest=digest,
                by=By.ORGANISER,
                consent=None,
                skips_wrong=skips,
                progress=progress,
            )
        except (applying.PlanChanged, applying.HasWrongRows):
            return back
        uploads.remove(upload_id)
        numbers = {
            "added": done.added,
            "changed": done.changed,
            "same": done.same,
            "left_out": done.left_out,
        }
        return f"{over}?{urlencode(numbers)}"

    return streaming.answer(work)


@imports.get("/done")
@requires(Access.ORGANISE)
def done(event: Event) -> ResponseReturnValue:
    """What was done."""
    numbers = {
        name: request.args.get(name, 0, type=int)
        for name in ("added", "changed", "same", "left_out")
    }
    return render_template("imports/done.html", event=event, numbers=numbers)


@imports.post("/<int:upload_id>/discard")
@requires(Access.ORGANISE)
def discard(event: Event, upload_id: int) -> ResponseReturnValue:
    """Forget the table."""
    _upload(event, upload_id)
    uploads.remove(upload_id)
    return redirect(url_for(".new", event=event), 303)


def _upload(event: Event, upload_id: int) -> Upload:
    try:
        return uploads.find(event, upload_id)
    except uploads.UploadNotFound:
        abort(404)

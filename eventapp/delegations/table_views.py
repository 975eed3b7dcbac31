"""The workspace's tables: a grid to type or paste into, files, and what they would do."""

from io import BytesIO
from typing import Any
from urllib.parse import urlencode

from flask import abort, flash, jsonify, redirect, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from eventapp.accounts.permissions import Access, requires
from eventapp.database import db
from eventapp.delegations import listing, tables
from eventapp.delegations.workspace import choices_of, delegation_of, guessing, page_of, workspace
from eventapp.questions.answers import options_in, text_of
from eventapp.questions.models import QuestionKind
from eventapp.registration import consent
from eventapp.registration.choices import Choices
from eventapp.registration.exporting import SEPARATOR, one_line
from eventapp.registration.importing import applying, columns, pages, uploads, wording
from eventapp.registration.importing.plan import Plan, PlannedRow, Progress
from eventapp.registration.models import Delegate, Delegation, Upload
from eventapp.registration.quota import Ledger
from eventapp.registration.service import Consent
from eventapp.tables import reading
from eventapp.web import streaming
from eventapp.web.language import current_language

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_BLANK_ROWS = 5
_MAX_PASTED = 500_000


@workspace.route("/<secret>/table", methods=["GET", "POST"])
@requires(Access.SECRET)
@guessing
def table(secret: str) -> ResponseReturnValue:
    """The whole list as a grid; a file or pasted rows instead."""
    delegation = delegation_of(secret)
    form = pages.TableForm()
    refusal = None
    if form.validate_on_submit():
        try:
            upload_id = pages.receive(delegation.event, form, request, delegation_id=delegation.id)
        except (pages.NothingSent, pages.TooMuchPasted, *wording.REFUSALS) as error:
            refusal = pages.why_not_received(error)
        else:
            return _planned(secret, delegation, upload_id)
    choices = choices_of(delegation, taken=True)
    people = [it for it in listing.people(delegation.id) if not it.is_cancelled]
    page = page_of(
        "table.html",
        secret,
        delegation,
        form=form,
        refusal=refusal,
        rows=[_row_of(it, choices) for it in people[: pages.MAX_GRID_ROWS - _BLANK_ROWS]]
        + [{"cells": {}}] * _BLANK_ROWS,
        **_grid(choices, delegation),
    )
    return page, 422 if form.is_submitted() else 200


@workspace.post("/<secret>/table/read")
@requires(Access.SECRET)
@guessing
def read_pasted(secret: str) -> ResponseReturnValue:
    """Pasted rows by column, for the grid: JSON {"rows": [{column: text}], "said": [text]}."""
    delegation = delegation_of(secret)
    pasted = request.form.get("pasted", "")
    if len(pasted) > _MAX_PASTED:
        return jsonify(rows=[], said=[pages.why_not_received(pages.TooMuchPasted())])
    try:
        source = uploads.of_table(
            reading.read_pasted(pasted), choices_of(delegation, taken=True), delegation
        )
    except wording.REFUSALS as error:
        return jsonify(rows=[], said=[wording.why_refused(error)])
    said = wording.about_columns(source.columns) if source.columns else []
    if source.table is not None:
        said += [wording.remark(it) for it in source.table.notes]
    return jsonify(rows=[row.values for row in source.rows], said=said)


@workspace.get("/<secret>/table/template.xlsx")
@requires(Access.SECRET)
@guessing
def table_template(secret: str) -> ResponseReturnValue:
    """A workbook to fill in."""
    delegation = delegation_of(secret)
    stream = BytesIO()
    columns.write_form(stream, delegation.event, choices_of(delegation), delegation)
    stream.seek(0)
    return send_file(
        stream,
        mimetype=_XLSX,
        as_attachment=True,
        download_name=f"{delegation.event.slug}-mau.xlsx",
    )


@workspace.get("/<secret>/table/<int:upload_id>")
@requires(Access.SECRET)
@guessing
def table_preview(secret: str, upload_id: int) -> ResponseReturnValue:
    """What the table would do, row by row."""
    delegation = delegation_of(secret)
    upload = _upload(delegation, upload_id)
    try:
        preview = pages.preview(delegation.event, upload, delegation, is_public=True)
    except wording.REFUSALS as error:
        return page_of(
            "table.html",
            secret,
            delegation,
            form=pages.TableForm(),
            refusal=wording.why_refused(error),
            rows=[{"cells": {}}] * _BLANK_ROWS,
            **_grid(choices_of(delegation, taken=True), delegation),
        ), 422
    choices = choices_of(delegation, taken=True)
    return page_of(
        "preview.html",
        secret,
        delegation,
        upload=upload,
        preview=preview,
        page=pages.page_of(
            preview.plan, request.args.get("show", ""), request.args.get("page", 1, type=int)
        ),
        settings_form=pages.SettingsForm(),
        again="again" in request.args,
        words=wording,
        keys=columns.keys_for(choices, delegation),
        headings=columns.headings_of(choices),
        can_be_grid=len(preview.plan.rows) <= pages.MAX_GRID_ROWS - _BLANK_ROWS,
    )


@workspace.get("/<secret>/table/<int:upload_id>/grid")
@requires(Access.SECRET)
@guessing
def table_again(secret: str, upload_id: int) -> ResponseReturnValue:
    """The table in the grid, with what is wrong beside each cell."""
    delegation = delegation_of(secret)
    upload = _upload(delegation, upload_id)
    try:
        preview = pages.preview(delegation.event, upload, delegation, is_public=True)
    except wording.REFUSALS:
        return redirect(url_for(".table", secret=secret))
    choices = choices_of(delegation, taken=True)
    people = listing.people(delegation.id)
    known = {it.id: _row_of(it, choices) for it in people}
    planned = preview.plan.rows[: pages.MAX_GRID_ROWS]
    last = planned[-1].number if planned else 0
    return page_of(
        "table.html",
        secret,
        delegation,
        form=pages.TableForm(),
        refusal=None,
        rows=[_planned_row(it, known) for it in planned]
        + [{"cells": {}, "number": last + it} for it in range(1, _BLANK_ROWS + 1)],
        **_grid(choices_of(delegation, taken=True), delegation),
    )


@workspace.post("/<secret>/table/<int:upload_id>/settings")
@requires(Access.SECRET)
@guessing
def table_settings(secret: str, upload_id: int) -> ResponseReturnValue:
    """Read the table in another encoding."""
    delegation = delegation_of(secret)
    upload = _upload(delegation, upload_id)
    form = pages.SettingsForm()
    if form.validate_on_submit():
        uploads.change_settings(upload, encoding=form.encoding.data or None)
    return redirect(url_for(".table_preview", secret=secret, upload_id=upload_id), 303)


@workspace.post("/<secret>/table/<int:upload_id>/confirm")
@requires(Access.SECRET)
@guessing
def table_confirm(secret: str, upload_id: int) -> ResponseReturnValue:
    """Do what was shown, all of it; or show what has changed since."""
    delegation = delegation_of(secret)
    try:
        upload = uploads.find(delegation.event, upload_id, delegation_id=delegation.id)
    except uploads.UploadNotFound:
        flash(
            _("This table was confirmed or discarded already, or is older than a day."), "warning"
        )
        return redirect(url_for(".show", secret=secret), 303)
    form = pages.ConfirmForm()
    if not form.validate_on_submit():
        abort(422)
    event_id, delegation_id = delegation.event_id, delegation.id
    digest, skips = form.digest.data or "", bool(form.skips_wrong.data)
    source = uploads.source(upload, choices_of(delegation, taken=True), delegation)
    back = url_for(".table_preview", secret=secret, upload_id=upload_id, again=1)
    over = url_for(".show", secret=secret)

    def work(progress: Progress) -> str:
        def make_plan(ledger: Ledger) -> Plan:
            scope = db.session.get_one(Delegation, delegation_id)
            return uploads.plan_of(event_id, source, scope, is_public=True, ledger=ledger)

        try:
            handled = tables.apply(
                event_id,
                delegation_id,
                make_plan,
                digest=digest,
                consent=Consent(consent.CURRENT, "lead"),
                skips_wrong=skips,
                progress=progress,
            )
        except (applying.PlanChanged, applying.HasWrongRows):
            return back
        uploads.remove(upload_id)
        numbers: dict[str, Any] = {"asked": handled.asked}
        if handled.imported is not None:
            numbers = {"added": handled.imported.added, "changed": handled.imported.changed}
        return f"{over}?{urlencode(numbers)}"

    return streaming.answer(work)


@workspace.post("/<secret>/table/<int:upload_id>/discard")
@requires(Access.SECRET)
@guessing
def table_discard(secret: str, upload_id: int) -> ResponseReturnValue:
    """Forget the table."""
    delegation = delegation_of(secret)
    _upload(delegation, upload_id)
    uploads.remove(upload_id)
    return redirect(url_for(".table", secret=secret), 303)


def _planned(secret: str, delegation: Delegation, upload_id: int) -> ResponseReturnValue:
    delegation_id = delegation.id
    target = url_for(".table_preview", secret=secret, upload_id=upload_id)

    def work(progress: Progress) -> str:
        own = db.session.get_one(Delegation, delegation_id)
        upload = uploads.find(own.event, upload_id, delegation_id=delegation_id)
        pages.preview(own.event, upload, own, is_public=True, progress=progress)
        return target

    return streaming.answer(work)


def _upload(delegation: Delegation, upload_id: int) -> Upload:
    try:
        return uploads.find(delegation.event, upload_id, delegation_id=delegation.id)
    except uploads.UploadNotFound:
        abort(404)


def _grid(choices: Choices, delegation: Delegation) -> dict[str, Any]:
    """What the grid offers: its columns, and lists for some of them."""
    language = current_language()
    return {
        "keys": columns.keys_for(choices, delegation),
        "headings": columns.headings_of(choices),
        "lists": {
            "office": [it.name for it in choices.offices(choices.delegations[0])],
            "category": [it.name_in(language) for it in choices.categories],
            "training": [one_line(it.title_in(language)) for it in choices.classes if it.is_public],
            "wishes": [it.name for it in choices.sites],
            **{
                columns.question_key(it): [label for _key, label in options_in(it, language)]
                for it in choices.questions
                if it.kind == QuestionKind.CHOICE
            },
        },
        "max_rows": pages.MAX_GRID_ROWS,
    }


def _row_of(delegate: Delegate, choices: Choices) -> dict[str, Any]:
    """Somebody on the list as a row of the grid."""
    cells = _cells_of(delegate, choices)
    shown = columns.keys_for(choices, choices.delegations[0])
    return {
        "id": delegate.id,
        "revision": delegate.revision,
        "mark": uploads.mark_of({key: cells.get(key, "") for key in shown}),
        "cells": cells,
    }


def _cells_of(delegate: Delegate, choices: Choices) -> dict[str, str]:
    language = current_language()
    chosen = {it.id for it in delegate.enrolments}
    training = [it.title_in(language) for it in choices.classes if it.id in chosen]
    answers = {it.question_id: it.value for it in delegate.answers}
    return {
        "name": delegate.name,
        "position": delegate.position,
        "office": delegate.organisation.name,
        "category": delegate.category.name_in(language),
        "email": delegate.email,
        "phone": delegate.phone,
        "days": SEPARATOR.join(f"{day.date:%d/%m/%Y}" for day in delegate.days),
        "training": SEPARATOR.join(map(one_line, training)),
        "wishes": SEPARATOR.join(it.site.name for it in delegate.preferences),
        "diet": delegate.diet,
        "needs": delegate.needs,
        "needs_step_free": "x" if delegate.needs_step_free else "",
        **{
            columns.question_key(it): text_of(it, answers[it.id], language)
            for it in choices.questions
            if it.id in answers
        },
    }


def _planned_row(row: PlannedRow, known: dict[int, dict[str, Any]]) -> dict[str, Any]:
    """A planned row as it stands in the grid: cleaned, with what is wrong.

    For somebody on the list it shows all that is known: an emptied cell of the grid empties it.
    """
    stored = known.get(row.stored.id) if row.stored else None
    cells = dict(stored["cells"]) if stored else {}
    cells.update({key: text for key, text in row.cells.items() if text.strip()})
    cells.update({it.key: it.after for it in row.cleaned})
    problems: dict[str, str] = {}
    for key, said in row.problems:
        problems.setdefault(key, said)
    # Numbered as in the file: what is wrong may speak of another row.
    return {**(stored or {}), "number": row.number, "cells": cells, "problems": problems}

"""Print runs: the list, one run with its progress, its files, and what is printed again of it."""

from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any

from flask import (
    Response,
    abort,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from eventapp.accounts.permissions import Access, requires
from eventapp.badges import covers, reprinting, run_words, running, runs, templates
from eventapp.badges.models import PrintRun, RunState
from eventapp.badges.running import Job
from eventapp.badges.runs import By, NothingToPrint, RunNotFound
from eventapp.badges.selection import Chosen
from eventapp.badges.views import badges
from eventapp.events.models import Event
from eventapp.pdf.fitting import Measure
from eventapp.web.language import current_language

_RUN = "/manage/<event:event>/badges/runs/<int:number>"


@badges.get("/manage/<event:event>/badges/runs")
@requires(Access.ORGANISE)
def run_list(event: Event) -> ResponseReturnValue:
    """The runs of the event, the latest first."""
    total = runs.count(event.id)
    pages = max(1, -(-total // runs.PER_PAGE))
    page = min(max(request.args.get("page", 1, type=int), 1), pages)
    return render_template(
        "badges/runs.html",
        event=event,
        runs=runs.page(event.id, page),
        page=page,
        pages=pages,
        words=run_words,
    )


@badges.get(_RUN)
@requires(Access.ORGANISE)
def run(event: Event, number: int) -> ResponseReturnValue:
    """One run: what it is, how far it is, its files, its badges."""
    found = _found(event, number)
    pages = max(1, -(-found.badges // runs.PER_PAGE))
    page = min(max(request.args.get("page", 1, type=int), 1), pages)
    remarked = runs.count_remarked(found)
    return render_template(
        "badges/run.html",
        **_about(event, found),
        after=found.after_id and Chosen.from_data(found.selection).run,
        rows=runs.badges_of(found, page),
        page=page,
        pages=pages,
        remarked=[
            (label, remarked.get(worst, 0))
            for worst, label in run_words.WORST.items()
            if worst != Measure.WRAPPED
        ],
        wrapped=remarked.get(int(Measure.WRAPPED), 0),
    )


@badges.get(f"{_RUN}/progress")
@requires(Access.ORGANISE)
def progress(event: Event, number: int) -> ResponseReturnValue:
    """How far a run is: the part of its page that is asked for again and again."""
    return render_template("badges/_progress.html", **_about(event, _found(event, number)))


def _about(event: Event, found: PrintRun) -> dict[str, Any]:
    return {
        "event": event,
        "run": found,
        "words": run_words,
        "is_silent": runs.is_silent(found),
        "is_open": found.state in (RunState.WAITING, RunState.RUNNING),
        "is_desk": found.desk_day is not None,
        "marked": runs.count_marked(found),
        "gone": reprinting.count_gone(found),
    }


@badges.post(f"{_RUN}/cancel")
@requires(Access.ORGANISE)
def cancel_run(event: Event, number: int) -> ResponseReturnValue:
    """Stop a run, whichever process writes it."""
    try:
        stopped = runs.cancel(event.id, number)
    except RunNotFound:
        abort(404)
    if stopped:
        flash(_("The run was cancelled. What was downloaded is no whole file."), "success")
    else:
        flash(_("There was nothing to cancel any more."), "warning")
    return redirect(url_for(".run", event=event, number=number), 303)


@badges.post(f"{_RUN}/printed")
@requires(Access.ORGANISE)
def run_printed(event: Event, number: int) -> ResponseReturnValue:
    """Take the marks off: they are printed."""
    try:
        cleared = runs.mark_printed(event.id, number)
    except RunNotFound:
        abort(404)
    flash(_("Marks taken off: %(number)s.", number=cleared), "success")
    return redirect(url_for(".run", event=event, number=number), 303)


# --- Files --------------------------------------------------------------------------------------


@badges.get(f"{_RUN}.pdf")
@requires(Access.ORGANISE)
def run_pdf(event: Event, number: int) -> ResponseReturnValue:
    """The file of a run, sent while it is written; with ``show`` to be looked at and printed."""
    name = f"badges-{event.slug}-{number}.pdf"
    return _streamed(event, number, name, "application/pdf", lambda job: running.pdf(job))


@badges.get(f"{_RUN}.zip")
@requires(Access.ORGANISE)
def run_zip(event: Event, number: int) -> ResponseReturnValue:
    """A file for each delegation; with ``covers`` (``a4`` or ``a5``) its cover sheet too."""
    size = request.args.get("covers", "")
    sheets = covers.covers_of(event, is_small=size == "a5") if size in ("a4", "a5") else None
    return _streamed(
        event,
        number,
        f"badges-{event.slug}-{number}.zip",
        "application/zip",
        # Whose envelopes they are is read when it is settled whose badges are written.
        lambda job: covers.archive(job, covers.envelopes(event, _found(event, number)), sheets),
    )


@badges.get(f"{_RUN}/covers.pdf")
@requires(Access.ORGANISE)
def run_covers(event: Event, number: int) -> ResponseReturnValue:
    """The cover sheets of all envelopes of a run."""
    envelopes = covers.envelopes(event, _found(event, number))
    if not envelopes:
        return _nothing(event, number)
    stream = BytesIO()
    covers.write(event, envelopes, stream, is_small=request.args.get("size") == "a5")
    return _file(stream.getvalue(), f"covers-{event.slug}-{number}.pdf", "application/pdf")


def _streamed(
    event: Event,
    number: int,
    name: str,
    media_type: str,
    write: Callable[[Job], Iterator[bytes]],
) -> ResponseReturnValue:
    if request.method == "HEAD":  # looking does not begin it
        _found_with_file(event, number)
        return _file(b"", name, media_type)
    try:
        job = running.start(event, number)
    except RunNotFound:
        abort(404)
    except NothingToPrint:
        return _nothing(event, number)
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    written = write(job)

    def parts() -> Iterator[bytes]:
        # A context of its own: the request's ends when its answer begins.
        with app.app_context():
            yield from written

    return _file(parts(), name, media_type)


def _file(content: bytes | Iterator[bytes], name: str, media_type: str) -> Response:
    answer = Response(content, mimetype=media_type)
    how = "inline" if "show" in request.args else "attachment"
    answer.headers["Content-Disposition"] = f'{how}; filename="{name}"'
    answer.headers["Cache-Control"] = "private, no-store"
    answer.headers["X-Accel-Buffering"] = "no"
    return answer


def _nothing(event: Event, number: int) -> ResponseReturnValue:
    flash(_("Everybody in this run has cancelled: there is nothing to print."), "warning")
    return redirect(url_for(".run", event=event, number=number), 303)


# --- Again --------------------------------------------------------------------------------------


@badges.get(f"{_RUN}/since")
@requires(Access.ORGANISE)
def run_since(event: Event, number: int) -> ResponseReturnValue:
    """What has changed since a run, who is new, and who has cancelled."""
    found = _found(event, number)
    return render_template(
        "badges/run_since.html",
        event=event,
        run=found,
        words=run_words,
        since=reprinting.since(event, number),
    )


@badges.post(f"{_RUN}/again")
@requires(Access.ORGANISE)
def run_again(event: Event, number: int) -> ResponseReturnValue:
    """A run of its own: all of this one, what has changed since, or one badge of it."""
    what, by = request.form.get("what", ""), By(current_user.id)
    place = request.form.get("place", -1, type=int)
    try:
        if what == "changed":
            with_newcomers = request.form.get("newcomers") == "1"
            made = reprinting.changed(event, by, number, with_newcomers=with_newcomers)
        elif what == "one":
            made = reprinting.one(event, by, number, place)
        elif what == "all":
            made = reprinting.again(event, by, number)
        else:
            abort(400)
    except RunNotFound:
        abort(404)
    except NothingToPrint:
        flash(
            _("Nothing to print: nothing has changed, or whoever it is about has cancelled."),
            "warning",
        )
        return redirect(url_for(".run", event=event, number=number), 303)
    return redirect(url_for(".run", event=event, number=made), 303)


@badges.get(f"{_RUN}/report")
@requires(Access.ORGANISE)
def run_report(event: Event, number: int) -> ResponseReturnValue:
    """The badges whose texts needed more than a shrink, the worst first."""
    found = _found(event, number)
    with_wrapped = request.args.get("all") == "1"
    page = max(request.args.get("page", 1, type=int), 1)
    rows, total, page = runs.remarked(found, page, with_wrapped=with_wrapped)
    content = templates.content_of(found.version)
    return render_template(
        "badges/run_report.html",
        event=event,
        run=found,
        rows=[
            (
                row,
                [
                    run_words.remark(content, it)
                    for it in row.remarks
                    if _is_shown(it, with_wrapped)
                ],
            )
            for row in rows
        ],
        total=total,
        page=page,
        pages=max(1, -(-total // runs.PER_PAGE)),
        with_wrapped=with_wrapped,
        wrapped=runs.count_remarked(found).get(int(Measure.WRAPPED), 0),
        language=current_language(),
    )


def _is_shown(kept: list[Any], with_wrapped: bool) -> bool:
    return with_wrapped or kept[2] > Measure.WRAPPED or bool(kept[3])


def _found_with_file(event: Event, number: int) -> PrintRun:
    try:
        return runs.find_with_file(event.id, number)
    except RunNotFound:
        abort(404)


def _found(event: Event, number: int) -> PrintRun:
    try:
        return runs.find(event.id, number)
    except RunNotFound:
        abort(404)

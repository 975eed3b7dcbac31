"""Working the allocation out: what matters, runs with their progress, the preview, accepting it."""

from typing import Any

from flask import Response, abort, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from eventapp.accounts.permissions import Access, requires
from eventapp.events.models import Event
from eventapp.visits import (
    accepting,
    allocation_settings,
    fault_words,
    previewing,
    rules,
    run_words,
    runs,
    service,
    sites,
)
from eventapp.visits.models import AllocationRun, RunState
from eventapp.visits.naming import Names, names_of
from eventapp.visits.reason_words import whys
from eventapp.visits.run_forms import SettingsForm
from eventapp.visits.run_settings import Mode, RunSettings
from eventapp.visits.views import visits
from eventapp.visits.working_out import fault_data

_ALL = "/manage/<event:event>/visits/allocation"
_RUN = f"{_ALL}/<int:number>"


@visits.get(_ALL)
@requires(Access.ORGANISE)
def allocation(event: Event) -> ResponseReturnValue:
    """What is wrong before anything is worked out, a way to begin, and the runs so far."""
    return _all_runs(event, SettingsForm(allocation_settings.settings_of(event.id)))


@visits.post(f"{_ALL}/settings")
@requires(Access.ORGANISE)
def allocation_objectives(event: Event) -> ResponseReturnValue:
    """Set what matters, and for how long it is worked out."""
    form = SettingsForm(allocation_settings.settings_of(event.id))
    if not form.validate_on_submit():
        return _all_runs(event, form), 422
    allocation_settings.change_settings(
        event.id, form.aims(), form.worst.data or 1, form.seconds.data or 1
    )
    flash(_("The objectives have been saved."), "success")
    return redirect(url_for(".allocation", event=event), 303)


@visits.post(_ALL)
@requires(Access.ORGANISE)
def start_allocation(event: Event) -> ResponseReturnValue:
    """Ask for a run; a worker takes it up."""
    mode = request.form.get("mode", "")
    if mode not in set(Mode):
        abort(400)
    usual = allocation_settings.settings_of(event.id)
    settings = RunSettings(
        Mode(mode), usual.aims, usual.worst, usual.seconds, request.form.get("by_hand") == "1"
    )
    try:
        asked = runs.ask(event, settings, current_user.id)
    except runs.RunUnderWay as error:
        flash(
            _("Run %(number)s has not ended yet. Wait for it, or stop it.", number=error.number),
            "warning",
        )
        return redirect(url_for(".run", event=event, number=error.number), 303)
    return redirect(url_for(".run", event=event, number=asked.number), 303)


@visits.get(_RUN)
@requires(Access.ORGANISE)
def run(event: Event, number: int) -> ResponseReturnValue:
    """One run: how far it is, what it came to beside what there is, or what is to blame."""
    found = _found(event, number)
    page = request.args.get("page", 1, type=int)
    return render_template(
        "visits/run.html", **_about(event, found), **_came_to(event, found, page)
    )


@visits.get(f"{_RUN}/progress")
@requires(Access.ORGANISE)
def run_progress(event: Event, number: int) -> ResponseReturnValue:
    """How far it is: the part of its page that is asked for again and again."""
    found = _found(event, number, whole=False)
    answer: Response = make_response(
        render_template("visits/_run_progress.html", **_about(event, found))
    )
    if found.state not in runs.OPEN:
        answer.headers["HX-Refresh"] = "true"  # the page has more to show now
    return answer


@visits.post(f"{_RUN}/stop")
@requires(Access.ORGANISE)
def stop_run(event: Event, number: int) -> ResponseReturnValue:
    """End it with the best that was found."""
    try:
        stopped = runs.stop(event.id, number)
    except runs.RunNotFound:
        abort(404)
    if not stopped:
        flash(_("There was nothing to stop any more."), "warning")
    return redirect(url_for(".run", event=event, number=number), 303)


@visits.post(f"{_RUN}/drop")
@requires(Access.ORGANISE)
def drop_run(event: Event, number: int) -> ResponseReturnValue:
    """Put it aside."""
    try:
        runs.drop(event.id, number)
    except runs.RunNotFound:
        abort(404)
    return redirect(url_for(".allocation", event=event), 303)


@visits.post(f"{_RUN}/accept")
@requires(Access.ORGANISE)
def accept_run(event: Event, number: int) -> ResponseReturnValue:
    """Seat everybody as the run says."""
    tells = request.form.get("tell") == "1"
    try:
        done = accepting.accept(event, number, current_user.id, tells=tells)
    except runs.RunNotFound:
        abort(404)
    except accepting.NotReady as error:
        flash(
            _(
                "The run cannot be accepted: %(state)s.",
                state=str(run_words.STATES[error.state]).lower(),
            ),
            "warning",
        )
    except accepting.BasisChanged as error:
        flash(
            _(
                "Nothing was changed: since it was worked out, something else has changed "
                "(%(what)s). Work it out again and look at it again.",
                what=run_words.changed(error.parts),
            ),
            "danger",
        )
    except service.GroupFull:
        flash(_("Nothing was changed: a group is full by now. Work it out again."), "danger")
    else:
        flash(_said(done), "success")
    return redirect(url_for(".run", event=event, number=number), 303)


@visits.get("/manage/<event:event>/visits/groups/<int:group_id>/why")
@requires(Access.ORGANISE)
def group_reasons(event: Event, group_id: int) -> ResponseReturnValue:
    """Why each member is in the group, a page of them."""
    try:
        group = sites.group(event.id, group_id)
    except sites.GroupNotFound:
        abort(404)
    page = max(1, request.args.get("page", 1, type=int))
    members = service.members(group_id, page)
    seats = service.seats_among([it.id for it in members.delegates])
    return render_template(
        "visits/reasons.html",
        event=event,
        group=group,
        members=members,
        whys=whys(seats, event.id, to_organisers=True),
    )


def _said(done: accepting.Accepted) -> str:
    text = _(
        "Accepted. Moved to another group: %(moved)s; newly seated: %(seated)s; as before: "
        "%(stayed)s.",
        moved=done.moved,
        seated=done.seated,
        stayed=done.stayed,
    )
    if done.letters:
        text += " " + _("Letters in the outbox: %(count)s.", count=done.letters)
    return text


def _all_runs(event: Event, form: SettingsForm) -> str:
    settings = allocation_settings.settings_of(event.id)
    total = runs.count(event.id)
    pages = max(1, -(-total // runs.PER_PAGE))
    page = min(max(request.args.get("page", 1, type=int), 1), pages)
    faults = [fault_data(it) for it in rules.faults_of(event)]
    data = {"faults": faults}
    names = names_of(event.id, fault_words.people_in(data))
    return render_template(
        "visits/allocation.html",
        event=event,
        form=form,
        settings=settings,
        faults=[fault_words.fault_said(it, names) for it in faults],
        runs=runs.page(event.id, page),
        open_run=runs.open_run(event.id),
        page=page,
        pages=pages,
        words=run_words,
        without_group=service.without_group(event),
    )


def _about(event: Event, found: AllocationRun) -> dict[str, Any]:
    return {
        "event": event,
        "run": found,
        "words": run_words,
        "settings": RunSettings.from_data(found.settings),
        "is_open": found.state in runs.OPEN,
    }


def _came_to(event: Event, found: AllocationRun, page: int) -> dict[str, Any]:
    """What the page of a run that has ended shows."""
    result = found.result or {}
    if "placements" in result:
        people = {*previewing.people_in_reasons(result), *fault_words.people_in(result)}
        names = names_of(event.id, people)
        return {
            "result": result,
            "names": names,
            "ranks": previewing.ranks(result),
            "groups": previewing.groups(event.id, result, names),
            "moves": previewing.moves(event.id, result, names, page),
            "remarks": _told(result.get("remarks", ()), names),
            "may_accept": found.state == RunState.DONE,
        }
    names = names_of(event.id, fault_words.people_in(result))
    blame = result.get("blame") or {}
    return {
        "result": result,
        "faults": _told(result.get("faults", ()), names),
        "cheapest": [fault_words.remedy_said(it, names) for it in blame.get("cheapest", ())],
        "others": [
            [fault_words.remedy_said(it, names) for it in some] for some in blame.get("others", ())
        ],
        "is_proven": blame.get("proven", True),
        "failure": run_words.FAILURES.get(result.get("why", "")),
    }


def _told(faults: Any, names: Names) -> list[fault_words.Said]:
    return [fault_words.fault_said(it, names) for it in faults]


def _found(event: Event, number: int, *, whole: bool = True) -> AllocationRun:
    try:
        return runs.find(event.id, number, whole=whole)
    except runs.RunNotFound:
        abort(404)

"""The list of delegates: search, facets, pages, and what is done to many at once.

Read from registration, visits and check-in together, and so at home among the reports; the forms
that change one delegate are in eventapp.registration.delegate_views.

What is typed into the search box is sent by POST and remembered in the session under a random
key, which is all that the address holds: pages, orders and the way back work as usual.
"""

import secrets
from collections.abc import Sequence
from tempfile import TemporaryFile
from typing import Any

from flask import flash, redirect, render_template, request, send_file, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from eventapp.accounts.permissions import Access, requires
from eventapp.events.models import Event
from eventapp.questions.answers import label_of
from eventapp.questions.models import QuestionKind
from eventapp.questions.service import asked
from eventapp.registration import duplicates, paging, reminding, search
from eventapp.registration.delegate_views import delegates
from eventapp.registration.exporting import STATUS_NAMES
from eventapp.registration.paging import SORTS
from eventapp.registration.search import MAX_QUERY, Facets, Filters, Selection
from eventapp.reports import exports, people
from eventapp.visits.models import VisitGroup
from eventapp.web.language import current_language, short_day

_SEARCHES = "searches"
_REMEMBERED = 4
_MIMETYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv",
}


@delegates.get("/manage/<event:event>/delegates")
@requires(Access.ORGANISE)
def index(event: Event) -> ResponseReturnValue:
    """One page of the delegates that match."""
    key = request.args.get("s", "")
    query = session.get(_SEARCHES, {}).get(key, "")
    filters = Filters.parse({**request.args, "q": query})
    sort = request.args.get("sort", paging.DEFAULT_SORT)
    sort = sort if sort.removeprefix("-") in SORTS else paging.DEFAULT_SORT
    page = search.find(event, filters, sort, request.args.get("page", 1, type=int))
    facets, groups = search.facets(event), people.groups(event)
    place: dict[str, Any] = {**filters.address, **({"s": key} if query else {})}
    address = url_for(".index", event=event, **place, sort=_unless_default(sort))
    answer = render_template(
        "delegates/index.html",
        event=event,
        page=page,
        filters=filters,
        sort=sort,
        place=place,
        search_key=key if query else secrets.token_hex(4),
        facets=facets,
        groups=groups,
        options=_options(event, facets, groups),
        answers=_answers(event),
        statuses=STATUS_NAMES,
        about=people.about(page.rows),
        lookalikes=duplicates.lookalikes(event.id, page.rows),
    )
    # htmx shows only the results, but the address must say where one is.
    return (
        answer,
        200,
        {"HX-Replace-Url": address} if "HX-Request" in request.headers else {},
    )


@delegates.post("/manage/<event:event>/delegates/search")
@requires(Access.ORGANISE)
def find(event: Event) -> ResponseReturnValue:
    """Remember what was typed, and show the list that it gives."""
    filters = Filters.parse(request.form)
    key = request.form.get("s", "")
    searches: dict[str, str] = dict(session.get(_SEARCHES, {}))
    searches.pop(key, None)
    if filters.q:
        key = key if key.isalnum() and len(key) == 8 else secrets.token_hex(4)
        searches[key] = filters.q[:MAX_QUERY]
    else:
        key = ""
    session[_SEARCHES] = dict(list(searches.items())[-_REMEMBERED:])
    sort = _unless_default(request.form.get("sort", paging.DEFAULT_SORT))
    place: dict[str, Any] = {**filters.address, "s": key or None, "sort": sort}
    return redirect(url_for(".index", event=event, **place), 303)


@delegates.post("/manage/<event:event>/delegates/export")
@requires(Access.ORGANISE)
def export(event: Event) -> ResponseReturnValue:
    """The ticked delegates, or all that match, as a file."""
    selection = Selection.parse(request.form)
    if selection.is_empty:
        flash(_("Tick at least one delegate, or choose everybody in the list."), "warning")
        place: dict[str, Any] = dict(selection.filters.address)
        return redirect(url_for(".index", event=event, **place), 303)
    kind = "csv" if request.form.get("format") == "csv" else "xlsx"
    stream = TemporaryFile()  # noqa: SIM115 - closed by the server when it has been sent
    exports.export(event, selection, stream, kind, request.form.get("sort", paging.DEFAULT_SORT))
    stream.seek(0)
    return send_file(
        stream,
        mimetype=_MIMETYPES[kind],
        as_attachment=True,
        download_name=f"{event.slug}.{kind}",
    )


@delegates.post("/manage/<event:event>/delegates/remind")
@requires(Access.ORGANISE)
def remind(event: Event) -> ResponseReturnValue:
    """Remind the ticked delegates, or all that match, by e-mail; first say how many that is."""
    selection = Selection.parse(request.form)
    place: dict[str, Any] = dict(selection.filters.address)
    if selection.is_empty:
        flash(_("Tick at least one delegate, or choose everybody in the list."), "warning")
        return redirect(url_for(".index", event=event, **place), 303)
    ids = search.matching_ids(event, selection)
    if "confirmed" not in request.form:
        return render_template(
            "delegates/remind.html",
            event=event,
            selection=selection,
            reminders=reminding.plan(event, ids),
        )
    done = reminding.remind(event, ids)
    flash(_("Reminders written: %(count)s", count=done.due), "success")
    return redirect(url_for("mailbox.index", event=event), 303)


def _options(
    event: Event, facets: Facets, groups: Sequence[VisitGroup]
) -> list[tuple[str, str, list[tuple[object, str]]]]:
    """(name, label, choices) of each facet but the delegation, in the order of the form."""
    language = current_language()
    return [
        ("reprint", _("Badge"), [("1", _("To be printed again"))]),
        ("office", _("Organisation"), list(facets.offices)),
        (
            "category",
            _("Category"),
            [(it.id, it.name_in(language)) for it in event.categories],
        ),
        (
            "status",
            _("Status"),
            [(key, str(name)) for key, name in STATUS_NAMES.items()],
        ),
        ("day", _("Day"), [(it.id, short_day(it.date)) for it in event.days]),
        (
            "session",
            _("Training"),
            [(it.id, it.title_in(language)) for it in people.trainings(event)],
        ),
        (
            "group",
            _("Visit group"),
            [
                (search.NO_GROUP, _("In no group")),
                *((it.id, f"{it.letter} · {it.site.name}") for it in groups),
            ],
        ),
    ]


def _answers(event: Event) -> list[tuple[str, list[tuple[str, str]]]]:
    """(question, choices) of each question that is answered from a list."""
    language = current_language()
    return [
        (
            it.label_in(language),
            [
                *(
                    (f"{it.id}:{option['key']}", label_of(option, language))
                    for option in it.options
                ),
                (f"{it.id}:{search.NO_ANSWER}", _("No answer")),
            ],
        )
        for it in asked(event.id, with_retired=True)
        if it.kind in (QuestionKind.CHOICE, QuestionKind.CHOICES)
    ]


def _unless_default(sort: str) -> str | None:
    return None if sort == paging.DEFAULT_SORT else sort

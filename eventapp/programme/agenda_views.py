"""The public agenda: the programme as it was last published, as a page and for calendars."""

from collections.abc import Sequence
from dataclasses import replace

from flask import Blueprint, Response, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from eventapp.accounts.permissions import Access, requires
from eventapp.database import now
from eventapp.events.models import Event
from eventapp.programme import materials, published
from eventapp.programme.calendar import MEDIA_TYPE, Item, calendar
from eventapp.programme.changes_in_words import told
from eventapp.programme.differences import differences
from eventapp.programme.forms import KINDS
from eventapp.programme.models import SessionKind
from eventapp.programme.moments import moment_of
from eventapp.programme.records import Place, Record, rooms_of
from eventapp.web.language import current_language

agenda = Blueprint("agenda", __name__)


@agenda.get("/e/<event:event>/agenda")
@requires(Access.PUBLIC)
def show(event: Event) -> ResponseReturnValue:
    """The programme as everybody sees it, all of it or one room or kind."""
    version = published.latest(event.id)
    if version is None:
        return unchanged(render_template("programme/not_yet.html", event=event))
    rooms = _in_order(event, rooms_of(version.records))
    room = _chosen_room(rooms)
    kind = _chosen_kind()
    shown = _chosen(version.records, room, kind)
    page = render_template(
        "programme/agenda.html",
        event=event,
        version=version,
        plans=[it for it in published.plans(event, shown) if it.slots or not (room or kind)],
        moment=moment_of(shown, now(), event.zone),
        kinds=KINDS,
        files=materials.public_by_uid(event.id),
        present_kinds=[it for it in KINDS if any(s.kind == it for s in version.records)],
        rooms=rooms,
        room=room,
        kind=kind,
    )
    return unchanged(page)


@agenda.get("/e/<event:event>/agenda.ics")
@requires(Access.PUBLIC)
def download(event: Event) -> ResponseReturnValue:
    """The programme, or that of one room, for calendars, which fetch it again and again."""
    language = current_language()
    version = published.latest(event.id)
    records = version.records if version else ()
    gone = published.cancelled_in(version) if version else []
    name, file_name = event.short_title, f"agenda-{event.slug}"
    if "room" in request.args:
        room = _chosen_room([*rooms_of(records), *rooms_of(gone), *_places(event)]) or abort(404)
        records, gone = _chosen(records, room), list(_chosen(gone, room))
        name, file_name = f"{name} – {room.name}", f"{file_name}-room-{room.id}"
    items = [_item(event, it, language) for it in records]
    items += [replace(_item(event, it, language), is_cancelled=True) for it in gone]
    response = Response(
        calendar(name, event.zone, items, language=language), content_type=MEDIA_TYPE
    )
    response.headers["Content-Disposition"] = f'attachment; filename="{file_name}.ics"'
    return unchanged(response)


@agenda.get("/e/<event:event>/agenda/version/<typed:number>")
@requires(Access.PUBLIC)
def version(event: Event, number: int) -> ResponseReturnValue:
    """Whether a printed programme is out of date, and what has changed since: for its QR code."""
    latest = published.latest(event.id)
    try:
        printed = published.version(event.id, number)
    except published.VersionNotFound:
        page = render_template(
            "programme/no_such_version.html", event=event, number=number, latest=latest
        )
        return page, 404
    changes = differences(printed.records, latest.records if latest else ())
    page = render_template(
        "programme/printed.html",
        event=event,
        printed=printed,
        latest=latest,
        changes=told(changes, current_language(), event.zone),
    )
    return unchanged(page)


def unchanged(answer: Response | str) -> Response:
    """Let browsers keep an answer, and ask before they show it again; if it is the same, say so."""
    response = answer if isinstance(answer, Response) else Response(answer)
    response.headers["Cache-Control"] = "private, no-cache"
    response.add_etag()
    response.make_conditional(request)
    return response


def details_of(record: Record) -> str:
    """Chair and speakers, a line each, for a calendar."""
    lines = [_("Chair: %(name)s", name=record.chair)] if record.chair else []
    for it in record.speakers:
        post = ", ".join(filter(None, (it.position, it.organisation)))
        lines.append(f"{it.name} – {post}" if post else it.name)
    return "\n".join(lines)


def _places(event: Event) -> list[Place]:
    return [Place(it.id, it.name) for it in event.rooms]


def _chosen_room(rooms: Sequence[Place]) -> Place | None:
    wanted = request.args.get("room", type=int)
    return next((it for it in rooms if it.id == wanted), None)


def _chosen_kind() -> SessionKind | None:
    wanted = request.args.get("kind", "")
    return SessionKind(wanted) if wanted in set(SessionKind) else None


def _chosen(
    records: Sequence[Record], room: Place | None, kind: SessionKind | None = None
) -> tuple[Record, ...]:
    return tuple(
        it
        for it in records
        if (room is None or (it.room and it.room.id == room.id))
        and (kind is None or it.kind == kind)
    )


def _in_order(event: Event, rooms: Sequence[Place]) -> list[Place]:
    """The organisers' order of rooms; those that are gone come last."""
    positions = {it.id: (0, it.position) for it in event.rooms}
    return sorted(rooms, key=lambda it: positions.get(it.id, (1, 0)))


def _item(event: Event, record: Record, language: str) -> Item:
    return Item(
        uid=record.uid,
        sequence=record.revision,
        changed_at=record.changed_at,
        title=record.title_in(language),
        starts_at=record.starts_at,
        ends_at=record.ends_at,
        location=", ".join(filter(None, (record.room_name, event.venue))),
        description=details_of(record),
        url=url_for("agenda.show", event=event, _external=True),
    )

"""An event's badge templates: kept in versions, none of which is ever changed.

An event that has saved none prints by those that come with the program (`shipped`); a template of
its own begins as a copy of one of them, of another of its own, or of a file.
"""

from collections.abc import Sequence
from typing import TypeVar

import msgspec
from sqlalchemy import ColumnElement, Select, select, update
from sqlalchemy.orm import contains_eager, defer, joinedload, selectinload
from sqlalchemy.orm.exc import StaleDataError

from eventapp.accounts import audit
from eventapp.badges import faults, shipped, template_json
from eventapp.badges.faults import Problem
from eventapp.badges.models import BadgeImage, BadgeTemplate, BadgeTemplateVersion
from eventapp.badges.template import Template, Words
from eventapp.database import db, now, transaction
from eventapp.events.models import Event
from eventapp.text import clean

MAX_TEMPLATES = 50
MAX_NOTE = 200

Kept = TypeVar("Kept", BadgeTemplate, BadgeTemplateVersion)


class TemplateNotFound(LookupError):
    """The event has no such template or version, or it was deleted."""


class TemplateFaulty(ValueError):
    """The template cannot be printed as it is; ``problems`` says why, of ``content``."""

    def __init__(self, problems: Sequence[Problem], content: Template) -> None:
        super().__init__(f"{len(problems)} problems")
        self.problems, self.content = tuple(problems), content


class TooManyTemplates(Exception):
    """The event has as many templates as it may have."""


class TemplateChanged(StaleDataError):
    """Somebody else has saved the template since it was opened."""


def latest_versions(event_id: int) -> Sequence[BadgeTemplateVersion]:
    """The latest version of each of the event's templates, with the template and who saved it, by
    name; one query."""
    return db.session.scalars(
        select(BadgeTemplateVersion)
        .join(BadgeTemplateVersion.template)
        .where(*_offered(event_id), BadgeTemplateVersion.number == BadgeTemplate.latest)
        .options(
            contains_eager(BadgeTemplateVersion.template),
            joinedload(BadgeTemplateVersion.saved_by),
        )
        .order_by(BadgeTemplate.name, BadgeTemplate.id)
    ).all()


def of_event(event_id: int) -> Sequence[BadgeTemplate]:
    """The event's own templates by name, without the deleted ones; one query."""
    return db.session.scalars(
        select(BadgeTemplate)
        .where(*_offered(event_id))
        .order_by(BadgeTemplate.name, BadgeTemplate.id)
    ).all()


def find(event_id: int, template_id: int) -> BadgeTemplate:
    """A template of the event with all its versions. Raises TemplateNotFound."""
    return _found(
        select(BadgeTemplate)
        .where(*_offered(event_id), BadgeTemplate.id == template_id)
        .options(
            selectinload(BadgeTemplate.versions).options(
                defer(BadgeTemplateVersion.content), joinedload(BadgeTemplateVersion.saved_by)
            )
        ),
        template_id,
    )


def version(event_id: int, template_id: int, number: int | None = None) -> BadgeTemplateVersion:
    """A version of a template, the latest where no number is given. Raises TemplateNotFound."""
    wanted = BadgeTemplate.latest if number is None else number
    return _found(
        select(BadgeTemplateVersion)
        .join(BadgeTemplate)
        .where(
            *_offered(event_id),
            BadgeTemplate.id == template_id,
            BadgeTemplateVersion.number == wanted,
        ),
        template_id,
    )


def _offered(event_id: int) -> tuple[ColumnElement[bool], ...]:
    """The event's own, without the deleted ones."""
    return BadgeTemplate.event_id == event_id, BadgeTemplate.deleted_at.is_(None)


def _found(query: Select[Kept], template_id: int) -> Kept:
    found = db.session.scalar(query)
    if found is None:
        raise TemplateNotFound(template_id)
    return found


def digests_of(event_id: int) -> frozenset[str]:
    """Digests of the images that the event's templates may show."""
    query = select(BadgeImage.digest).where(BadgeImage.event_id == event_id)
    return frozenset(db.session.scalars(query))


def content_of(kept: BadgeTemplateVersion) -> Template:
    """What a version looks like."""
    return template_json.read(kept.content.encode())


def default_version(event: Event, user_id: int | None = None) -> BadgeTemplateVersion:
    """The version that badges are printed by where nobody says otherwise.

    The first time that is a copy of `shipped.DEFAULT`, which becomes the event's own.
    """
    found = db.session.scalar(
        select(BadgeTemplate)
        .where(*_offered(event.id))
        .order_by(BadgeTemplate.is_default.desc(), BadgeTemplate.id)
        .limit(1)
    )
    if found is None:
        return version(event.id, _first(event, user_id))
    return version(event.id, found.id)


def _first(event: Event, user_id: int | None) -> int:
    """Add the event's first template, unless another desk has just done so; its id."""
    event_id = event.id
    with transaction():
        _lock(event_id)
        if others := of_event(event_id):
            return max(others, key=lambda it: (it.is_default, -it.id)).id
        return added(event_id, shipped.find(shipped.DEFAULT), user_id=user_id)


def add(event: Event, content: Template, *, note: str = "", user_id: int | None = None) -> int:
    """Add a template, as its version 1; its id. The first of an event is its default.

    Raises TemplateFaulty, TooManyTemplates.
    """
    event_id = event.id
    with transaction():
        return added(event_id, content, note=note, user_id=user_id)


def save(
    event: Event,
    template_id: int,
    content: Template,
    *,
    revision: int,
    note: str = "",
    user_id: int | None = None,
) -> BadgeTemplate:
    """Save a template that was opened at ``revision`` as a new version; the same as before is none.

    Raises TemplateNotFound, TemplateFaulty, TemplateChanged.
    """
    event_id = event.id
    with transaction():
        _lock(event_id)
        found = _locked(event_id, template_id)
        if found.revision != revision:
            raise TemplateChanged
        _check(event_id, content)
        if template_json.written(content_of(found.versions[0])) == template_json.written(content):
            return found
        before = found.latest
        _add_version(found, content, note, user_id)
        audit.record(
            "update",
            "badge_template",
            template_id,
            event_id=event_id,
            changes={"version": [before, found.latest]},
        )
        return found


def restore(
    event: Event,
    template_id: int,
    number: int,
    *,
    revision: int,
    note: str = "",
    user_id: int | None = None,
) -> BadgeTemplate:
    """Make an earlier version the latest again, as a new one. Raises as `save` does."""
    earlier = content_of(version(event.id, template_id, number))
    return save(event, template_id, earlier, revision=revision, note=note, user_id=user_id)


def copy(event: Event, content: Template, called: Words, *, user_id: int | None = None) -> int:
    """Add what a template looks like as one of its own, called so; its id. Raises as `add` does."""
    return add(event, msgspec.structs.replace(content, name=called), user_id=user_id)


def make_default(event: Event, template_id: int) -> None:
    """Print by this one where nobody says otherwise. Raises TemplateNotFound."""
    event_id = event.id
    with transaction():
        _lock(event_id)
        if _locked(event_id, template_id).is_default:
            return
        _print_by(event_id, template_id)
        audit.record("make_default", "badge_template", template_id, event_id=event_id)


def delete(event: Event, template_id: int) -> None:
    """Offer a template no longer; print runs know its versions still. If it was the default, the
    oldest of the others is now. Raises TemplateNotFound."""
    event_id = event.id
    with transaction():
        _lock(event_id)
        found = _locked(event_id, template_id)
        was_default = found.is_default
        found.deleted_at, found.is_default = now(), False
        others = [it.id for it in of_event(event_id)]
        if was_default and others:
            _print_by(event_id, min(others))
        audit.record("delete", "badge_template", template_id, event_id=event_id)


# --- Within the transaction in progress ---------------------------------------------------------


def _lock(event_id: int) -> None:
    """One at a time for each event, so that the limit and the default hold, and no image that a
    template is about to show is deleted."""
    db.session.execute(select(Event.id).where(Event.id == event_id).with_for_update())


def added(event_id: int, content: Template, *, note: str = "", user_id: int | None = None) -> int:
    """Add a template within the transaction in progress, as `add` does."""
    _lock(event_id)
    _check(event_id, content)
    others = len(of_event(event_id))
    if others >= MAX_TEMPLATES:
        raise TooManyTemplates
    made = BadgeTemplate(
        event_id=event_id, name="", name_en="", latest=0, is_default=not others, versions=[]
    )
    db.session.add(made)
    _add_version(made, content, note, user_id)
    db.session.flush()
    audit.record(
        "create",
        "badge_template",
        made.id,
        event_id=event_id,
        changes={"name": [None, made.name or made.name_en]},
    )
    return made.id


def _locked(event_id: int, template_id: int) -> BadgeTemplate:
    query = select(BadgeTemplate).where(*_offered(event_id), BadgeTemplate.id == template_id)
    return _found(query.with_for_update(), template_id)


def _print_by(event_id: int, template_id: int) -> None:
    """Make it the event's default. That is no change of any template: whoever has one open can
    save it still, so that revisions stay."""
    db.session.execute(
        update(BadgeTemplate)
        .where(*_offered(event_id))
        .values(
            is_default=BadgeTemplate.id == template_id,
            updated_at=BadgeTemplate.updated_at,
        )
    )


def _check(event_id: int, content: Template) -> None:
    if found := faults.problems(content, images=digests_of(event_id)):
        raise TemplateFaulty(found, content)


def _add_version(found: BadgeTemplate, content: Template, note: str, user_id: int | None) -> None:
    found.latest += 1
    found.name, found.name_en = content.name.vi or content.name.en, content.name.en
    found.versions.insert(
        0,
        BadgeTemplateVersion(
            number=found.latest,
            content=template_json.written(content).decode(),
            note=clean(note)[:MAX_NOTE].rstrip(),
            saved_by_id=user_id,
        ),
    )

"""Files of sessions: papers and slides, known by their content, for whoever may have them."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import undefer

from eventapp import media
from eventapp.accounts import audit
from eventapp.database import db, transaction
from eventapp.programme.models import Audience, Material, Session
from eventapp.programme.service import SessionNotFound

MAX_BYTES = 25 * 1024 * 1024
MAX_OF_SESSION = 20

PUBLIC = frozenset({Audience.PUBLIC})
DELEGATES = PUBLIC | {Audience.DELEGATES}
TEAM = DELEGATES | {Audience.TEAM}


class MaterialError(Exception):
    """A refusal that concerns a file of a session."""


class MaterialNotFound(MaterialError):
    """The event has no such file, or not for this audience."""


class TooManyMaterials(MaterialError):
    """The session has MAX_OF_SESSION files already."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it was handed in; without a title it is called as it was."""

    name: str
    content: bytes
    title: str = ""
    audience: Audience = Audience.DELEGATES


def add_material(event_id: int, session_id: int, upload: Upload) -> int:
    """Keep a file for a session and return its id.

    Raises media.FileRefused, SessionNotFound, TooManyMaterials.
    """
    media_type, content = media.recognise(upload.content, media.PAPERS_AND_SLIDES, MAX_BYTES)
    name = media.clean_name(upload.name, media_type)
    with transaction():
        known = select(Session.id).filter_by(id=session_id, event_id=event_id)
        if db.session.scalar(known.with_for_update()) is None:
            raise SessionNotFound(session_id)
        present = select(func.count(Material.id)).filter_by(session_id=session_id)
        if (db.session.scalar(present) or 0) >= MAX_OF_SESSION:
            raise TooManyMaterials(session_id)
        material = Material(
            session_id=session_id,
            title=upload.title or name.rpartition(".")[0],
            name=name,
            media_type=media_type,
            size=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
            audience=upload.audience,
            content=content,
        )
        db.session.add(material)
        db.session.flush()
        changes = {
            "title": [None, material.title],
            "audience": [None, material.audience],
            "session_id": [None, session_id],
        }
        audit.record("create", "material", material.id, event_id=event_id, changes=changes)
        return material.id


def delete_material(event_id: int, material_id: int) -> int:
    """Forget a file; returns its session. Raises MaterialNotFound."""
    with transaction():
        material = _material(event_id, material_id, TEAM)
        changes = {"title": [material.title, None], "session_id": [material.session_id, None]}
        audit.record("delete", "material", material_id, event_id=event_id, changes=changes)
        session_id = material.session_id
        db.session.delete(material)
        return session_id


def materials_of(
    event_id: int, audiences: Collection[Audience]
) -> Mapping[int, Sequence[Material]]:
    """The files for these audiences by session, in the order in which they came; without content.

    For a page pass PUBLIC, DELEGATES or TEAM, which each hold those before.
    """
    rows = db.session.scalars(
        select(Material)
        .join(Session, Session.id == Material.session_id)
        .where(Session.event_id == event_id, Material.audience.in_(audiences))
        .order_by(Material.session_id, Material.id)
    )
    gathered: dict[int, list[Material]] = {}
    for material in rows:
        gathered.setdefault(material.session_id, []).append(material)
    return gathered


def public_by_uid(event_id: int) -> Mapping[str, Sequence[Material]]:
    """The files for everybody by the UID of their session, by which published versions know it."""
    found = materials_of(event_id, PUBLIC)
    query = select(Session.id, Session.uid).where(Session.id.in_(found))
    return {row.uid: found[row.id] for row in db.session.execute(query)} if found else {}


def material_of(event_id: int, material_id: int, audiences: Collection[Audience]) -> Material:
    """One file with its content. Raises MaterialNotFound."""
    return _material(event_id, material_id, audiences, with_content=True)


def _material(
    event_id: int,
    material_id: int,
    audiences: Collection[Audience],
    *,
    with_content: bool = False,
) -> Material:
    query = (
        select(Material)
        .join(Session, Session.id == Material.session_id)
        .where(
            Material.id == material_id,
            Session.event_id == event_id,
            Material.audience.in_(audiences),
        )
    )
    if with_content:
        query = query.options(undefer(Material.content))
    material = db.session.scalar(query)
    if material is None:
        raise MaterialNotFound(material_id)
    return material

"""The organisers' own wording of letters: kept, replaced and given up, each change logged."""

from datetime import datetime

from flask_babel import force_locale
from sqlalchemy import select

from eventapp.accounts import audit
from eventapp.database import db, transaction
from eventapp.mail import composing
from eventapp.mail.composing import Kind
from eventapp.mail.models import LetterTemplate
from eventapp.mail.placeholders import Wording


class ChangedMeanwhile(Exception):
    """Somebody else has changed the wording since it was read."""


def in_use(event_id: int) -> set[tuple[str, str]]:
    """(kind, language) of the letters for which an event has a wording of its own."""
    rows = db.session.execute(
        select(LetterTemplate.kind, LetterTemplate.language).filter_by(event_id=event_id)
    )
    return {(kind, language) for kind, language in rows}


def present(event_id: int, kind: Kind, language: str) -> tuple[Wording, str]:
    """The wording in use, and its version: empty for the one that we ship."""
    own = composing.own_wording(event_id, kind.name, language)
    if own is not None:
        return Wording(own.subject, own.body), _version(own.updated_at)
    with force_locale(language):
        return kind.shipped(), ""


def save(event_id: int, kind: Kind, language: str, wording: Wording, *, version: str) -> None:
    """Use a wording from now on, in place of the one read at ``version``.

    The shipped wording is no wording of one's own. Raises ChangedMeanwhile.
    """
    with force_locale(language):
        shipped = kind.shipped()
    with transaction():
        own = _locked(event_id, kind.name, language)
        if (_version(own.updated_at) if own else "") != version:
            raise ChangedMeanwhile
        before = Wording(own.subject, own.body) if own else shipped
        if before == wording:
            return
        if wording == shipped and own is not None:
            db.session.delete(own)
        elif own is not None:
            own.subject, own.body = wording.subject, wording.body
        else:
            db.session.add(
                LetterTemplate(
                    event_id=event_id,
                    kind=kind.name,
                    language=language,
                    subject=wording.subject,
                    body=wording.body,
                )
            )
        _record("change", event_id, kind, language, before, wording)


def reset(event_id: int, kind: Kind, language: str) -> bool:
    """Use the shipped wording again; whether there was another."""
    with force_locale(language):
        shipped = kind.shipped()
    with transaction():
        own = _locked(event_id, kind.name, language)
        if own is None:
            return False
        before = Wording(own.subject, own.body)
        db.session.delete(own)
        _record("delete", event_id, kind, language, before, shipped)
        return True


def _locked(event_id: int, kind: str, language: str) -> LetterTemplate | None:
    return db.session.scalar(
        select(LetterTemplate)
        .filter_by(event_id=event_id, kind=kind, language=language)
        .with_for_update()
    )


def _version(at: datetime) -> str:
    return at.isoformat()


def _record(
    action: str, event_id: int, kind: Kind, language: str, before: Wording, after: Wording
) -> None:
    changes = {
        field: [getattr(before, field), getattr(after, field)]
        for field in ("subject", "body")
        if getattr(before, field) != getattr(after, field)
    }
    audit.record(action, "letter", f"{kind.name}/{language}", event_id=event_id, changes=changes)

"""Head, number pattern and signature: chosen once for all papers of an event."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm.exc import StaleDataError

from eventapp.accounts import audit
from eventapp.database import db, transaction
from eventapp.documents.models import PaperSettings
from eventapp.events.models import Event


class SettingsChanged(Exception):
    """Somebody else has saved the settings since they were read."""


@dataclass(frozen=True, slots=True)
class SettingsData:
    """What organisers choose; an empty text leaves it to the event (`eventapp.documents.heads`)."""

    parent: str = ""
    issuer: str = ""
    place: str = ""
    dated: date | None = None
    number_pattern: str = ""
    authority: str = ""
    signatory_position: str = ""
    signatory_name: str = ""
    recipients: str = ""


@dataclass(frozen=True, slots=True)
class Logo:
    """A logo as eventapp.documents.logo leaves it; without content it takes the logo away."""

    media_type: str = ""
    content: bytes | None = None


def of(event: Event) -> PaperSettings:
    """The event's settings; new ones, not stored, where nobody has saved any."""
    return db.session.get(PaperSettings, event.id) or _new(event.id)


def save(event: Event, revision: int, data: SettingsData, logo: Logo | None = None) -> None:
    """Store settings that were read at that revision, 0 where there were none.

    None leaves the logo as it is. Raises SettingsChanged.
    """
    event_id = event.id
    with transaction():
        settings = db.session.get(PaperSettings, event_id)
        if (settings.revision if settings else 0) != revision:
            raise SettingsChanged
        if settings is None:
            settings = _new(event_id)
            db.session.add(settings)
        for name in SettingsData.__slots__:
            setattr(settings, name, getattr(data, name))
        changes = audit.changes_of(settings)
        if logo is not None:
            before = settings.logo_type
            settings.logo, settings.logo_type = logo.content, logo.media_type
            changes["logo"] = [before, logo.media_type]
        if changes:
            audit.record("change", "papers", event_id, event_id=event_id, changes=changes)
        try:
            db.session.flush()
        except StaleDataError:
            raise SettingsChanged from None


def _new(event_id: int) -> PaperSettings:
    empty = SettingsData()
    values = {name: getattr(empty, name) for name in SettingsData.__slots__}
    return PaperSettings(event_id=event_id, logo=None, logo_type="", revision=0, **values)

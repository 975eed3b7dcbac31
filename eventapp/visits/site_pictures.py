"""What a site looks like: one picture, made ready for the web and for print."""

import hashlib
from typing import Any

from sqlalchemy import select

from eventapp import media
from eventapp.accounts import audit
from eventapp.database import db, transaction
from eventapp.events.models import Site
from eventapp.media import pictures
from eventapp.visits.models import SitePicture
from eventapp.visits.sites import VisitError, site

MAX_BYTES = 10 * 1024 * 1024
MAX_SIDE = 1600


class PictureRefused(VisitError):
    """The file is not taken; ``reason`` is one of `media.Refusal`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def ready(content: bytes) -> pictures.Picture:
    """A picture as it is kept, without anything that a camera notes. Raises PictureRefused."""
    try:
        return pictures.normalised(
            content, max_bytes=MAX_BYTES, max_side=MAX_SIDE, on_white=True, quality=82
        )
    except media.FileRefused as error:
        raise PictureRefused(error.reason) from None


def picture_of(site_id: int) -> SitePicture | None:
    """A site's picture, without its content."""
    return db.session.get(SitePicture, site_id)


def pictures_of(event_id: int) -> dict[int, SitePicture]:
    """The pictures of all sites of an event that have one, by site, without their content."""
    found = db.session.scalars(
        select(SitePicture)
        .join(Site, Site.id == SitePicture.site_id)
        .where(Site.event_id == event_id)
    )
    return {it.site_id: it for it in found}


def content_of(event_id: int, site_id: int, digest: str) -> bytes | None:
    """The picture with this digest, if the site has it still."""
    return db.session.scalar(
        select(SitePicture.content)
        .join(Site, Site.id == SitePicture.site_id)
        .where(Site.event_id == event_id, Site.id == site_id, SitePicture.digest == digest)
    )


def set_picture(
    event_id: int, site_id: int, picture: pictures.Picture | None, description: str
) -> None:
    """Show a picture in place of an earlier one; without one, say something else of the earlier.

    Raises SiteNotFound.
    """
    with transaction():
        site(event_id, site_id)
        found = db.session.get(SitePicture, site_id)
        if picture is None and found is None:
            return
        before = _described(found)
        if found is None:
            found = SitePicture(site_id=site_id)
            db.session.add(found)
        if picture is not None:
            found.digest = hashlib.sha256(picture.content).hexdigest()
            found.content, found.width, found.height = (
                picture.content,
                picture.width,
                picture.height,
            )
        found.description = description
        _note(event_id, site_id, before, _described(found))


def remove_picture(event_id: int, site_id: int) -> None:
    """Show no picture. Raises SiteNotFound."""
    with transaction():
        site(event_id, site_id)
        if (found := db.session.get(SitePicture, site_id)) is not None:
            _note(event_id, site_id, _described(found), None)
            db.session.delete(found)


def _described(picture: SitePicture | None) -> str | None:
    return f"{picture.description} · {picture.digest[:12]}" if picture else None


def _note(event_id: int, site_id: int, before: Any, after: Any) -> None:
    if before != after:
        changes = {"picture": [before, after]}
        audit.record("change", "site", site_id, event_id=event_id, changes=changes)

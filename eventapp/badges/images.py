"""Images that badges show: an event's own, and its delegates' photos. Kept as they are printed.

Nothing is kept as it was uploaded: pictures become upright, sRGB and small (`media.pictures`), of
an SVG shapes are left (`media.drawings`). An image is known by the SHA-256 of what is kept, and is
there once for an event, however often it is uploaded.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import undefer

from eventapp import media
from eventapp.accounts import audit
from eventapp.badges import shipped, template
from eventapp.badges.drawing import Pictures
from eventapp.badges.models import (
    BadgeImage,
    BadgeTemplate,
    BadgeTemplateVersion,
    DelegatePhoto,
    PrintRun,
)
from eventapp.badges.template import Template
from eventapp.database import db, now, transaction
from eventapp.events.models import Event
from eventapp.media import drawings, pictures
from eventapp.media.drawings import NotShapes
from eventapp.pdf import artwork
from eventapp.pdf.artwork import SVG, Artwork
from eventapp.registration.errors import RegistrationOver
from eventapp.registration.models import Delegate
from eventapp.registration.service import locked

# The event's logo, which the papers keep. Filled in eventapp.features.
logo_of: list[Callable[[Event], Artwork | None]] = []

MAX_IMAGES = 40
"""Of an event."""
MAX_BYTES = 8 * 1024 * 1024
MAX_SVG_BYTES = 512 * 1024
MAX_SIDE = 2400
"""Pixels: on an A4 side 200 to an inch, on a badge many more."""
PHOTO_SIDE = 600
ACCEPT = f"{media.accept(pictures.KINDS)},{SVG},.svg"
"""What a browser offers to choose for an image."""
ACCEPT_PHOTO = media.accept(pictures.KINDS)
_NAME = 100


class ImageRefused(ValueError):
    """The file is not taken: ``reason`` is a value of media.Refusal or media.drawings.Refusal.

    ``part`` is the element of an SVG that is in the way, where one is.
    """

    def __init__(self, reason: str, part: str = "") -> None:
        super().__init__(reason)
        self.reason, self.part = reason, part


class TooManyImages(ImageRefused):
    """The event has as many images as it may have."""

    def __init__(self) -> None:
        super().__init__("too_many")


class ImageInUse(Exception):
    """Templates show the image, or badges were printed with it; ``names`` are those templates'."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(", ".join(names))
        self.names = tuple(names)


class ImageNotFound(LookupError):
    """The event has no such image."""


@dataclass(frozen=True, slots=True)
class Ready:
    """A file made ready: what is kept of it."""

    media_type: str
    content: bytes
    width: int
    height: int

    @property
    def digest(self) -> str:
        """By what it is known."""
        return hashlib.sha256(self.content).hexdigest()


def ready(content: bytes) -> Ready:
    """What is kept of an uploaded image. Raises ImageRefused."""
    try:
        if drawings.is_svg(content[:1000]) and not _is_picture(content):
            if len(content) > MAX_SVG_BYTES:
                raise ImageRefused(media.Refusal.TOO_LARGE)
            kept = drawings.shapes(content)
            drawn = artwork.of(kept, SVG)
            return Ready(SVG, kept, max(1, round(drawn.width)), max(1, round(drawn.height)))
        found = pictures.normalised(content, max_bytes=MAX_BYTES, max_side=MAX_SIDE)
    except media.FileRefused as error:
        raise ImageRefused(error.reason) from None
    except NotShapes as error:
        raise ImageRefused(error.reason, error.part) from None
    return Ready(found.media_type, found.content, found.width, found.height)


def _is_picture(content: bytes) -> bool:
    return content.startswith((b"\x89PNG", b"\xff\xd8\xff", b"RIFF"))


def add(event: Event, filename: str, content: bytes) -> BadgeImage:
    """Keep an image for the event's templates; one that it has already is not kept twice.

    Raises ImageRefused, TooManyImages.
    """
    event_id, made = event.id, ready(content)
    with transaction():
        return _keep(event_id, _name(filename), made)


def of_event(event_id: int) -> Sequence[BadgeImage]:
    """The event's images without their contents, the latest first."""
    return db.session.scalars(
        select(BadgeImage).filter_by(event_id=event_id).order_by(BadgeImage.id.desc())
    ).all()


def find(event_id: int, digest: str) -> BadgeImage:
    """An image with its content. Raises ImageNotFound."""
    found = db.session.scalar(
        select(BadgeImage)
        .filter_by(event_id=event_id, digest=digest)
        .options(undefer(BadgeImage.content))
    )
    if found is None:
        raise ImageNotFound(digest)
    return found


def remove(event: Event, digest: str) -> None:
    """Forget an image that nothing shows. Raises ImageNotFound, ImageInUse."""
    event_id = event.id
    with transaction():
        _lock(event_id)
        found = find(event_id, digest)
        if names := _used_by(event_id, digest):
            raise ImageInUse(names)
        db.session.delete(found)
        audit.record(
            "delete",
            "badge_image",
            found.id,
            event_id=event_id,
            changes={"name": [found.name, None]},
        )


def brought_ready(event_id: int, content: Template) -> dict[str, Ready]:
    """The images that a template of a file brings along and the event has not, made ready, by their
    digests in the file; for `take_in`. Raises ImageRefused."""
    known = {it.digest for it in of_event(event_id)}
    return {digest: ready(it) for digest, it in content.images.items() if digest not in known}


def take_in(event_id: int, content: Template, made: Mapping[str, Ready]) -> Template:
    """A template of a file, its images kept for the event and no longer in it; within the
    transaction in progress. Raises TooManyImages."""
    kept = {digest: _keep(event_id, _name(""), it).digest for digest, it in made.items()}
    return template.with_images(content, kept)


def brought_along(event_id: int, content: Template) -> Template:
    """A template with the images that it shows, as a file that other events understand."""
    found = db.session.scalars(
        select(BadgeImage)
        .where(BadgeImage.event_id == event_id, BadgeImage.digest.in_(content.image_digests()))
        .options(undefer(BadgeImage.content))
    )
    return template.carrying(content, {it.digest: it.content for it in found})


def pictures_for(event: Event) -> Pictures:
    """The artwork of what the event's badges show: ``logo``, its images and photos by digest."""
    event_id = event.id

    def find_artwork(image: str) -> Artwork | None:
        if image == "logo":
            return next((found for of in logo_of if (found := of(event))), None)
        row = db.session.execute(
            select(BadgeImage.content, BadgeImage.media_type).filter_by(
                event_id=event_id, digest=image
            )
        ).one_or_none()
        if row is not None:
            return artwork.of(row.content, row.media_type)
        photo = db.session.scalar(
            select(DelegatePhoto.content)
            .join(Delegate, Delegate.id == DelegatePhoto.delegate_id)
            .where(DelegatePhoto.digest == image, Delegate.event_id == event_id)
            .limit(1)
        )
        return artwork.of(photo, media.JPEG) if photo is not None else None

    return find_artwork


# --- Photos -------------------------------------------------------------------------------------


_SHOWS_PHOTO = '"image": "photo"'
"""What a version that shows a photo says, as `template_json.written` writes it; in a text it
could not stand like this."""


@dataclass(frozen=True, slots=True)
class PhotoState:
    """A delegate's photo by its digest, empty without one, and whether badges show photos."""

    digest: str
    wanted: bool


def photo_state(event: Event, delegate_id: int) -> PhotoState:
    """As a page wants to know it, in one query."""
    row = db.session.execute(
        select(
            _default_shows_photo(event.id).scalar_subquery(),
            select(DelegatePhoto.digest).filter_by(delegate_id=delegate_id).scalar_subquery(),
        )
    ).one()
    return PhotoState(row[1] or "", _is_wanted(row[0]))


def wants_photos(event: Event) -> bool:
    """Whether the badges of the event show a photo, as they are printed where nobody says else."""
    return _is_wanted(db.session.scalar(_default_shows_photo(event.id)))


def _is_wanted(found: bool | None) -> bool:
    """Where the event has no template of its own, it prints by a shipped one."""
    return "photo" in shipped.find(shipped.DEFAULT).sources() if found is None else bool(found)


def _default_shows_photo(event_id: int) -> Select[Any]:
    return (
        select(BadgeTemplateVersion.content.contains(_SHOWS_PHOTO, autoescape=True))
        .join(BadgeTemplate)
        .where(
            BadgeTemplate.event_id == event_id,
            BadgeTemplate.deleted_at.is_(None),
            BadgeTemplateVersion.number == BadgeTemplate.latest,
        )
        .order_by(BadgeTemplate.is_default.desc(), BadgeTemplate.id)
        .limit(1)
    )


def photo_of(delegate_id: int) -> DelegatePhoto | None:
    """A delegate's photo, without its content."""
    return db.session.get(DelegatePhoto, delegate_id)


def set_photo(event: Event, delegate_id: int, content: bytes) -> None:
    """Keep a delegate's photo, in place of an earlier one.

    Raises ImageRefused, DelegateNotFound, RegistrationOver.
    """
    event_id = event.id
    try:
        made = pictures.normalised(
            content, max_bytes=MAX_BYTES, max_side=PHOTO_SIDE, on_white=True, quality=85
        )
    except media.FileRefused as error:
        raise ImageRefused(error.reason) from None
    digest = hashlib.sha256(made.content).hexdigest()
    with transaction():
        if locked(event_id, delegate_id).is_over:
            raise RegistrationOver(delegate_id)
        found = db.session.get(DelegatePhoto, delegate_id)
        had = found is not None
        if found is not None and found.digest == digest:
            return
        if found is None:
            found = DelegatePhoto(delegate_id=delegate_id)
            db.session.add(found)
        found.digest, found.content, found.updated_at = digest, made.content, now()
        _note_photo(event_id, delegate_id, had, True)


def remove_photo(event: Event, delegate_id: int) -> None:
    """Forget a delegate's photo, if there is one. Raises DelegateNotFound."""
    event_id = event.id
    with transaction():
        locked(event_id, delegate_id)
        found = db.session.get(DelegatePhoto, delegate_id)
        if found is not None:
            db.session.delete(found)
            _note_photo(event_id, delegate_id, True, False)


def take_over(_event_id: int, kept_id: int, other_id: int) -> None:
    """Two registrations become one, within the transaction of it: the one kept has a photo if one
    of them had, its own if it had one."""
    mine = db.session.get(DelegatePhoto, kept_id)
    theirs = db.session.get(DelegatePhoto, other_id)
    if theirs is None:
        return
    if mine is None:
        db.session.add(
            DelegatePhoto(
                delegate_id=kept_id,
                digest=theirs.digest,
                content=theirs.content,
                updated_at=theirs.updated_at,
            )
        )
    db.session.delete(theirs)
    db.session.flush()


def _note_photo(event_id: int, delegate_id: int, before: bool, after: bool) -> None:
    audit.record(
        "update", "delegate", delegate_id, event_id=event_id, changes={"photo": [before, after]}
    )


# --- Within the transaction in progress ---------------------------------------------------------


def _lock(event_id: int) -> None:
    """One at a time for each event, so that the limit holds, and what is used is not deleted."""
    db.session.execute(select(Event.id).where(Event.id == event_id).with_for_update())


def _keep(event_id: int, name: str, made: Ready) -> BadgeImage:
    _lock(event_id)
    found = db.session.scalar(select(BadgeImage).filter_by(event_id=event_id, digest=made.digest))
    if found is not None:
        return found
    number = db.session.scalar(select(func.count(BadgeImage.id)).filter_by(event_id=event_id)) or 0
    if number >= MAX_IMAGES:
        raise TooManyImages
    added = BadgeImage(
        event_id=event_id,
        digest=made.digest,
        name=name,
        media_type=made.media_type,
        width=made.width,
        height=made.height,
        content=made.content,
    )
    db.session.add(added)
    db.session.flush()
    audit.record(
        "create", "badge_image", added.id, event_id=event_id, changes={"name": [None, name]}
    )
    return added


def _name(filename: str) -> str:
    """A file's name without folders and its ending."""
    return media.clean_name(filename, media.PNG).rpartition(".")[0][:_NAME]


def _used_by(event_id: int, digest: str) -> list[str]:
    """The names of the templates that show an image, in a version that somebody can come back to:
    of a deleted template those by which badges were printed."""
    printed = select(PrintRun.version_id).where(PrintRun.event_id == event_id)
    return list(
        db.session.scalars(
            select(BadgeTemplate.name)
            .join(BadgeTemplateVersion)
            .where(
                BadgeTemplate.event_id == event_id,
                BadgeTemplateVersion.content.contains(digest),
                or_(BadgeTemplate.deleted_at.is_(None), BadgeTemplateVersion.id.in_(printed)),
            )
            .distinct()
            .order_by(BadgeTemplate.name)
        )
    )

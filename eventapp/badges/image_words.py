"""What is wrong with an image, in the words of people."""

from typing import Any

from flask_babel import gettext as _

from eventapp import media
from eventapp.badges.images import MAX_BYTES, MAX_IMAGES, ImageInUse, ImageRefused
from eventapp.media import drawings, pictures

_MEGABYTE = 1024 * 1024


def in_use(error: ImageInUse) -> str:
    """Why an image stays, and what to do."""
    return str(
        _(
            "This image is shown by a version of: %(names)s. What was saved with it could no "
            "longer be printed.",
            names=", ".join(error.names),
        )
    )


def refused(error: ImageRefused) -> str:
    """Why an image is not taken, and what to do."""
    words: dict[str, Any] = {
        media.Refusal.EMPTY: _("This file is empty. Choose another."),
        media.Refusal.TOO_LARGE: _(
            "This file is too large. Choose one of at most %(size)s MB.",
            size=MAX_BYTES // _MEGABYTE,
        ),
        media.Refusal.TOO_MANY_PIXELS: _(
            "This picture has more than %(number)s million pixels. Make it smaller.",
            number=pictures.MAX_PIXELS // 1_000_000,
        ),
        media.Refusal.UNKNOWN: _(
            "This is no picture of a kind that can be printed: %(kinds)s.",
            kinds="PNG, JPEG, WebP, SVG",
        ),
        media.Refusal.BROKEN: _("This file is damaged or incomplete. Choose another."),
        drawings.Refusal.DOCUMENT_TYPE: _(
            "The SVG declares a document type, which is not allowed. Save it as plain SVG."
        ),
        drawings.Refusal.NOT_SHAPES: _(
            "The SVG holds “%(part)s”, which cannot be printed. Turn texts and copies into paths, "
            "or save it as PNG.",
            part=error.part,
        ),
        "too_many": _(
            "The event has %(number)s images already. Delete one that nothing shows.",
            number=MAX_IMAGES,
        ),
    }
    return str(words[error.reason])

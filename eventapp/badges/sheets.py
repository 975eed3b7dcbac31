"""How badges lie on paper: settings as they are kept, and the places they give."""

from typing import Any, Literal

import msgspec
from msgspec import Struct

from eventapp.badges.layout import Design
from eventapp.pdf.sheet import A3, A4, LETTER, Sheet, n_up, single

_PAPERS = {"a4": A4, "a3": A3, "letter": LETTER}


class Settings(Struct, frozen=True):
    """How badges lie on paper; lengths in millimetres."""

    paper: str = "a4"
    orientation: Literal["auto", "portrait", "landscape"] = "auto"
    gap_x: float = 4.0
    gap_y: float = 4.0
    margins: tuple[float, float, float, float] | None = None
    crop_marks: bool = True
    fold_marks: bool = False
    duplex: Literal["off", "long", "short", "fold"] = "off"
    first: int = 1
    shift_x: float = 0.0
    shift_y: float = 0.0
    back_shift_x: float = 0.0
    back_shift_y: float = 0.0

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> "Settings":
        """As `as_data` gave them."""
        return msgspec.convert(data, cls)

    def as_data(self) -> dict[str, Any]:
        """As JSON takes them."""
        found: dict[str, Any] = msgspec.to_builtins(self)
        return found


def papers_for(design: Design, settings: Settings) -> Sheet:
    """Where the badges of a design lie. Raises DoesNotFit."""
    if settings.paper == "single":
        return single(design.width, design.height)
    return n_up(
        _PAPERS[settings.paper],
        design.width,
        design.height,
        gap=settings.gap_x,
        crop_marks=settings.crop_marks,
    )

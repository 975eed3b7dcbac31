"""The images of a file of badges: each is looked up, put and forgotten by the one who writes it."""

from collections.abc import Sequence

from eventapp.badges.drawing import Pictures
from eventapp.badges.layout import BadgeRecord, Design, Picture
from eventapp.badges.press import StandIn
from eventapp.pdf.pieces import Collector, Piece, Wanted
from eventapp.pdf.stream import PageStream


class Gallery:
    """Images of one design in one file; each is stored once in it."""

    def __init__(self, design: Design, pictures: Pictures) -> None:
        self._pictures = pictures
        shown = [it for side in design.sides for it in side.elements if isinstance(it, Picture)]
        grounds = [it for side in design.sides for it in (side.ground, *side.by_category.values())]
        self._shows_photos = any(not it.is_artwork for it in shown)
        self._fixed = dict.fromkeys(
            (
                *(it.image for it in grounds if it.image is not None),
                *(it.image for it in shown if it.is_artwork),
            )
        )
        self._stand_ins: dict[str, StandIn | None] = {}
        self._pieces: dict[str, list[Piece | Wanted]] = {}
        self._put: set[str] = set()

    def stand_in(self, key: str) -> StandIn | None:
        """What stands for an image until it is put into the file; None when there is none."""
        if key not in self._stand_ins:
            artwork = self._pictures(key)
            if artwork is None:
                self._stand_ins[key] = None
            else:
                collector = Collector()
                operator = artwork.add_to(collector)
                self._pieces[key] = collector.taken()
                self._stand_ins[key] = StandIn(key, artwork.width, artwork.height, operator)
        return self._stand_ins[key]

    def keys(self, records: Sequence[BadgeRecord]) -> list[str]:
        """The images that these badges may show."""
        photos = (it.photo for it in records if it.photo) if self._shows_photos else ()
        return list(dict.fromkeys((*self._fixed, *photos)))

    def put(self, key: str, stream: PageStream) -> None:
        """Put an image into the file, unless it is there."""
        if key in self._put:
            return
        if key not in self._pieces:
            self._stand_ins.pop(key, None)
            self.stand_in(key)
        for piece in self._pieces.pop(key, ()):
            if not isinstance(piece, Wanted):
                stream.put(piece)
        self._put.add(key)

    def forget(self, records: Sequence[BadgeRecord]) -> None:
        """These badges are in the file; photos that no badge drew need not stay in memory."""
        for record in records:
            self._pieces.pop(record.photo, None)

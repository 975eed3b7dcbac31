"""Parts that many papers of one file have in common: laid out and stored once, drawn on each.

A letter to five thousand people differs in two lines; the rest is put on each page by one operator.
"""

from collections.abc import Sequence
from typing import cast

from reportlab.platypus import Flowable

from eventapp.pdf import MM
from eventapp.pdf.stream import StreamedCanvas


class Stamp(Flowable):
    """Flowables below one another as one part, drawn again by its name; width in millimetres.

    It is not divided by a page's end. Use one object wherever it stands.
    """

    def __init__(self, name: str, parts: Sequence[Flowable], width: float) -> None:
        super().__init__()
        self._name, self._parts = f"stamp-{name}", list(parts)
        self.width, self.height = width * MM, 0.0
        self._tops: list[float] = []
        for at, part in enumerate(self._parts):
            if at:
                self.height += max(part.getSpaceBefore(), self._parts[at - 1].getSpaceAfter())
            self._tops.append(self.height)
            self.height += part.wrap(self.width, 10_000)[1]

    def getSpaceBefore(self) -> float:  # noqa: N802 - ReportLab's name
        """White above the first part (points)."""
        return float(self._parts[0].getSpaceBefore())

    def getSpaceAfter(self) -> float:  # noqa: N802 - likewise
        """White below the last part (points)."""
        return float(self._parts[-1].getSpaceAfter())

    def wrap(self, availWidth: float, availHeight: float) -> tuple[float, float]:  # noqa: N803
        """ReportLab's hook: the room it takes (points)."""
        # The same object comes again and again: that it once had to wait for a page says nothing.
        self.__dict__.pop("_postponed", None)
        return self.width, self.height

    def draw(self) -> None:
        """ReportLab's hook: draws at the origin."""
        canvas = cast(StreamedCanvas, self.canv)
        if not canvas.hasForm(self._name):
            # Letters reach a little out of their lines.
            canvas.beginForm(self._name, -10, -10, self.width + 10, self.height + 10)
            for top, part in zip(self._tops, self._parts, strict=True):
                height = part.wrap(self.width, 10_000)[1]
                part.drawOn(canvas, 0, self.height - top - height)
            canvas.endForm()
        canvas.doForm(self._name)

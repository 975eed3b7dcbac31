"""A QR code in flowing text."""

from typing import cast

from reportlab.platypus import Flowable

from eventapp.pdf import MM, qr
from eventapp.pdf.stream import StreamedCanvas


class Code(Flowable):
    """A text as a QR code of that side, its quiet zone within it, in millimetres.

    It stands at the left of its room, or in the middle.
    """

    def __init__(self, text: str, side: float, *, centred: bool = False) -> None:
        super().__init__()
        self._text, self._side, self._centred = text, side * MM, centred

    def wrap(self, availWidth: float, availHeight: float) -> tuple[float, float]:  # noqa: N803
        """ReportLab's hook: the room it takes (points)."""
        self.width = availWidth if self._centred else self._side
        return self.width, self._side

    def draw(self) -> None:
        """ReportLab's hook: draws at the origin."""
        modules = len(qr.symbol(self._text))
        inside = self._side * modules / (modules + 2 * qr.QUIET_ZONE)
        edge = (self._side - inside) / 2
        left = (self.width - self._side) / 2 + edge if self._centred else edge
        self.canv.setFillColorRGB(0, 0, 0)
        operators = qr.operators(self._text, x=left, y=edge, size=inside)
        cast(StreamedCanvas, self.canv).show_operators(operators)

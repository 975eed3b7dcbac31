"""What an event's papers have in common."""

from datetime import date

from sqlalchemy import ForeignKey, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eventapp.database import Model
from eventapp.events.models import Event


class PaperSettings(Model):
    """Head, number and signature of an event's papers; an empty text is filled by `heads`."""

    __tablename__ = "paper_settings"

    event_id: Mapped[int] = mapped_column(
        ForeignKey("event.id", ondelete="CASCADE"), primary_key=True
    )
    parent: Mapped[str] = mapped_column(String(200), default="")  # the body above the issuer
    issuer: Mapped[str] = mapped_column(String(200), default="")
    place: Mapped[str] = mapped_column(String(100), default="")
    # None leaves the day to be written by hand.
    dated: Mapped[date | None]
    # As "{number}/{kind}-BTC"; see eventapp.documents.heads.PLACEHOLDERS.
    number_pattern: Mapped[str] = mapped_column(String(100), default="")
    authority: Mapped[str] = mapped_column(String(200), default="")  # "TM. BAN TỔ CHỨC"
    signatory_position: Mapped[str] = mapped_column(String(200), default="")
    signatory_name: Mapped[str] = mapped_column(String(200), default="")
    recipients: Mapped[str] = mapped_column(Text, default="")  # a line each
    # PNG or SVG, as eventapp.documents.logo leaves it.
    logo: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    logo_type: Mapped[str] = mapped_column(String(20), default="")
    revision: Mapped[int] = mapped_column(default=0)

    # Two organisers at once: the second to save an old copy is told, not obeyed.
    __mapper_args__ = {"version_id_col": revision}  # noqa: RUF012

    event: Mapped[Event] = relationship()

"""Questions of an event's own, and what was answered."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Table,
    Text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eventapp.database import Model, UtcDateTime, db, now
from eventapp.events.models import Category


class QuestionKind(StrEnum):
    """What an answer is."""

    TEXT = "text"
    CHOICE = "choice"
    CHOICES = "choices"
    NUMBER = "number"
    DATE = "date"
    FILE = "file"


question_category = Table(
    "question_category",
    db.metadata,
    Column("question_id", ForeignKey("question.id", ondelete="CASCADE"), primary_key=True),
    Column(
        "category_id", ForeignKey("category.id", ondelete="CASCADE"), primary_key=True, index=True
    ),
)


class Question(Model):
    """Something that the organisers want to know of everybody, or of some categories."""

    __tablename__ = "question"
    __table_args__ = (
        CheckConstraint(
            "kind in ('text', 'choice', 'choices', 'number', 'date', 'file')", name="kind"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    kind: Mapped[QuestionKind] = mapped_column(String(20))
    label: Mapped[str] = mapped_column(String(200))
    label_en: Mapped[str] = mapped_column(String(200), default="")
    help: Mapped[str] = mapped_column(String(500), default="")
    help_en: Mapped[str] = mapped_column(String(500), default="")
    # Of a choice: [{"key": "1", "label": "Cỡ M", "label_en": "Size M"}, …]; keys never change.
    options: Mapped[list[dict[str, str]]] = mapped_column(JSON, default=list)
    is_required: Mapped[bool] = mapped_column(default=False)
    # Asked on the forms of delegates and leads; otherwise the organisers fill it in.
    is_public: Mapped[bool] = mapped_column(default=True)
    on_badge: Mapped[bool] = mapped_column(default=False)
    position: Mapped[int] = mapped_column(default=0)
    # No longer asked; what was answered stays.
    retired_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    # None: asked of everybody.
    categories: Mapped[list[Category]] = relationship(
        secondary=question_category, order_by=Category.position
    )

    def label_in(self, language: str) -> str:
        """The question in ``vi`` or ``en``."""
        return self.label_en if language == "en" and self.label_en else self.label

    def help_in(self, language: str) -> str:
        """What is explained beside it, in ``vi`` or ``en``."""
        return self.help_en if language == "en" and self.help_en else self.help


class Answer(Model):
    """What one delegate answered to one question."""

    __tablename__ = "answer"

    delegate_id: Mapped[int] = mapped_column(
        ForeignKey("delegate.id", ondelete="CASCADE"), primary_key=True
    )
    question_id: Mapped[int] = mapped_column(
        ForeignKey("question.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    # text: the text; choice: a key; choices: keys; number: int or decimal text;
    # date: YYYY-MM-DD; file: the id of an AnswerFile.
    value: Mapped[Any] = mapped_column(JSON)
    # The same for people to read, folded for the filter of the list.
    text: Mapped[str] = mapped_column(Text, default="")

    question: Mapped[Question] = relationship()


class AnswerFile(Model):
    """A PDF or a picture that was handed in as an answer; its kind was found in its content."""

    __tablename__ = "answer_file"
    __table_args__ = (Index("ix_answer_file_delegate_id", "delegate_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    # None until the form that it came with is complete; then it is somebody's.
    delegate_id: Mapped[int | None] = mapped_column(ForeignKey("delegate.id", ondelete="CASCADE"))
    question_id: Mapped[int] = mapped_column(ForeignKey("question.id", ondelete="CASCADE"))
    # What an unfinished form knows it by.
    token_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(40))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

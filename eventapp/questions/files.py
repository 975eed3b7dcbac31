"""Files that were handed in as answers: kept for an unfinished form, then a delegate's, served.

A file arrives before it is known whether the form that it came with is complete. It is stored at
once, bound to the question and known to that form alone by a token; it becomes a delegate's in the
transaction that stores the answer. What nobody claims is forgotten after a day.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, func, select

from eventapp import media, tokens
from eventapp.database import db, now, transaction
from eventapp.questions.models import AnswerFile, Question, QuestionKind

MAX_BYTES = 5 * 1024 * 1024
KEPT_FOR = timedelta(days=1)
MAX_UNCLAIMED = 300
"""Of one event; beyond it the oldest are forgotten, so that strangers cannot fill the disk."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A file that an unfinished form knows by its token."""

    id: int
    token: str
    name: str


def keep(event_id: int, question_id: int, name: str, content: bytes) -> Kept:
    """Store what was uploaded, one transaction. Raises media.FileRefused."""
    media_type, content = media.recognise(content, media.PAPERS_AND_PICTURES, MAX_BYTES)
    token = tokens.new_secret()
    with transaction():
        _make_room(event_id)
        file = AnswerFile(
            event_id=event_id,
            question_id=question_id,
            token_hash=tokens.hash_secret(token),
            name=media.clean_name(name, media_type),
            media_type=media_type,
            size=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
            content=content,
        )
        db.session.add(file)
        db.session.flush()
        return Kept(file.id, token, file.name)


def kept(event_id: int, question_id: int, token: str) -> Kept | None:
    """The file that a form knows by this token, if it is still there and nobody's."""
    file = db.session.scalar(
        select(AnswerFile).filter_by(
            token_hash=tokens.hash_secret(token),
            event_id=event_id,
            question_id=question_id,
            delegate_id=None,
        )
    )
    return Kept(file.id, token, file.name) if file else None


def of_delegate(delegate_id: int, file_id: int, *, public: bool = False) -> AnswerFile | None:
    """A file that is an answer of the delegate's; with ``public``, to what delegates are asked."""
    query = (
        select(AnswerFile)
        .join(Question, Question.id == AnswerFile.question_id)
        .where(AnswerFile.id == file_id, AnswerFile.delegate_id == delegate_id)
    )
    return db.session.scalar(query.where(Question.is_public) if public else query)


def usable(question: Question, file_id: Any, delegate_id: int | None) -> AnswerFile | None:
    """The file as an answer of this delegate (None: of somebody new), locked; it is theirs already
    or nobody's."""
    if not isinstance(file_id, int) or isinstance(file_id, bool):
        return None
    file = db.session.scalar(
        select(AnswerFile)
        .filter_by(id=file_id, question_id=question.id, event_id=question.event_id)
        .with_for_update()
    )
    if file is None or (file.delegate_id is not None and file.delegate_id != delegate_id):
        return None
    return file


def discard(file_id: int, delegate_id: int) -> None:
    """Forget a file of the delegate's that is no longer the answer; within a transaction."""
    db.session.execute(delete(AnswerFile).filter_by(id=file_id, delegate_id=delegate_id))


def hold(event_id: int, answers: Mapping[Any, Any]) -> None:
    """Keep the files among these answers for a request that somebody is to decide; within a
    transaction."""
    for file in db.session.scalars(select(AnswerFile).where(*_unclaimed_of(event_id, answers))):
        file.token_hash = None


def let_go(event_id: int, answers: Mapping[Any, Any]) -> None:
    """Forget the files among these answers that became nobody's; within a transaction."""
    db.session.execute(delete(AnswerFile).where(*_unclaimed_of(event_id, answers)))


def forget_unclaimed() -> int:
    """Delete files of forms that were left a day ago; how many. A chore, one transaction."""
    with transaction():
        gone: Any = db.session.execute(
            delete(AnswerFile).where(
                AnswerFile.delegate_id.is_(None),
                AnswerFile.token_hash.is_not(None),
                AnswerFile.created_at < now() - KEPT_FOR,
            )
        )
        return int(gone.rowcount)


def _unclaimed_of(event_id: int, answers: Mapping[Any, Any]) -> list[ColumnElement[bool]]:
    ids = {value for value in answers.values() if isinstance(value, int) and 0 < value < 2**31}
    asked = select(Question.id).where(
        Question.event_id == event_id,
        Question.kind == QuestionKind.FILE,
        Question.id.in_([int(it) for it in answers]),
    )
    return [
        AnswerFile.id.in_(ids),
        AnswerFile.event_id == event_id,
        AnswerFile.question_id.in_(asked),
        AnswerFile.delegate_id.is_(None),
    ]


def _make_room(event_id: int) -> None:
    unclaimed = (
        AnswerFile.event_id == event_id,
        AnswerFile.delegate_id.is_(None),
        AnswerFile.token_hash.is_not(None),
    )
    number = db.session.scalar(select(func.count(AnswerFile.id)).where(*unclaimed)) or 0
    if number >= MAX_UNCLAIMED:
        oldest = db.session.scalars(
            select(AnswerFile.id)
            .where(*unclaimed)
            .order_by(AnswerFile.id)
            .limit(number - MAX_UNCLAIMED + 1)
        ).all()
        db.session.execute(delete(AnswerFile).where(AnswerFile.id.in_(oldest)))

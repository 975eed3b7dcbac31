"""Letters that are put into words when they are sent, or looked at, rather than when something
happens: the outbox then holds neither text nor secret, and a letter says how things are.

Each kind of letter is a `Kind` in `kinds`, filled in eventapp.features. To write one, add a
`Message` with its name, the address, the language and what it is about (delegate_id, delegation_id,
details) to the transaction of the change.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import current_app
from flask_babel import force_locale, get_locale
from sqlalchemy import select

from eventapp.database import db
from eventapp.mail import placeholders
from eventapp.mail.models import LetterTemplate, Message
from eventapp.mail.outbox import REPLY_TO, Letter
from eventapp.mail.placeholders import Facts, Wording


class Overtaken(Exception):
    """What the letter tells of is no longer so. The reason is a key of eventapp.reports.mailbox."""

    def __init__(self, reason: str = "") -> None:
        super().__init__(reason)
        self.reason = reason


class UnknownKind(Exception):
    """Nobody has said how to write letters of this kind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of letter.

    ``label`` and ``when`` say to organisers what it is and when it goes. ``subject`` and ``body``
    are the shipped wording (eventapp.mail.placeholders), lazy texts of the catalogues.
    ``placeholders`` maps what it may use to what that gives, in words; ``needed`` must be in the
    body. ``facts`` gives what they stand for, in the language in force; None, or Overtaken, for a
    letter that is not to be sent any more. ``example`` gives them for a preview: of the event and
    the recipient of that id (or None for one made up), without any secret.
    ``make_link`` is called, in no transaction, before a letter is sent whose facts have no link.
    """

    name: str
    label: Any
    when: Any
    subject: Any
    body: Any
    placeholders: Mapping[str, Any]
    facts: Callable[[Message], Facts | None]
    example: Callable[[int, int | None, str], Facts]
    needed: frozenset[str] = frozenset()
    make_link: Callable[[Message], object] | None = None

    def shipped(self) -> Wording:
        """The wording that we ship, in the language in force."""
        return Wording(str(self.subject), str(self.body))


kinds: dict[str, Kind] = {}


def label_of(kind: str) -> str:
    """What a kind of letter is called; empty for a message that is of none."""
    return str(kinds[kind].label) if kind in kinds else kind


def compose(message: Message, *, is_sending: bool = False) -> Letter:
    """The letter that a message is, as things stand now.

    Where it is for sending, a link that cannot be known is made anew first, in a transaction of
    its own. Raises Overtaken, UnknownKind.
    """
    if message.text or not message.kind:
        return Letter(
            subject=message.subject,
            text=message.text,
            html=message.html,
            calendar=message.calendar,
            pass_code=message.pass_code,
            reply_to=_reply_to(message),
        )
    kind = kinds.get(message.kind)
    if kind is None:
        raise UnknownKind(message.kind)
    with force_locale(message.language):
        facts = _facts(kind, message)
        wording = wording_of(message.event_id, kind, message.language)
        needs_link = placeholders.LINK in placeholders.used(wording.body) and not facts.link
        if is_sending and needs_link and kind.make_link is not None:
            db.session.rollback()
            kind.make_link(message)
            facts = _facts(kind, message)
        return written(wording, facts)


def _facts(kind: Kind, message: Message) -> Facts:
    facts = kind.facts(message)
    if facts is None:
        raise Overtaken
    return facts


def wording_of(event_id: int | None, kind: Kind, language: str) -> Wording:
    """The organisers' own wording, or the shipped one in the language in force."""
    own = own_wording(event_id, kind.name, language) if event_id is not None else None
    return Wording(own.subject, own.body) if own else kind.shipped()


def own_wording(event_id: int, kind: str, language: str) -> LetterTemplate | None:
    """The organisers' own wording, where there is one."""
    return db.session.scalar(
        select(LetterTemplate).filter_by(event_id=event_id, kind=kind, language=language)
    )


def written(wording: Wording, facts: Facts) -> Letter:
    """A letter from its wording and its facts, in the language in force."""
    subject = placeholders.subject_of(wording, facts)
    blocks = placeholders.blocks_of(wording, facts)
    template = current_app.jinja_env.get_template("mail/letter.html")
    has_picture = bool(facts.pass_code) and any(it.kind == placeholders.QR for it in blocks)
    return Letter(
        subject=subject,
        text=placeholders.text_of(wording, facts),
        # Rendered without the context of pages: there may be no page.
        html=template.render(subject=subject, facts=facts, blocks=blocks, locale=str(get_locale())),
        calendar=facts.calendar,
        pass_code=facts.pass_code if has_picture else "",
        reply_to=facts.reply_to,
    )


def _reply_to(message: Message) -> tuple[str, str]:
    name, address = (message.details or {}).get(REPLY_TO) or ("", "")
    return str(name), str(address)

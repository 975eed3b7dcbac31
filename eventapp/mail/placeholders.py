"""The wording of a letter: plain text with a fixed list of placeholders, filled in.

A placeholder is ``{name}``; one regular expression finds them all in one pass, so that what is
filled in is never looked at again, and nothing is ever evaluated. Paragraphs are parted by empty
lines. A line whose placeholders are all empty is left out: "Reason: {reason}" disappears where no
reason was given. Some placeholders are blocks with a line of their own: ``{details}`` a table of
facts, ``{changes}`` a list, ``{qr}`` the picture of the pass with its code, ``{link}`` a button
(or, within a line, the address itself).
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from markupsafe import Markup, escape

LINK, DETAILS, CHANGES, QR = "link", "details", "changes", "qr"
BLOCKS = frozenset({LINK, DETAILS, CHANGES, QR})
MAX_SUBJECT, MAX_BODY = 200, 10_000
MAX_PLACEHOLDERS = 100
_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
_BRACES = re.compile(r"\{[^{}\r\n]*\}")
_ONLY = re.compile(r"\s*\{([a-z_]+)\}\s*")
_BLANK_LINES = re.compile(r"\n\s*\n")


@dataclass(frozen=True, slots=True)
class Wording:
    """A subject and a body with placeholders."""

    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class Notice:
    """What a letter says below its wording: a text, addresses with what each leads to, a text."""

    text: str
    links: Sequence[tuple[str, str]]
    """(what it is, address)"""
    after: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """What the placeholders of one letter stand for.

    ``values`` are texts of one line, perhaps empty. ``title`` stands over the letter, ``notice``
    and ``footer`` under it, whatever the wording. ``calendar`` (RFC 5545) goes with the letter.
    """

    values: Mapping[str, str]
    title: str = ""
    notice: Notice | None = None
    footer: Sequence[str] = ()
    reply_to: tuple[str, str] = ("", "")
    """Name and address of whoever is to get the answers."""
    link: str = ""
    link_label: str = ""
    details: Sequence[tuple[str, str]] = ()
    changes: Sequence[str] = ()
    pass_code: str = ""
    """As it is scanned; empty where no pass is to be shown."""
    pass_label: str = ""
    """What stands before the code, in words: ``Pass code: ABCD EFGH JKMN``."""
    calendar: bytes | None = None


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of a letter as HTML: ``paragraph``, ``link``, ``details``, ``changes`` or ``qr``."""

    kind: str
    html: Markup = field(default_factory=Markup)


class Problem(StrEnum):
    """What is wrong with a wording."""

    UNKNOWN = "unknown"
    MISSING = "missing"
    ALONE = "alone"  # a block that shares its line
    TWICE = "twice"
    NOT_IN_SUBJECT = "not_in_subject"
    LINE_END = "line_end"
    TOO_MANY = "too_many"


def used(text: str) -> list[str]:
    """The names of the placeholders of a text, in order, as often as they stand there."""
    return _PLACEHOLDER.findall(text)


def subject_problems(subject: str, allowed: Collection[str]) -> Iterator[tuple[Problem, str]]:
    """What is wrong with a subject, and where: no line ends, no blocks, nothing unknown."""
    if any(c in "\r\n\v\f\x85\u2028\u2029" or c == "\0" for c in subject):
        yield Problem.LINE_END, ""
    for found in dict.fromkeys(_BRACES.findall(subject)):
        if found[1:-1] in BLOCKS:
            yield Problem.NOT_IN_SUBJECT, found
        elif found[1:-1] not in allowed:
            yield Problem.UNKNOWN, found
    if len(used(subject)) > MAX_PLACEHOLDERS:
        yield Problem.TOO_MANY, ""


def body_problems(
    body: str, allowed: Collection[str], needed: Collection[str]
) -> Iterator[tuple[Problem, str]]:
    """What is wrong with a body, and at which placeholder."""
    for found in dict.fromkeys(_BRACES.findall(body)):
        if found[1:-1] not in allowed:
            yield Problem.UNKNOWN, found
    names = used(body)
    for name in needed:
        if name not in names:
            yield Problem.MISSING, f"{{{name}}}"
    for name in (DETAILS, CHANGES, QR):
        if names.count(name) > 1:
            yield Problem.TWICE, f"{{{name}}}"
    for line in body.splitlines():
        for name in used(line):
            if name in (DETAILS, QR) and not _ONLY.fullmatch(line):
                yield Problem.ALONE, f"{{{name}}}"
    if len(names) > MAX_PLACEHOLDERS:
        yield Problem.TOO_MANY, ""


def fill(text: str, values: Mapping[str, str]) -> str:
    """A text with its placeholders filled in; what is no placeholder stays as it is."""
    return _PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), text)


def fill_html(text: str, values: Mapping[str, str | Markup]) -> Markup:
    """As `fill`, as HTML in which text and values are escaped, but for Markup."""
    return Markup(  # noqa: S704 - each part is escaped
        _PLACEHOLDER.sub(
            lambda found: str(escape(values.get(found[1], found[0]))), str(escape(text))
        )
    )


def subject_of(wording: Wording, facts: Facts) -> str:
    """The subject of a letter, in one line."""
    return " ".join(fill(wording.subject, facts.values).split())


def text_of(wording: Wording, facts: Facts) -> str:
    """A letter as plain text."""
    texts = {
        **facts.values,
        LINK: facts.link,
        DETAILS: "\n".join(f"{term}: {value}" for term, value in facts.details),
        CHANGES: "; ".join(facts.changes),
        QR: facts.pass_label if facts.pass_code else "",
    }
    paragraphs = []
    for lines in _paragraphs(wording.body, texts):
        paragraphs.append(
            "\n".join(
                "\n".join(f"- {change}" for change in facts.changes)
                if block == CHANGES
                else fill(line, texts)
                for line, block in lines
            )
        )
    if facts.notice:
        others = "\n".join(f"- {label}\n  {link}" for label, link in facts.notice.links)
        paragraphs += [facts.notice.text, others, facts.notice.after]
    return "\n\n".join([*paragraphs, "\n".join(facts.footer)]).strip() + "\n"


def blocks_of(wording: Wording, facts: Facts) -> list[Block]:
    """The pieces of a letter as HTML, in order."""
    texts: dict[str, str | Markup] = {
        **facts.values,
        LINK: Markup('<a href="{0}">{0}</a>').format(facts.link) if facts.link else "",
        DETAILS: "details" if facts.details else "",
        CHANGES: "; ".join(facts.changes),
        QR: facts.pass_label if facts.pass_code else "",
    }
    blocks: list[Block] = []
    for lines in _paragraphs(wording.body, texts):
        together: list[Markup] = []

        def end(together: list[Markup]) -> None:
            if together:
                blocks.append(Block("paragraph", Markup("<br>\n").join(together)))
                together.clear()

        for line, block in lines:
            if block:
                end(together)
                blocks.append(Block(block))
            else:
                together.append(fill_html(line, texts))
        end(together)
    return blocks


def _paragraphs(body: str, texts: Mapping[str, str]) -> Iterator[list[tuple[str, str]]]:
    """Per paragraph its lines, each with the block that it is or nothing; empty ones left out."""
    body = "\n".join(body.splitlines())
    for paragraph in _BLANK_LINES.split(body.strip("\n")):
        lines = []
        for line in paragraph.split("\n"):
            known = [name for name in used(line) if name in texts]
            if not line.strip() or (known and not any(texts[name] for name in known)):
                continue
            alone = _ONLY.fullmatch(line)
            lines.append((line.strip(), alone[1] if alone and alone[1] in BLOCKS else ""))
        if lines:
            yield lines

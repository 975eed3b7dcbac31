"""Which of two registrations stays, and which value of each field: what is proposed."""

import unicodedata
from dataclasses import dataclass

from eventapp.registration.models import Delegate

FIELDS = (
    "name",
    "position",
    "organisation_id",
    "category_id",
    "email",
    "phone",
    "diet",
    "needs",
    "needs_step_free",
    "language",
)
"""What is one registration's or the other's; everything else is put together."""
_CONTACT = frozenset({"email", "phone", "language"})
_IF_ANY = frozenset({"diet", "needs", "needs_step_free"})


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a merge does unless somebody decides otherwise."""

    kept_id: int
    """The registration that stays."""
    values: dict[str, int]
    """Field → the id of the delegate whose value is kept; of the fields that differ only."""


def differing(a: Delegate, b: Delegate) -> list[str]:
    """The fields of `FIELDS` in which two registrations differ, in their order."""
    return [field for field in FIELDS if getattr(a, field) != getattr(b, field)]


def propose(a: Delegate, b: Delegate, scanned: frozenset[int] = frozenset()) -> Proposal:
    """Who stays and what is kept of two registrations of which those ``scanned`` came already.

    Who has been scanned stays, else who registered first. Contacts are the newer registration's,
    the position is the longer one, a name with marks is kept before one without.
    """
    older, newer = sorted((a, b), key=lambda it: (it.created_at, it.id))
    kept, other = older, newer
    if newer.id in scanned and older.id not in scanned:
        kept, other = newer, older
    return Proposal(
        kept.id, {field: _whose(field, kept, other, newer).id for field in differing(a, b)}
    )


def _whose(field: str, kept: Delegate, other: Delegate, newer: Delegate) -> Delegate:
    mine, theirs = getattr(kept, field), getattr(other, field)
    if field in _CONTACT:
        return newer if getattr(newer, field) else (kept if mine else other)
    if field == "position":
        return other if len(theirs) > len(mine) else kept
    if field == "name":
        return other if _spelling(theirs) > _spelling(mine) else kept
    if field in _IF_ANY:
        return kept if mine else other
    return kept


def _spelling(name: str) -> tuple[int, bool]:
    """Better spellings of a name are greater: with more marks, then not all in capitals."""
    marks = sum(unicodedata.combining(it) > 0 for it in unicodedata.normalize("NFD", name))
    return marks + name.lower().count("đ"), not name.isupper()

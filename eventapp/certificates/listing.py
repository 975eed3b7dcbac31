"""The organisers' list: who qualifies, who has a certificate, and how it stands with each."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from eventapp.certificates import judging
from eventapp.certificates.judging import Judged
from eventapp.certificates.models import Certificate, CertificateRule
from eventapp.certificates.rule import Standing
from eventapp.database import db
from eventapp.events.models import Event
from eventapp.registration.models import Delegate, Organisation
from eventapp.registration.search import naming

PER_PAGE = 50


class State(StrEnum):
    """How it stands with one person's certificate."""

    READY = "ready"  # qualifies, and has none
    ISSUED = "issued"
    OUTDATED = "outdated"  # issued, and says something that is known better now
    UNEARNED = "unearned"  # issued, and would not be any more
    WITHDRAWN = "withdrawn"
    TOO_LITTLE = "too_little"
    EXCLUDED = "excluded"
    NO_TRAINING = "no_training"
    NOT_APPROVED = "not_approved"


@dataclass(frozen=True, slots=True)
class Row:
    """One person of the list."""

    delegate: Delegate
    judged: Judged
    certificate: Certificate | None
    state: State


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of the list; ``counts`` are those of the whole event."""

    rows: Sequence[Row]
    counts: Mapping[State, int]
    total: int
    number: int

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.total // PER_PAGE))


def find(
    event: Event,
    rule: CertificateRule,
    *,
    state: State | None = None,
    delegation_id: int | None = None,
    words: str = "",
    page: int = 1,
) -> Listing:
    """Those in that state and of that delegation, None for all, in the order of lists.

    ``words`` are of the name, the office or the number of the certificate, in any order.
    A fixed number of queries; a page beyond the last is the last.
    """
    judged = judging.judge(event, rule)
    held = judging.certificates(event.id)
    now = judging.snapshots(event, rule, judged, certified=True) if held else {}
    outdated = judging.outdated(held, now)
    states = {
        id_: state_of(it, held.get(id_), is_outdated=id_ in outdated) for id_, it in judged.items()
    }
    named = _named(event.id, words, held) if words else None
    chosen = [
        id_
        for id_, it in judged.items()
        if (state is None or states[id_] is state)
        and (delegation_id is None or it.delegation_id == delegation_id)
        and (named is None or id_ in named)
    ]
    number = min(max(page, 1), max(1, -(-len(chosen) // PER_PAGE)))
    shown = chosen[(number - 1) * PER_PAGE : number * PER_PAGE]
    people = _people(shown)
    rows = [Row(people[id_], judged[id_], held.get(id_), states[id_]) for id_ in shown]
    return Listing(rows, Counter(states.values()), len(chosen), number)


def state_of(judged: Judged, certificate: Certificate | None, *, is_outdated: bool) -> State:
    """How it stands with somebody who has this certificate, if any."""
    if certificate is None:
        if judged.standing is Standing.QUALIFIES:
            return State.READY
        return State(judged.standing.value)
    if certificate.is_withdrawn:
        return State.WITHDRAWN
    if judged.standing is not Standing.QUALIFIES:
        return State.UNEARNED
    return State.OUTDATED if is_outdated else State.ISSUED


def _named(event_id: int, words: str, held: Mapping[int, Certificate]) -> set[int]:
    found = select(Delegate.id).where(Delegate.event_id == event_id, *naming(words))
    number = words.strip().casefold()
    return {
        *db.session.scalars(found),
        *(id_ for id_, it in held.items() if it.number_text.casefold() == number),
    }


def _people(ids: Sequence[int]) -> dict[int, Delegate]:
    found = db.session.scalars(
        select(Delegate)
        .where(Delegate.id.in_(ids))
        .options(
            joinedload(Delegate.category),
            joinedload(Delegate.organisation).joinedload(Organisation.delegation),
        )
    )
    return {it.id: it for it in found}

"""What is stored beside a delegate's name so that it is found and stands in its order."""

from functools import cache
from typing import Any, cast

from sqlalchemy import Table, bindparam, select, update

from eventapp import text
from eventapp.database import db
from eventapp.registration import protocol, ranks
from eventapp.registration.models import Delegate, Organisation


def search_text(name: str, organisation: str, delegation: str, email: str) -> str:
    """What a search looks through: folded words, each after a space.

    ``LIKE '% term%'`` on it finds the words that begin with a folded term.
    """
    return " " + text.fold(f"{name} {organisation} {delegation} {email}")


def derived(name: str, organisation: str, delegation: str, email: str) -> dict[str, str]:
    """What is stored beside a clean name, by column."""
    return {
        "name_key": text.sort_key(name),
        "name_folded": text.fold(name)[:300],
        "search_text": search_text(name, organisation, delegation, email),
    }


def index_delegate(delegate: Delegate) -> None:
    """Clean the name and derive its key, the search text and the protocol rank.

    After every change of name, position, organisation or address.

    The delegate's organisation and delegation must be loaded or loadable.
    """
    delegate.name = text.clean(delegate.name)
    office = delegate.organisation
    found = derived(delegate.name, office.name, office.delegation.name, delegate.email or "")
    for column, value in found.items():
        setattr(delegate, column, value)
    delegate.protocol_rank = protocol.rank_of(
        delegate.position, office.name, ranks.of(delegate.event_id)
    )


def index_delegation(delegation_id: int, name: str) -> None:
    """Derive the search text of everybody in a delegation anew: it or its offices were renamed.

    Inside a transaction. Revisions stay: whoever edits one of them loses nothing.
    """
    people = db.session.execute(
        select(
            Delegate.id,
            Delegate.event_id,
            Delegate.name,
            Delegate.position,
            Delegate.email,
            Organisation.name.label("office"),
        )
        .join(Delegate.organisation)
        .where(Organisation.delegation_id == delegation_id)
    ).all()
    known = ranks.of(people[0].event_id) if people else ()
    update_rows(
        [
            {
                "id": it.id,
                "search_text": search_text(it.name, it.office, name, it.email),
                "protocol_rank": protocol.rank_of(it.position, it.office, known),
            }
            for it in people
        ]
    )


def rank_everybody(event_id: int) -> int:
    """Derive the rank of every delegate of an event anew, within the transaction in progress.

    Returns how many have another one now. Revisions stay: whoever edits somebody meanwhile loses
    nothing.
    """
    known = ranks.of(event_id)
    rows = db.session.execute(
        select(Delegate.id, Delegate.position, Organisation.name, Delegate.protocol_rank)
        .join(Delegate.organisation)
        .where(Delegate.event_id == event_id)
        .order_by(Delegate.id)  # as whoever locks several does
    )

    @cache  # of a thousand people few hold a position that nobody else holds
    def rank_of(position: str, office: str) -> int:
        return protocol.rank_of(position, office, known)

    changed = [
        {"id": id_, "protocol_rank": rank}
        for id_, position, office, before in rows
        if (rank := rank_of(position, office)) != before
    ]
    update_rows(changed)
    return len(changed)


def update_rows(rows: list[dict[str, Any]]) -> None:
    """Change many delegates by id, all in the same columns, inside a transaction.

    Past the mapper: revisions are only counted up if they are among the columns.
    """
    if not rows:
        return
    table = cast(Table, Delegate.__table__)
    values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in rows[0] if name != "id"}
    db.session.connection().execute(
        update(table).where(table.c.id == bindparam("new_id")).values(values),
        [{f"new_{name}": value for name, value in row.items()} for row in rows],
    )

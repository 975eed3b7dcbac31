"""How long organisers wait for the list of delegates among 100,000, on the server.

    python benchmarks/search.py [--delegates 100000] [--repeat 9]

For every filter of the list, several searches, orders and pages, in milliseconds: the median time
of the query (a page of 50 with its total) and of the page as a browser asks for it (signed in, with
its facets; a search is the form that is sent and the list that it leads to), and the processor time
that the page costs (Linux), which says the same while the machine has other things to do.
Beside some searches stands the same answer found by reading every name and matching in Python.
The delegates are put into a scratch database, or into an empty one that DATABASE_URL names.
"""

import argparse
import os
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from urllib.parse import urlencode

from _filled import fill, scratch_app
from flask import current_app, g
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from eventapp import text
from eventapp.accounts import service as accounts
from eventapp.accounts.models import User
from eventapp.accounts.permissions import Role
from eventapp.database import db
from eventapp.events.models import Event
from eventapp.programme.models import Session
from eventapp.questions.models import Question
from eventapp.registration.models import Delegate, Delegation, Organisation, Status
from eventapp.registration.paging import SORTS
from eventapp.registration.search import NO_ANSWER, NO_GROUP, Filters, find
from eventapp.visits.models import VisitGroup

SLUG = "benchmark"
_LIST = f"/manage/{SLUG}/delegates"
_LAST = 10**6


def _cases(event: Event) -> list[tuple[str, Filters, str, int]]:
    """(label, filters, order, page): every filter alone, and what organisers do with them."""

    def first(model: type, **of: object) -> int:
        return db.session.scalars(select(model.id).filter_by(**of).order_by(model.id)).first()

    province = first(Delegation, event_id=event.id)
    category = event.categories[0].id
    one, several = db.session.scalars(
        select(Question.id).filter_by(event_id=event.id).order_by(Question.id)
    )
    last_day = event.days[1].id
    alone = [
        Filters(q="nguyen dinh"),
        Filters(q="đức sở nội vụ"),
        Filters(q="n"),
        Filters(q="xyzzy"),
        Filters(delegation=province),
        Filters(office=db.session.scalars(select(Organisation.name_folded)).first()),
        Filters(category=category),
        Filters(category=event.categories[-1].id),
        Filters(group=str(first(VisitGroup, event_id=event.id))),
        Filters(group=NO_GROUP),
        Filters(day=event.days[0].id),
        Filters(day=last_day),
        Filters(session=first(Session, event_id=event.id)),
        Filters(reprint="1"),
        Filters(answer=f"{one}:3"),
        Filters(answer=f"{one}:{NO_ANSWER}"),
        Filters(answer=f"{several}:3"),
        Filters(answer=f"{several}:{NO_ANSWER}"),
        *(Filters(status=status) for status in Status),
    ]
    together = [
        Filters(q="dinh", delegation=province),
        Filters(q="dinh", category=category),
        Filters(day=last_day, category=category, status=Status.APPROVED),
        Filters(answer=f"{one}:3", status=Status.APPROVED, day=last_day),
        Filters(answer=f"{several}:{NO_ANSWER}", q="nguyen"),
        Filters(group=NO_GROUP, status=Status.APPROVED, day=last_day),
    ]
    cases = [(_said(it), it, "name", 1) for it in alone + together]
    # The last page of what is longest: everything before it is counted off.
    cases += [
        (f"{_said(it)}, last page", it, "name", _LAST)
        for it in alone
        if it.group == NO_GROUP or it.day or it.answer or it.q == "n" or it.category == category
    ]
    orders = [order for name in SORTS for order in (name, f"-{name}")]
    cases += [
        (f"by {order}, page {page}", Filters(), order, page)
        for order in orders
        for page in (1, 1000)
    ]
    cases += [
        (f"{_said(filters)} by {order}", filters, order, 1)
        for order in SORTS[1:]
        for filters in (Filters(q="nguyen"), Filters(day=last_day), Filters(answer=f"{one}:3"))
    ]
    return [*cases, ("everybody, last page", Filters(), "name", _LAST)]


def _said(filters: Filters) -> str:
    return ", ".join(
        f"{it.name} {getattr(filters, it.name)}"
        for it in fields(filters)
        if getattr(filters, it.name) not in (None, "")
    )


class Browser:
    """An organiser's, signed in."""

    def __init__(self, event_id: int) -> None:
        user = accounts.create_user("organiser@bacninh.example", "a sentence of some length")
        accounts.set_role(user.id, event_id, Role.ORGANISER)
        user = db.session.scalars(select(User)).one()
        self._client = current_app.test_client()
        with self._client.session_transaction() as session:
            session["_user_id"] = user.get_id()
            session["_fresh"] = True
        self._token = re.search(
            r'name="csrf_token"[^>]*value="([^"]+)"', self._open("GET", _LIST).text
        )[1]

    def show(self, filters: Filters, sort: str, page: int) -> None:
        """Ask for a list: words are sent by a form, everything else is an address."""
        address = f"{_LIST}?{urlencode({**filters.address, 'sort': sort, 'page': page})}"
        if filters.q:
            form = {**filters.fields, "sort": sort, "csrf_token": self._token}
            sent = self._open("POST", f"{_LIST}/search", data=form)
            address = f"{sent.headers['Location']}&page={page}"
        self._open("GET", address)

    def _open(self, method: str, address: str, **what: object) -> TestResponse:
        for name in list(g):  # the context that is held open would spare the server some work
            g.pop(name)
        answer = self._client.open(address, method=method, **what)
        if answer.status_code not in (200, 303):
            sys.exit(f"{answer.status_code} for {method} {address}")
        return answer


def times_ms(work: Callable[[], object], repeat: int) -> tuple[float, float]:
    """How long a call takes (median) and how much processor time (mean), in milliseconds.

    After one call that is not counted.
    """
    work()
    taken = []
    before = _processor_s()
    for _ in range(repeat):
        db.session.expire_all()
        started = time.perf_counter()
        work()
        taken.append((time.perf_counter() - started) * 1000)
    return statistics.median(taken), (_processor_s() - before) * 1000 / repeat


def _processor_s() -> float:
    """Processor time of this process, and of PostgreSQL's if it runs on this machine."""
    used = time.process_time()
    if db.engine.dialect.name == "postgresql":
        pid = db.session.scalar(select(func.pg_backend_pid()))
        stat = Path(f"/proc/{pid}/stat")
        if stat.exists():
            ticks = stat.read_text().rpartition(")")[2].split()[11:13]
            used += sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")
    return used


def naive(event_id: int, query: str) -> list[int]:
    """Read every name, fold it, look for the words, sort: what many programs do."""
    terms = text.search_terms(query)
    rows = db.session.execute(
        select(
            Delegate.id,
            Delegate.name,
            Delegate.email,
            Organisation.name,
            Delegation.name,
        )
        .join(Organisation, Organisation.id == Delegate.organisation_id)
        .join(Delegation, Delegation.id == Organisation.delegation_id)
        .where(Delegate.event_id == event_id)
    )
    found = [
        (text.sort_key(name), id_)
        for id_, name, *rest in rows
        if text.matches(text.fold(" ".join((name, *rest))), terms)
    ]
    return [id_ for _, id_ in sorted(found)][:50]


def main() -> int:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--delegates", type=int, default=100_000)
    parser.add_argument("--repeat", type=int, default=9)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, scratch_app(folder):
        event_id = fill(given.delegates, SLUG)
        event = db.session.get_one(Event, event_id)
        browser = Browser(event_id)
        print(f"{given.delegates} delegates on {db.engine.dialect.name}; ms, of {given.repeat}")
        print(f"{'':52}   found   query    page     cpu")
        worst: list[tuple[float, float]] = []
        for label, filters, sort, page in _cases(event):
            found = find(event, filters, sort, page).total
            query, _cpu = times_ms(lambda: find(event, filters, sort, page), given.repeat)  # noqa: B023
            whole, cpu = times_ms(lambda: browser.show(filters, sort, page), given.repeat)  # noqa: B023
            worst.append((whole, cpu))
            line = f"{label:52} {found:7} {query:7.1f} {whole:7.1f} {cpu:7.1f}"
            if filters.q and filters == Filters(q=filters.q) and page == 1 and sort == "name":
                baseline, _cpu = times_ms(lambda: naive(event_id, filters.q), 1)  # noqa: B023
                line += f"   naive {baseline:.0f}"
            print(line, flush=True)
        median, cpu = (max(it) for it in zip(*worst, strict=True))
        print(f"{len(worst)} lists; the slowest page: {median:.0f} ms, {cpu:.0f} ms of processor")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""What the main pages cost: database queries, milliseconds, and bytes over the wire.

    python benchmarks/pages.py [--delegates 600]

For each page: its status, the number of queries, the median time in the server, its size and its
size compressed as a browser receives it, and the compressed size of everything it loads
that the browser does not have yet on a first visit (styles, scripts and pictures, not fonts).
"""

import argparse
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager

from _filled import fill, scratch_app
from flask import current_app
from flask.testing import FlaskClient
from sqlalchemy import event as listen
from sqlalchemy import func, select

from eventapp.accounts import service as accounts
from eventapp.accounts.models import User
from eventapp.accounts.permissions import Role
from eventapp.database import db
from eventapp.registration.models import Delegate, Quota

SLUG = "benchmark"
PAGES = (
    "/",
    f"/e/{SLUG}/",
    f"/e/{SLUG}/register",
    f"/e/{SLUG}/agenda",
    f"/manage/{SLUG}/dashboard",
    f"/manage/{SLUG}/dashboard/figures?seen=SEEN",
    f"/manage/{SLUG}/delegates",
    f"/manage/{SLUG}/delegates?status=approved&sort=organisation&page=3",
    f"/manage/{SLUG}/delegates/DELEGATE",
    f"/manage/{SLUG}/delegates/DELEGATE/edit",
    f"/manage/{SLUG}/changes",
    f"/manage/{SLUG}/programme",
    f"/manage/{SLUG}/visits",
    f"/manage/{SLUG}/badges",
    f"/manage/{SLUG}/checkin",
)
_LOADED = re.compile(r'(?:href|src)="(/(?:static/|e/[^"]+\.css)[^"]*)"')
# What browsers send over https.
_BROWSER = {"Accept-Encoding": "gzip, deflate, br, zstd"}
_REPEAT = 5


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements that are executed inside."""
    seen: list[str] = []

    def note(conn: object, cursor: object, statement: str, *rest: object) -> None:
        if not statement.startswith("BEGIN"):
            seen.append(statement)

    listen.listen(db.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        listen.remove(db.engine, "before_cursor_execute", note)


def signed_in(event_id: int) -> FlaskClient:
    """A browser of an organiser."""
    user = accounts.create_user("organiser@bacninh.example", "a sentence of some length")
    accounts.set_role(user.id, event_id, Role.ORGANISER)
    user = db.session.scalars(select(User)).one()
    client = current_app.test_client()
    with client.session_transaction() as session:
        session["_user_id"] = user.get_id()
        session["_fresh"] = True
    return client


def static_bytes(client: FlaskClient, page: str, known: dict[str, int]) -> int:
    """Compressed bytes of what the page loads, fonts that it may not need left out."""
    total = 0
    for address in set(_LOADED.findall(page)):
        address = address.replace("&amp;", "&")
        if address not in known:
            known[address] = len(client.get(address, headers=_BROWSER).data)
        total += known[address]
    return total


def main() -> int:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--delegates", type=int, default=600)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, scratch_app(folder):
        event_id = fill(given.delegates, SLUG)
        db.session.add(Quota(event_id=event_id, places=None, taken=given.delegates))
        db.session.commit()
        client = signed_in(event_id)
        someone = db.session.scalar(select(func.min(Delegate.id)))
        dashboard = client.get(f"/manage/{SLUG}/dashboard").text
        seen = re.search(r"seen=([\w-]+)", dashboard)
        known: dict[str, int] = {}
        print(f"{given.delegates} delegates; bytes; median of {_REPEAT}")
        print(f"{'page':58} status queries     ms    size  sent  loads")
        for page in PAGES:
            address = page.replace("DELEGATE", str(someone))
            address = address.replace("SEEN", seen[1] if seen else "")
            with counted() as queries:
                answer = client.get(address)
            taken = []
            for _ in range(_REPEAT):
                started = time.perf_counter()
                packed = client.get(address, headers=_BROWSER)
                taken.append((time.perf_counter() - started) * 1000)
            print(
                f"{page:58} {answer.status_code:6} {len(queries):7}"
                f" {statistics.median(taken):6.1f} {len(answer.data):7} {len(packed.data):5}"
                f" {static_bytes(client, answer.text, known):6}"
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())

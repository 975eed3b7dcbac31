"""A device at the door as tests work it: its engine in a page, and what the server has of it."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Page, Route

from eventapp import tokens
from tests.browser.conftest import Live

EVENT = "bac-ninh-2012"
API = "**/api/v1/events/**"
SCANS = "**/api/v1/events/*/scans"
UNKNOWN = "ZZZZ0000ZZZZ"
"""Well formed, and nobody's."""

# The app's own engine: the module is the same, and so is what it has opened.
_ENGINE = "import('/static/checkin/engine/engine.js').then(({ Engine }) => Engine.open())"


@dataclass(frozen=True)
class Entry:
    """A row of the server's log."""

    verdict: str
    reason: str | None
    kind: str
    read_at: str
    offset_ms: int
    happened_at: str
    received_at: str
    note: str
    discrepancy: str | None


class Door:
    """One page of one device."""

    def __init__(self, page: Page, live: Live) -> None:
        self.page = page
        self.live = live

    def run(self, script: str, argument: Any = None) -> Any:
        """Evaluate ``async (engine, argument) => …`` with the page's engine."""
        return self.page.evaluate(
            f"async (argument) => ({script})(await {_ENGINE}, argument)", argument
        )

    def scan(self, code: str, checkpoint: int | None = None, **more: Any) -> dict[str, Any]:
        """Scan a code, at the first checkpoint unless another one is said."""
        order = {"code": code, "checkpoint": checkpoint or self.door, "source": "scanner", **more}
        result: dict[str, Any] = self.run("(engine, order) => engine.scan(order)", order)
        return result

    @property
    def door(self) -> int:
        """The first day's door."""
        return checkpoints(self.live)[0]

    @property
    def state(self) -> dict[str, Any]:
        """The engine's state."""
        found: dict[str, Any] = self.run("(engine) => engine.state")
        return found

    @property
    def stored(self) -> int:
        """Entries in the outbox, as the database itself counts them."""
        return int(self.page.evaluate(_COUNT, EVENT))

    def wait_until(self, condition: str) -> None:
        """Wait until something is true of the state."""
        self.page.evaluate(
            f"""async () => {{
                const engine = await {_ENGINE};
                const holds = (state) => {condition};
                const end = performance.now() + 60000;
                while (!holds(engine.state)) {{
                    if (performance.now() > end) throw new Error(JSON.stringify(engine.state));
                    await new Promise((resolve) => setTimeout(resolve, 20));
                }}
            }}"""
        )

    def be_patient(self) -> None:
        """Wait for the server's verdict, however busy the machine is."""
        self.run("(engine) => { engine.patience = 60000; }")

    def sync(self) -> str | None:
        """Send and learn; what stood against it."""
        found: str | None = self.run(
            "(engine) => engine.sync().then(() => null, (error) => error.constructor.name)"
        )
        return found

    def cut(self, after: bool = False, path: str = API) -> list[int]:
        """No answer comes any more; with ``after`` the server has done its part. Until `mend`."""
        done: list[int] = []

        def cut(route: Route) -> None:
            if after:
                done.append(route.fetch().status)
            route.abort("internetdisconnected")

        self.page.route(path, cut)
        return done

    def mend(self) -> None:
        """The network is back, unless it is off altogether."""
        self.page.unroute_all(behavior="wait")


_COUNT = """(event) => new Promise((resolve, reject) => {
    const request = indexedDB.open(`eventapp-checkin-${event}`);
    request.onerror = () => reject(request.error);
    request.onsuccess = () => {
        const database = request.result;
        const count = database.transaction("outbox").objectStore("outbox").count();
        count.onsuccess = () => { database.close(); resolve(count.result); };
    };
})"""


def database(live: Live) -> closing[sqlite3.Connection]:
    """The server's database, to read."""
    path = live.instance / "eventapp.db"
    return closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True))


def checkpoints(live: Live) -> list[int]:
    """Ids of the checkpoints, in their order."""
    with database(live) as connection:
        return [
            id_ for (id_,) in connection.execute("select id from checkpoint order by position, id")
        ]


def fresh_codes(live: Live, count: int = 1) -> list[str]:
    """Codes of approved delegates who are expected at the first door and were not scanned yet."""
    with database(live) as connection:
        rows = connection.execute(
            """
            select delegate.code from delegate
            join checkpoint on checkpoint.id = ?
            join delegate_day on delegate_day.delegate_id = delegate.id
              and delegate_day.day_id = checkpoint.day_id
            where status = 'approved' and merged_into_id is null
              and not exists (select 1 from scan where scan.code = delegate.code)
            order by delegate.id desc limit ?
            """,
            (checkpoints(live)[0], count),
        ).fetchall()
    assert len(rows) == count, "the demo has no more people"
    return [code for (code,) in rows]


def log_of(live: Live, code: str) -> list[Entry]:
    """What the server's log has of a code."""
    with database(live) as connection:
        rows = connection.execute(
            """
            select verdict, reason, scan.kind, read_at, clock_offset_ms, happened_at, received_at,
              scan.note, discrepancy.kind
            from scan left join discrepancy on discrepancy.scan_id = scan.id
            where code = ? order by happened_at
            """,
            (code,),
        )
        return [Entry(*row) for row in rows]


def verdicts_of(live: Live, code: str) -> Sequence[str]:
    """The verdicts that the server's log has of a code."""
    return [it.verdict for it in log_of(live, code)]


def provision(
    page: Page, live: Live, name: str, rights: str = "supervisor", url: str | None = None
) -> Door:
    """Make the page's browser a device that has the list and could do without a network.

    ``url`` is another address of the server.
    """
    url = url or live.url
    page.goto(f"{url}/healthz")
    page.evaluate(
        "device => import('/static/checkin/engine/devices.js').then((it) => it.remember(device))",
        {"event": EVENT, "token": new_token(live, name, rights)},
    )
    return start(page, live, url)


def start(page: Page, live: Live, url: str) -> Door:
    """Open the app; it is up to date, and kept for when there is no network."""
    page.goto(f"{url}/checkin/")
    door = Door(page, live)
    door.wait_until("state.ready")
    page.evaluate("navigator.serviceWorker?.ready.then(() => null)")
    return door


def new_token(live: Live, name: str, rights: str = "supervisor") -> str:
    """The token of a new device."""
    token = tokens.new_secret()
    values = (name, rights, tokens.hash_secret(token), "2026-01-01 00:00:00.000000", EVENT)
    with closing(sqlite3.connect(live.instance / "eventapp.db")) as connection, connection:
        connection.execute(
            """
            insert into device (
                event_id, name, rights, token_hash, created_at, is_restricted, is_log_new
            )
            select id, ?, ?, ?, ?, false, false from event where slug = ?
            """,
            values,
        )
    return token


def revoke(live: Live, name: str) -> None:
    """End a device's token, as an organiser does."""
    with closing(sqlite3.connect(live.instance / "eventapp.db")) as connection, connection:
        connection.execute(
            "update device set revoked_at = '2026-01-01 00:00:00.000000' where name = ?", (name,)
        )

"""How large the app at the door is, how soon it can be used, and how soon a verdict is there.

    python benchmarks/app.py [--delegates 10000] [--times 5] [--scans 300]

In a real Chromium before a real server, on a processor that Chromium slows down four times, as
Lighthouse does for a phone. Bytes are those that come over the wire. "Ready" is from the beginning
of the navigation until the app takes scans. A verdict is timed in the page, from the call until the
entry is on the disk and the verdict known, one scan after the other.
"""

import argparse
import shutil
import statistics
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

from playwright.sync_api import CDPSession, Page, sync_playwright
from sqlalchemy import text

sys.path.insert(0, str(Path(__file__).parent))

from _server import EVENT, Server, serving

SLOWER = 4
_ENGINE = "import('/static/checkin/engine/engine.js').then(({ Engine }) => Engine.open())"
_FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking")
_READY = f"""async () => {{
    const engine = await {_ENGINE};
    while (document.getElementById("app")?.dataset.ready !== "true" || !engine.state.ready) {{
        await new Promise((resolve) => setTimeout(resolve, 5));
    }}
    return performance.now();
}}"""
_SCANS = f"""async ([codes, checkpoint]) => {{
    const engine = await {_ENGINE};
    const took = [];
    for (const code of codes) {{
        const begun = performance.now();
        const {{ by }} = await engine.scan({{ code, checkpoint, source: "scanner" }});
        took.push([performance.now() - begun, by]);
        // People come one after another: a scan does not begin while the last is being written.
        await new Promise((resolve) => setTimeout(resolve, 60));
    }}
    return took;
}}"""
_PARTS = f"""async () => {{
    const engine = await {_ENGINE};
    const timed = async (work) => {{
        const begun = performance.now();
        await work();
        return performance.now() - begun;
    }};
    const opened = await timed(async () => {{
        await engine.close();
        const {{ Engine }} = await import("/static/checkin/engine/engine.js");
        window.again = await Engine.open();
    }});
    const again = window.again;
    again.roster.folded = null;
    const first = await timed(() => again.search("nguyen van", 10));
    const next = await timed(() => again.search("duc nguyen", 10));
    return [opened, first, next];
}}"""


class Wire:
    """Bytes that come over the network, by what they are for."""

    def __init__(self, session: CDPSession) -> None:
        self.urls: dict[str, str] = {}
        self.bytes: dict[str, int] = {}
        session.send("Network.enable")
        session.on("Network.responseReceived", self._began)
        session.on("Network.loadingFinished", self._done)

    def _began(self, event: dict[str, Any]) -> None:
        if not event["response"].get("fromServiceWorker"):
            self.urls[event["requestId"]] = event["response"]["url"]

    def _done(self, event: dict[str, Any]) -> None:
        url = self.urls.get(event["requestId"], "")
        kind = "list of people" if "/api/" in url else "app"
        self.bytes[kind] = self.bytes.get(kind, 0) + int(event["encodedDataLength"])


def show(what: str, *values: str) -> None:
    """One line."""
    print(f"{what:<52}" + "".join(f"{it:>14}" for it in values), flush=True)


def milliseconds(values: list[float]) -> tuple[str, str, str]:
    """Median, 99th percentile, worst."""
    ordered = sorted(values)
    late = ordered[min(int(len(ordered) * 0.99), len(ordered) - 1)]
    return f"{statistics.median(ordered):.0f}", f"{late:.0f}", f"{ordered[-1]:.0f}"


def ready(page: Page) -> float:
    """Milliseconds from the beginning of the navigation until scans are taken."""
    return float(page.evaluate(_READY))


def shell_bytes(page: Page) -> int:
    """What the browser keeps of the app, not compressed."""
    return int(
        page.evaluate(
            """async () => {
                const name = (await caches.keys()).find((it) => it.startsWith("eventapp-checkin-"));
                const cache = await caches.open(name);
                let bytes = 0;
                for (const request of await cache.keys()) {
                    bytes += (await (await cache.match(request)).arrayBuffer()).byteLength;
                }
                return bytes;
            }"""
        )
    )


def codes_of(server: Server, count: int) -> tuple[list[str], int]:
    """Codes of people expected at the first door, and the door."""
    query = """
        select delegate.code, checkpoint.id from delegate
        join delegate_day on delegate_day.delegate_id = delegate.id
        join checkpoint on checkpoint.day_id = delegate_day.day_id and checkpoint.kind = 'door'
        where delegate.status = 'approved'
          and checkpoint.id = (select min(id) from checkpoint where kind = 'door')
        order by delegate.id limit :count
    """
    with closing(server.engine().connect()) as connection:
        rows = connection.execute(text(query), {"count": count}).all()
    return [code for code, _ in rows], rows[0][1]


def measure(server: Server, page: Page, times: int, scans: int) -> None:
    """Everything, in one browser."""
    session = page.context.new_cdp_session(page)
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    wire = Wire(session)
    device = {"event": EVENT, "token": server.new_token("Đo")}
    page.goto("/healthz")
    page.evaluate(
        "it => import('/static/checkin/engine/devices.js').then((all) => all.remember(it))", device
    )
    wire.bytes.clear()
    page.goto("/checkin/")
    first = ready(page)
    show("the first time, from the network: KB", *(f"{wire.bytes['app'] / 1000:.0f}", "", ""))
    people = f"{wire.bytes['list of people'] / 1000:.0f}"
    show("people, tables and who has passed: KB", people, "", "")
    page.evaluate("navigator.serviceWorker.ready.then(() => null)")
    show("kept for use without a network: KB", f"{shell_bytes(page) / 1000:.0f}", "", "")
    print(f"\n{'ms':<52}{'median':>14}{'99 %':>14}{'worst':>14}")
    show("ready, the first time, with the list", f"{first:.0f}", "", "")
    codes, door = codes_of(server, 2 * scans)
    for what, offline, mine in (
        ("online", False, codes[:scans]),
        ("without a network", True, codes[scans:]),
    ):
        page.context.set_offline(offline)
        starts = []
        for _ in range(times):
            page.goto("/checkin/")
            starts.append(ready(page))
        show(f"ready, {what}", *milliseconds(starts))
        took = page.evaluate(_SCANS, [mine, door])
        by_server = sum(by == "server" for _, by in took)
        show(f"verdict, {what}", *milliseconds([it for it, _ in took]))
        print(f"  by the server {by_server} of {len(took)}, the others by the device")
    opened, found, again = page.evaluate(_PARTS)
    show("the engine alone: opened with everybody", f"{opened:.0f}", "", "")
    show("a name is looked for, the first time", f"{found:.0f}", "", "")
    show("a name is looked for", f"{again:.0f}", "", "")


def main() -> None:
    """Print sizes in KB and times in ms."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--delegates", type=int, default=10_000)
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--scans", type=int, default=300)
    options = parser.parse_args()
    with serving(options.delegates) as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=[*_FLAGS]
        )
        context = browser.new_context(base_url=f"http://127.0.0.1:{server.port}", locale="vi-VN")
        print(f"{options.delegates:,} delegates, processor {SLOWER} times slower\n")
        measure(server, context.new_page(), options.times, options.scans)
        browser.close()


if __name__ == "__main__":
    main()

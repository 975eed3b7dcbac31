"""The app starts without a network, after a crash too, and is always of one version."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from playwright.sync_api import Error as PlaywrightError

from tests.browser.conftest import _FLAGS, CHROMIUM, PHONE, Live
from tests.browser.door import (
    EVENT,
    Door,
    database,
    fresh_codes,
    log_of,
    provision,
    revoke,
    start,
    verdicts_of,
)
from tests.browser.proxy import Proxy, proxied

pytestmark = pytest.mark.browser

WORDS = "/static/checkin/app/words.js"


@pytest.fixture
def proxy(live: Live) -> Iterator[Proxy]:
    """A server that can be taken away."""
    with proxied(live.url) as server:
        yield server


@pytest.fixture
def open_here(open_page: Callable[..., Page], proxy: Proxy, live: Live) -> Callable[[str], Door]:
    """``open_here(name)``: a device of the server that can be taken away."""
    return lambda name: provision(open_page("/healthz"), live, name, url=proxy.url)


def version(page: Page) -> list[str]:
    """The versions of the app that the browser keeps."""
    names: list[str] = page.evaluate("caches.keys()")
    return [name for name in names if name.startswith("eventapp-checkin-")]


def test_it_starts_in_both_languages_and_scans(
    open_here: Callable[[str], Door], proxy: Proxy, live: Live
) -> None:
    door, [code] = open_here("Không mạng"), fresh_codes(live)
    people = door.state["people"]
    proxy.down = True
    for address, language in (
        ("/checkin/?lang=en", "en"),
        ("/checkin/", "en"),
        ("/checkin/?lang=vi", "vi"),
        ("/checkin/", "vi"),
    ):
        door.page.goto(proxy.url + address)
        expect(door.page.locator("#app")).to_have_attribute("data-ready", "true")
        assert door.page.locator("html").get_attribute("lang") == language
    assert (door.state["people"], door.state["ready"]) == (people, True)
    result = door.scan(code)
    assert (result["verdict"], result["by"]) == ("admitted", "device")
    assert result["person"]["name"]
    # All that it may need later is there too: the camera's decoder, fonts.
    loaded = door.page.evaluate(
        """async () => {
            const names = ["vendor/zxing/reader/index.js", "vendor/zxing/reader/zxing_reader.wasm",
                "fonts/be-vietnam-pro-vietnamese-600-normal.woff2"];
            return Promise.all(names.map(async (name) => (await fetch(`/static/${name}`)).status));
        }"""
    )
    assert loaded == [200, 200, 200]
    proxy.down = False
    door.sync()
    assert verdicts_of(live, code) == ["admitted"]


def test_everything_that_the_page_loads_is_kept(open_here: Callable[[str], Door]) -> None:
    door = open_here("Đủ tệp")
    door.page.reload()
    door.wait_until("state.ready")
    missing = door.page.evaluate(
        """async () => {
            const names = await caches.keys();
            const cache = await caches.open(names.find((it) => it.startsWith("eventapp-checkin-")));
            const missing = [];
            for (const { name } of performance.getEntriesByType("resource")) {
                const { pathname } = new URL(name);
                if (pathname.startsWith("/static/") && !(await cache.match(pathname))) {
                    missing.push(pathname);
                }
            }
            return missing;
        }"""
    )
    assert missing == []


def test_a_new_version_is_taken_at_the_next_start(
    open_here: Callable[[str], Door], proxy: Proxy
) -> None:
    door = open_here("Phiên bản mới")
    page = door.page
    old = version(page)
    proxy.release(WORDS, b"\nwindow.isNew = true;\n")
    asked = len(proxy.asked)
    page.evaluate(_UPDATE)
    # It lies beside the one that works, and what had not changed was not fetched again.
    assert len(version(page)) == 2
    assert [it for it in proxy.asked[asked:] if it.startswith("/static/")] == [WORDS]
    assert page.evaluate("window.isNew") is None
    start_anew(door)
    page.evaluate(_ONE_VERSION)
    assert version(page) != old


def test_each_tab_keeps_the_version_with_which_it_began(
    open_here: Callable[[str], Door], proxy: Proxy, live: Live
) -> None:
    door = open_here("Hai cửa sổ")
    other = Door(door.page.context.new_page(), live)
    other.page.goto(f"{proxy.url}/checkin/")
    other.wait_until("state.ready")
    proxy.release(WORDS, b"\nwindow.isNew = true;\n")
    door.page.evaluate(_UPDATE)
    start_anew(other)
    # The server has another one now, and so has the worker. This page began before.
    fetched = "async (path) => (await (await fetch(path)).text()).includes('isNew')"
    assert not door.page.evaluate(fetched, WORDS)
    assert other.page.evaluate(fetched, WORDS)
    assert len(version(door.page)) == 2
    door.page.close()
    other.page.reload()
    other.wait_until("state.ready")
    other.page.evaluate(_ONE_VERSION)


_ONE_VERSION = """async () => {
    const end = performance.now() + 60000;
    const count = async () => (await caches.keys())
        .filter((name) => name.startsWith("eventapp-checkin-")).length;
    while ((await count()) > 1) {
        if (performance.now() > end) throw new Error("the old version is still there");
        await new Promise((resolve) => setTimeout(resolve, 20));
    }
}"""


def start_anew(door: Door) -> None:
    """Start the app until it is the new version: on a busy machine the old one may go once more."""
    for _ in range(5):
        door.page.evaluate("window.isOld = true; setTimeout(() => location.reload());")
        if started(door.page):
            return
    pytest.fail("the new version does not start")


def started(page: Page) -> bool:
    """Whether it is the new version that has started; the app may load itself once more first."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        with contextlib.suppress(PlaywrightError):  # the page has just gone
            found = page.evaluate(_STARTED)
            if found is not None:
                return bool(found)
    pytest.fail("the app does not start")


_STARTED = """async () => {
    await new Promise((resolve) => setTimeout(resolve, 50));
    if (window.isOld || document.getElementById("app")?.dataset.ready !== "true") return null;
    return Boolean(window.isNew);
}"""
_UPDATE = """async () => {
    const registration = await navigator.serviceWorker.getRegistration("/checkin/");
    await registration.update();
    const worker = registration.installing ?? registration.waiting;
    while (worker && !["installed", "redundant", "activated"].includes(worker.state)) {
        await new Promise((resolve) => setTimeout(resolve, 20));
    }
}"""


class Machine:
    """A browser in a process of its own, with a profile that outlives it."""

    def __init__(self, browser: Browser, profile: Path, *flags: str) -> None:
        self.browser = browser
        self.profile = profile
        self.flags = flags
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> Page:
        """Start it; its page."""
        port = self.profile / "DevToolsActivePort"
        port.unlink(missing_ok=True)
        assert CHROMIUM is not None
        self.process = subprocess.Popen(
            [CHROMIUM, *_FLAGS, *self.flags, "--headless=new", "--remote-debugging-port=0",
             f"--user-data-dir={self.profile}", "about:blank"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )  # fmt: skip
        end = time.monotonic() + 60
        while not port.exists() or "\n" not in port.read_text():
            assert time.monotonic() < end, "the browser did not start"
            time.sleep(0.05)
        number = port.read_text().split("\n")[0]
        chromium = self.browser.browser_type.connect_over_cdp(f"http://127.0.0.1:{number}")
        context = chromium.contexts[0]
        return context.pages[0] if context.pages else context.new_page()

    def kill(self) -> None:
        """As when the battery falls out."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(30)
            self.process = None


@pytest.fixture
def machine(browser: Browser, tmp_path: Path) -> Iterator[Machine]:
    """A browser that can be killed."""
    made = Machine(browser, tmp_path / "profile")
    yield made
    made.kill()


def test_a_browser_that_is_killed_has_lost_nothing(
    machine: Machine, proxy: Proxy, live: Live
) -> None:
    codes = fresh_codes(live, 4)
    door = provision(machine.start(), live, "Hết pin", url=proxy.url)
    proxy.down = True
    for number, code in enumerate(codes, start=1):
        # The verdict was shown: whatever happens now, the scan is there.
        assert door.scan(code)["verdict"] == "admitted"
        machine.kill()
        door = start(machine.start(), live, proxy.url)
        assert door.state["unsent"] == door.stored == number
        assert door.scan(code)["verdict"] == "duplicate"
        door.run("(engine) => engine.undo({ code: 'ZZZZ', checkpoint: 1 }, '')")
        if number < len(codes):
            # Of these nothing is said; they are taken out so that the numbers above stay simple.
            door.page.evaluate(_KEEP_ADMITTED, EVENT)
    proxy.down = False
    door.wait_until("state.unsent === 0")
    assert [verdicts_of(live, code)[0] for code in codes] == ["admitted"] * 4


_KEEP_ADMITTED = """(event) => new Promise((resolve) => {
    const request = indexedDB.open(`eventapp-checkin-${event}`);
    request.onsuccess = () => {
        const transaction = request.result.transaction("outbox", "readwrite");
        transaction.objectStore("outbox").openCursor().onsuccess = ({ target: { result } }) => {
            if (!result) return;
            if (result.value.judged !== "admitted") result.delete();
            result.continue();
        };
        transaction.oncomplete = () => { request.result.close(); resolve(); };
    };
})"""


def test_no_name_is_on_the_disk_in_clear(machine: Machine, proxy: Proxy, live: Live) -> None:
    with database(live) as connection:
        names = [name for (name,) in connection.execute("select name from delegate")]
    code = fresh_codes(live)[0]
    door = provision(machine.start(), live, "Bị thu hồi", url=proxy.url)
    assert door.state["people"] > 10
    proxy.down = True
    door.scan(code)
    person = {"name": "Lê Bí Mật", "organisation": "Sở Bí Mật", "category": 1, "delegation": None}
    door.run("(engine, it) => engine.walkIn(it)", {**person, "checkpoint": door.door})
    door.run(
        "(engine, it) => engine.scan(it)",
        {"code": code, "checkpoint": door.door, "override": True, "note": "Bà Nguyễn Thị Kín"},
    )
    machine.kill()
    secrets = [*names, "Lê Bí Mật", "Sở Bí Mật", "Bà Nguyễn Thị Kín"]
    assert on_disk(machine.profile, [code]) == [code]  # what is there is found
    assert on_disk(machine.profile, secrets) == []

    revoke(live, "Bị thu hồi")
    proxy.down = False
    page = machine.start()
    page.goto(f"{proxy.url}/checkin/")
    door = Door(page, live)
    door.wait_until("state.revoked")
    assert (door.state["people"], door.state["unsentWalkIns"], door.state["unsent"]) == (0, 0, 3)
    assert door.page.evaluate(_SEALED, EVENT) == [0, 0]
    page.reload()
    door.wait_until("state.revoked")
    assert (door.state["people"], door.state["unsent"]) == (0, 3)

    # Provisioned anew, the browser sends what the old token could not.
    door = provision(page, live, "Cấp lại", url=proxy.url)
    door.wait_until("state.unsent === 0")
    verdicts = [(it.verdict, it.discrepancy) for it in log_of(live, code)]
    assert sorted(verdicts, key=str) == [("admitted", "override"), ("admitted", None)]
    assert door.state["people"] > 10
    machine.kill()
    assert on_disk(machine.profile, secrets) == []


_SEALED = """(event) => new Promise((resolve) => {
    const request = indexedDB.open(`eventapp-checkin-${event}`);
    request.onsuccess = () => {
        const transaction = request.result.transaction(["sealed", "walkins"]);
        const counts = ["sealed", "walkins"].map((it) => transaction.objectStore(it).count());
        transaction.oncomplete = () => {
            request.result.close();
            resolve(counts.map(({ result }) => result));
        };
    };
})"""


def on_disk(profile: Path, texts: list[str]) -> list[str]:
    """Those texts that stand in any file of a browser's profile."""
    found = set()
    for path in profile.rglob("*"):
        if path.is_file() and not path.is_symlink():
            content = path.read_bytes()
            for text in texts:
                if text.encode() in content or text.encode("utf-16-le") in content:
                    found.add(text)
    return sorted(found)


def test_plain_http_in_a_hall_works_while_there_is_a_network(
    browser: Browser, tmp_path: Path, live: Live
) -> None:
    made = Machine(browser, tmp_path / "plain", "--host-resolver-rules=MAP hall.test 127.0.0.1")
    url = live.url.replace("127.0.0.1", "hall.test")
    code, name = fresh_codes(live)[0], "Không mã hóa"
    try:
        page = made.start()
        page.set_viewport_size(PHONE)
        door = provision(page, live, name, url=url)
        assert door.state["secure"] is False
        assert door.page.evaluate(_SEALED, EVENT) == [0, 0]
        door.be_patient()
        assert door.scan(code)["by"] == "server"
        door.cut()
        assert door.scan(code)["verdict"] == "duplicate"
        assert door.state["unsent"] == door.stored == 1
        door.mend()
        door.sync()
        assert verdicts_of(live, code) == ["admitted", "duplicate"]
    finally:
        made.kill()
    with database(live) as connection:
        names = [it for (it,) in connection.execute("select name from delegate")]
    assert on_disk(made.profile, names) == []

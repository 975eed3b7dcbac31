"""A real server with a small demo, and a real Chromium in front of it."""

import contextlib
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 800}
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
HOW_TO_INSTALL = "no Chromium on the path: install it (on Debian: apt install chromium)"
_PATIENCE_S = 60
_numbers = count(1)
# What a browser says of a refusal, and of a network or a server that the test itself has cut off.
_EXPECTED = re.compile("status of (4|502|503)|ERR_INTERNET_DISCONNECTED|ERR_EMPTY_RESPONSE")
_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@dataclass(frozen=True)
class Live:
    """A running server, its folder and the demo's sign-ins by role."""

    url: str
    instance: Path
    passwords: dict[str, tuple[str, str]]

    def run(self, *arguments: str) -> str:
        """A command of ``eventapp`` on this server's database; its output."""
        return subprocess.run(
            [sys.executable, "-m", "eventapp", *arguments],
            env=_environment(self.instance),
            capture_output=True,
            text=True,
            check=True,
        ).stdout


def _environment(instance: Path) -> dict[str, str]:
    kept = {
        key: value
        for key, value in os.environ.items()
        if key not in {"DATABASE_URL", "SECRET_KEY", "MAIL_URL", "BASE_URL"}
    }
    return {**kept, "EVENTAPP_INSTANCE": str(instance)}


@pytest.fixture(scope="session")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """``eventapp serve --demo`` with 200 delegates, in a process of its own."""
    folder = tmp_path_factory.mktemp("live")
    instance = folder / "instance"
    environment = _environment(instance)
    command = [sys.executable, "-m", "eventapp"]
    subprocess.run(
        [*command, "demo", "load", "--delegates", "200"], env=environment, check=True, cwd=folder
    )
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with (folder / "server.log").open("w") as log:
        server = subprocess.Popen(
            [*command, "serve", "--demo", "--port", str(port)],
            env=environment,
            cwd=folder,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    url = f"http://127.0.0.1:{port}"
    try:
        _wait(url, server, folder / "server.log")
        entries = json.loads((instance / "demo-sign-ins.json").read_text())
        yield Live(url, instance, {it["role"]: (it["email"], it["password"]) for it in entries})
    finally:
        server.terminate()
        server.wait(30)


def _wait(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + _PATIENCE_S
    while time.monotonic() < end and server.poll() is None:
        with contextlib.suppress(OSError), urllib.request.urlopen(f"{url}/readyz") as answer:
            if answer.status == 200:
                return
        time.sleep(0.05)
    pytest.fail(f"the server did not start:\n{log.read_text()}")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium; without one the browser tests are skipped, with one line that says why."""
    if CHROMIUM is None:
        pytest.skip(HOW_TO_INSTALL)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=list(_FLAGS))
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def signed_in() -> dict[str, Any]:
    """The cookies of each role, once it has signed in: attempts are limited."""
    return {}


@pytest.fixture
def open_page(
    browser: Browser, live: Live, signed_in: dict[str, Any]
) -> Iterator[Callable[..., Page]]:
    """``open_page("/path", DESK, "organiser")``: a page in a fresh profile.

    The test fails on an error in the page's console: a broken script, a blocked style.
    """
    contexts = []
    complaints: list[str] = []

    def open_(
        path: str, size: dict[str, int] = PHONE, role: str | None = None, **options: Any
    ) -> Page:
        context = browser.new_context(
            viewport=size,
            base_url=live.url,
            locale="vi-VN",
            storage_state=signed_in.get(role or ""),
            **options,
        )
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console",
            lambda message: (
                complaints.append(message.text)
                if message.type == "error" and not _EXPECTED.search(message.text)
                else None
            ),
        )
        if role is not None and role not in signed_in:
            email, password = live.passwords[role]
            # A page of its own: where this leads may lead on by itself.
            door = context.new_page()
            door.goto("/account/sign-in")
            door.fill("[name=email]", email)
            door.fill("[name=password]", password)
            door.click("[type=submit]")
            door.wait_for_url(re.compile("/manage/|/checkin/"), wait_until="commit")
            signed_in[role] = context.storage_state()
            door.close()
        page.goto(path)
        return page

    yield open_
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def open_door(open_page: Callable[..., Page], live: Live) -> Callable[..., Any]:
    """``open_door()``: the engine of another device (`door.Door`), in a profile of its own."""
    from tests.browser.door import provision  # which knows what is above

    def open_(**options: Any) -> Any:
        return provision(open_page("/healthz", **options), live, f"Cửa {next(_numbers)}")

    return open_


def _complain(complaints: list[str], message: ConsoleMessage) -> None:
    # A browser of its own asks once for a picture that no page of ours names.
    if message.type == "error" and not message.location["url"].endswith("/favicon.ico"):
        complaints.append(message.text)


@pytest.fixture
def watch(browser: Browser, live: Live) -> Iterator[Callable[..., Page]]:
    """``watch(film, rights)``: the app on a device whose camera sees the film."""
    started = []
    complaints: list[str] = []

    def watch_(path: Path, name: str, rights: str = "steward") -> Page:
        from tests.browser.door import provision  # which knows what is above

        chromium = browser.browser_type.launch(
            executable_path=CHROMIUM,
            args=[
                *_FLAGS,
                "--use-fake-device-for-media-stream",
                f"--use-file-for-fake-video-capture={path}",
            ],
        )
        started.append(chromium)
        context = chromium.new_context(
            viewport=PHONE, base_url=live.url, locale="vi-VN", permissions=["camera"]
        )
        page = context.new_page()
        page.on("console", lambda it: _complain(complaints, it))
        provision(page, live, name, rights)
        expect(page.locator("#app")).to_have_attribute("data-ready", "true")
        return page

    yield watch_
    for chromium in started:
        chromium.close()
    assert complaints == []


@pytest.fixture(scope="session")
def axe(root: Path) -> Callable[[Page], list[str]]:
    """What axe finds against WCAG 2.2 AA on a page, as ``rule: element`` lines."""
    source = (root / "tests" / "vendor" / "axe.min.js").read_text()

    def run(page: Page) -> list[str]:
        # Evaluated by the driver, which the page's content policy does not bind.
        page.evaluate(source)
        found = page.evaluate(
            """async () => (await axe.run(document, {
                runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
                resultTypes: ["violations"],  // of what is in order, nothing is written down
            })).violations.flatMap(v => v.nodes.map(n =>
                `${v.id}: ${n.target} ${n.html.slice(0, 200)}`))"""
        )
        return list(found)

    return run

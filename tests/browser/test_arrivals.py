"""Arrivals in a real browser: a board and a hall's screen that keep themselves current."""

import json
import re
import sqlite3
import urllib.request
import uuid
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import DESK, PHONE, Live
from tests.browser.test_pages import check

pytestmark = pytest.mark.browser

EVENT = "bac-ninh-2012"
HALL = {"width": 1920, "height": 1080}
BOARD = f"/manage/{EVENT}/arrivals"


@pytest.fixture(scope="session")
def desk(live: Live) -> Callable[..., None]:
    """``desk(2)`` lets two more people in at the door of the last day."""
    token = re.findall(r"^token\s+(\S+)", live.run("device", "create", EVENT, "Cửa chính"), re.M)[0]
    found = _rows(
        live,
        "select d.code, (select max(id) from checkpoint where kind = 'door') from delegate d"
        " join delegate_day x on x.delegate_id = d.id"
        " where d.status = 'approved' and x.day_id = (select max(id) from day) order by d.id",
    )

    def let_in(number: int) -> None:
        scans = []
        for _ in range(number):
            code, checkpoint = found.pop(0)
            entry = {"id": str(uuid.uuid4()), "checkpoint": checkpoint, "code": code}
            scans.append({**entry, "read_at": datetime.now(UTC).isoformat()})
        call = urllib.request.Request(
            f"{live.url}/api/v1/events/{EVENT}/scans",
            json.dumps({"scans": scans}).encode(),
            {"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(call) as answer:
            assert {it["verdict"] for it in json.load(answer)["results"]} == {"admitted"}

    return let_in


def _rows(live: Live, query: str) -> list[tuple[str, int]]:
    with sqlite3.connect(live.instance / "eventapp.db") as file:
        return file.execute(query).fetchall()


@pytest.fixture
def screen(open_page: Callable[..., Page]) -> str:
    """The address of a new screen."""
    page = open_page(f"/manage/{EVENT}/screens", DESK, "organiser")
    page.get_by_label("Vị trí đặt màn hình").fill(f"Sảnh {uuid.uuid4()}")
    page.get_by_role("button", name="Tạo đường dẫn").click()
    return page.locator("a.secret").get_attribute("href") or ""


def arrived(page: Page) -> int:
    return int(page.locator("[data-total=arrived]").inner_text())


def test_an_arrival_appears_by_itself_and_who_has_the_focus_keeps_it(
    open_page: Callable[..., Page], axe: Callable[[Page], list[str]], desk: Callable[..., None]
) -> None:
    page = open_page(BOARD, DESK, "organiser")
    expect(page.locator("[data-current]")).to_contain_text("Cập nhật lúc")
    before = arrived(page)
    page.locator(".arrival-call").first.focus()
    page.get_by_label("Đoàn thiếu nhiều xếp trước").check()
    page.locator(".arrival-call").nth(3).focus()
    called = page.evaluate("document.activeElement.href")
    desk(3)
    expect(page.locator("[data-total=arrived]")).to_have_text(str(before + 3), timeout=10_000)
    assert page.evaluate("document.activeElement.href") == called
    expect(page.locator("[data-slot=desks]")).to_contain_text("Cửa chính")
    missing = page.eval_on_selector_all(
        "[data-tile]",
        """all => all.map(it => it.querySelector("[data-expected]").textContent
            - it.querySelector("[data-arrived]").textContent)""",
    )
    assert missing == sorted(missing, reverse=True)
    assert "order=missing" in page.url
    check(page, axe)


@pytest.mark.parametrize("size", [PHONE, DESK, HALL], ids=["phone", "desk", "hall"])
def test_the_board_at_every_size(
    open_page: Callable[..., Page],
    axe: Callable[[Page], list[str]],
    desk: Callable[..., None],
    size: dict[str, int],
) -> None:
    desk(1)
    page = open_page(f"{BOARD}?lang=en", size, "organiser")
    page.get_by_text("Numbers", exact=True).click()
    check(page, axe)


def test_a_screen_says_when_it_is_not_current_and_comes_back_by_itself(
    open_page: Callable[..., Page], screen: str, desk: Callable[..., None]
) -> None:
    page = open_page("/healthz", HALL)
    page.clock.install()
    page.goto(screen)
    page.clock.run_for(1500)
    expect(page.locator("[data-current]")).to_contain_text("Cập nhật lúc")
    expect(page.locator("[data-stale]")).to_be_hidden()
    before = arrived(page)
    page.context.set_offline(True)
    desk(2)
    page.clock.run_for(4000)
    expect(page.locator("[data-stale]")).to_be_hidden()
    page.clock.run_for(4000)
    expect(page.locator("[data-stale]")).to_contain_text(re.compile(r"số liệu lúc \d\d:\d\d:\d\d"))
    expect(page.locator("[data-current]")).to_be_hidden()
    page.context.set_offline(False)
    page.clock.resume()
    expect(page.locator("[data-total=arrived]")).to_have_text(str(before + 2), timeout=15_000)
    expect(page.locator("[data-stale]")).to_be_hidden()


def test_a_screen_whose_link_was_taken_back_says_so(
    open_page: Callable[..., Page], screen: str
) -> None:
    page = open_page(screen, HALL)
    expect(page.locator("[data-current]")).to_contain_text("Cập nhật lúc")
    manage = open_page(f"/manage/{EVENT}/screens", DESK, "organiser")
    manage.on("dialog", lambda dialog: dialog.accept())
    for _ in range(manage.get_by_role("button", name="Thu hồi").count()):
        manage.get_by_role("button", name="Thu hồi").first.click()
        manage.wait_for_load_state()
    expect(page.locator("[data-ended]")).to_be_visible(timeout=15_000)
    expect(page.locator("main")).to_be_hidden()


@pytest.mark.parametrize("status", [200, 404])
def test_what_a_portal_answers_does_not_end_a_screen(
    open_page: Callable[..., Page], screen: str, desk: Callable[..., None], status: int
) -> None:
    page = open_page(screen, HALL)
    expect(page.locator("[data-current]")).to_contain_text("Cập nhật lúc")
    before = arrived(page)
    page.evaluate("window.isTheSame = true")
    portal = {"status": status, "content_type": "text/html", "body": "<h1>Wi-Fi</h1>"}
    page.route("**/live/*", lambda route: route.fulfill(**{**portal, "status": 404}))
    with page.expect_response(lambda it: "/screen/" in it.url) as answer:
        page.route("**/screen/*", lambda route: route.fulfill(**portal))
    answer.value.finished()
    page.unroute_all(behavior="wait")
    desk(1)
    expect(page.locator("[data-total=arrived]")).to_have_text(str(before + 1), timeout=20_000)
    expect(page.locator("[data-ended]")).to_be_hidden()
    assert page.evaluate("window.isTheSame")


def test_a_server_whose_clock_was_set_back_is_believed(
    open_page: Callable[..., Page], screen: str, desk: Callable[..., None]
) -> None:
    page = open_page("/healthz", HALL)

    def ahead(route: Route) -> None:
        answer = route.fetch()
        at = float(answer.headers["live-at"]) + 3600
        route.fulfill(response=answer, headers={**answer.headers, "live-at": str(at)})

    page.route("**/live/*", ahead)
    with page.expect_response("**/live/*"):
        page.goto(screen)
    expect(page.locator("[data-current]")).to_contain_text("Cập nhật lúc")
    before = arrived(page)
    page.unroute_all(behavior="wait")
    desk(1)
    expect(page.locator("[data-total=arrived]")).to_have_text(str(before + 1), timeout=20_000)


def test_a_screen_is_drawn_anew_when_a_delegation_is_called_otherwise(
    open_page: Callable[..., Page], screen: str
) -> None:
    page = open_page(screen, HALL)
    tiles = page.locator("[data-tile]").count()
    told = {"layout": "another", "tiles": [], "total": {}}
    page.route("**/live/*", lambda route: route.fulfill(json=told, headers={"Live-At": "9e9"}))
    page.evaluate("document.querySelector('[data-tile]').remove()")
    expect(page.locator("[data-tile]")).to_have_count(tiles, timeout=15_000)


INSIDE = """() => [...document.querySelectorAll("[data-tile]:not([hidden])")].flatMap((tile) => {
  const box = tile.getBoundingClientRect();
  const name = tile.querySelector(".arrival-name");
  const parts = [...tile.querySelectorAll("h2, p, span")].filter(
    (it) => it.offsetParent && it.textContent);
  return [
    ...parts.filter((it) => it.getBoundingClientRect().right > box.right + 1
      || it.getBoundingClientRect().bottom > box.bottom + 1).map((it) => it.textContent.trim()),
    ...(name.scrollHeight > name.clientHeight + 2 ? [`cut: ${name.textContent}`] : []),
    ...(box.bottom > innerHeight || box.right > innerWidth ? ["beyond the screen"] : []),
  ];
})"""
LONG = [
    "Bộ Thông tin và Truyền thông",
    "Thành phố Hồ Chí Minh",
    "Bà Rịa – Vũng Tàu",
    "Thừa Thiên Huế",
]


@pytest.mark.parametrize("language", ["vi", "en"])
def test_twenty_eight_tiles_are_large_and_nothing_is_cut(
    open_page: Callable[..., Page],
    axe: Callable[[Page], list[str]],
    screen: str,
    language: str,
) -> None:
    page = open_page(f"{screen}?lang={language}", HALL)
    fill(page, 28)
    assert page.locator("[data-tile]:visible").count() == 28
    assert page.evaluate(INSIDE) == []
    sizes = page.eval_on_selector_all(
        ".arrival-figure strong", "all => all.map(it => parseFloat(getComputedStyle(it).fontSize))"
    )
    names = page.eval_on_selector_all(
        ".arrival-name", "all => all.map(it => parseFloat(getComputedStyle(it).fontSize))"
    )
    assert min(sizes) >= 70
    assert min(names) >= 24
    assert axe(page) == []


def test_many_delegations_are_shown_page_by_page(
    open_page: Callable[..., Page], axe: Callable[[Page], list[str]], screen: str
) -> None:
    page = open_page("/healthz", HALL)
    page.clock.install()
    page.goto(screen)
    page.clock.run_for(500)
    fill(page, 120)
    first = page.locator("[data-tile]:visible").count()
    assert first == 24
    expect(page.locator("[data-pages]")).to_have_text("Trang 1/5")
    page.clock.run_for(12_500)
    expect(page.locator("[data-pages]")).to_have_text("Trang 2/5")
    page.get_by_role("button", name="Dừng lật trang").press("Enter")
    page.clock.run_for(30_000)
    expect(page.locator("[data-pages]")).to_have_text("Trang 2/5")
    assert page.evaluate(INSIDE) == []
    assert axe(page) == []


def fill(page: Page, number: int) -> None:
    """So many tiles, with the longest names."""
    as_before = {"Live-At": "9e9", "Live-Age": "0"}
    page.route("**/live/*", lambda route: route.fulfill(status=304, headers=as_before))
    page.evaluate(
        """([number, names]) => {
            const words = JSON.parse(document.getElementById("words").textContent);
            const states = ["some", "all", "none", "nobody"];
            const list = document.querySelector("[data-tiles]");
            const model = list.querySelector("[data-tile]");
            list.replaceChildren(...Array.from({ length: number }, (_, i) => {
                const tile = model.cloneNode(true);
                tile.querySelector(".arrival-name").textContent = names[i % names.length];
                tile.querySelector("[data-arrived]").textContent = "118";
                tile.querySelector("[data-expected]").textContent = "120";
                tile.dataset.tile = i;
                tile.dataset.state = states[i % 4];
                tile.querySelector("[data-state-word]").textContent =
                    words[states[i % 4]].replace("{}", 118);
                const head = tile.querySelector("[data-head]");
                head.hidden = false;
                head.textContent = i % 2 ? words.here : words.away;
                return tile;
            }));
            dispatchEvent(new Event("resize"));
        }""",
        [number, LONG],
    )


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_the_pages_of_screens(
    open_page: Callable[..., Page],
    axe: Callable[[Page], list[str]],
    screen: str,
    size: dict[str, int],
) -> None:
    check(open_page(f"/manage/{EVENT}/screens", size, "organiser"), axe)
    check(open_page(screen, size), axe)

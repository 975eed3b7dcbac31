"""The desk at the door as its staff have it: scanner, camera, names, and no network."""

import io
import re
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, Route, expect

from eventapp.text import fold
from tests.browser.conftest import _FLAGS, CHROMIUM, DESK, PHONE, Live
from tests.browser.test_pages import check
from tests.pdf.pictures import codes_in, needs_poppler, pictures

pytestmark = pytest.mark.browser

EVENT = "bac-ninh-2012"
OPEN = Callable[..., Page]
AXE = Callable[[Page], list[str]]
SCANS = "**/api/v1/events/*/scans"


@dataclass(frozen=True)
class Person:
    """A delegate of the demo, as the desk ought to show them."""

    code: str
    name: str
    office: str
    category: int
    letter: str


def database(live: Live) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{live.instance / 'eventapp.db'}?mode=ro", uri=True)


@pytest.fixture
def people(live: Live) -> list[Person]:
    """Approved delegates with a visit group, expected on the first day, not scanned yet."""
    with database(live) as connection:
        rows = connection.execute(
            """
            select delegate.code, delegate.name, organisation.name, category_id, letter
            from delegate
            join organisation on organisation.id = organisation_id
            join allocation on allocation.delegate_id = delegate.id
            join visit_group on visit_group.id = allocation.group_id
            join checkpoint on checkpoint.position = 1
            join delegate_day using (day_id)
            where status = 'approved' and delegate_day.delegate_id = delegate.id
              and not exists (select 1 from scan where scan.delegate_id = delegate.id)
            order by delegate.id
            """
        ).fetchall()
    assert len(rows) >= 5
    return [Person(*row) for row in rows]


@pytest.fixture
def cancelled(live: Live) -> str:
    """The code of a delegate who has cancelled."""
    with database(live) as connection:
        (code,) = connection.execute(
            "select code from delegate where status = 'cancelled'"
        ).fetchone()
    return str(code)


def scans_of(live: Live, code: str) -> list[str]:
    """The verdicts that the log has of a code."""
    with database(live) as connection:
        rows = connection.execute("select verdict from scan where code = ? order by rowid", (code,))
        return [verdict for (verdict,) in rows]


@pytest.fixture(scope="module")
def token(live: Live) -> str:
    """The token of a device."""
    made = live.run("device", "create", EVENT, "Cửa chính 1")
    return re.findall(r"^token\s+(\S+)", made, re.M)[0]


@pytest.fixture
def open_desk(open_page: OPEN, token: str) -> OPEN:
    """``open_desk(size)``: the desk of a device, without any account."""

    def open_(size: dict[str, int] = DESK) -> Page:
        page = open_page("/checkin/", size)
        page.evaluate(
            "device => localStorage.setItem('eventapp.device', JSON.stringify(device))",
            {"event": EVENT, "token": token},
        )
        page.reload()
        ready(page)
        return page

    return open_


def ready(page: Page) -> None:
    expect(page.locator("#desk")).to_have_attribute("data-ready", "true")


def type_like_a_scanner(page: Page, code: str) -> None:
    page.keyboard.type(code)
    page.keyboard.press("Enter")


def verdict(page: Page, kind: str) -> None:
    expect(page.locator(f"#verdict .verdict-{kind}")).to_be_visible()


def test_a_scanner_admits_and_tells_the_second_time(
    open_desk: OPEN, people: list[Person], live: Live
) -> None:
    page = open_desk()
    person = people[0]
    type_like_a_scanner(page, person.code)
    verdict(page, "admitted")
    panel = page.locator("#verdict")
    expect(panel).to_contain_text("Mời vào")
    expect(panel).to_contain_text(person.name)
    expect(panel).to_contain_text(person.office)
    expect(panel.locator(".group-mark")).to_have_text(person.letter)
    expect(panel.locator(f".verdict.category-{person.category}")).to_be_visible()
    colour = panel.locator("span.category").evaluate("e => getComputedStyle(e).backgroundColor")
    assert colour not in {"rgba(0, 0, 0, 0)", "rgb(255, 255, 255)"}

    type_like_a_scanner(page, person.code)
    verdict(page, "duplicate")
    expect(panel).to_contain_text(re.compile(r"Đã vào lúc \d\d:\d\d"))
    expect(panel).to_contain_text(person.name)
    expect(page.locator("#last li")).to_have_count(2)
    assert scans_of(live, person.code) == ["admitted", "duplicate"]


def test_a_scanner_types_wherever_the_focus_is(open_desk: OPEN, people: list[Person]) -> None:
    page = open_desk()
    chosen = page.locator("#checkpoint").input_value()
    page.locator("body").click(position={"x": 5, "y": 5})
    type_like_a_scanner(page, people[0].code)
    expect(page.locator("#verdict")).to_contain_text(people[0].name)

    page.locator("#checkpoint").focus()
    type_like_a_scanner(page, people[1].code)
    expect(page.locator("#verdict")).to_contain_text(people[1].name)
    expect(page.locator("#checkpoint")).to_have_value(chosen)

    page.locator("#camera").focus()
    type_like_a_scanner(page, people[2].code)
    expect(page.locator("#verdict")).to_contain_text(people[2].name)
    expect(page.locator("#camera")).to_have_attribute("aria-pressed", "false")

    # Somebody was about to look for a name.
    page.locator("#name").fill("le")
    type_like_a_scanner(page, people[3].code)
    expect(page.locator("#verdict")).to_contain_text(people[3].name)
    expect(page.locator("#name")).to_have_value("le")


@pytest.mark.parametrize("code", ["ZZZZZZZZZZZZ", "https://example.org/?q=1", "a"])
def test_an_unknown_code_is_refused(open_desk: OPEN, code: str) -> None:
    page = open_desk()
    type_like_a_scanner(page, code)
    verdict(page, "refused")
    expect(page.locator("#verdict")).to_contain_text("Không vào được: mã không hợp lệ")


def test_a_code_with_one_wrong_letter_is_refused(open_desk: OPEN, people: list[Person]) -> None:
    page = open_desk()
    code = people[0].code
    type_like_a_scanner(page, code[:-1] + ("0" if code[-1] != "0" else "1"))
    verdict(page, "refused")
    expect(page.locator("#verdict")).not_to_contain_text(people[0].name)


def test_somebody_who_has_cancelled_is_refused(open_desk: OPEN, cancelled: str) -> None:
    page = open_desk()
    type_like_a_scanner(page, cancelled)
    verdict(page, "refused")
    expect(page.locator("#verdict")).to_contain_text("Không vào được: đăng ký đã hủy")


def test_a_visit_group_refuses_those_of_another(open_desk: OPEN, people: list[Person]) -> None:
    page = open_desk()
    other = next(it for it in people if it.letter != people[0].letter)
    bus = page.locator("#checkpoint option").filter(has_text=f"Nhóm {people[0].letter} –")
    page.locator("#checkpoint").select_option(bus.get_attribute("value"))
    type_like_a_scanner(page, other.code)
    verdict(page, "refused")
    expect(page.locator("#verdict")).to_contain_text("Không vào được: không thuộc điểm này")
    type_like_a_scanner(page, people[0].code)
    verdict(page, "admitted")


def test_a_name_is_found_without_marks_and_by_keys_alone(
    open_desk: OPEN, people: list[Person]
) -> None:
    page = open_desk()
    person = people[0]
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "name":
            break
    page.keyboard.type(plain(person.name), delay=60)
    expect(page.locator("#found li").first).to_be_visible()
    entry = page.locator("#found button").filter(has_text=person.name).first
    expect(entry).to_be_visible()
    at = page.locator("#found button").all_inner_texts()
    for _ in range(1 + next(i for i, text in enumerate(at) if person.name in text)):
        page.keyboard.press("ArrowDown")
    expect(entry).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#verdict .verdict-name")).to_have_text(person.name)
    verdict(page, "admitted")
    expect(page.locator("#name")).to_have_value("")
    expect(page.locator("#code")).to_be_focused()


def plain(name: str) -> str:
    """A name as somebody in a hurry types it: no marks, the given name first."""
    return " ".join(reversed(fold(name).split()))


def test_a_name_that_nobody_has(open_desk: OPEN) -> None:
    page = open_desk()
    page.locator("#name").fill("xyzzy")
    expect(page.locator("#found-note")).to_have_text("Không có ai tên như vậy.")


def test_scans_without_a_network_are_kept_and_sent_once(
    open_desk: OPEN, people: list[Person], cancelled: str, live: Live
) -> None:
    page = open_desk()
    page.context.set_offline(True)
    for person in people[:2]:
        type_like_a_scanner(page, person.code)
        verdict(page, "kept")
        expect(page.locator("#verdict")).to_contain_text(person.code)
    type_like_a_scanner(page, cancelled)
    unsent = page.locator("#unsent")
    expect(unsent).to_have_text("Chưa gửi: 3")
    expect(page.locator("#trouble")).to_be_visible()
    assert scans_of(live, people[0].code) == []

    page.context.set_offline(False)
    expect(unsent).to_have_text("Đã gửi hết")
    expect(page.locator("#trouble")).to_be_hidden()
    # The panel tells of the last one; the others stand in the list, a refusal among them.
    verdict(page, "refused")
    expect(page.locator("#last li")).to_have_count(3)
    expect(page.locator("#last li.is-refused")).to_have_count(1)
    assert [scans_of(live, it.code) for it in people[:2]] == [["admitted"], ["admitted"]]


def test_scans_that_are_kept_outlive_a_reload(
    open_desk: OPEN, people: list[Person], live: Live
) -> None:
    page = open_desk()
    page.route("**/api/**", lambda route: route.abort("internetdisconnected"))
    type_like_a_scanner(page, people[0].code)
    verdict(page, "kept")
    page.reload()
    expect(page.locator("#unsent")).to_have_text("Chưa gửi: 1")
    # The list of checkpoints is remembered: scanning goes on.
    expect(page.locator("#checkpoint option").first).to_contain_text("Cửa chính")
    type_like_a_scanner(page, people[1].code)
    expect(page.locator("#unsent")).to_have_text("Chưa gửi: 2")
    page.unroute("**/api/**")
    page.reload()
    expect(page.locator("#unsent")).to_have_text("Đã gửi hết")
    page.reload()
    ready(page)
    assert [scans_of(live, it.code) for it in people[:2]] == [["admitted"], ["admitted"]]


def test_a_scan_whose_answer_was_lost_is_not_a_second_one(
    open_desk: OPEN, people: list[Person], live: Live
) -> None:
    page = open_desk()
    lost = []

    def lose(route: Route) -> None:
        lost.append(route.fetch().status)
        route.abort("internetdisconnected")

    page.route(SCANS, lose, times=1)
    type_like_a_scanner(page, people[0].code)
    verdict(page, "kept")
    assert lost == [200]
    assert scans_of(live, people[0].code) == ["admitted"]
    page.reload()
    expect(page.locator("#unsent")).to_have_text("Đã gửi hết")
    expect(page.locator("#last li.is-admitted")).to_have_count(1)
    assert scans_of(live, people[0].code) == ["admitted"]


def test_a_link_makes_one_device_and_works_once(open_page: OPEN, live: Live) -> None:
    made = live.run("device", "create", EVENT, "Cửa chính 2")
    path = urlsplit(re.findall(r"^link\s+(\S+)", made, re.M)[0]).path
    page = open_page(path)
    expect(page.locator("main")).to_contain_text("Cửa chính 2")
    page.get_by_role("button", name="Dùng thiết bị này").click()
    page.wait_for_url("**/checkin/")
    ready(page)
    expect(page.locator("#checkpoint option").first).to_contain_text("Cửa chính")
    other = open_page(path)
    expect(other.get_by_role("heading")).to_have_text("Liên kết không còn hiệu lực")


def test_without_a_token_the_desk_says_what_to_do(open_page: OPEN) -> None:
    page = open_page("/checkin/")
    expect(page.locator("#trouble")).to_contain_text("liên kết mới")


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_axe_finds_nothing_beside_any_verdict(
    open_page: OPEN, axe: AXE, people: list[Person], size: dict[str, int]
) -> None:
    page = open_page(f"/manage/{EVENT}/checkin", size, "staff")
    for language, person in zip(("vi", "en"), people, strict=False):
        page.goto(f"/manage/{EVENT}/checkin?lang={language}")
        ready(page)
        for code, kind in (
            (person.code, "admitted"),
            (person.code, "duplicate"),
            ("ZZZZZZZZZZZZ", "refused"),
        ):
            type_like_a_scanner(page, code)
            verdict(page, kind)
            check(page, axe)
        page.locator("#name").fill("nguyen")
        expect(page.locator("#found li").first).to_be_visible()
        check(page, axe)
        page.route(SCANS, lambda route: route.abort("internetdisconnected"))
        page.locator("#code").focus()  # a busy machine may not type as fast as a scanner
        type_like_a_scanner(page, person.code)
        verdict(page, "kept")
        check(page, axe)
        page.unroute(SCANS)


@needs_poppler
def test_the_camera_reads_a_printed_badge(
    browser: Browser, live: Live, people: list[Person], tmp_path: Path
) -> None:
    """Chromium is shown a film of a badge as it is printed, and reads it with zxing."""
    codes = {it.code: it for it in people}
    pdf = tmp_path / "badges.pdf"
    live.run("badges", EVENT, "--sheet", "single", "-o", str(pdf))
    for badge in pictures(pdf.read_bytes(), tmp_path):
        found = [code for code in codes_in(badge) if code in codes]
        if found:
            break
    person = codes[found[0]]
    film = tmp_path / "badge.mjpeg"
    film.write_bytes(shown_to_a_camera(badge))
    made = live.run("device", "create", EVENT, "Máy ảnh")
    path = urlsplit(re.findall(r"^link\s+(\S+)", made, re.M)[0]).path
    complaints: list[str] = []
    chromium = browser.browser_type.launch(
        executable_path=CHROMIUM,
        args=[
            *_FLAGS,
            "--use-fake-device-for-media-stream",
            f"--use-file-for-fake-video-capture={film}",
        ],
    )
    context = chromium.new_context(
        viewport=PHONE, base_url=live.url, locale="vi-VN", permissions=["camera"]
    )
    page = context.new_page()
    page.on("console", lambda it: complaints.append(it.text) if it.type == "error" else None)
    page.goto(path)
    page.get_by_role("button", name="Dùng thiết bị này").click()
    ready(page)
    page.locator("#camera").click()
    expect(page.locator("#camera")).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#video")).to_be_visible()
    verdict(page, "admitted")
    expect(page.locator("#verdict .verdict-name")).to_have_text(person.name)
    loaded = page.evaluate("performance.getEntriesByType('resource').map(e => e.name)")
    assert any(name.endswith(".wasm") for name in loaded)
    page.locator("#camera").click()
    expect(page.locator("#video")).to_be_hidden()
    chromium.close()
    assert complaints == []
    # A badge held before the camera is one scan.
    assert scans_of(live, person.code) == ["admitted"]


def shown_to_a_camera(badge: Image.Image) -> bytes:
    """Frames of a badge that is held, a little askew, before a camera: JPEGs one after another."""
    frame = Image.new("RGB", (1280, 720), (90, 100, 110))
    held = badge.convert("RGB")
    held.thumbnail((1280, 660))
    held = held.rotate(5, expand=True, fillcolor=(90, 100, 110), resample=Image.Resampling.BICUBIC)
    frame.paste(held, ((1280 - held.width) // 2, (720 - held.height) // 2))
    picture = io.BytesIO()
    frame.save(picture, "JPEG", quality=85, subsampling="4:2:0")
    return picture.getvalue() * 10

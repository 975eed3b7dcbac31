"""What was ticked on paper is entered afterwards, with the time that stands there."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, Live
from tests.browser.desk import (
    OPEN,
    all_sent,
    one,
    open_desk,
    people,
    show,
    type_like_a_scanner,
    verdict,
)
from tests.browser.door import EVENT, checkpoints, log_of, verdicts_of
from tests.browser.films import FRAME, SECONDS, film
from tests.pdf.pictures import needs_poppler, pictures

pytestmark = pytest.mark.browser

FIVE_PAST_MIDNIGHT = re.compile(r"\d\d-\d\d 17:05:00")
"""In Hà Nội it is five past five in the afternoon of the day before, UTC."""


def begin(page: Page) -> None:
    """Enter from a paper list what was at five past midnight."""
    show(page, "paper")
    page.locator("#paper-at").fill("0h05")
    page.keyboard.press("Enter")
    expect(page.locator("#paper-banner")).to_contain_text("00:05")


def test_ticks_on_paper_are_entered_with_the_time_on_paper(open_page: OPEN, live: Live) -> None:
    page, fresh = open_desk(open_page, live), people(live)
    show(page, "paper")
    page.locator("#paper-at").fill("25:00")
    page.keyboard.press("Enter")
    expect(page.locator("#paper-at-error")).to_contain_text("Hãy ghi giờ và phút")
    page.locator("#paper-at").fill("0h05")
    page.keyboard.press("Enter")
    expect(page.locator("#paper-banner")).to_contain_text("00:05")
    for person in fresh[:2]:
        type_like_a_scanner(page, person.code)
        expect(page.locator("#verdict .verdict-name")).to_have_text(person.name)
    page.locator("#paper-end").click()
    expect(page.locator("#paper-banner")).to_be_hidden()
    type_like_a_scanner(page, fresh[2].code)
    verdict(page, "admitted", fresh[2].name)
    all_sent(page)
    for person in fresh[:2]:
        (entry,) = log_of(live, person.code)
        assert FIVE_PAST_MIDNIGHT.search(entry.happened_at), entry
        assert one(live, "select source from scan where code = ?", person.code) == "paper"
    assert "17:05:00" not in log_of(live, fresh[2].code)[0].happened_at


def test_whoever_is_registered_meanwhile_came_at_the_time_on_paper(
    open_page: OPEN, live: Live
) -> None:
    page = open_desk(open_page, live, size=PHONE)
    begin(page)
    show(page, "walk-in")
    expect(page.locator("#walk-in-paper")).to_contain_text("đến lúc 00:05")
    page.locator("#walk-in-name").fill("Đỗ Thị Ghi Giấy")
    page.locator("#walk-in-organisation").fill("Văn phòng trên giấy")
    page.locator("#walk-in-category").select_option(index=1)
    page.get_by_role("button", name="Đăng ký và cho vào").click()
    expect(page.locator("#verdict .verdict-name")).to_have_text("Đỗ Thị Ghi Giấy")
    all_sent(page)
    code = one(live, "select code from delegate where name = ?", "Đỗ Thị Ghi Giấy")
    assert all(FIVE_PAST_MIDNIGHT.search(it.happened_at) for it in log_of(live, code))
    made = one(
        live,
        "select made_at from walk_in where delegate_id = (select id from delegate where code = ?)",
        code,
    )
    assert FIVE_PAST_MIDNIGHT.search(made)
    show(page, "scan")
    page.locator("#paper-end").click()
    show(page, "walk-in")
    expect(page.locator("#walk-in-paper")).to_be_hidden()


Roll = tuple[Image.Image, list[tuple[str, int, int]]]
"""A page, and (code, middle from the left, middle from the top) of its rows."""


@pytest.fixture
def roll(live: Live, tmp_path: Path) -> Roll:
    """The first page of a roll of the first door."""
    pdf = tmp_path / "roll.pdf"
    live.run("rolls", EVENT, "--checkpoint", str(checkpoints(live)[0]), "-o", str(pdf))
    page = pictures(pdf.read_bytes(), tmp_path)[0].convert("RGB")
    found = []
    for it in zxingcpp.read_barcodes(page, formats=zxingcpp.BarcodeFormat.QRCode):
        first, last = it.position.top_left, it.position.bottom_right
        found.append((it.text, (first.x + last.x) // 2, (first.y + last.y) // 2))
    return page, sorted(found, key=lambda it: it[2])


def aimed(page: Image.Image, x: float, y: float) -> Image.Image:
    """What a camera sees whose middle is there: much of the page, for it is held far away."""
    frame = Image.new("RGB", FRAME, "#707070")
    frame.paste(page, (round(FRAME[0] / 2 - x), round(FRAME[1] / 2 - y)))
    return frame


@needs_poppler
def test_of_the_rows_that_a_camera_sees_the_one_on_the_line_is_entered_once(
    watch: Callable[..., Page], live: Live, roll: Roll, tmp_path: Path
) -> None:
    picture, rows = roll
    before = {code: len(verdicts_of(live, code)) for code, *_ in rows}
    fresh = [not it for it in before.values()]
    at = next(i for i in range(1, len(rows) - 3) if fresh[i] and fresh[i + 2])
    ticked = [rows[at], rows[at + 2]]  # and not the one between them
    (_, x, y), (_, other_x, other_y) = ticked
    steps = [i / 6 for i in range(1, 6)]
    passing = [(x + (other_x - x) * it, y + (other_y - y) * it) for it in steps]
    frames = [
        (aimed(picture, x, y), 5 * SECONDS),
        *((aimed(picture, *it), 1) for it in passing),
        (aimed(picture, other_x, other_y), 5 * SECONDS),
    ]
    page = watch(film(tmp_path / "roll.mjpeg", frames), "Máy ảnh giấy")
    begin(page)
    page.locator("#camera").click()
    expect(page.locator("#camera-row")).to_be_visible()
    names = [one(live, "select name from delegate where code = ?", code) for code, *_ in ticked]
    for name in names:
        line = page.locator("#last li.is-admitted").filter(has_text=name)
        expect(line).to_have_count(1, timeout=60_000)
    # The film begins anew: what is aimed at again was entered already.
    expect(page.locator("#paper-said")).to_contain_text("đã nhập rồi", timeout=60_000)
    expect(page.locator("#last li")).to_have_count(2)
    all_sent(page)
    after = {code: len(verdicts_of(live, code)) for code in before}
    assert {code for code in before if after[code] != before[code]} == {it[0] for it in ticked}
    for code, *_ in ticked:
        (entry,) = log_of(live, code)
        assert FIVE_PAST_MIDNIGHT.search(entry.happened_at)
        assert one(live, "select source from scan where code = ?", code) == "paper"

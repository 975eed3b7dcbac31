"""The camera at the door: Chromium is shown films of badges as they are printed, and reads them."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageEnhance
from playwright.sync_api import Page, expect

from tests.browser.conftest import Live
from tests.browser.desk import Person, all_sent, people
from tests.browser.door import EVENT, verdicts_of
from tests.browser.films import FRAME, SECONDS, film
from tests.pdf.pictures import codes_in, needs_poppler, pictures

pytestmark = [pytest.mark.browser, needs_poppler]

_HALL = (90, 100, 110)


@dataclass(frozen=True)
class Badge:
    """A printed badge and whose it is."""

    person: Person
    picture: Image.Image


@pytest.fixture(scope="module")
def badges(live: Live, tmp_path_factory: pytest.TempPathFactory) -> list[Badge]:
    """Badges of people who were not scanned yet, as the printer prints them."""
    folder = tmp_path_factory.mktemp("badges")
    pdf = folder / "badges.pdf"
    live.run("badges", EVENT, "--sheet", "single", "-o", str(pdf))
    known = {it.code: it for it in people(live)}
    found = []
    for picture in pictures(pdf.read_bytes(), folder):
        for code in codes_in(picture):
            if code in known:
                found.append(Badge(known[code], picture.convert("RGB")))
        if len(found) == 5:
            break
    return found


def held(
    badge: Image.Image, turn: float = 5, height: int = 660, crack: bool = False, light: float = 1
) -> Image.Image:
    """A frame with a badge held before the camera: turned by degrees, far away, cracked, dim."""
    frame, held = Image.new("RGB", FRAME, _HALL), badge.copy()
    held.thumbnail((FRAME[0], height))
    if crack:
        pen, (width, tall) = ImageDraw.Draw(held), held.size
        pen.line([(0, tall // 5), (width * 3 // 5, tall * 3 // 4), (width, tall)], "#141414", 2)
        pen.line([(width * 3 // 10, 0), (width * 11 // 20, tall)], "#e6e6e6", 2)
    held = held.rotate(turn, expand=True, fillcolor=_HALL, resample=Image.Resampling.BICUBIC)
    frame.paste(held, ((FRAME[0] - held.width) // 2, (FRAME[1] - held.height) // 2))
    return ImageEnhance.Brightness(frame).enhance(light)


def test_badges_are_read_turned_dim_cracked_and_far_away_without_a_pause(
    watch: Callable[..., Page], live: Live, badges: list[Badge], tmp_path: Path
) -> None:
    shown = [
        held(badges[0].picture),
        held(badges[1].picture, turn=38),
        held(badges[2].picture, turn=-8, light=0.22),
        held(badges[3].picture, turn=12, crack=True),
        held(badges[4].picture, turn=180, height=320),
    ]
    path = film(tmp_path / "queue.mjpeg", [(it, 3 * SECONDS) for it in shown])
    page = watch(path, "Máy ảnh 1")
    page.locator("#camera").click()
    expect(page.locator("#camera")).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#video")).to_be_visible()
    # The film begins anew at its end, as queues do not: each was admitted once.
    for badge in badges:
        line = page.locator("#last li.is-admitted").filter(has_text=badge.person.name)
        expect(line).to_have_count(1, timeout=90_000)
    # A device that has one camera has no other side, and this one no light.
    expect(page.locator("#turn")).to_be_hidden()
    expect(page.locator("#torch")).to_be_hidden()
    page.locator("#camera").click()
    expect(page.locator("#viewfinder")).to_be_hidden()
    all_sent(page)
    for badge in badges:
        assert verdicts_of(live, badge.person.code).count("admitted") == 1


def test_a_badge_that_is_held_is_one_scan(
    watch: Callable[..., Page], live: Live, badges: list[Badge], tmp_path: Path
) -> None:
    person, picture = badges[0].person, badges[0].picture
    path = film(tmp_path / "held.mjpeg", [(held(picture), 5), (held(picture, turn=-5), 5)])
    page = watch(path, "Máy ảnh 2")
    page.locator("#camera").click()
    expect(page.locator("#verdict .verdict-name")).to_have_text(person.name, timeout=60_000)
    # A hundred frames later it is still the same scan.
    page.evaluate(
        """() => new Promise((resolve) => {
          const video = document.getElementById("video");
          let left = 100;
          const next = () => {
            left -= 1;
            if (left) video.requestVideoFrameCallback(next);
            else resolve();
          };
          video.requestVideoFrameCallback(next);
        })"""
    )
    expect(page.locator("#last li")).to_have_count(1)
    loaded = page.evaluate("performance.getEntriesByType('resource').map(e => e.name)")
    assert any(name.endswith("/detector.js") for name in loaded)


def test_a_kiosk_greets_whoever_holds_a_code_into_the_frame(
    watch: Callable[..., Page], badges: list[Badge], tmp_path: Path
) -> None:
    path = film(tmp_path / "guest.mjpeg", [(held(badges[1].picture), SECONDS)])
    page = watch(path, "Quầy máy ảnh", "kiosk")
    page.locator("#kiosk-setup").get_by_role("button").click()
    expect(page.locator("#kiosk-verdict .kiosk-name")).to_have_text(
        badges[1].person.name, timeout=60_000
    )

"""Devices are made, handed out by QR code, watched and ended; a signed-in browser is one, too."""

import re
from collections.abc import Callable

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESK, PHONE, Live
from tests.browser.test_pages import SIZES, check

pytestmark = pytest.mark.browser

EVENT = "bac-ninh-2012"
DEVICES = f"/manage/{EVENT}/devices"
Open = Callable[..., Page]
Axe = Callable[[Page], list[str]]


def add(page: Page, name: str, count: int = 1, rights: str = "steward") -> list[str]:
    """Fill the form in; the links that the sheet shows."""
    page.goto(f"{DEVICES}?lang=en")
    page.fill("[name=name]", name)
    page.fill("[name=count]", str(count))
    page.check(f"[name=rights][value={rights}]")
    page.click("#add [type=submit]")
    page.wait_for_selector(".device-link")
    return [it.inner_text() for it in page.locator(".device-link .secret").all()]


def path_of(link: str) -> str:
    return "/" + link.split("/", 3)[3]


@SIZES
def test_a_sheet_of_codes_that_a_phone_reads(
    open_page: Open, axe: Axe, size: dict[str, int], tmp_path: object
) -> None:
    page = open_page(DEVICES, size, "organiser")
    links = add(page, f"Cửa {size['width']}", 5)
    assert len(set(links)) == 5
    check(page, axe)
    for link, code in zip(links, page.locator(".device-code").all(), strict=True):
        shot = f"{tmp_path}/code.png"
        code.screenshot(path=shot)
        [read] = zxingcpp.read_barcodes(Image.open(shot))
        assert read.text == link
    expect(page.locator("[data-print]")).to_be_visible()


def test_a_phone_becomes_the_device_and_the_link_is_used_up(
    open_page: Open, axe: Axe, live: Live
) -> None:
    organiser = open_page(DEVICES, DESK, "organiser")
    [link] = add(organiser, "Cửa Tây", rights="supervisor")
    phone = open_page(f"{path_of(link)}?lang=en", PHONE)
    check(phone, axe)
    phone.click("[type=submit]")
    phone.wait_for_url(re.compile("/checkin/$|/checkin/[?]"))
    expect(phone.locator("#device")).to_contain_text("Cửa Tây")
    organiser.goto(f"{DEVICES}?lang=en&q=cua+tay")
    expect(organiser.locator("tbody tr")).to_contain_text("In use")
    check(organiser, axe)
    late = open_page(f"{path_of(link)}?lang=en", PHONE)
    expect(late.locator("h1")).to_have_text("This link no longer works")
    check(late, axe)


def test_a_revoked_phone_says_so(open_page: Open) -> None:
    organiser = open_page(DEVICES, DESK, "organiser")
    [link] = add(organiser, "Cửa Nam")
    phone = open_page(f"{path_of(link)}?lang=en", PHONE)
    phone.click("[type=submit]")
    phone.wait_for_url(re.compile("/checkin/$|/checkin/[?]"))
    expect(phone.locator("#device")).to_contain_text("Cửa Nam")
    organiser.goto(f"{DEVICES}?lang=en&q=cua+nam")
    organiser.on("dialog", lambda dialog: dialog.accept())
    organiser.click("tbody tr button:has-text('Revoke')")
    organiser.wait_for_load_state()
    phone.reload()
    expect(phone.locator("#none")).to_be_visible(timeout=15_000)


@SIZES
def test_the_pages_of_a_device_and_of_a_checkpoint(
    open_page: Open, axe: Axe, size: dict[str, int]
) -> None:
    page = open_page(DEVICES, size, "organiser")
    add(page, f"Bàn có tên rất dài ở cửa phía đông nam của hội trường lớn {size['width']}")
    page.goto(f"{DEVICES}?lang=en")
    page.click("tbody tr .data-main")
    check(page, axe)
    page.click("text=Back without saving")
    for path in ("checkpoints", "checkpoints/new"):
        for language in ("vi", "en"):
            page.goto(f"/manage/{EVENT}/{path}?lang={language}")
            check(page, axe)
    page.click(".form button[type=submit]")
    expect(page.locator(".error-summary")).to_be_visible()
    check(page, axe)
    page.goto(f"/manage/{EVENT}/checkpoints?lang=en")
    page.click("tbody tr .data-main")
    check(page, axe)


def test_a_new_link_ends_what_the_phone_holds(open_page: Open) -> None:
    organiser = open_page(DEVICES, DESK, "organiser")
    [link] = add(organiser, "Cửa Bắc")
    phone = open_page(f"{path_of(link)}?lang=en", PHONE)
    phone.click("[type=submit]")
    phone.wait_for_url(re.compile("/checkin/$|/checkin/[?]"))
    expect(phone.locator("#device")).to_contain_text("Cửa Bắc")
    organiser.on("dialog", lambda dialog: dialog.accept())
    organiser.goto(f"{DEVICES}?lang=en&q=cua+bac")
    organiser.click("tbody tr .data-main")
    organiser.click("button:text-is('New link')")
    organiser.wait_for_selector(".device-link")
    [again] = [it.inner_text() for it in organiser.locator(".device-link .secret").all()]
    assert again != link
    phone.reload()
    expect(phone.locator("#none")).to_be_visible(timeout=15_000)
    phone.goto(f"{path_of(again)}?lang=en")
    phone.click("[type=submit]")
    phone.wait_for_url(re.compile("/checkin/$|/checkin/[?]"))
    expect(phone.locator("#device")).to_contain_text("Cửa Bắc")


def test_the_browser_of_somebody_signed_in_is_one_device_however_often_it_is_opened(
    open_page: Open,
) -> None:
    organiser = open_page(DEVICES, DESK, "organiser")

    def signed_in() -> int:
        organiser.goto(f"{DEVICES}?lang=en")
        names = [it.inner_text() for it in organiser.locator("tbody .data-lead").all()]
        return sum("signed in" in it for it in names)

    staff = open_page(f"/manage/{EVENT}/checkin", PHONE, "staff")
    staff.wait_for_url(re.compile("/checkin/[?]"))
    known = signed_in()
    assert known
    for _ in range(2):
        staff.goto(f"/manage/{EVENT}/checkin")
        staff.wait_for_url(re.compile("/checkin/[?]"))
    assert signed_in() == known


def test_a_server_that_does_not_answer_is_asked_again(open_page: Open, axe: Axe) -> None:
    page = open_page(f"/manage/{EVENT}/", PHONE, "organiser")
    page.route("**/checkin/token", lambda route: route.abort("internetdisconnected"))
    page.goto(f"/manage/{EVENT}/checkin?lang=en")
    expect(page.locator("#not-opened")).to_be_visible()
    check(page, axe)
    page.unroute("**/checkin/token")
    page.click("#again")
    page.wait_for_url(re.compile("/checkin/[?]"))

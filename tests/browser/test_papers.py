"""Papers in a browser: chosen, looked through, and written while the link waits."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESK

pytestmark = pytest.mark.browser

PAPERS = "/manage/bac-ninh-2012/documents"


def test_a_choice_changes_the_preview_and_pages_are_turned(open_page: Callable[..., Page]) -> None:
    page = open_page(f"{PAPERS}/agenda", DESK, "organiser")
    picture = page.locator(".paper-picture")
    before = picture.get_attribute("src")
    page.get_by_label("Ngôn ngữ của văn bản").select_option("both")
    expect(picture).not_to_have_attribute("src", before or "")
    expect(picture).to_have_js_property("naturalWidth", 1000)
    expect(page.locator(".paper-turn")).to_contain_text("Trang 1 trên 2")
    page.get_by_role("link", name="Trang sau").click()
    expect(page.locator(".paper-turn")).to_contain_text("Trang 2 trên 2")
    expect(page.get_by_role("link", name="Trang sau")).to_have_count(0)
    assert "language=both" in page.url


def test_a_long_paper_is_asked_for_once_and_says_that_it_is_being_written(
    open_page: Callable[..., Page],
) -> None:
    page = open_page(f"{PAPERS}/invitations?to=office&apart=y", DESK, "organiser")
    link = page.get_by_role("link", name="Tải về")
    taken: list[object] = []
    page.on("download", lambda it: taken.append(it))
    with page.expect_download() as download:
        link.focus()
        page.keyboard.press("Enter")
        expect(link).to_have_attribute("aria-disabled", "true")
        expect(page.get_by_role("status")).to_contain_text("Đang tạo văn bản")
        page.keyboard.press("Enter")
    assert download.value.suggested_filename == "invitations-bac-ninh-2012-vi.zip"
    expect(link).not_to_have_attribute("aria-disabled", "true")
    expect(page.locator("[data-paper-wait]")).to_be_empty()
    assert len(taken) == 1


def test_a_logo_is_seen_as_it_will_be_printed(open_page: Callable[..., Page]) -> None:
    page = open_page(f"{PAPERS}/settings", DESK, "organiser")
    drawing = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10" onload="alert(1)">'
        '<circle cx="5" cy="5" r="4" fill="#da251d"/></svg>'
    )
    file = {"name": "logo.svg", "mimeType": "image/svg+xml", "buffer": drawing.encode()}
    page.locator("[name=logo_file]").set_input_files(file)
    page.get_by_role("button", name="Lưu").click()
    page.goto(page.url + "/settings")
    shown = page.get_by_role("img", name="Biểu trưng như khi in")
    expect(shown).to_be_visible()
    assert shown.evaluate("picture => picture.naturalWidth") > 0

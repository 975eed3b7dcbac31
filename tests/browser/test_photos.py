"""A photo for the badge in a browser: added by organisers, seen and taken back by its delegate."""

import io
import re
from collections.abc import Callable

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESK, PHONE
from tests.browser.test_journeys import MANAGE
from tests.browser.test_pages import check
from tests.browser.test_personal_data import register

pytestmark = pytest.mark.browser

OPEN = Callable[..., Page]
AXE = Callable[[Page], list[str]]


def portrait() -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (900, 1200), "#886644").save(stream, "JPEG")
    return stream.getvalue()


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_a_photo_is_added_seen_and_taken_back(
    open_page: OPEN, axe: AXE, size: dict[str, int]
) -> None:
    mark = size["width"]
    page = open_page("/", size)
    own = register(page, f"Bà Có Ảnh {mark}", f"anh{mark}@bacgiang.example")
    office = open_page(f"{MANAGE}/delegates?q=anh{mark}@bacgiang.example", size, "organiser")
    office.get_by_role("link", name=f"Bà Có Ảnh {mark}").first.click()
    office.wait_for_url(re.compile(r"/delegates/\d+$"))
    office.goto(f"{office.url}/photo")
    check(office, axe)
    file = office.get_by_label("Ảnh", exact=True)
    file.set_input_files({"name": "anh.jpg", "mimeType": "image/jpeg", "buffer": b"no picture"})
    office.get_by_role("button", name="Lưu ảnh").click()
    expect(office.locator(".field-errors")).to_be_visible()
    check(office, axe)
    file.set_input_files({"name": "anh.jpg", "mimeType": "image/jpeg", "buffer": portrait()})
    office.get_by_role("button", name="Lưu ảnh").click()
    office.wait_for_url(re.compile(r"/delegates/\d+$"))
    photo = office.get_by_role("img", name=f"Ảnh của Bà Có Ảnh {mark}")
    expect(photo).to_have_js_property("naturalHeight", 600)
    check(office, axe)
    page.goto(own)
    expect(page.get_by_role("img", name="Ảnh của quý vị")).to_have_js_property("naturalWidth", 450)
    check(page, axe)
    page.get_by_role("button", name="Xóa ảnh").click()
    expect(page.get_by_text("Đã xóa ảnh.")).to_be_visible()
    expect(page.get_by_role("img", name="Ảnh của quý vị")).to_have_count(0)

"""The badge designer by mouse, touch and keyboard, from a shipped template to versions."""

import io
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageChops, ImageStat
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESK, PHONE
from tests.browser.test_builder import middle
from tests.browser.test_pages import check

pytestmark = pytest.mark.browser

LIST = "/manage/bac-ninh-2012/badges/templates"
OPEN = Callable[..., Page]
AXE = Callable[[Page], list[str]]
NAME = 5  # the element of the shipped template that shows who it is
BOTH = pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])


@pytest.fixture
def address(open_page: OPEN) -> Iterator[str]:
    """Where a new template's designer is. The template goes afterwards."""
    page = open_page(LIST, DESK, "organiser")
    page.locator("form", has=page.locator("[value='conference-90x130']")).get_by_role(
        "button"
    ).click()
    page.wait_for_url(re.compile(r"/templates/\d+$"))
    address = re.sub(r"^https?://[^/]+", "", page.url)
    yield address
    page.goto(LIST)
    page.on("dialog", lambda dialog: dialog.accept())
    page.locator(f"form[action='{address}/delete'] button").click()
    expect(page.locator(".flashes")).to_be_visible()


def designer(open_page: OPEN, address: str, size: dict[str, int] = DESK, **options: Any) -> Page:
    page = open_page(address, size, "organiser", **options)
    page.on("dialog", lambda dialog: dialog.accept())
    shown(page)
    return page


def shown(page: Page) -> None:
    """Wait until the preview is of what is on the canvas."""
    expect(
        page.locator("#designer-pictures[data-of='now'][aria-busy='false'] img")
    ).not_to_have_count(0)


def until(page: Page, holds: str) -> None:
    """Wait until an expression holds; Playwright's own way evaluates texts, which pages forbid."""
    for _ in range(200):
        if page.evaluate(holds):
            return
        page.wait_for_timeout(25)
    pytest.fail(f"never: {holds}")


def element(page: Page, number: int = NAME):  # type: ignore[no-untyped-def]
    return page.locator(f".element[data-n='{number}']")


def field(page: Page, label: str) -> float:
    return float(page.get_by_label(label, exact=True).input_value())


def place(page: Page) -> tuple[float, float, float, float]:
    """Where the selected element is, as its fields say."""
    labels = ("Cách mép trái (mm)", "Cách mép trên (mm)", "Chiều rộng (mm)", "Chiều cao (mm)")
    x, y, width, height = (field(page, label) for label in labels)
    return x, y, width, height


def scale(page: Page) -> float:
    return float(page.locator("#designer-canvas").evaluate("it => it.getScreenCTM().a"))


def drag(page: Page, at: tuple[float, float], by_x: float, by_y: float, keys: str = "") -> None:
    """Drag by millimetres."""
    x, y = at
    dx, dy = by_x * scale(page), by_y * scale(page)
    if keys:
        page.keyboard.down(keys)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + dx / 2, y + dy / 2, steps=5)
    page.mouse.move(x + dx, y + dy, steps=5)
    page.mouse.up()
    if keys:
        page.keyboard.up(keys)


def test_from_a_shipped_template_to_a_version_restored(
    open_page: OPEN, axe: AXE, address: str
) -> None:
    page = designer(open_page, address)
    check(page, axe)
    element(page).click()
    assert place(page) == (6, 26.3, 78, 49.35)
    before = page.locator("#designer-pictures img").first.get_attribute("src")
    # By mouse, off every line and grid: down by 7 mm, where it is on the code.
    drag(page, middle(element(page)), 0, 7, keys="Alt")
    x, y, *_rest = place(page)
    assert x == pytest.approx(6, abs=0.3)
    assert y == pytest.approx(33.3, abs=0.3)
    expect(page.locator("#designer-problems li").first).to_contain_text("đè lên mã QR")
    expect(page.locator("#designer-mark")).to_have_text("Chưa lưu")
    check(page, axe)
    page.keyboard.press("Control+z")
    assert place(page) == (6, 26.3, 78, 49.35)
    expect(page.locator("#designer-problems li")).to_have_count(0)
    expect(page.locator("#designer-mark")).to_have_text("Đã lưu tất cả")
    page.keyboard.press("Control+y")
    assert place(page)[1] == y
    page.keyboard.press("Control+z")
    # By keyboard: narrower by 2 mm, lower by 0.1, then to the right.
    element(page).focus()
    for keys in ("Alt+ArrowLeft", "Alt+ArrowLeft", "Shift+ArrowUp", "ArrowRight"):
        page.keyboard.press(keys)
    assert place(page) == (7, 26.2, 76, 49.35)
    shown(page)
    assert page.locator("#designer-pictures img").first.get_attribute("src") != before
    page.fill("#designer-note", "hẹp hơn")
    page.click("#designer-save")
    expect(page.locator("#designer-mark")).to_have_text("Đã lưu thành phiên bản 2")
    expect(page.locator("#designer-version")).to_have_text("Phiên bản 2")
    page.click("#designer-version")
    check(page, axe)
    expect(page.locator("tbody tr").first).to_contain_text("hẹp hơn")
    page.locator("a[href$='from=1&to=2']").click()
    expect(page.locator(".template-compared img")).to_have_count(2)
    check(page, axe)
    page.get_by_role("button", name="Khôi phục phiên bản 1").click()
    expect(page.locator(".flashes")).to_contain_text("Phiên bản 1 lại là bản mới nhất")
    page.goto(address)
    expect(page.locator("#designer-version")).to_have_text("Phiên bản 3")
    element(page).click()
    assert place(page) == (6, 26.3, 78, 49.35)


def test_things_snap_to_edges_centres_and_one_another(open_page: OPEN, address: str) -> None:
    page = designer(open_page, address)
    page.locator("[data-add='box']").click()
    assert place(page) == (30, 57.5, 30, 15)
    number = page.locator(".element").count() - 1
    x, y = middle(element(page, number))
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 29.3 * scale(page), y, steps=6)
    expect(page.locator("#designer-canvas .guide")).not_to_have_count(0)
    page.mouse.up()
    expect(page.locator("#designer-canvas .guide")).to_have_count(0)
    assert place(page)[0] == 0
    page.mouse.move(*middle(element(page, number)))
    page.mouse.down()
    page.mouse.move(*middle(element(page, 0)), steps=4)
    page.keyboard.press("Escape")
    page.mouse.up()
    assert place(page)[0] == 0
    # Nothing leaves the badge.
    drag(page, middle(element(page, number)), -60, 90)
    assert place(page) == (0, 115, 30, 15)
    # A corner that is dragged makes it larger, the opposite one stays.
    drag(page, middle(page.locator(".handle-ne")), 15, -30, keys="Alt")
    left, top, width, height = place(page)
    assert (left, top + height) == (0, 130)
    assert width == pytest.approx(45, abs=0.5)
    assert height == pytest.approx(45, abs=0.5)


def test_several_are_lined_up_doubled_and_deleted(open_page: OPEN, address: str) -> None:
    page = designer(open_page, address)
    for number, x in enumerate(("3", "20", "51")):
        page.locator("[data-add='box']").click()
        page.get_by_label("Cách mép trái (mm)").fill(x)
        page.get_by_label("Cách mép trên (mm)").fill(str(40 + 3 * number))
    first = page.locator(".element").count() - 3
    rows = page.locator(".designer-element")
    rows.nth(first).click()
    rows.nth(first + 1).click(modifiers=["Shift"])
    rows.nth(first + 2).click(modifiers=["Shift"])
    expect(page.locator(".property-title")).to_have_text("3 phần tử")
    page.get_by_role("button", name="Mép trên").click()
    page.locator(".property-group", has_text="Giãn cách đều").get_by_role("button").first.click()
    page.get_by_role("button", name="Nhân đôi").click()
    expect(rows).to_have_count(first + 6)
    element(page, first + 3).focus()
    page.keyboard.press("Delete")
    expect(rows).to_have_count(first + 3)
    found = []
    for number in range(3):
        rows.nth(first + number).click()
        found.append(place(page)[:2])
    assert found == [(3, 40), (27, 40), (51, 40)]
    for _ in range(30):
        page.keyboard.press("Control+z")
    expect(page.locator("#designer-undo")).to_be_disabled()
    expect(rows).to_have_count(first)
    expect(page.locator("#designer-mark")).to_have_text("Đã lưu tất cả")


def test_everything_by_keyboard(open_page: OPEN, axe: AXE, address: str) -> None:
    page = designer(open_page, address)
    page.locator("#designer-canvas .element").first.focus()
    for _ in range(NAME):
        page.keyboard.press("Tab")
    expect(element(page)).to_be_focused()
    expect(element(page)).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Cách mép trái (mm)")).to_be_focused()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Shift+Tab")
    assert place(page)[0] == pytest.approx(6.1)
    page.get_by_label("Nội dung hiển thị").first.select_option("text")
    vi = page.get_by_label("Nội dung (Tiếng Việt)")
    vi.fill("Đại biểu danh dự")
    expect(page.locator("#designer-canvas")).to_contain_text("danh dự")
    expect(page.locator(".designer-element").nth(NAME)).to_contain_text("Đại biểu danh dự")
    page.get_by_label("Cỡ chữ lớn nhất (pt)").first.fill("500")
    expect(page.get_by_label("Cỡ chữ lớn nhất (pt)").first).to_have_attribute(
        "aria-invalid", "true"
    )
    check(page, axe)
    page.locator("#designer-save").focus()
    page.keyboard.press("Control+s")
    expect(page.locator("#designer-mark")).to_have_text("Đã lưu thành phiên bản 2")


def test_a_back_a_ground_and_a_size_of_its_own(open_page: OPEN, axe: AXE, address: str) -> None:
    page = designer(open_page, address)
    page.get_by_label("Có mặt sau").check()
    page.locator("[data-side='1']").click()
    page.locator("[data-add='code']").click()
    page.keyboard.press("Escape")
    page.get_by_label("Khách mời: nền riêng").check()
    page.get_by_label("Kích thước thông dụng").select_option("105x148")
    shown(page)
    expect(page.locator("#designer-pictures img")).to_have_count(2)
    assert (field(page, "Chiều rộng (mm)"), field(page, "Chiều cao (mm)")) == (105, 148)
    check(page, axe)
    page.click("#designer-save")
    expect(page.locator("#designer-mark")).to_have_text("Đã lưu thành phiên bản 2")
    with page.expect_download() as download:
        page.evaluate(f"location.href = '{address}.json'")
    data = json.loads(Path(download.value.path()).read_text())
    assert data["size"] == {"width": 105, "height": 148}
    assert data["sides"][1]["by_category"] == {"Khách mời": {"colour": "category"}}


@BOTH
def test_the_canvas_and_the_print_agree(
    open_page: OPEN, axe: AXE, address: str, size: dict[str, int], tmp_path: Path
) -> None:
    page = designer(open_page, address, size, device_scale_factor=2)
    check(page, axe)
    page.locator("#designer-sample").select_option("longest")
    shown(page)
    # Only what is on this badge.
    page.evaluate("document.querySelectorAll('.is-away').forEach(it => it.remove())")
    page.evaluate("document.fonts.ready")
    canvas, printed = tmp_path / "canvas.png", tmp_path / "printed.png"
    edge = page.locator(".badge-edge")
    edge.scroll_into_view_if_needed()
    page.locator("#designer-canvas").screenshot(path=canvas)
    outer = page.locator("#designer-canvas").bounding_box()
    inner = edge.bounding_box()
    assert outer is not None and inner is not None
    page.locator("#designer-pictures img").first.screenshot(path=printed)
    pixels = Image.open(canvas).convert("L")
    ratio = pixels.width / outer["width"]
    left, top = (inner["x"] - outer["x"]) * ratio, (inner["y"] - outer["y"]) * ratio
    box = (left, top, left + inner["width"] * ratio, top + inner["height"] * ratio)
    drawn = pixels.resize((180, 260), Image.Resampling.BOX, box=box)
    true = Image.open(printed).convert("L").resize((180, 260), Image.Resampling.BOX)
    apart = {
        (dx, dy): ImageStat.Stat(ImageChops.difference(ImageChops.offset(drawn, dx, dy), true)).mean
        for dx in (-1, 0, 1)
        for dy in (-1, 0, 1)
    }
    # Half a millimetre in any direction would be worse; what is left is the weight of type that
    # the browser does not have.
    assert min(apart, key=lambda it: apart[it]) == (0, 0), apart
    assert apart[0, 0][0] < 20


def test_a_finger_selects_then_drags_and_scrolls_elsewhere(
    open_page: OPEN, axe: AXE, address: str
) -> None:
    page = designer(open_page, address, PHONE, has_touch=True, is_mobile=True)
    check(page, axe)
    x, y = middle(element(page))
    page.touchscreen.tap(x, y)
    expect(element(page)).to_have_attribute("aria-pressed", "true")
    before = place(page)
    x, y = middle(element(page))
    swipe(page, x, y, 0, 15)
    assert place(page)[1] > before[1] + 3
    assert place(page)[2:] == before[2:]
    swipe(page, *middle(page.locator(".handle-se")), -40, 0)
    moved = place(page)
    assert moved[2] < before[2] - 5
    # What is not selected lets the page scroll.
    x, y = middle(element(page, 4))
    scrolled = page.evaluate("scrollY")
    swipe(page, x, y, 0, -120)
    until(page, f"scrollY > {scrolled} + 20")
    assert place(page) == moved
    check(page, axe)


def swipe(page: Page, x: float, y: float, by_x: float, by_y: float) -> None:
    client = page.context.new_cdp_session(page)

    def send(kind: str, **points: float) -> None:
        client.send(
            "Input.dispatchTouchEvent",
            {"type": kind, "touchPoints": [points] if points else []},
        )

    send("touchStart", x=x, y=y)
    for step in range(1, 9):
        send("touchMove", x=x + by_x * step / 8, y=y + by_y * step / 8)
    send("touchEnd")
    client.detach()


def test_of_two_organisers_the_second_loses_nothing(open_page: OPEN, address: str) -> None:
    first, second = designer(open_page, address), designer(open_page, address)
    for page, name in ((first, "Của người thứ nhất"), (second, "Của người thứ hai")):
        page.get_by_label("Tên (Tiếng Việt)").fill(name)
        page.click("#designer-save")
    expect(first.locator("#designer-mark")).to_have_text("Đã lưu thành phiên bản 2")
    trouble = second.locator("#designer-trouble")
    expect(trouble).to_contain_text("vừa lưu phiên bản 2")
    expect(second.get_by_label("Tên (Tiếng Việt)")).to_have_value("Của người thứ hai")
    trouble.get_by_role("button", name="Lưu bản của tôi thành bản sao").click()
    expect(second.locator("#designer-name")).to_have_text("Của người thứ hai (bản sao)")
    copied = re.sub(r"^https?://[^/]+", "", second.url)
    assert copied != address
    second.goto(LIST)
    second.locator(f"form[action='{copied}/delete'] button").click()
    expect(second.locator(".flashes")).to_be_visible()


def test_what_was_never_saved_is_offered_again(open_page: OPEN, address: str) -> None:
    page = designer(open_page, address)
    page.get_by_label("Tên (Tiếng Việt)").fill("Chưa kịp lưu")
    until(page, "localStorage.length > 0")
    page.reload()
    shown(page)
    expect(page.locator("#designer-name")).to_have_text("Hội nghị 90 × 130")
    page.get_by_role("button", name="Lấy lại các thay đổi đó").click()
    expect(page.locator("#designer-name")).to_have_text("Chưa kịp lưu")
    page.keyboard.press("Control+z")
    expect(page.locator("#designer-mark")).to_have_text("Đã lưu tất cả")
    until(page, "localStorage.length === 0")


def test_changes_found_again_do_not_overwrite_what_was_saved_since(
    open_page: OPEN, address: str
) -> None:
    page = designer(open_page, address)
    page.get_by_label("Tên (Tiếng Việt)").fill("Chưa kịp lưu")
    until(page, "localStorage.length > 0")
    other = designer(open_page, address)
    other.get_by_label("Tên (Tiếng Việt)").fill("Của người khác")
    other.click("#designer-save")
    expect(other.locator("#designer-mark")).to_have_text("Đã lưu thành phiên bản 2")
    page.reload()
    shown(page)
    page.get_by_role("button", name="Lấy lại các thay đổi đó").click()
    page.click("#designer-save")
    expect(page.locator("#designer-trouble")).to_contain_text("vừa lưu phiên bản 2")
    expect(page.locator("#designer-name")).to_have_text("Chưa kịp lưu")


def test_undo_reaches_the_field_that_is_typed_in(open_page: OPEN, address: str) -> None:
    page = designer(open_page, address)
    name = page.get_by_label("Tên (Tiếng Việt)")
    before = name.input_value()
    name.fill("Tên khác")
    name.press("Control+z")
    expect(name).to_be_focused()
    expect(name).to_have_value(before)
    expect(page.locator("#designer-name")).to_have_text(before)
    name.press("Control+y")
    expect(name).to_have_value("Tên khác")


def test_moved_together_they_stay_together_at_the_edge(open_page: OPEN, address: str) -> None:
    page = designer(open_page, address)
    first = page.locator(".element").count()
    for x in ("2", "12"):
        page.locator("[data-add='box']").click()
        page.get_by_label("Cách mép trái (mm)").fill(x)
    rows = page.locator(".designer-element")
    rows.nth(first).click()
    rows.nth(first + 1).click(modifiers=["Shift"])
    element(page, first).focus()
    for _ in range(5):
        page.keyboard.press("ArrowLeft")
    found = []
    for number in (first, first + 1):
        rows.nth(number).click()
        found.append(place(page)[0])
    assert found == [0, 10]


def test_a_ground_of_a_category_that_is_not_here_can_be_taken_away(
    open_page: OPEN, axe: AXE, address: str
) -> None:
    page = designer(open_page, address)
    page.locator("#designer-text summary").click()
    text = page.locator("#template-text")
    data = json.loads(text.input_value())
    data["sides"][0]["by_category"] = {"Khách quý": {"colour": "#ffd60a"}}
    text.fill(json.dumps(data))
    page.click("#designer-apply")
    left = page.get_by_label("Khách quý (sự kiện không có thành phần này): nền riêng")
    expect(left).to_be_checked()
    check(page, axe)
    left.click()
    expect(left).to_have_count(0)
    text.fill("")
    page.locator("#designer-text summary").click()
    page.locator("#designer-text summary").click()
    until(page, "document.querySelector('#template-text').value.includes('sides')")
    assert "Khách quý" not in text.input_value()


def test_a_lost_connection_loses_nothing(open_page: OPEN, address: str) -> None:
    page = designer(open_page, address)
    page.get_by_label("Tên (Tiếng Việt)").fill("Mất mạng")
    shown(page)
    page.context.set_offline(True)
    page.click("#designer-save")
    expect(page.locator("#designer-trouble")).to_contain_text("Không có gì bị mất")
    page.context.set_offline(False)
    page.click("#designer-save")
    expect(page.locator("#designer-mark")).to_have_text("Đã lưu thành phiên bản 2")


def test_images_are_uploaded_and_shown(open_page: OPEN, address: str, tmp_path: Path) -> None:
    page = designer(open_page, address)
    good, bad = tmp_path / "Cờ.png", tmp_path / "hong.png"
    Image.new("RGB", (60, 40), "#c00").save(good)
    bad.write_bytes(b"not a picture")
    page.set_input_files("#designer-add-image", bad)
    expect(page.locator("#designer-trouble")).to_contain_text("không phải là hình ảnh in được")
    page.set_input_files("#designer-add-image", good)
    expect(page.locator("#designer-canvas image")).to_have_count(1)
    expect(page.locator("#designer-trouble")).to_be_hidden()
    page.get_by_label("Cách đặt hình trong khung").select_option("cover")
    shown(page)
    expect(page.locator("#designer-problems li")).not_to_contain_text(["không có hình này"])
    # Round corners are as round on the canvas as they are printed.
    page.get_by_label("Chiều rộng (mm)").fill("20")
    page.get_by_label("Chiều cao (mm)").fill("20")
    page.get_by_label("Bo góc (mm)").fill("10")
    image = page.locator("#designer-canvas image")
    expect(image).to_have_attribute("width", "20")
    expect(image).to_have_attribute("height", "20")
    page.keyboard.press("Tab")
    shown(page)
    image.scroll_into_view_if_needed()
    box = image.bounding_box()
    assert box is not None
    taken = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    centre = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    corner = (box["x"] + box["width"] * 0.12, box["y"] + box["height"] * 0.12)
    red = (204, 0, 0)
    assert max(abs(a - b) for a, b in zip(taken.getpixel(centre), red, strict=True)) < 8
    assert max(abs(a - b) for a, b in zip(taken.getpixel(corner), red, strict=True)) > 30


def test_as_text(open_page: OPEN, axe: AXE, address: str) -> None:
    page = designer(open_page, address)
    page.locator("#designer-text summary").click()
    text = page.locator("#template-text")
    data = json.loads(text.input_value())
    data["name"]["vi"] = "Từ văn bản"
    text.fill(json.dumps({**data, "size": {"width": 5, "height": 5}}))
    page.click("#designer-apply")
    expect(page.locator("#designer-apply-said")).to_contain_text("size.width")
    text.fill("{")
    page.click("#designer-apply")
    expect(page.locator("#designer-apply-said")).to_contain_text("không phải JSON")
    text.fill(json.dumps(data))
    page.click("#designer-apply")
    expect(page.locator("#designer-name")).to_have_text("Từ văn bản")
    check(page, axe)


def test_without_scripts_there_is_the_text(open_page: OPEN, address: str) -> None:
    page = open_page(address, PHONE, "organiser", java_script_enabled=False)
    expect(page.locator("#designer")).to_be_hidden()
    expect(page.get_by_text("cần JavaScript")).to_be_visible()
    data = json.loads(page.locator("#template-text").input_value())
    data["name"]["vi"] = "Không có script"
    page.fill("#template-text", json.dumps(data))
    page.get_by_role("button", name="Lưu thành phiên bản mới").click()
    expect(page.locator("#designer-name")).to_have_text("Không có script")
    expect(page.locator("#designer-version")).to_have_text("Phiên bản 2")


@BOTH
@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_pages_are_sound(
    open_page: OPEN, axe: AXE, address: str, size: dict[str, int], language: str
) -> None:
    for path in (LIST, address, f"{address}/versions?from=1&to=1"):
        page = open_page(f"{path}{'&' if '?' in path else '?'}lang={language}", size, "organiser")
        if path == address:
            shown(page)
            element(page).click()
        check(page, axe)


def test_the_page_is_light(open_page: OPEN, address: str) -> None:
    page = open_page("about:blank", DESK, "organiser")
    sizes: dict[str, int] = {}
    page.on(
        "requestfinished",
        lambda request: sizes.update({request.url: request.sizes()["responseBodySize"]}),
    )
    page.goto(address)
    shown(page)
    own = {url: it for url, it in sizes.items() if "/preview" not in url and "fonts/" not in url}
    assert sum(own.values()) < 150_000, own

"""The builder of the programme, by mouse, touch and keyboard, and by two organisers at once."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import DESK, PHONE
from tests.browser.test_pages import check

pytestmark = pytest.mark.browser

PROGRAMME = "/manage/bac-ninh-2012/programme"
FIVE_MINUTES = 10  # px
TITLE = "Phiên thử di chuyển"
OPEN = Callable[..., Page]
ADDRESS = re.compile(r"/sessions/\d+$")


@pytest.fixture
def session(open_page: OPEN) -> Iterator[str]:
    """A session of an hour in the evening of the second day: its title. It goes afterwards."""
    page = open_page(f"{PROGRAMME}/sessions/new", DESK, "organiser")
    page.fill("#title", TITLE)
    page.select_option("#day", index=1)
    page.select_option("#room", label="Phòng tập huấn A")
    page.fill("#starts", "18:00")
    page.fill("#ends", "19:00")
    page.click("[name=submit]")
    page.wait_for_url(re.compile("/programme$"))
    yield TITLE
    page.goto(PROGRAMME)
    page.goto(block_of(page).get_attribute("href") or "")
    page.on("dialog", lambda dialog: dialog.accept())
    page.locator("form[action$='/delete'] button").click()
    page.wait_for_url(re.compile("/programme$"))


def block_of(page: Page, title: str = TITLE) -> Locator:
    return page.locator(".block", has=page.get_by_text(title, exact=True))


def times(page: Page) -> str:
    return block_of(page).locator(".block-time").inner_text()


def column(page: Page) -> int:
    return block_of(page).evaluate(
        "b => [...document.querySelectorAll('.grid-column')].indexOf(b.closest('.grid-column'))"
    )


def saved(page: Page) -> Callable[[], None]:
    """Call what it gives after a move: it waits until the grid has come back."""
    before = block_of(page).get_attribute("data-revision")
    return lambda: expect(block_of(page)).not_to_have_attribute("data-revision", before or "")


def middle(locator: Locator) -> tuple[float, float]:
    locator.scroll_into_view_if_needed()
    box = locator.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def drag(page: Page, handle: Locator, by_x: float, by_y: float) -> None:
    x, y = middle(handle)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + by_x / 2, y + by_y / 2, steps=4)
    page.mouse.move(x + by_x, y + by_y, steps=4)
    page.mouse.up()


def test_a_mouse_moves_a_session_and_undo_brings_it_back(open_page: OPEN, session: str) -> None:
    page = open_page(PROGRAMME, DESK, "organiser")
    expect(page.locator("#builder-undo")).to_be_disabled()
    wait = saved(page)
    drag(page, block_of(page), 0, -6 * FIVE_MINUTES)
    wait()
    assert times(page) == "17:30–18:30"
    page.reload()
    assert times(page) == "17:30–18:30"
    wait = saved(page)
    drag(page, block_of(page), 0, -FIVE_MINUTES)
    wait()
    assert times(page) == "17:25–18:25"
    wait = saved(page)
    page.locator("#builder-undo").click()
    wait()
    assert times(page) == "17:30–18:30"
    expect(page.locator("#builder-undo")).to_be_disabled()


def test_a_mouse_moves_a_session_to_another_day(open_page: OPEN, session: str) -> None:
    page = open_page(PROGRAMME, DESK, "organiser")
    wait = saved(page)
    drag(page, block_of(page), -440, 0)
    wait()
    assert column(page) == 0
    assert times(page) == "18:00–19:00"
    wait = saved(page)
    page.keyboard.press("Control+z")
    wait()
    assert column(page) == 1


def test_a_mouse_makes_a_session_longer(open_page: OPEN, session: str) -> None:
    page = open_page(PROGRAMME, DESK, "organiser")
    wait = saved(page)
    drag(page, block_of(page).locator(".block-edge"), 0, 3 * FIVE_MINUTES)
    wait()
    assert times(page) == "18:00–19:15"


def test_a_click_opens_the_form_and_a_drag_that_is_given_up_saves_nothing(
    open_page: OPEN, session: str
) -> None:
    page = open_page(PROGRAMME, DESK, "organiser")
    revision = block_of(page).get_attribute("data-revision")
    x, y = middle(block_of(page))
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y - 50, steps=4)
    assert times(page) == "17:35–18:35"
    page.keyboard.press("Escape")
    page.mouse.up()
    assert times(page) == "18:00–19:00"
    page.reload()
    assert block_of(page).get_attribute("data-revision") == revision
    block_of(page).click()
    page.wait_for_url(ADDRESS)


def test_the_keyboard_moves_and_resizes(open_page: OPEN, session: str) -> None:
    page = open_page(PROGRAMME, DESK, "organiser")
    wait = saved(page)
    block_of(page).focus()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("ArrowLeft")
    assert times(page) == "17:50–18:55"
    expect(page.locator("#builder-said")).to_contain_text("17:50 đến 18:55, Thứ Sáu")
    page.keyboard.press("Space")
    wait()
    assert (column(page), times(page)) == (0, "17:50–18:55")
    expect(page.locator("#builder-said")).to_contain_text("Đã lưu")
    expect(block_of(page)).to_be_focused()
    wait = saved(page)
    page.keyboard.press("ArrowRight")  # saved when the focus goes elsewhere, too
    page.keyboard.press("Tab")
    wait()
    assert column(page) == 1


def test_escape_takes_back_and_enter_opens_the_form(open_page: OPEN, session: str) -> None:
    page = open_page(PROGRAMME, DESK, "organiser")
    block_of(page).focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Escape")
    assert times(page) == "18:00–19:00"
    expect(page.locator("#builder-said")).to_contain_text("Đã bỏ")
    page.keyboard.press("Enter")
    page.wait_for_url(ADDRESS)
    assert page.input_value("#starts") == "18:00"


def touch(page: Page, x: float, y: float, by_y: float) -> None:
    """A finger down, along, and up."""
    client = page.context.new_cdp_session(page)

    def send(kind: str, *points: tuple[float, float]) -> None:
        touches = [{"x": x, "y": y} for x, y in points]
        client.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touches})

    send("touchStart", (x, y))
    for step in range(1, 9):
        send("touchMove", (x, y + by_y * step / 8))
    send("touchEnd")
    client.detach()


def test_a_finger_moves_by_the_grip_resizes_by_the_edge_and_scrolls_elsewhere(
    open_page: OPEN, axe: Callable[[Page], list[str]], session: str
) -> None:
    page = open_page(PROGRAMME, PHONE, "organiser", has_touch=True, is_mobile=True)
    check(page, axe)
    block_of(page).scroll_into_view_if_needed()
    page.locator(".grid-scroll").evaluate("it => { it.scrollLeft = it.scrollWidth }")
    wait = saved(page)
    touch(page, *middle(block_of(page).locator(".block-grip")), -4 * FIVE_MINUTES)
    wait()
    assert times(page) == "17:40–18:40"
    wait = saved(page)
    touch(page, *middle(block_of(page).locator(".block-edge")), -2 * FIVE_MINUTES)
    wait()
    assert times(page) == "17:40–18:30"
    revision = block_of(page).get_attribute("data-revision")
    touch(page, *middle(block_of(page).locator(".block-title")), 60)
    page.reload()
    assert block_of(page).get_attribute("data-revision") == revision
    check(page, axe)


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_a_clash_shows_at_once_and_goes_with_its_cause(
    open_page: OPEN, axe: Callable[[Page], list[str]], session: str, size: dict[str, int]
) -> None:
    page = open_page(f"{PROGRAMME}/sessions/new", size, "organiser")
    page.fill("#title", "Phiên bên cạnh")
    page.select_option("#day", index=1)
    page.select_option("#room", label="Phòng tập huấn A")
    page.fill("#starts", "18:30")
    page.fill("#ends", "20:00")
    page.click("[name=submit]")
    page.wait_for_url(re.compile("/programme$"))
    expect(page.locator(".flashes")).to_contain_text("Trùng phòng")
    expect(block_of(page).locator(".block-clash")).to_have_text("Trùng phòng")
    expect(page.locator(".clash")).to_contain_text("chuyển sang phòng khác")
    check(page, axe)
    wait = saved(page)
    block_of(page).focus()
    for _ in range(6):
        page.keyboard.press("ArrowUp")
    page.keyboard.press("Space")
    wait()
    expect(block_of(page).locator(".block-clash")).to_have_count(0)
    page.goto(block_of(page, "Phiên bên cạnh").get_attribute("href") or "")
    page.on("dialog", lambda dialog: dialog.accept())
    page.locator("form[action$='/delete'] button").click()
    page.wait_for_url(re.compile("/programme$"))


def test_rooms_as_columns(open_page: OPEN, session: str) -> None:
    page = open_page(PROGRAMME, DESK, "organiser")
    page.locator(".tabs a").nth(2).click()
    page.wait_for_url(re.compile("view=rooms"))
    assert column(page) == 1
    wait = saved(page)
    block_of(page).focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    wait()
    assert column(page) == 2
    page.goto(block_of(page).get_attribute("href") or "")
    assert page.locator("#room option:checked").inner_text() == "Phòng tập huấn B"


def test_of_two_organisers_neither_overwrites_the_other(open_page: OPEN, session: str) -> None:
    first = open_page(PROGRAMME, DESK, "organiser")
    second = open_page(PROGRAMME, DESK, "organiser")
    wait = saved(first)
    drag(first, block_of(first), 0, -6 * FIVE_MINUTES)
    wait()
    wait = saved(second)
    drag(second, block_of(second), 0, 6 * FIVE_MINUTES)
    wait()
    expect(second.locator("#builder-trouble")).to_contain_text("Người khác vừa thay đổi")
    assert times(second) == "17:30–18:30"
    expect(block_of(second)).to_have_class(re.compile("is-theirs"))
    expect(second.locator("#builder-undo")).to_be_disabled()
    # Having seen it, the second one may move it; then the first one's undo is what is refused.
    wait = saved(second)
    drag(second, block_of(second), 0, 2 * FIVE_MINUTES)
    wait()
    assert times(second) == "17:40–18:40"
    wait = saved(first)
    first.locator("#builder-undo").click()
    wait()
    expect(first.locator("#builder-trouble")).to_contain_text("Người khác vừa thay đổi")
    assert times(first) == "17:40–18:40"


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_by_the_form_too_the_second_sees_what_the_first_has_saved(
    open_page: OPEN, axe: Callable[[Page], list[str]], session: str, size: dict[str, int]
) -> None:
    first = open_page(PROGRAMME, DESK, "organiser")
    first.goto(block_of(first).get_attribute("href") or "")
    second = open_page(first.url, size, "organiser")
    first.fill("#chair", "Người thứ nhất")
    first.click("[name=submit]")
    first.wait_for_url(re.compile("/programme$"))
    second.fill("#chair", "Người thứ hai")
    second.click("[name=submit]")
    notice = second.get_by_role("alert")
    expect(notice).to_contain_text("Người khác vừa thay đổi")
    expect(notice).to_contain_text("Người thứ nhất")
    expect(second.locator("#chair")).to_have_value("Người thứ hai")
    check(second, axe)


def test_a_grip_is_within_reach_where_a_day_is_wider_than_the_screen(
    open_page: OPEN, session: str
) -> None:
    page = open_page(PROGRAMME, PHONE, "organiser", has_touch=True, is_mobile=True)
    for block in page.locator(".grid-column").first.locator(".block[data-lane='0']").all():
        box = block.locator(".block-grip").bounding_box()
        assert box is not None
        assert box["x"] + box["width"] <= PHONE["width"]


def test_a_lost_connection_changes_nothing_and_says_so(open_page: OPEN, session: str) -> None:
    page = open_page(PROGRAMME, DESK, "organiser")
    page.context.set_offline(True)
    drag(page, block_of(page), 0, -6 * FIVE_MINUTES)
    expect(page.locator("#builder-trouble")).to_contain_text("Chưa lưu được")
    assert times(page) == "18:00–19:00"
    page.context.set_offline(False)
    wait = saved(page)
    drag(page, block_of(page), 0, -6 * FIVE_MINUTES)
    wait()
    expect(page.locator("#builder-trouble")).to_be_hidden()


def test_without_scripts_there_is_the_list(open_page: OPEN, session: str) -> None:
    page = open_page(PROGRAMME, DESK, "organiser", java_script_enabled=False)
    expect(page.locator("#builder")).to_be_hidden()
    page.locator("#programme-list").get_by_role("link", name=session).click()
    assert page.input_value("#starts") == "18:00"

"""Pages that are only there once something has happened, or that a form leads to: the walk of
test_pages does not reach them."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESK, PHONE
from tests.browser.test_journeys import EVENT, MANAGE, fill_in
from tests.browser.test_pages import LANGUAGES, SIZES, check
from tests.browser.test_personal_data import register

pytestmark = pytest.mark.browser

OPEN = Callable[..., Page]
AXE = Callable[[Page], list[str]]


@pytest.fixture
def looked_at(axe: AXE) -> Callable[[Page], None]:
    """``looked_at(page)`` checks a page in both sizes, without asking for it anew."""

    def look(page: Page) -> None:
        for size in (DESK, PHONE):
            page.set_viewport_size(size)  # type: ignore[arg-type]
            check(page, axe)
        page.set_viewport_size(DESK)  # type: ignore[arg-type]

    return look


@pytest.fixture
def answering(open_page: OPEN) -> Iterator[Page]:
    """An organiser who says yes to what is asked."""
    page = open_page(MANAGE, DESK, "organiser")
    page.on("dialog", lambda dialog: dialog.accept())
    return page


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_the_list_of_delegates_leads_to(
    answering: Page, looked_at: Callable[[Page], None], language: str
) -> None:
    page = answering
    page.goto(f"{MANAGE}/delegates?lang={language}")
    page.locator("button[formaction$='/remind']").click()
    expect(page.locator("h1")).to_have_text(re.compile("Nhắc|Remind"))
    looked_at(page)
    page.goto(f"{MANAGE}/delegates")
    page.locator("button[formaction$='/name-tents']").click()
    looked_at(page)
    page.goto(f"{MANAGE}/delegates?q=khong+co&status=cancelled")
    looked_at(page)
    page.goto(f"{MANAGE}/delegates")
    page.locator("a.data-main").first.click()
    looked_at(page)
    at = page.url.partition("?")[0]
    page.locator("form[action$='/link'] button").click()
    expect(page.locator("code").first).to_contain_text("/p/")
    looked_at(page)
    page.goto(f"{at}/refuse?lang={language}")
    looked_at(page)
    page.goto(f"{at}/edit")
    page.fill("#name", "")
    page.fill("#email", "không phải")
    page.locator("main form button[type=submit]").click()
    expect(page.locator(".error-summary")).to_be_visible()
    looked_at(page)


@pytest.mark.parametrize("language", LANGUAGES)
def test_two_with_one_address(
    open_page: OPEN, answering: Page, looked_at: Callable[[Page], None], language: str
) -> None:
    guest = open_page("/", PHONE)
    one, other = f"Ông Một Địa {language}", f"Bà Cùng Chỉ {language}"
    for name in (one, other):
        register(guest, name, f"chung-{language}@bacgiang.example")
    looked_at(guest)
    page = answering
    page.goto(f"{MANAGE}/delegates?lang={language}&sort=registered")
    expect(page.locator("a.lookalike").first).to_be_visible()
    looked_at(page)
    page.get_by_role("link", name=other, exact=True).click()
    expect(page.locator(".notice-warning")).to_contain_text(one)
    looked_at(page)
    page.locator(".notice-warning a").click()
    looked_at(page)

    # The letter says it, and where; the page of whoever registered did not.
    page.goto(f"{MANAGE}/mailbox?lang={language}")
    page.get_by_role("link", name=other).first.click()
    looked_at(page)
    letter = page.frame_locator("iframe").first
    expect(letter.locator("body")).to_contain_text(f"{one}, Sở Nội vụ")
    assert one not in guest.locator("main").inner_text()


@SIZES
@pytest.mark.parametrize("language", LANGUAGES)
def test_what_a_delegate_is_told(
    open_page: OPEN, axe: AXE, size: dict[str, int], language: str
) -> None:
    page = open_page("/", size)
    name = f"Ông Được Bảo {language} {size['width']}"
    own = register(page, name, f"bao-{language}-{size['width']}@bacgiang.example")
    for path in ("", "/agenda", "/data", "/withdraw", "/cancel", "/edit"):
        page.goto(f"{own}{path}?lang={language}")
        check(page, axe)
    page.fill("#name", "")
    page.locator("main form button[type=submit]").click()
    expect(page.locator(".error-summary")).to_be_visible()
    check(page, axe)

    # A namesake is asked about; a lost link is sent, or not, and nobody is told.
    page.goto(f"/e/{EVENT}/register?lang=vi")
    fill_in(page, name, "khac@bacgiang.example")
    page.get_by_label("Tôi đã đọc và đồng ý").check()
    page.get_by_role("button", name="Đăng ký").click()
    expect(page.locator("[name=is_somebody_else]")).to_be_visible()
    check(page, axe)
    page.goto(f"/e/{EVENT}/lost-link?lang={language}")
    page.fill("#email", "ai.do@bacgiang.example")
    page.locator("main form button[type=submit]").click()
    expect(page.locator("#email")).to_have_count(0)
    check(page, axe)
    answer = page.goto(f"/p/{'0' * 48}?lang={language}")
    assert answer is not None and answer.status == 404
    check(page, axe)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_delegation_by_hand_and_what_its_lead_is_told(
    open_page: OPEN, answering: Page, looked_at: Callable[[Page], None], language: str
) -> None:
    page = answering
    page.goto(f"{MANAGE}/delegations/new?lang={language}")
    page.fill("#name", f"Đoàn chuyên gia {language}")
    page.fill("#places", "1")
    page.fill("#deadline", "2099-12-10T17:00")
    page.fill("#lead_name", "Nguyễn Thị Lan")
    page.fill("#new_offices", "Hội Tin học; 1")
    page.locator("main form button.btn-primary").click()
    page.wait_for_url(re.compile(r"/delegations/\d+$"))
    expect(page.locator("main")).to_contain_text("0 / 1")
    looked_at(page)
    page.locator("form[action$='/link'] button").click()
    link = "/d/" + page.locator(".secret-link code").inner_text().rpartition("/")[2]
    looked_at(page)

    lead = open_page(f"{link}?lang={language}", DESK)
    for number in range(2):
        lead.goto(f"{link}/new")
        lead.fill("#name", f"Nguyễn Văn {number} {language}")
        lead.fill("#position", "Chuyên viên")
        lead.locator("[name=organisation_id]").select_option("Hội Tin học")
        lead.locator("[name=category_id]").select_option(index=1)
        lead.locator("main form button[type=submit]").click()
        lead.wait_for_load_state()
    # The second finds no place, and is told which.
    expect(lead.locator(".error-summary")).to_contain_text("Hội Tin học")
    looked_at(lead)
    lead.goto(link)
    lead.locator("a[href$='/substitute']").click()
    looked_at(lead)
    lead.goto(link)
    lead.locator(".hold-form button").click()  # none to hold, either
    expect(lead.locator(".flashes")).to_contain_text("Đoàn chuyên gia")
    looked_at(lead)
    answer = lead.goto(f"/d/{'0' * 48}?lang={language}")
    assert answer is not None and answer.status == 404
    looked_at(lead)


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_import_of_organisers_and_a_question(
    answering: Page, looked_at: Callable[[Page], None], language: str
) -> None:
    page = answering
    table = (
        "Họ và tên;Chức vụ;Tỉnh;Cơ quan;Thư điện tử\n"
        f"Lò Văn {language};Chuyên viên;Điện Biên;Sở Nội vụ;mot-{language}@x.example\n"
        f"Lò Văn {language};Chuyên viên;Điện Biên;Sở Nội vụ;hai-{language}@x.example\n"
    )
    page.goto(f"{MANAGE}/imports?lang={language}")
    page.set_input_files(
        "input[type=file]",
        {"name": "ds.csv", "mimeType": "text/csv", "buffer": table.encode()},
    )
    page.locator("form[enctype] button.btn-primary").click()
    page.wait_for_url(re.compile(r"/imports/\d+"))
    expect(page.locator(".import-rows")).to_contain_text(
        "là người khác" if language == "vi" else "another person"
    )
    looked_at(page)
    page.locator("form[action$='/confirm'] button").click()
    page.wait_for_url(re.compile("/imports/done"))
    looked_at(page)
    page.goto(f"{MANAGE}/questions/new")
    looked_at(page)

"""The app at the door as its people have it in hand; its engine is tests.browser.door's."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.conftest import DESK, Live
from tests.browser.door import Door, checkpoints, database, provision

OPEN = Callable[..., Page]
AXE = Callable[[Page], list[str]]
_numbers = count(1)


@dataclass(frozen=True)
class Person:
    """A delegate of the demo, as the app ought to show them."""

    code: str
    name: str
    office: str
    category: str
    letter: str


def people(live: Live, *, fresh: bool = True) -> list[Person]:
    """Approved delegates with a visit group, expected at the first door; ``fresh``: not scanned."""
    with database(live) as connection:
        rows = connection.execute(
            """
            select delegate.code, delegate.name, organisation.name, category.name, letter
            from delegate
            join organisation on organisation.id = organisation_id
            join category on category.id = category_id
            join allocation on allocation.delegate_id = delegate.id
            join visit_group on visit_group.id = allocation.group_id
            join checkpoint on checkpoint.id = ?
            join delegate_day on delegate_day.delegate_id = delegate.id
              and delegate_day.day_id = checkpoint.day_id
            where status = 'approved' and merged_into_id is null and not (? and exists (
              select 1 from scan where scan.delegate_id = delegate.id or scan.code = delegate.code))
            order by delegate.id
            """,
            (checkpoints(live)[0], fresh),
        ).fetchall()
    assert len(rows) >= 5, "the demo has no more people"
    return [Person(*row) for row in rows]


def one(live: Live, query: str, *values: Any) -> Any:
    """The first column of the first row of a query."""
    with database(live) as connection:
        return connection.execute(query, values).fetchone()[0]


def open_desk(
    open_page: OPEN,
    live: Live,
    rights: str = "supervisor",
    size: dict[str, int] | None = None,
    **options: Any,
) -> Page:
    """The app on another device with these rights."""
    return door_of(open_page, live, rights, size, **options).page


def door_of(
    open_page: OPEN,
    live: Live,
    rights: str = "supervisor",
    size: dict[str, int] | None = None,
    **options: Any,
) -> Door:
    """The same with its engine, which waits for the server however busy the machine is."""
    name = f"Bàn {next(_numbers)}"
    door = provision(open_page("/healthz", size or DESK, **options), live, name, rights)
    ready(door.page)
    door.be_patient()
    return door


def ready(page: Page) -> None:
    expect(page.locator("#app")).to_have_attribute("data-ready", "true")


def type_like_a_scanner(page: Page, code: str, end: str | None = "Enter") -> None:
    page.keyboard.type(code)
    if end:
        page.keyboard.press(end)


def verdict(page: Page, kind: str, name: str | None = None) -> None:
    expect(page.locator(f"#verdict .verdict-{kind}")).to_be_visible()
    if name:
        expect(page.locator("#verdict .verdict-name")).to_have_text(name)


def all_sent(page: Page) -> None:
    expect(page.locator("#unsent")).to_have_text("Đã gửi hết", timeout=30_000)


def show(page: Page, part: str) -> None:
    """Open a part of the app, as a thumb does."""
    if part in ("look", "paper"):
        page.locator(".app-nav [data-show=more]").click()
        page.locator(f".app-menu [data-show={part}]").click()
    else:
        page.locator(f".app-nav [data-show={part}]").click()
    expect(page.locator(f"[data-panel={part}]")).to_be_visible()

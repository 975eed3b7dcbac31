"""Groups on their way, made in a running demo by tests of the roll, and their leaders' phones."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from itertools import count
from typing import Any

from playwright.sync_api import Locator, Page, expect

from eventapp import tokens
from tests.browser.conftest import PHONE, Live
from tests.browser.desk import OPEN, Person, ready
from tests.browser.door import EVENT, Door, database, start

_numbers = count(1)


@dataclass(frozen=True)
class Way:
    """A group of its own: ids of its buses and checkpoints, and who sits in it."""

    group: int
    letter: str
    buses: list[int]
    departure: int
    stop: int
    back: int
    people: list[Person]


def build_way(live: Live, people: int = 4, free: int = 2, buses: int = 1) -> Way:
    """A group with a stop and so many people and free seats; people sit in its buses in turn."""
    number = next(_numbers)
    letter = f"R{number}"
    with closing(sqlite3.connect(live.instance / "eventapp.db")) as connection, connection:
        add = connection.execute
        found = add(
            """
            select delegate.id, delegate.code, delegate.name, organisation.name, category.name
            from delegate join organisation on organisation.id = organisation_id
            join category on category.id = category_id
            join allocation on allocation.delegate_id = delegate.id
            join visit_group on visit_group.id = group_id
            where status = 'approved' and merged_into_id is null and letter not like 'R%'
              and not exists (select 1 from scan where scan.code = delegate.code)
            order by delegate.id desc limit ?
            """,
            (people,),
        ).fetchall()
        assert len(found) == people, "the demo has no more people"
        [event, site] = add(
            "select event.id, site.id from event join site on site.event_id = event.id "
            "where slug = ? order by site.id limit 1",
            (EVENT,),
        ).fetchone()
        group = _add(
            add, "visit_group", event_id=event, site_id=site, letter=letter, colour="#1b6e3c",
            leader_name="Lê Văn Trưởng", leader_phone="+84912345678", guide_name="", guide_phone="",
            meeting_point="Cổng chính", capacity=people + free, taken=people, reserved=0,
            is_step_free=False, notes="",
        )  # fmt: skip
        made = [
            _add(
                add,
                "visit_bus",
                group_id=group,
                position=i,
                label=f"Xe {i + 1}",
                plate="",
                driver_name="",
                driver_phone="",
            )
            for i in range(buses)
        ]
        stop = _add(
            add, "visit_stop", group_id=group, position=0, name="Đền Đô", name_en="Do temple"
        )
        legs = [
            _add(
                add,
                "checkpoint",
                event_id=event,
                kind="bus",
                name=f"{letter} {leg}",
                name_en="",
                position=900 + i,
                passage="once",
                is_for_some=False,
                group_id=group,
                leg=leg,
                stop_id=stop if leg == "stop" else None,
            )
            for i, leg in enumerate(("departure", "stop", "return"))
        ]
        for i, (id_, *_) in enumerate(found):
            add(
                "update visit_group set taken = taken - 1 "
                "where id = (select group_id from allocation where delegate_id = ?)",
                (id_,),
            )
            bus = made[i % buses] if buses else None
            add(
                "update allocation set group_id = ?, bus_id = ?, "
                "allocated_at = '2026-01-01 00:00:00.000000' where delegate_id = ?",
                (group, bus, id_),
            )
    known = [Person(*row[1:], letter) for row in found]
    return Way(group, letter, made, *legs, known)


def _add(execute: Any, table: str, **values: Any) -> int:
    names, places = ", ".join(values), ", ".join("?" for _ in values)
    made = execute(f"insert into {table} ({names}) values ({places})", tuple(values.values()))  # noqa: S608
    return int(made.lastrowid)


def open_roll(
    open_page: OPEN, live: Live, *groups: int, is_ready: bool = True, **options: Any
) -> Door:
    """The phone of whoever leads these groups, with its roll."""
    page = open_page("/healthz", PHONE, **options)
    token = tokens.new_secret()
    with closing(sqlite3.connect(live.instance / "eventapp.db")) as connection, connection:
        device = connection.execute(
            """
            insert into device (
                event_id, name, rights, token_hash, created_at, is_restricted, is_log_new
            )
            select id, ?, 'leader', ?, '2026-01-01 00:00:00.000000', true, false
            from event where slug = ?
            """,
            (f"Trưởng nhóm {next(_numbers)}", tokens.hash_secret(token), EVENT),
        ).lastrowid
        for group in groups:
            connection.execute("insert into device_group values (?, ?)", (device, group))
    page.evaluate(
        "device => import('/static/checkin/engine/devices.js').then((it) => it.remember(device))",
        {"event": EVENT, "token": token},
    )
    door = start(page, live, live.url)
    ready(page)
    # The list is compared with the people every few seconds, and the groups are new.
    if is_ready:
        expect(page.locator("#roll-count")).not_to_contain_text("0/0", timeout=30_000)
    return door


def tick(page: Page, person: Person) -> Locator:
    """The button that ticks somebody."""
    return page.locator(".roll-tick").filter(has_text=person.name)


def counts(page: Page, text: str) -> None:
    """The large words say so."""
    expect(page.locator("#roll-count")).to_contain_text(text)


def names(page: Page, part: str) -> list[str]:
    """Who stands in one of the lists: missing, absent, excused, aboard."""
    return page.locator(f"#roll-{part} .data-main").all_text_contents()


def is_listed(page: Page, part: str, *people: Person) -> None:
    """Just these stand in one of the lists, in whatever order."""
    expect(page.locator(f"#roll-{part} li")).to_have_count(len(people))
    assert sorted(names(page, part)) == sorted(it.name for it in people)


def close_roll(page: Page, *excused: Person) -> None:
    """We go now."""
    page.locator("#roll-go").click()
    for it in excused:
        page.get_by_label(f"{it.name} tự di chuyển").check()
    page.get_by_role("button", name="Chốt điểm danh").click()
    expect(page.locator("#roll-closed-text")).to_contain_text("Đã chốt lúc")


def roll_calls(live: Live, way: Way) -> list[tuple[Any, ...]]:
    """(checkpoint, kind, present, missing, guests) as the server has them, in their order."""
    with database(live) as connection:
        return connection.execute(
            "select checkpoint_id, kind, present, missing, guests from roll_call "
            "where checkpoint_id in (?, ?, ?) order by called_at, id",
            (way.departure, way.stop, way.back),
        ).fetchall()


def entries(live: Live, way: Way) -> list[tuple[Any, ...]]:
    """(checkpoint, code, kind, verdict) of the log at the group's checkpoints."""
    with database(live) as connection:
        return connection.execute(
            "select checkpoint_id, code, kind, verdict from scan "
            "where checkpoint_id in (?, ?, ?) order by happened_at, id",
            (way.departure, way.stop, way.back),
        ).fetchall()

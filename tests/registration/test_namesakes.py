"""Two people of one name and office in one table."""

from collections.abc import Iterator

import pytest
from flask import Flask
from flask_babel import force_locale

from eventapp.events.models import Event
from eventapp.extensions import db
from eventapp.registration.choices import choices_for
from eventapp.registration.importing import Imported, import_table, planning
from eventapp.registration.importing.namesakes import Namesakes, Person
from eventapp.registration.importing.plan import Cells, Verdict
from eventapp.registration.models import Delegate
from tests.builders import build_delegate
from tests.registration.test_import import refused, table

NAME = ["Nguyễn Văn An", "Chuyên viên", "Bắc Ninh", "Sở Nội vụ"]
MORE = ("E-mail", "Telephone")


@pytest.fixture(autouse=True)
def _in_english(app: Flask) -> Iterator[None]:
    with force_locale("en"):
        yield


def rows(*contacts: tuple[str, str]) -> bytes:
    return table(*([*NAME, *it] for it in contacts), more=MORE)


def emails() -> list[str]:
    db.session.expire_all()
    return sorted(it.email for it in db.session.query(Delegate))


def plan_of(event: Event, *contacts: tuple[str, str]) -> planning.Plan:
    keys = ("name", "position", "delegation", "office", "email", "phone")
    cells = [
        Cells(number, dict(zip(keys, [*NAME, *it], strict=True)))
        for number, it in enumerate(contacts, start=2)
    ]
    return planning.plan(event.id, choices_for(event, public=False), None, cells)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("an1@x.example", ""), ("an2@x.example", "")),
        (("", "0912345671"), ("", "0912345672")),
        (("an1@x.example", "0912345671"), ("an2@x.example", "0912345671")),
        (("an1@x.example", "0912345671"), ("", "0912345672")),
    ],
)
def test_who_has_another_address_or_telephone_is_another_person(
    event: Event, one: tuple[str, str], other: tuple[str, str]
) -> None:
    first, second = plan_of(event, one, other).rows
    assert (first.verdict, second.verdict) == (Verdict.NEW, Verdict.NEW)
    assert "another person" not in " ".join(first.remarks)
    assert (
        "The name and office of row 2, but another e-mail address or telephone: another person."
        in second.remarks
    )
    assert import_table(event, rows(one, other)) == Imported(2, 0, 0, 0)
    # And again they are who they are.
    assert import_table(event, rows(one, other)) == Imported(0, 0, 2, 0)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("", ""), ("", "")),
        (("an1@x.example", ""), ("", "0912345672")),
        (("an1@x.example", "0912345671"), ("an1@x.example", "0912345672")),
    ],
)
def test_of_whom_nothing_differs_is_the_same(
    event: Event, one: tuple[str, str], other: tuple[str, str]
) -> None:
    assert refused(event, rows(one, other)) == [(3, "The same person as in row 2.")]


def test_a_namesake_of_somebody_registered_is_somebody_new(event: Event) -> None:
    build_delegate(event, NAME[0], email="an1@x.example")
    data = rows(("an1@x.example", ""), ("an2@x.example", ""))
    assert import_table(event, data) == Imported(1, 0, 1, 0)
    assert emails() == ["an1@x.example", "an2@x.example"]
    # In the other order, too: who is named by the address is not overwritten by a namesake.
    turned = rows(("an3@x.example", ""), ("an1@x.example", ""))
    assert import_table(event, turned) == Imported(1, 0, 1, 0)
    assert emails() == ["an1@x.example", "an2@x.example", "an3@x.example"]


def test_two_namesakes_who_are_both_others_than_the_one_registered(event: Event) -> None:
    build_delegate(event, NAME[0], email="an1@x.example")
    planned = plan_of(event, ("an2@x.example", ""), ("an3@x.example", ""))
    assert [it.verdict for it in planned.rows] == [Verdict.NEW, Verdict.NEW]
    assert "registered from this office" in planned.rows[0].remarks[0]


def test_one_alone_who_has_another_address_now_is_changed(event: Event) -> None:
    build_delegate(event, NAME[0], email="an1@x.example")
    assert import_table(event, rows(("an2@x.example", ""))) == Imported(0, 1, 0, 0)
    assert emails() == ["an2@x.example"]


def test_two_rows_never_change_the_same_registration(event: Event) -> None:
    build_delegate(event, NAME[0], email="", phone="")
    planned = plan_of(event, ("an1@x.example", ""), ("an2@x.example", ""))
    assert [it.verdict for it in planned.rows] == [Verdict.CHANGED, Verdict.WRONG]
    assert planned.rows[1].problems == [("", "The same person as in row 2.")]


def test_a_telephone_tells_registered_namesakes_apart(event: Event) -> None:
    build_delegate(event, NAME[0], email="", phone="+84912345671")
    build_delegate(event, NAME[0], email="", phone="+84912345672")
    data = table([NAME[0], "Phó Giám đốc", *NAME[2:], "", "0912345672"], more=MORE)
    assert import_table(event, data) == Imported(0, 1, 0, 0)
    changed = db.session.query(Delegate).filter_by(phone="+84912345672").one()
    assert changed.position == "Phó Giám đốc"


def test_namesakes_row_by_row() -> None:
    seen = Namesakes()
    one = Person("an", 1, "a@x", "1")
    assert seen.same_as(one) is seen.of_name(one) is None
    seen.add(one, 2)
    assert seen.same_as(Person("an", 9, "a@x", "")) == 2, "wherever, by the address"
    assert seen.same_as(Person("an", 1, "", "")) == 2
    assert seen.same_as(Person("an", 1, "b@x", "")) is None
    assert seen.of_name(Person("an", 1, "b@x", "")) == 2
    assert seen.of_name(Person("an", 9, "b@x", "")) is None
    assert seen.same_as(Person("ba", 1, "a@x", "1")) is None

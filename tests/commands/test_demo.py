"""``eventapp demo load``: the same people from the same seed, and never anybody twice."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import Row

from tests.commands.command_line import Installation

Install = Callable[[], Installation]


def people(installation: Installation) -> list[Row[Any]]:
    """Everything about the delegates that was made up, groups apart."""
    return installation.rows(
        """
        select d.name, d.position, d.email, d.phone, d.diet, d.needs, d.status, d.code,
               d.created_at, o.name, g.name, c.name,
               (select count(*) from delegate_day where delegate_id = d.id),
               (select count(*) from enrolment where delegate_id = d.id),
               (select count(*) from preference where delegate_id = d.id)
        from delegate d join organisation o on o.id = d.organisation_id
        join delegation g on g.id = o.delegation_id join category c on c.id = d.category_id
        order by d.id
        """
    )


def test_a_seed_makes_the_same_people_everywhere_and_more_of_them_later(install: Install) -> None:
    at_once, by_steps, another = install(), install(), install()
    assert at_once.done("demo", "load", "--delegates", 40, "--seed", 7) == "Loaded 40 delegates.\n"
    for wanted, said in [
        (30, "Loaded 30 delegates."),
        (30, "The demo is loaded already."),
        (10, "The demo is loaded already."),
        (40, "Loaded 10 delegates."),
    ]:
        assert by_steps.done("demo", "load", "--delegates", wanted, "--seed", 7) == f"{said}\n"
    assert people(by_steps) == people(at_once)
    another.done("demo", "load", "--delegates", 40, "--seed", 8)
    assert {it.code for it in people(another)}.isdisjoint(it.code for it in people(at_once))


def test_loading_again_changes_nothing_at_all(installation: Installation) -> None:
    installation.done("demo", "load", "--delegates", 30)
    before = installation.contents()
    installation.done("demo", "load", "--delegates", 30)
    assert installation.contents() == before


def test_six_hundred_come_from_everywhere_and_fit(installation: Installation) -> None:
    assert installation.done("demo", "load") == "Loaded 600 delegates.\n"
    offices = installation.rows(
        """
        select g.province_code, o.name, count(d.id) from organisation o
        join delegation g on g.id = o.delegation_id
        left join delegate d on d.organisation_id = o.id
        where not o.is_typed group by g.province_code, o.name
        """
    )
    assert len({code for code, _, _ in offices if code}) == 25
    assert sum(code is not None for code, _, _ in offices) == 25 * 5
    assert sum(code is None for code, _, _ in offices) == 3
    assert min(number for _, _, number in offices) >= 1
    ((taken, coming, places),) = installation.rows(
        """
        select taken, (select count(*) from delegate where status <> 'cancelled'), places
        from quota
        """
    )
    assert taken == coming <= places
    groups = installation.rows(
        """
        select v.taken, v.capacity, count(s.delegate_id) from visit_group v
        left join allocation s on s.group_id = v.id group by v.id, v.taken, v.capacity
        """
    )
    assert groups
    for taken, capacity, seated in groups:
        assert taken == seated <= capacity


def test_nobody_at_all_is_an_event_to_start_from(installation: Installation) -> None:
    installation.done("demo", "load", "--delegates", 0)
    assert installation.rows("select slug from event") == [("bac-ninh-2012",)]
    assert people(installation) == []


def test_numbers_that_make_no_sense(installation: Installation) -> None:
    for wrong in (["--delegates", "-1"], ["--delegates", "many"], ["--seed", "x"]):
        result = installation.run("demo", "load", *wrong)
        assert result.exit_code == 2
        assert "Invalid value" in result.stderr

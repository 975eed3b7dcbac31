"""``eventapp visits allocate``."""

import pytest
from click.testing import CliRunner

from eventapp import commands
from eventapp.cli import cli
from eventapp.extensions import db
from eventapp.registration.models import Delegate, Preference
from eventapp.visits import runs, service
from eventapp.visits.run_settings import RunSettings
from tests.builders import build_delegate
from tests.visits.groups import build_group, seats, wish


@pytest.fixture
def run(app, monkeypatch):
    """Run a command on the tests' application."""
    monkeypatch.setattr(commands, "create_app", lambda **_: app)
    return lambda *arguments: CliRunner().invoke(cli, list(arguments))


@pytest.fixture
def two_groups(event):
    """A seat at the first site, two at the second, and three people who want the first."""
    first, second = (site.id for site in event.sites)
    groups = [build_group(event, "A", 1).id, build_group(event, "B", 2, site_id=second).id]
    people = [build_delegate(event).id for _ in range(3)]
    for person in people:
        wish(db.session.get(Delegate, person), first, second)
    return groups, people


def test_allocate_seats_everybody_and_says_who_got_which_wish(run, two_groups):
    result = run("visits", "allocate", "hoi-nghi", "--seconds", "20")
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    assert lines[0] == "Seated by run 1: 3; moved 0, newly seated 3."
    assert lines[1].startswith("Proven: nothing is better by these objectives")
    assert lines[2:4] == ["  wish 1: 1", "  wish 2: 2"]
    assert "Points for wishes missed: 2 (proven optimal)" in lines
    assert lines[-1] == "Accepted: 0 moved, 3 newly seated, 0 as before."
    assert len(seats()) == 3


def test_who_has_a_seat_is_moved_only_when_asked_to(run, event):
    first, second = (site.id for site in event.sites)
    group, other = build_group(event, "A", 1), build_group(event, "B", 2, site_id=second)
    person = build_delegate(event)
    wish(person, second)
    service.fill_groups(event)
    db.session.query(Preference).delete()
    db.session.commit()
    wish(person, first)
    result = run("visits", "allocate", "hoi-nghi", "--anew")
    assert result.exit_code == 0, result.output
    assert "moved 1, newly seated 0" in result.stdout
    assert "Not accepted" in result.stdout
    assert seats() == {person.id: other.id}
    result = run("visits", "allocate", "hoi-nghi", "--anew", "--accept")
    assert result.exit_code == 0, result.output
    assert seats() == {person.id: group.id}


def test_whoever_joins_is_seated_and_nobody_moves(run, event):
    first, second = (site.id for site in event.sites)
    group, other = build_group(event, "A", 1), build_group(event, "B", 2, site_id=second)
    sits, joins = build_delegate(event), build_delegate(event)
    wish(sits, first)
    service.fill_groups(event)
    wish(joins, first)
    service.remove(event, [joins.id])
    result = run("visits", "allocate", "hoi-nghi")
    assert result.exit_code == 0, result.output
    assert seats() == {sits.id: group.id, joins.id: other.id}


def test_what_is_to_blame_is_said_in_one_line(run, event, two_groups):
    build_delegate(event)
    result = run("visits", "allocate", "hoi-nghi")
    assert result.exit_code == 1
    assert result.stderr.count("\n") == 1
    assert "There are 4 people and 3 seats" in result.stderr
    assert seats() == {}


def test_a_run_that_has_not_ended_is_waited_for(run, event, two_groups):
    runs.ask(event, RunSettings())
    result = run("visits", "allocate", "hoi-nghi")
    assert result.exit_code == 1
    assert "Run 1 has not ended yet" in result.stderr


def test_seconds_are_a_number(run, event):
    assert run("visits", "allocate", "hoi-nghi", "--seconds", "0").exit_code == 2


def test_an_unknown_event_is_refused(run, event):
    result = run("visits", "allocate", "khong-co")
    assert result.exit_code == 1
    assert result.stderr.count("\n") == 1
    assert "khong-co" in result.stderr


def test_the_event_is_required(run, event):
    assert run("visits", "allocate").exit_code == 2

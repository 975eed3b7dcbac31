"""``eventapp visits allocate``."""

import pytest
from click.testing import CliRunner

from eventapp import commands
from eventapp.cli import cli
from tests.builders import build_delegate
from tests.visits.groups import build_group, seats, wish


@pytest.fixture
def run(app, monkeypatch):
    """Run a command on the tests' application."""
    monkeypatch.setattr(commands, "create_app", lambda **_: app)
    return lambda *arguments: CliRunner().invoke(cli, list(arguments))


def test_allocate_says_who_got_which_wish(run, event):
    first, second = (site.id for site in event.sites)
    build_group(event, "A", 1)
    build_group(event, "B", 2, site_id=second)
    for _ in range(4):
        wish(build_delegate(event), first, second)
    result = run("visits", "allocate", "hoi-nghi")
    assert result.exit_code == 0, result.output
    assert result.output.splitlines() == [
        "Seated 3; without a seat 1.",
        "  wish 1: 1",
        "  wish 2: 2",
    ]
    assert len(seats()) == 3


def test_an_unknown_event_is_refused(run, event):
    result = run("visits", "allocate", "khong-co")
    assert result.exit_code == 1
    assert result.stderr.count("\n") == 1
    assert "khong-co" in result.stderr


def test_the_event_is_required(run, event):
    assert run("visits", "allocate").exit_code == 2

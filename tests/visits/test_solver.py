"""The process in which an allocation is worked out: stopped, killed, left behind."""

import os
import random
import signal
import subprocess
import sys

import pytest

from eventapp.visits import running, runs, solver, working_out
from eventapp.visits.allocation import solving
from eventapp.visits.allocation.problem import Aim, Group, Person, Problem, Site
from eventapp.visits.models import AllocationRun, RunState
from eventapp.visits.run_settings import RunSettings
from eventapp.visits.solver import Solver
from eventapp.visits.working_out import Task
from tests.builders import build_delegate
from tests.visits.groups import build_group

PATIENCE = 120.0


def long_problem() -> Problem:
    """Delegations of about twenty with five offices each, and four aims that are at odds."""
    chance = random.Random(7)
    people = []
    for delegation in range(28):
        favourite = chance.randrange(5)
        for _ in range(chance.randint(15, 21)):
            others = chance.sample(range(5), 2)
            wishes = tuple(dict.fromkeys((favourite, *others)))
            people.append(
                Person(
                    id=len(people) + 1,
                    label="",
                    delegation=delegation,
                    office=chance.randrange(5),
                    wishes=tuple(it + 1 for it in wishes),
                )
            )
    groups = tuple(Group(it + 1, str(it), it % 5 + 1, 40 + it % 2 * 5) for it in range(14))
    sites = tuple(Site(it + 1, str(it)) for it in range(5))
    aims = (Aim.TOGETHER, Aim.WISHES, Aim.BALANCED, Aim.OFFICES)
    return Problem(groups=groups, sites=sites, people=tuple(people), aims=aims)


def small_problem() -> Problem:
    people = tuple(Person(it, "", wishes=(1, 2)) for it in (1, 2, 3))
    groups = (Group(1, "A", 1, 2), Group(2, "B", 2, 2))
    return Problem(groups=groups, sites=(Site(1, ""), Site(2, "")), people=people)


@pytest.fixture
def begin():
    begun = []

    def start(problem, seconds=PATIENCE):
        begun.append(Solver(Task(problem, seconds)))
        return begun[-1]

    yield start
    for it in begun:
        it.end()


def until_progress(it):
    while it.progress is None:
        assert not it.wait(0.2)


def test_it_says_what_came_of_it(begin):
    it = begin(small_problem())
    assert it.wait(PATIENCE)
    assert it.outcome["outcome"] == "done"
    assert dict(it.outcome["then"]["by_rank"]) == {1: 2, 2: 1}


def test_stopped_it_keeps_the_best_that_it_has(begin):
    problem = long_problem()
    it = begin(problem)
    until_progress(it)
    it.stop()
    assert it.wait(PATIENCE)
    assert it.outcome["status"] == "stopped"
    assert len(it.outcome["placements"]) == len(problem.people)
    assert it.progress["stage"] >= 1


def test_killed_it_is_over_and_has_no_outcome(begin):
    it = begin(long_problem())
    until_progress(it)
    os.kill(it._process.pid, signal.SIGKILL)
    assert it.wait(PATIENCE)
    assert it.outcome is None


def test_a_run_whose_solver_dies_has_failed_and_says_so(event, monkeypatch):
    build_group(event)
    build_delegate(event)
    monkeypatch.setattr(solver, "_BEGIN", "raise SystemExit(3)")
    runs.ask(event, RunSettings())
    running.work_once()
    run = running.db.session.query(AllocationRun).one()
    assert (run.state, run.result["why"]) == (RunState.FAILED, "solver_died")


def test_it_ends_with_whoever_began_it():
    code = (
        "from eventapp.visits.solver import Solver; from eventapp.visits.working_out import Task\n"
        "from tests.visits.test_solver import long_problem; import os, signal\n"
        "it = Solver(Task(long_problem(), 600.0))\n"
        "while it.progress is None: it.wait(0.2)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", code], stderr=subprocess.PIPE, stdin=subprocess.DEVNULL
    )
    # The solver has the same end of the pipe: it is at its end only once both are gone.
    _, said = parent.communicate(timeout=PATIENCE)
    assert parent.returncode == -signal.SIGKILL, said


@pytest.mark.parametrize(
    ("was_stopped", "why"), [(True, "stopped_early"), (False, "nothing_found")]
)
def test_where_nothing_was_found_it_says_whether_it_was_stopped(monkeypatch, was_stopped, why):
    def finds_nothing(*_: object, **__: object) -> None:
        raise solving.NothingFound

    monkeypatch.setattr(working_out, "solve", finds_nothing)
    task = Task(small_problem(), seconds=1)
    found = working_out.work_out(task, should_stop=lambda: was_stopped)
    assert found == {"outcome": working_out.FAILED, "why": why}

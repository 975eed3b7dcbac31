"""What works runs of the allocation out: a thread beside the server's own, or a command.

Any number of them, on any hosts, share the runs (`runs.claim`); each solves in a process of its own
(`solver`), and no transaction is open meanwhile.
"""

import logging
import threading
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from flask import Flask

from eventapp.database import db
from eventapp.events.models import Event
from eventapp.visits import runs, working_out
from eventapp.visits.gathering import basis_of, gather, parts_of
from eventapp.visits.run_settings import Mode
from eventapp.visits.runs import Claim
from eventapp.visits.solver import Solver
from eventapp.visits.working_out import Task

POLL_SECONDS = 1.0
REPORT_SECONDS = 1.0
_GRACE_SECONDS = 90.0  # beyond the time it was given: to say who is to blame, and why

log = logging.getLogger(__name__)


def start(app: Flask, stop: threading.Event | None = None) -> threading.Thread:
    """Work out what is asked for from now on, until the process ends or is told to stop."""
    thread = threading.Thread(
        target=run, args=(app, stop or threading.Event()), name="allocation", daemon=True
    )
    thread.start()
    return thread


def run(app: Flask, stop: threading.Event) -> None:
    """Work out what is asked for until told to stop; what is under way is handed back then."""
    while not stop.is_set():
        did_one = False
        try:
            with app.app_context():
                did_one = work_once(stop)
        except Exception as error:
            # Where it happened, but not what the error says: that may be personal data.
            where = "".join(traceback.format_tb(error.__traceback__))
            log.error("an allocation waits: %s\n%s", type(error).__name__, where)
        if not did_one:
            stop.wait(POLL_SECONDS)


def work_once(stop: threading.Event | None = None) -> bool:
    """Work out one run, if there is one; whether there was."""
    claimed = runs.claim()
    if claimed is None:
        return False
    with suppress(runs.Lost):
        settle(claimed, stop)
    return True


def settle(
    claimed: Claim,
    stop: threading.Event | None = None,
    on_progress: Callable[[dict[str, Any]], None] | None = None,
) -> dict[str, Any] | None:
    """Work a run out and keep what comes of it, which is returned; None if it was handed back.

    Raises runs.Lost.
    """
    event = db.session.get_one(Event, claimed.event_id)
    problem = gather(event, claimed.settings)
    basis, parts = basis_of(problem), parts_of(problem)
    db.session.rollback()  # nothing stays open while it is worked out
    nearest = claimed.settings.mode is Mode.NEAREST
    solver = Solver(Task(problem, float(claimed.settings.seconds), nearest))
    latest = time.monotonic() + claimed.settings.seconds + _GRACE_SECONDS
    outcome: dict[str, Any] | None = None
    try:
        while not solver.wait(REPORT_SECONDS):
            if stop is not None and stop.is_set():
                runs.hand_back(claimed)
                return None
            claimed, is_to_stop = runs.report(claimed, solver.progress)
            if on_progress is not None and solver.progress is not None:
                on_progress(solver.progress)
            if is_to_stop:
                solver.stop()
            if time.monotonic() > latest:
                outcome = {"outcome": working_out.FAILED, "why": "too_long"}
                break
        outcome = outcome or solver.outcome
    finally:
        solver.end()
    outcome = outcome or {"outcome": working_out.FAILED, "why": "solver_died"}
    runs.finish(claimed, basis, {**outcome, "parts": parts})
    return outcome

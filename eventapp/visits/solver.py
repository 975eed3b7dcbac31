"""Works an allocation out in a process of its own, so that pages stay as fast as ever meanwhile.

HiGHS computes for seconds on end, and Python's threads share one core. The process imports neither
Flask nor the database, gives way to everybody else, and ends with whoever began it.
"""

import logging
import os
import pickle
import queue
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from eventapp.visits.allocation.solving import Progress
from eventapp.visits.working_out import Task, progress_data, work_out

log = logging.getLogger(__name__)

# Importing any module of the package would import the application: a package of that name that
# holds nothing stands in for it.
_BEGIN = """
import sys, types
package = types.ModuleType("eventapp")
package.__path__ = [sys.argv[1]]
sys.modules["eventapp"] = package
from eventapp.visits.solver import main
main()
"""
_POLITENESS = 10  # of nice(2)
_TELL_SECONDS = 0.25


class Solver:
    """One task in a process of its own. Raises OSError where none can be begun."""

    def __init__(self, task: Task) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - this Python, with a text of ours
            [sys.executable, "-P", "-c", _BEGIN, str(Path(__file__).parents[1])],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        self._told: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
        self.progress: dict[str, Any] | None = None
        self.outcome: dict[str, Any] | None = None
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self._send(task)

    def wait(self, seconds: float) -> bool:
        """Listen for at most so long; whether it is over. Its outcome is None if it died."""
        until = time.monotonic() + seconds
        while True:
            left = max(0.0, until - time.monotonic())
            try:
                told = self._told.get(left > 0, left)
            except queue.Empty:
                return False
            if told is None:
                return True
            if "outcome" in told:
                self.outcome = told
            else:
                self.progress = told

    def stop(self) -> None:
        """Ask it to end soon, with the best that it has."""
        self._send("stop")

    def end(self) -> None:
        """End it, whatever it does."""
        self._process.kill()
        self._process.wait()
        self._reader.join()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()

    def _send(self, message: object) -> None:
        with suppress(OSError):  # it is gone, which `wait` says
            assert self._process.stdin is not None  # noqa: S101 - for the types
            pickle.dump(message, self._process.stdin, pickle.HIGHEST_PROTOCOL)
            self._process.stdin.flush()

    def _read(self) -> None:
        pipe = self._process.stdout
        try:
            while pipe is not None:
                self._told.put(pickle.load(pipe))  # noqa: S301 - from a process of ours
        except Exception:
            log.debug("a solver is over", exc_info=True)
        finally:
            self._told.put(None)


def main() -> None:
    """Work out the task that comes from standard input; progress and outcome go to the output."""
    # Whoever began this ends it, also when a terminal interrupts both.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.nice(_POLITENESS)
    sink = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    # What prints by mistake does not end up among the answers.
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    source = sys.stdin.buffer
    task: Task = pickle.load(source)  # noqa: S301 - from the process that began this
    is_to_stop = threading.Event()

    def listen() -> None:
        try:
            pickle.load(source)  # noqa: S301 - likewise
            is_to_stop.set()
            pickle.load(source)  # noqa: S301
        except EOFError:
            os._exit(0)  # nobody waits for it any more

    threading.Thread(target=listen, daemon=True).start()
    told_at = 0.0

    def tell(progress: Progress) -> None:
        nonlocal told_at
        if time.monotonic() - told_at >= _TELL_SECONDS:
            told_at = time.monotonic()
            _tell(progress_data(progress))

    def _tell(message: dict[str, Any]) -> None:
        try:
            pickle.dump(message, sink, pickle.HIGHEST_PROTOCOL)
            sink.flush()
        except OSError:
            os._exit(0)

    _tell(work_out(task, tell, is_to_stop.is_set))
    os._exit(0)

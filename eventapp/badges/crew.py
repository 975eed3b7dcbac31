"""Processes on other cores that draw batches of badges while this one does.

A helper is a new Python, never a fork: a server has threads, and what they hold would stay locked
in a copy for ever. It is there for one run and ends with it; should one fail, its batches are
drawn here. Messages are pickles, between this program and itself.
"""

import logging
import pickle
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Generator, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue

from eventapp.badges.gallery import Gallery
from eventapp.badges.layout import Design
from eventapp.badges.press import Batch, Press, Printed
from eventapp.badges.sheets import Settings

log = logging.getLogger(__name__)

READY = "ready"
_AT_A_HELPER = 2
"""Batches that a helper has: the one it draws, and the next, so that it never waits."""
_MOST_WAITING = 16
"""Batches that are drawn before an earlier one is; they are kept in memory."""
_PIPE = 256 * 1024
# Without what the package itself imports, which is the whole application, it begins at once.
_BEGIN = """
import sys, types
package = types.ModuleType("eventapp")
package.__path__ = [sys.argv[1]]
sys.modules["eventapp"] = package
from eventapp.badges.helper import main
main()
"""


@dataclass(slots=True)
class _Job:
    """A batch, and what it came to or who draws it."""

    batch: Batch
    helper: "_Helper | None" = None
    printed: Printed | None = None

    @property
    def is_done(self) -> bool:
        """Whether taking the result takes no waiting."""
        return self.helper is None or self.helper.has_answered


class Crew:
    """So many helpers for one run; with none, everything is drawn here."""

    def __init__(self, helpers: int, design: Design, settings: Settings, gallery: Gallery) -> None:
        self._number, self._design, self._settings = helpers, design, settings
        self._gallery = gallery

    def printed(self, batches: Iterator[Batch], press: Press) -> Generator[Printed, None, None]:
        """The batches drawn, in their order. Closing it ends the helpers."""
        helpers: list[_Helper] = []
        waiting: deque[_Job] = deque()
        try:
            helpers += _begun(self._number, self._design, self._settings)
            for batch in batches:
                helper = next((it for it in helpers if it.is_free), None)
                if helper is None:
                    waiting.append(_Job(batch, printed=press.printed(batch)))
                else:
                    helper.begin(batch, self._gallery)
                    waiting.append(_Job(batch, helper))
                while waiting and (waiting[0].is_done or len(waiting) > _MOST_WAITING):
                    yield from self._finished(waiting.popleft(), press)
            while waiting:
                yield from self._finished(waiting.popleft(), press)
        finally:
            for helper in helpers:
                helper.end()

    def _finished(self, job: _Job, press: Press) -> Iterator[Printed]:
        printed = job.printed
        if job.helper is not None:
            printed = job.helper.answer()
        yield printed or press.printed(job.batch)
        self._gallery.forget(job.batch.records)


def _begun(number: int, design: Design, settings: Settings) -> Iterator["_Helper"]:
    if number > 0 and sys.executable:
        # Where no process can be made, this one does the work.
        with suppress(OSError, RuntimeError):
            for _ in range(number):
                yield _Helper(design, settings)


class _Helper:
    """One process that draws; answers come in the order of the batches."""

    def __init__(self, design: Design, settings: Settings) -> None:
        self._order = design, settings
        self._process = subprocess.Popen(  # noqa: S603 - this Python, with a text of ours
            [sys.executable, "-P", "-c", _BEGIN, str(Path(__file__).parents[1])],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            pipesize=_PIPE,
        )
        self._answers: SimpleQueue[object] = SimpleQueue()
        self._is_ready = self._is_over = False
        self._begun = 0
        self._known: set[str] = set()
        # Reads on while this process draws or writes: so neither waits for the other in a circle.
        self._reader = threading.Thread(target=self._read, daemon=True)
        try:
            self._reader.start()
        except RuntimeError:  # no more threads
            self._kill()
            raise

    @property
    def is_free(self) -> bool:
        """Whether it can take another batch now."""
        if not self._is_ready and not self._answers.empty():
            self._is_ready = self._answers.get() == READY
            self._is_over = not self._is_ready
            if self._is_ready:
                self._send(self._order)
        return self._is_ready and not self._is_over and self._begun < _AT_A_HELPER

    @property
    def has_answered(self) -> bool:
        """Whether `answer` would not wait."""
        return self._is_over or not self._answers.empty()

    def begin(self, batch: Batch, gallery: Gallery) -> None:
        """Have it draw a batch, with what it must know of images."""
        new = [key for key in gallery.keys(batch.records) if key not in self._known]
        self._known.update(new)
        self._begun += 1
        self._send(({key: gallery.stand_in(key) for key in new}, batch))

    def answer(self) -> Printed | None:
        """What the earliest batch came to; None when it will never come. Waits."""
        answer = None if self._is_over else self._answers.get()
        self._begun -= 1
        if isinstance(answer, Printed):
            return answer
        self._is_over = True
        return None

    def end(self) -> None:
        """End it, whatever it does."""
        self._kill(self._reader)

    def _kill(self, reader: threading.Thread | None = None) -> None:
        self._process.kill()
        self._process.wait()
        if reader is not None:
            reader.join()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()

    def _send(self, message: object) -> None:
        try:
            assert self._process.stdin is not None  # noqa: S101 - for the types
            pickle.dump(message, self._process.stdin, pickle.HIGHEST_PROTOCOL)
            self._process.stdin.flush()
        except OSError:
            self._is_over = True

    def _read(self) -> None:
        pipe = self._process.stdout
        try:
            while pipe is not None:
                self._answers.put(pickle.load(pipe))  # noqa: S301 - from a process of ours
        except Exception:
            log.debug("a helper is over", exc_info=True)
        finally:
            # Whoever waits for it waits no more, nor for it to take what nobody will read.
            self._process.kill()
            self._answers.put(None)

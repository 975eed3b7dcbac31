"""How often somebody tried: the counts of the rate limits, in the memory of one process.

The storage that comes with `limits` looks through all its counts in a thread of its own up to a
hundred times a second. When thousands of people register from thousands of addresses, it would take
a good part of the processor from them.
"""

import threading
import time
from dataclasses import dataclass
from typing import Any

from limits.storage import Storage

URI = "attempts://"
"""The setting by which the limiter counts here."""

_ROOM = 1_024


@dataclass(slots=True)
class _Window:
    ends_at: float
    number: int = 0


class Attempts(Storage):
    """Counts for fixed windows, each from its first attempt on.

    What is over is counted no more, and cleared out whenever the counts have doubled.
    """

    STORAGE_SCHEME = ["attempts"]  # noqa: RUF012 - by the base class

    def __init__(self, uri: str | None = None, wrap_exceptions: bool = False, **_: Any) -> None:
        super().__init__(uri, wrap_exceptions)
        self._lock = threading.Lock()
        self._windows: dict[str, _Window] = {}
        self._room = _ROOM

    @property
    def base_exceptions(self) -> type[Exception]:
        """What may go wrong, to `limits`."""
        return ValueError

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        """Count an attempt in a window of so many seconds; how many there are in it."""
        at = time.time()
        with self._lock:
            window = self._windows.get(key)
            if window is None or window.ends_at <= at:
                if len(self._windows) >= self._room:
                    self._clear_out(at)
                window = self._windows[key] = _Window(at + expiry)
            window.number += amount
            return window.number

    def _clear_out(self, at: float) -> None:
        self._windows = {key: it for key, it in self._windows.items() if it.ends_at > at}
        self._room = max(_ROOM, 2 * len(self._windows))

    def get(self, key: str) -> int:
        """How many attempts are in the present window."""
        window = self._windows.get(key)
        return window.number if window is not None and window.ends_at > time.time() else 0

    def get_expiry(self, key: str) -> float:
        """When the present window ends, in seconds since 1970; now where there is none."""
        at = time.time()
        window = self._windows.get(key)
        return window.ends_at if window is not None and window.ends_at > at else at

    def check(self) -> bool:
        """It is always there."""
        return True

    def reset(self) -> int | None:
        """Forget every attempt; how many counts there were."""
        with self._lock:
            number = len(self._windows)
            self._windows, self._room = {}, _ROOM
        return number

    def clear(self, key: str) -> None:
        """Forget the attempts of one."""
        with self._lock:
            self._windows.pop(key, None)

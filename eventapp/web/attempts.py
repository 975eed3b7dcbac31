"""How often somebody tried: the counts of the rate limits, shared by the processes of a server.

The storage in memory that comes with `limits` counts in each process for itself, so that two
processes let twice as many attempts through, and looks through all its counts in a thread of its
own up to a hundred times a second. The one for several processes needs another server (Redis).
"""

import atexit
import mmap
import os
import struct
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from limits.storage import Storage

from eventapp.locks import FileLock

URI = "attempts://"
"""The setting by which the limiter counts here."""

_SLOT = struct.Struct("<qdI")  # whose, when the window ends (seconds since 1970), how many
_SLOTS = 1 << 17
_NEAR = 32  # slots that one key may have


class Attempts(Storage):
    """Counts for fixed windows, each from its first attempt on.

    A table in memory that processes forked from this one share, 2.6 MB. It has room for as many
    windows at a time as there are `_SLOTS`; where those near a key are all in use, the window
    that ends first makes room.
    """

    STORAGE_SCHEME = ["attempts"]  # noqa: RUF012 - by the base class

    def __init__(self, uri: str | None = None, wrap_exceptions: bool = False, **_: Any) -> None:
        super().__init__(uri, wrap_exceptions)
        self._table = mmap.mmap(-1, _SLOTS * _SLOT.size)
        self._threads = threading.Lock()
        # Not a semaphore: if a process is killed while it counts, the kernel gives this one back.
        self._processes = FileLock(_temporary_file())

    @property
    def base_exceptions(self) -> type[Exception]:
        """What may go wrong, to `limits`."""
        return ValueError

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        """Count an attempt in a window of so many seconds; how many there are in it."""
        at = time.time()
        with self._alone():
            place, ends_at, number = self._find(key, at)
            if not number:
                ends_at = at + expiry
            _SLOT.pack_into(self._table, place, hash(key), ends_at, number + amount)
            return number + amount

    def get(self, key: str) -> int:
        """How many attempts are in the present window."""
        with self._alone():
            return self._find(key, time.time())[2]

    def get_expiry(self, key: str) -> float:
        """When the present window ends, in seconds since 1970; now where there is none."""
        at = time.time()
        with self._alone():
            _place, ends_at, number = self._find(key, at)
        return ends_at if number else at

    def check(self) -> bool:
        """It is always there."""
        return True

    def reset(self) -> int | None:
        """Forget every attempt; how many windows there were."""
        at = time.time()
        with self._alone():
            number = sum(ends_at > at for _key, ends_at, _number in self._slots())
            self._table[:] = bytes(len(self._table))
        return number

    def clear(self, key: str) -> None:
        """Forget the attempts of one."""
        with self._alone():
            place, _ends_at, number = self._find(key, time.time())
            if number:
                _SLOT.pack_into(self._table, place, hash(key), 0.0, 0)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        with self._threads, self._processes:
            yield

    def _find(self, key: str, at: float) -> tuple[int, float, int]:
        """Where the key's window is, or is to be: (place, its end, how many; 0 where none is)."""
        whose = hash(key)  # the same in forked processes, and not to be guessed from outside
        first = whose % _SLOTS
        best, best_ends_at = 0, float("inf")
        for step in range(_NEAR):
            place = (first + step) % _SLOTS * _SLOT.size
            owner, ends_at, number = _SLOT.unpack_from(self._table, place)
            if ends_at > at and owner == whose:
                return place, ends_at, number
            if ends_at <= at:
                ends_at = 0.0  # free: the first of these
            if ends_at < best_ends_at:
                best, best_ends_at = place, ends_at
            if not owner:
                break  # never used: nothing of this key is further on
        return best, best_ends_at, 0

    def _slots(self) -> Iterator[tuple[int, float, int]]:
        yield from _SLOT.iter_unpack(self._table)


def _temporary_file() -> str:
    """An empty file until this process, not one forked from it, ends."""
    made_by = os.getpid()
    number, path = tempfile.mkstemp(prefix="eventapp-attempts-")
    os.close(number)

    def remove() -> None:
        if os.getpid() == made_by:
            Path(path).unlink(missing_ok=True)

    atexit.register(remove)
    return path

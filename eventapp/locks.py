"""Locks among the threads and the processes of one machine; know no database.

Who waits sleeps in the kernel, and what a process holds is given back when it ends, however it
ends. The locks are flock(2)'s: POSIX record locks belong to a whole process, and where two threads
of it use two of them, the kernel sees deadlocks that are none.
"""

import fcntl
import os
import threading
from collections import deque


class FairLock:
    """A mutual exclusion lock that serves waiting threads in the order of their arrival."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._held = False
        self._waiting: deque[threading.Lock] = deque()

    def __enter__(self) -> None:
        with self._guard:
            if not self._held:
                self._held = True
                return
            turn = threading.Lock()
            turn.acquire()
            self._waiting.append(turn)
        turn.acquire()

    def __exit__(self, *exc: object) -> None:
        with self._guard:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._held = False


class FileLock:
    """A mutual exclusion lock among processes, on an empty file that is made where it is missing.

    Within a process for one thread at a time. A process forked from one that has used it opens the
    file for itself: what they had open in common would be one lock for both.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self._file, self._pid = -1, 0

    def __enter__(self) -> None:
        if self._pid != os.getpid():
            if self._pid:
                os.close(self._file)
            self._file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            self._pid = os.getpid()
        fcntl.flock(self._file, fcntl.LOCK_EX)

    def __exit__(self, *exc: object) -> None:
        fcntl.flock(self._file, fcntl.LOCK_UN)


class FairFileLock:
    """A `FileLock` that is fair to each of the processes.

    Who comes next holds a lock of its own until it is their turn, and nobody gets before them: so
    a busy process cannot pass the turn among its own threads while another waits.
    """

    def __init__(self, path: str) -> None:
        self.next, self.turn = FileLock(f"{path}-next"), FileLock(f"{path}-turn")

    def __enter__(self) -> None:
        with self.next:
            self.turn.__enter__()

    def __exit__(self, *exc: object) -> None:
        self.turn.__exit__()

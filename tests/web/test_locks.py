"""Locks among threads and processes that really contend."""

import fcntl
import multiprocessing
import signal
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from eventapp.locks import FairFileLock, FairLock

FORK = multiprocessing.get_context("fork")  # as the server makes its workers


def test_the_lock_serves_in_the_order_of_arrival() -> None:
    lock = FairLock()
    order: list[int] = []
    queued = [threading.Event() for _ in range(5)]

    def wait(number: int) -> None:
        with lock:
            order.append(number)

    with lock:
        threads = []
        for number, mark in enumerate(queued):
            before = len(lock._waiting)
            thread = threading.Thread(target=wait, args=(number,))
            thread.start()
            while len(lock._waiting) == before:  # the thread is in the queue, not merely started
                mark.wait(0.001)
            threads.append(thread)
    for thread in threads:
        thread.join()
    assert order == [0, 1, 2, 3, 4]


def run_forked(*works: Callable[[], object]) -> None:
    processes = [FORK.Process(target=work) for work in works]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0] * len(works)


def test_processes_take_turns(tmp_path: Path) -> None:
    path = str(tmp_path / "queue")
    counted = tmp_path / "counted"
    counted.write_text("0")

    def count(number: int) -> None:
        lock = FairFileLock(path)
        for _ in range(number):
            with lock:
                counted.write_text(str(int(counted.read_text()) + 1))

    run_forked(*[lambda: count(500)] * 4)
    assert counted.read_text() == "2000"


def test_whoever_waits_is_not_passed_by_a_busy_process(tmp_path: Path) -> None:
    path = str(tmp_path / "queue")
    has_it, turns, seen = FORK.Event(), FORK.Value("i", 0), FORK.Value("i", -1)

    def wait() -> None:
        has_it.wait()
        with FairFileLock(path):
            seen.value = turns.value

    def hurry() -> None:
        lock = FairFileLock(path)
        with lock:
            has_it.set()
            while not is_next_taken(path):  # the other is in the queue, not merely started
                has_it.wait(0.001)
        for _ in range(1_000):
            with lock:
                turns.value += 1

    run_forked(wait, hurry)
    assert (seen.value, turns.value) == (0, 1_000)


def is_next_taken(path: str) -> bool:
    with open(f"{path}-next", "w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        return False


def test_a_process_that_is_killed_gives_its_turn_back(tmp_path: Path) -> None:
    path = str(tmp_path / "queue")
    has_it = FORK.Event()

    def hold() -> None:
        with FairFileLock(path):
            has_it.set()
            signal.pause()

    holder = FORK.Process(target=hold)
    holder.start()
    has_it.wait()
    holder.kill()
    with FairFileLock(path):
        holder.join()
    assert holder.exitcode == -signal.SIGKILL


def test_threads_of_two_processes_with_two_locks_are_no_deadlock(tmp_path: Path) -> None:
    one, other = str(tmp_path / "one"), str(tmp_path / "other")

    def work() -> None:
        def use(path: str) -> None:
            lock, threads = FairFileLock(path), threading.Lock()
            for _ in range(500):
                with threads, lock:
                    pass

        with ThreadPoolExecutor(2) as pool:
            list(pool.map(use, (one, other)))

    run_forked(work, work)


def test_a_forked_process_has_the_lock_for_itself(tmp_path: Path) -> None:
    path = str(tmp_path / "queue")
    lock, counted = FairFileLock(path), tmp_path / "counted"
    counted.write_text("0")
    with lock:
        pass  # open in this process before the others are made

    def count() -> None:
        for _ in range(300):
            with lock:
                counted.write_text(str(int(counted.read_text()) + 1))

    run_forked(*[count] * 3)
    assert counted.read_text() == "900"

"""Ways of printing the same people, each measured in a process of its own."""

import argparse
import os
import subprocess
import sys
from collections.abc import Callable, Sequence

BASELINE = "baseline"


def run(
    measure: Callable[[str, int], None],
    *,
    about: str | None,
    ways: Sequence[str],
    counts: Sequence[int],
    baseline: int,
    head: str,
) -> None:
    """Print the head, then what ``measure`` prints for each way and number, and for the baseline.

    Memory and caches are those of one measurement alone.
    """
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--counts", type=int, nargs="+", default=list(counts))
    parser.add_argument("--baseline", type=int, default=baseline, help="how many of the baseline")
    parser.add_argument("--only", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.only:
        measure(options.only, options.counts[0])
        return
    print(head)
    runs = [(way, count) for count in options.counts for way in ways]
    for way, count in [*runs, (BASELINE, options.baseline)]:
        subprocess.run(
            [sys.executable, sys.argv[0], "--only", way, "--counts", str(count)],
            check=True,
            env=os.environ,
        )

"""How long the demo takes to load, and how much memory.

    python benchmarks/demo.py [--delegates 600 10000] [--database-url postgresql://…]

Runs ``eventapp demo load --delegates N`` on an empty SQLite database, once for each number, as a
process whose seconds and most memory are printed, tables and all; beside it, in the same run,
``eventapp --version``, which is what starting Python and the program costs. With
``--database-url`` the first number must find an empty database, and each further one is a larger
number that tops it up.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time

TARGET_DELEGATES, TARGET_S = 10_000, 20.0
_SETTINGS = ("DATABASE_URL", "SECRET_KEY", "MAIL_URL", "BASE_URL")


def load(delegates: int, folder: str, database_url: str | None) -> None:
    """Print one line for one number; in a process of its own, for its children's memory."""
    environment = {key: it for key, it in os.environ.items() if key not in _SETTINGS}
    environment["EVENTAPP_INSTANCE"] = folder
    if database_url is not None:
        environment["DATABASE_URL"] = database_url
    for what, arguments in (
        ("start only", ["--version"]),
        ("demo load", ["demo", "load", "--delegates", str(delegates)]),
    ):
        begun = time.perf_counter()
        said = subprocess.run(
            [sys.executable, "-m", "eventapp", *arguments],
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        ).stdout
        took = time.perf_counter() - begun
        # The most of the children so far: the lighter one comes first.
        most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        print(f"{delegates:>9,} {what:>10} {took:>8.1f} {most:>8.0f}   {said.strip()}", flush=True)
    if delegates == TARGET_DELEGATES:
        verdict = "met" if took < TARGET_S else "MISSED"
        print(f"target of {TARGET_S:.0f} s for {TARGET_DELEGATES:,}: {verdict}", flush=True)


def main() -> int:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--delegates", type=int, nargs="+", default=[600, 10_000])
    parser.add_argument("--database-url")
    parser.add_argument("--only", type=int, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.only is not None:
        with tempfile.TemporaryDirectory() as folder:
            load(given.only, folder, given.database_url)
        return 0
    print(f"{'delegates':>9} {'what':>10} {'seconds':>8} {'peak MB':>8}")
    for delegates in given.delegates:
        command = [sys.executable, __file__, "--only", str(delegates)]
        if given.database_url:
            command += ["--database-url", given.database_url]
        subprocess.run(command, check=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())

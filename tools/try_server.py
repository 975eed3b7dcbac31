"""Waits for a server and asks it for what a first visitor would: pages, a stylesheet, a paper.

usage: try_server.py http://127.0.0.1:8000
"""

import re
import sys
import time
import urllib.error
import urllib.request

PATIENCE_S = 60


def fetch(address: str) -> tuple[int, bytes]:
    """(status, body); the body of an error too."""
    try:
        with urllib.request.urlopen(address, timeout=20) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def wait(base: str) -> None:
    """Until the server answers; SystemExit when it does not."""
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        try:
            if fetch(f"{base}/readyz")[0] == 200:
                return
        except OSError:
            pass
        time.sleep(0.2)
    sys.exit(f"{base} did not answer within {PATIENCE_S} s")


def main(base: str) -> None:
    """Ask for each; SystemExit at the first that is not right."""
    wait(base)
    _, home = fetch(f"{base}/")
    stylesheet = re.search(rb'href="(/static/css/[^"]+)"', home)
    event = re.search(rb'href="(/e/[^/"]+/)"', home)
    if not stylesheet or not event:
        sys.exit("the home page names no stylesheet or no event")
    paths = ["/healthz", stylesheet[1].decode(), event[1].decode()]
    paths += [f"{event[1].decode()}{page}" for page in ("register", "agenda", "agenda.pdf")]
    for path in paths:
        status, body = fetch(base + path)
        print(f"{status} {len(body):>7} bytes {path}")
        if status != 200 or not body:
            sys.exit(f"{path} answered {status}")


if __name__ == "__main__":
    main(sys.argv[1])

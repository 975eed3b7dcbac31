"""Draws batches of badges for another process (`crew`): from standard input to output."""

import gc
import os
import pickle
import signal
import sys
from typing import BinaryIO

from eventapp.badges.crew import READY
from eventapp.badges.press import Press, StandIn


def main() -> None:
    """Draw what comes until nothing does."""
    # Whoever began this ends it, also when a terminal interrupts both.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    source = sys.stdin.buffer
    sink = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    # What prints by mistake does not end up among the answers.
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    _send(sink, READY)
    try:
        design, settings = pickle.load(source)  # noqa: S301 - from the process that began this
        stand_ins: dict[str, StandIn | None] = {}
        press = Press(design, settings, stand_ins.get)
        gc.freeze()
        while True:
            images, batch = pickle.load(source)  # noqa: S301 - likewise
            stand_ins.update(images)
            _send(sink, press.printed(batch))
    except (EOFError, BrokenPipeError):
        # Nobody wants more.
        os._exit(0)


def _send(sink: BinaryIO, message: object) -> None:
    pickle.dump(message, sink, pickle.HIGHEST_PROTOCOL)
    sink.flush()

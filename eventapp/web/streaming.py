"""Long work in answer to one request: a page that waits sees how far it is.

A page that asks for ``application/x-ndjson`` gets a line of JSON for each step
(``{"done": 250, "of": 10000}``) and at last ``{"to": "/address"}``; any other gets the redirect
when all is done. The work goes on to its end in a thread of its own even if nobody listens any
more: what was begun is not left half done.
"""

import json
import logging
from collections.abc import Callable, Iterator
from contextvars import copy_context
from queue import SimpleQueue
from threading import Thread

from flask import Response, current_app, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import force_locale, get_locale

MEDIA_TYPE = "application/x-ndjson"

log = logging.getLogger(__name__)

Work = Callable[[Callable[[int, int], None]], str]
"""Does it, reporting (done, of), and gives the address to go to then. It has an application, but
no request: addresses are made before."""


def answer(work: Work) -> ResponseReturnValue:
    """Do the work and go to where it says, with progress where that is asked for."""
    if MEDIA_TYPE not in request.accept_mimetypes.values():
        return redirect(work(lambda done, of: None), 303)
    lines: SimpleQueue[dict[str, object]] = SimpleQueue()

    app = current_app._get_current_object()  # type: ignore[attr-defined]
    locale = str(get_locale())

    def run() -> None:
        # A context of its own: the request's ends when its answer begins.
        with app.app_context(), force_locale(locale):
            try:
                lines.put({"to": work(lambda done, of: lines.put({"done": done, "of": of}))})
            except Exception:
                log.exception("long work failed")
                lines.put({"failed": True})

    Thread(target=copy_context().run, args=(run,), name="long-work").start()
    stream = Response(_lines(lines), content_type=MEDIA_TYPE)
    stream.headers["Cache-Control"] = "no-store"
    stream.headers["X-Accel-Buffering"] = "no"
    return stream


def _lines(lines: "SimpleQueue[dict[str, object]]") -> Iterator[str]:
    while True:
        line = lines.get()
        yield json.dumps(line) + "\n"
        if "done" not in line:
            return

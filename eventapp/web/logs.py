"""Logs as JSON lines. Addresses hold secrets and names, so only the route's pattern is written."""

import json
import logging
import sys
import time
import uuid
from datetime import UTC, datetime

from flask import Flask, Response, g, request

_requests = logging.getLogger("eventapp.request")
_EXTRA = ("request", "method", "route", "status", "ms", "event", "count")


class JsonLines(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as JSON."""
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        line.update(
            {key: value for key in _EXTRA if (value := getattr(record, key, None)) is not None}
        )
        if record.exc_info and record.exc_info[0]:
            line["trace"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


def configure() -> None:
    """Send everything to standard error as JSON lines; once a process."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    logging.getLogger("alembic").setLevel(logging.WARNING)


def write(request_id: str, method: str, route: str | None, status: int, seconds: float) -> None:
    """The line of one request."""
    _requests.info(
        "request",
        extra={
            "request": request_id,
            "method": method,
            "route": route,
            "status": status,
            "ms": round(seconds * 1000, 1),
        },
    )


def init_app(app: Flask) -> None:
    """Log each request after it was answered."""

    @app.before_request
    def start() -> None:
        g.started = time.perf_counter()
        g.request_id = uuid.uuid4().hex[:12]

    @app.after_request
    def finish(response: Response) -> Response:
        if request.endpoint == "static":
            return response
        response.headers["X-Request-Id"] = g.request_id
        write(
            g.request_id,
            request.method,
            request.url_rule.rule if request.url_rule else None,
            response.status_code,
            time.perf_counter() - g.started,
        )
        return response

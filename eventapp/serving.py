"""The server behind ``eventapp serve``: gunicorn with threads, and the mail worker beside them.

One process with threads is the best that SQLite can have: the write lock is fair only within a
process (docs/architecture.md). With PostgreSQL, raise ``--workers`` or add hosts.
"""

import errno
import socket
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication

from eventapp import config, create_app
from eventapp.config import ConfigurationError
from eventapp.extensions import db
from eventapp.mail import worker
from eventapp.web import logs, migrations


class CannotServe(Exception):
    """The server cannot start; the message says why and what to do."""


class _Server(BaseApplication):
    def __init__(self, app: Flask, settings: dict[str, Any]) -> None:
        self._app = app
        self._settings = settings
        super().__init__()

    def load_config(self) -> None:
        for key, value in self._settings.items():
            self.cfg.set(key, value)

    def load(self) -> Any:
        return self._app


def run(host: str, port: int, *, threads: int, workers: int, demo: bool) -> None:
    """Serve until a signal ends it. Raises CannotServe, ConfigurationError."""
    check_port(host, port)
    settings = config.load()
    if demo and settings.secret_key is None:
        config.ensure_demo_key(settings.instance)
        settings = config.load()
    app = create_app(settings)
    with app.app_context():
        if demo:
            _prepare_demo(host, port)
        elif not migrations.is_current():
            raise CannotServe("The database is not up to date. Run 'eventapp db upgrade' first.")
        db.engine.dispose()  # connections do not survive the fork into the worker
    logs.configure()
    _Server(
        app,
        {
            "bind": f"{host}:{port}",
            "workers": workers,
            "worker_class": "gthread",
            "threads": threads,
            "keepalive": 5,
            "timeout": 120,
            "graceful_timeout": 20,
            "loglevel": "warning",
            "proc_name": "eventapp",
            "control_socket_disable": True,
            "post_worker_init": lambda _: worker.start(app),
        },
    ).run()


def check_port(host: str, port: int) -> None:
    """Raise CannotServe when the address cannot be listened on."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM
        )[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise CannotServe(
                f"Port {port} on {host} is in use. Stop the program that has it, "
                f"or choose another: eventapp serve --port {port + 1 if port < 65535 else 8000}."
            ) from None
        raise CannotServe(f"Cannot listen on {host}:{port} ({error.strerror}).") from None


def _prepare_demo(host: str, port: int) -> None:
    from eventapp.demo import loader, sign_ins

    if not config.load().demo:
        raise ConfigurationError(
            "--demo is for a database of its own. Unset DATABASE_URL and SECRET_KEY, "
            "or load the event with 'eventapp demo load'."
        )
    migrations.upgrade()
    if not loader.is_loaded():
        print("Loading the demo event with 600 made-up delegates …", flush=True)
        loader.load()
    print(f"\n  eventapp demo   http://{host}:{port}/\n")
    for entry in sign_ins.ensure():
        print(f"  {entry.email:<34} {entry.password}   {entry.role}")
    print("\n  Ctrl-C stops it.", flush=True)

"""The server behind ``eventapp serve``: gunicorn with threads, and beside them the mail worker and
what works allocations out; and the mail worker in a process of its own, ``eventapp mail work``.

A process for each core, with threads: Python uses one core for each. On SQLite they take turns to
write (`locks.FairFileLock`); with PostgreSQL hosts can be added.
"""

import errno
import logging
import signal
import socket
import threading
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication

from eventapp import config, create_app
from eventapp.badges import service as badges
from eventapp.config import ConfigurationError
from eventapp.extensions import db
from eventapp.mail import worker
from eventapp.visits import running
from eventapp.web import logs, migrations

_PATIENCE_SECONDS = 5.0
STALLED_MS = 120_000
"""How long a client may take nothing of an answer, or be gone without a word, until the connection
is broken off: a thread waits for it, and each process has only so many."""


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


def run(
    host: str, port: int, *, threads: int, workers: int, demo: bool, sends_mail: bool = True
) -> None:
    """Serve until a signal ends it; ``sends_mail=False`` leaves mail to ``eventapp mail work``.

    Raises CannotServe, ConfigurationError.
    """
    check_port(host, port)
    settings = config.load()
    if demo and settings.secret_key is None:
        config.ensure_demo_key(settings.instance)
        settings = config.load()
    app = create_app(settings)
    app.config["OWN_ADDRESS"] = f"http://{host}:{port}"
    with app.app_context():
        if demo:
            _prepare_demo(host, port)
        else:
            _check_tables()
        db.engine.dispose()  # connections do not survive the fork into the worker
    logs.configure()
    stop = threading.Event()

    def start_worker(_: Any) -> None:
        app.extensions["mail"] = worker.start(app, stop, sends=sends_mail)
        app.extensions["allocation"] = running.start(app, stop)
        threading.Thread(target=badges.warm_up, name="warm-up", daemon=True).start()

    def stop_worker(_arbiter: Any, _worker: Any) -> None:
        stop.set()
        # The message under way, and a run to be handed back; who hangs is left.
        for name in ("mail", "allocation"):
            if thread := app.extensions.get(name):
                thread.join(_PATIENCE_SECONDS)

    serve(
        app,
        f"{host}:{port}",
        threads=threads,
        workers=workers,
        post_worker_init=start_worker,
        worker_exit=stop_worker,
    )


def serve(app: Flask, address: str, *, threads: int, workers: int, **hooks: Any) -> None:
    """Serve an application at ``host:port`` until a signal ends it; ``hooks`` are gunicorn's."""
    logging.getLogger("gunicorn.error").addFilter(_without_trace)
    _Server(
        app,
        {
            "bind": address,
            "workers": workers,
            "worker_class": "gthread",
            "threads": threads,
            "keepalive": 5,
            "timeout": 120,
            "graceful_timeout": 20,
            "loglevel": "warning",
            "proc_name": "eventapp",
            "control_socket_disable": True,
            "when_ready": _break_off_stalled,
            **hooks,
        },
    ).run()


def _break_off_stalled(arbiter: Any) -> None:
    """Have the kernel break off whoever stalls, on every connection to these sockets.

    Connections inherit it. It counts anew whenever the client makes room, so that who is merely
    slow, down to some 3 KB a second, gets the whole answer. Linux only (tcp(7), TCP_USER_TIMEOUT).
    """
    if (option := getattr(socket, "TCP_USER_TIMEOUT", None)) is None:
        return
    for listener in arbiter.LISTENERS:
        listener.sock.setsockopt(socket.IPPROTO_TCP, option, STALLED_MS)


def _without_trace(record: logging.LogRecord) -> bool:
    """A client that was broken off is no fault of the program: one line, and nothing to trace."""
    if record.exc_info and isinstance(record.exc_info[1], TimeoutError):
        record.msg, record.args, record.exc_info = (
            "A client that took nothing was cut off.",
            (),
            None,
        )
        record.levelno, record.levelname = logging.WARNING, "WARNING"
    return True


def work() -> None:
    """Send mail and do the chores, in this process, until SIGTERM or SIGINT.

    Any number may run, on any hosts. Raises CannotServe, ConfigurationError.
    """
    settings = config.load()
    app = create_app(settings)
    if settings.mail_url is None:
        raise CannotServe("MAIL_URL is not set: there is no server to send mail with. Set it.")
    if settings.base_url is None:
        raise CannotServe(
            "BASE_URL is not set: links in letters would lead nowhere. "
            "Set it to the address that people use."
        )
    with app.app_context():
        _check_tables()
        db.engine.dispose()
    logs.configure()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    worker.run(app, stop)


def _check_tables() -> None:
    if not migrations.is_current():
        raise CannotServe("The database is not up to date. Run 'eventapp db upgrade' first.")


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

"""Every setting, read from the environment and validated once at start.

- ``DATABASE_URL``: SQLAlchemy address, SQLite or PostgreSQL; default SQLite in the instance folder.
- ``SECRET_KEY``: signs sessions and personal links, 32 characters or more; only the demo makes
  its own.
- ``MAIL_URL``: ``smtp://user:password@host:587?tls=starttls&from=…`` or ``smtps://…``; without it
  mail stays in the mailbox page.
- ``BASE_URL``: the address that people use, for links in mail; default that of this server.
- ``EVENTAPP_INSTANCE``: folder for the database and keys; default ``instance`` where one stands.
- ``EVENTAPP_PROXIES``: how many reverse proxies stand before the server; default 0.
"""

import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

DEMO_KEY_FILE = "demo.key"
MIN_SECRET_KEY = 32


class ConfigurationError(Exception):
    """A setting is missing or wrong; the message says which and what to do."""


@dataclass(frozen=True, slots=True)
class Config:
    """The validated settings. ``secret_key`` is None only outside a web server."""

    instance: Path
    database_url: str
    secret_key: str | None
    mail_url: str | None = None
    base_url: str | None = None
    demo: bool = False
    proxies: int = 0
    testing: bool = False

    @property
    def secure_cookies(self) -> bool:
        """Cookies are marked Secure whenever people come by https."""
        return (self.base_url or "").startswith("https://")


def instance_folder() -> Path:
    """The folder for the database and keys; it need not exist yet."""
    return Path(os.environ.get("EVENTAPP_INSTANCE") or "instance").absolute()


def ensure_folder(folder: Path) -> None:
    """Make the instance folder, private to its owner.

    Raises ConfigurationError when that cannot be done.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        probe = folder / f".probe-{secrets.token_hex(4)}"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise ConfigurationError(
            f"The folder {folder} cannot be written ({error.strerror}). "
            "Give it to the user who runs eventapp, or set EVENTAPP_INSTANCE to another folder."
        ) from error


def ensure_demo_key(folder: Path) -> str:
    """The demo's own signing key, made on first use and kept in the instance folder."""
    ensure_folder(folder)
    path = folder / DEMO_KEY_FILE
    if not path.exists():
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(48))
    return path.read_text().strip()


def load() -> Config:
    """Read and validate the environment.

    Raises ConfigurationError, whose message is one sentence for the operator.
    """
    folder = instance_folder()
    given_url = os.environ.get("DATABASE_URL")
    database_url = _database_url(given_url) if given_url else f"sqlite:///{folder / 'eventapp.db'}"
    secret_key = os.environ.get("SECRET_KEY") or None
    demo_key = folder / DEMO_KEY_FILE
    # The demo's key opens the demo's own database only, never one that was configured.
    demo = given_url is None and secret_key is None and demo_key.exists()
    if demo:
        secret_key = ensure_demo_key(folder)
    elif secret_key is not None and len(secret_key) < MIN_SECRET_KEY:
        raise ConfigurationError(
            f"SECRET_KEY is shorter than {MIN_SECRET_KEY} characters. "
            "Make one with: python3 -c 'import secrets; print(secrets.token_urlsafe(48))'"
        )
    return Config(
        instance=folder,
        database_url=database_url,
        secret_key=secret_key,
        mail_url=_mail_url(os.environ.get("MAIL_URL")),
        base_url=_base_url(os.environ.get("BASE_URL")),
        demo=demo,
        proxies=_proxies(os.environ.get("EVENTAPP_PROXIES")),
    )


def _database_url(value: str) -> str:
    try:
        url = make_url(value)
    except ArgumentError:
        raise ConfigurationError(
            "DATABASE_URL is not a database address. "
            "Write sqlite:////folder/file.db or postgresql://user:password@host/name."
        ) from None
    if url.drivername in {"postgres", "postgresql", "postgresql+psycopg"}:
        url = url.set(drivername="postgresql+psycopg")
    elif url.drivername != "sqlite":
        raise ConfigurationError(
            f"DATABASE_URL names {url.drivername}; eventapp works with sqlite and postgresql."
        )
    return url.render_as_string(hide_password=False)


def _mail_url(value: str | None) -> str | None:
    if not value:
        return None
    parts = urlsplit(value)
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
        raise ConfigurationError(
            "MAIL_URL is not a mail server's address. "
            "Write smtp://user:password@host:587?tls=starttls or smtps://host."
        )
    return value


def _base_url(value: str | None) -> str | None:
    if not value:
        return None
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query:
        raise ConfigurationError("BASE_URL is not an address such as https://hoinghi.example.vn.")
    return value.rstrip("/")


def _proxies(value: str | None) -> int:
    if not value:
        return 0
    if not value.isdecimal() or int(value) > 5:
        raise ConfigurationError("EVENTAPP_PROXIES is a number from 0 to 5.")
    return int(value)

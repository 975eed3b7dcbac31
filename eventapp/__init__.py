"""eventapp runs a government conference from the first registration to the last certificate."""

from datetime import timedelta
from pathlib import Path

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from eventapp import config, database, features
from eventapp.config import Config, ConfigurationError
from eventapp.extensions import compress, csrf, limiter, login
from eventapp.web import assets, attempts, errors, language, logs, navigation, numbers, security

__version__ = "0.1.0"


def create_app(settings: Config | None = None, *, serving: bool = True) -> Flask:
    """An application bound to its database.

    ``serving=False`` is for commands, which need no SECRET_KEY.
    Raises ConfigurationError when a setting is missing or wrong.
    """
    settings = settings or config.load()
    if serving and settings.secret_key is None:
        raise ConfigurationError(
            "SECRET_KEY is not set. Make one with: "
            "python3 -c 'import secrets; print(secrets.token_urlsafe(48))'"
        )
    if settings.database_url.startswith("sqlite"):
        config.ensure_folder(settings.instance)
    app = Flask(
        __name__,
        instance_path=str(settings.instance),
        template_folder=_folder("templates"),
        static_folder=_folder("static"),
    )
    app.config.update(
        SETTINGS=settings,
        SECRET_KEY=settings.secret_key,
        TESTING=settings.testing,
        MAX_CONTENT_LENGTH=16 * 1024 * 1024,
        PERMANENT_SESSION_LIFETIME=timedelta(hours=12),
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        WTF_CSRF_TIME_LIMIT=int(timedelta(hours=12).total_seconds()),
        RATELIMIT_ENABLED=not settings.testing,
        RATELIMIT_STORAGE_URI=attempts.URI,
        # Brotli at 5 makes Bootstrap 28 KB, zstd at its default level 34, in the same 6 ms.
        COMPRESS_ALGORITHM=["br", "gzip"],
        COMPRESS_ALGORITHM_STREAMING=["br", "deflate"],
        COMPRESS_BR_LEVEL=5,
        COMPRESS_MIMETYPES=[
            *("text/html", "text/css", "text/plain", "text/xml", "text/javascript"),
            *("application/json", "application/javascript", "application/xml"),
            *("application/manifest+json", "application/wasm", "image/svg+xml"),
        ],
    )
    if settings.proxies:
        n = settings.proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=n, x_proto=n, x_host=n)  # type: ignore[method-assign]
    logs.init_app(app)  # first, so that what the others refuse is logged too
    database.configure(app, settings.database_url)
    for extension in (login, csrf, limiter, compress):
        extension.init_app(app)
    numbers.init_app(app)
    language.init_app(app)
    assets.init_app(app)
    errors.init_app(app)
    security.init_app(app, https=settings.secure_cookies)
    navigation.init_app(app)
    features.init_app(app)
    return app


def _folder(name: str) -> str:
    """Templates and static files: inside the installed package, or at the top of a checkout."""
    package = Path(__file__).parent
    inside = package / name
    return str(inside if inside.is_dir() else package.parent / name)

"""The Flask extensions, made once and bound to an application in create_app()."""

from flask import current_app
from flask_babel import Babel
from flask_compress import Compress
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import LoginManager
from flask_wtf import CSRFProtect

from eventapp.database import db

babel = Babel()
compress = Compress()
csrf = CSRFProtect()
limiter = Limiter(get_remote_address, default_limits=[], headers_enabled=True)
login = LoginManager()


def signing_key() -> str | None:
    """The application's SECRET_KEY; None where a command runs without one."""
    key: str | None = current_app.config["SECRET_KEY"]
    return key


__all__ = ["babel", "compress", "csrf", "db", "limiter", "login", "signing_key"]

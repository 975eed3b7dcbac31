"""The files that the app at the door is made of, so that a browser can keep them as one version.

Found, not listed: from the app's pages in both languages, by following what pages, styles and
modules name. Each is known by its content; the version is another one when any of them is.
"""

import hashlib
import json
import posixpath
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from flask import Flask, url_for

from eventapp.web.language import LANGUAGES

_IN_PAGES = re.compile(r'(?:href|src)="/static/([^"?#]+)')
_IN_STYLES = re.compile(r"""(?:url\(|@import)\s*["']?([^"')?#]+)["']?""")
_IN_MODULES = re.compile(
    r"""(?:\bfrom|\bimport)\s*\(?\s*["']([./][^"']+)["']"""
    r"""|new URL\(\s*["']([./][^"']+)["']\s*,\s*import\.meta\.url"""
)
# Named by no file as it stands: the decoder's module is asked for it by its name alone.
_ADDED = {"vendor/zxing/reader/index.js": ("vendor/zxing/reader/zxing_reader.wasm",)}
_ICONS = "checkin/icons"


@dataclass(frozen=True, slots=True)
class Shell:
    """One version of the app: its files' addresses with the SHA-256 of each, in hexadecimal."""

    files: tuple[tuple[str, str], ...]
    version: str

    def script(self, source: str) -> str:
        """The service worker that keeps this version."""
        files = json.dumps(self.files, indent=0)
        return f"const VERSION = {json.dumps(self.version)};\nconst FILES = {files};\n{source}"


def shell(app: Flask) -> Shell:
    """The app as this process serves it; looked up once, while nobody works on it."""
    known: Shell | None = app.extensions.get("checkin_shell")
    if known is None or app.debug:
        known = app.extensions["checkin_shell"] = _find(app)
    return known


def _find(app: Flask) -> Shell:
    root = Path(app.static_folder or "")
    pages = [_page(app, language) for language in LANGUAGES]
    named = {name for _, body in pages for name in _IN_PAGES.findall(body.decode())}
    icons = {f"{_ICONS}/{it.name}" for it in (root / _ICONS).glob("*.png")}
    with app.test_request_context():
        files = [(url_for("static", filename=name), name) for name in _closure(root, named | icons)]
    digests = [
        *((address, _digest(body)) for address, body in pages),
        *((address, _digest((root / name).read_bytes())) for address, name in files),
    ]
    source = (root / "checkin" / "sw.js").read_bytes()
    version = _digest(json.dumps(digests).encode() + source)[:16]
    return Shell(tuple(digests), version)


def _page(app: Flask, language: str) -> tuple[str, bytes]:
    """The app's page as anybody gets it: it holds nothing of an event or a person."""
    # A context of its own: the language of the request that asks for this is another matter.
    with app.app_context(), app.test_request_context():
        address = url_for("checkin.app", lang=language)
    with app.app_context(), app.test_request_context(address):
        return address, app.full_dispatch_request().get_data()


def _closure(root: Path, names: Iterable[str]) -> list[str]:
    """Names of static files, with all that they name, in order."""
    found: set[str] = set()
    waiting = sorted(names)
    while waiting:
        name = waiting.pop()
        if name in found or not (root / name).is_file():
            continue
        found.add(name)
        waiting += _named_by(root, name)
    return sorted(found)


def _named_by(root: Path, name: str) -> list[str]:
    match Path(name).suffix:
        case ".css":
            matches = _IN_STYLES.findall((root / name).read_text("utf-8"))
        case ".js":
            pairs = _IN_MODULES.findall((root / name).read_text("utf-8"))
            matches = [first or second for first, second in pairs]
        case _:
            return []
    folder = posixpath.dirname(name)
    relative = [it for it in matches if not it.startswith(("data:", "/", "http"))]
    return [posixpath.normpath(posixpath.join(folder, it)) for it in relative] + [
        *_ADDED.get(name, ())
    ]


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()

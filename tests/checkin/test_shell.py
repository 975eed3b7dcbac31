"""The files of the app as one version, its service worker and its manifest."""

import hashlib
import json
import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient

from eventapp.checkin.shell import shell


def files_of(client: FlaskClient) -> dict[str, str]:
    found = re.search(r"const FILES = (\[.*?\]);\n", client.get("/checkin/sw.js").text, re.S)
    assert found is not None
    return dict(json.loads(found[1]))


def test_every_file_is_served_as_it_is_listed(client: FlaskClient) -> None:
    files = files_of(client)
    for address, digest in files.items():
        answer = client.get(address)
        assert answer.status_code == 200, address
        assert hashlib.sha256(answer.data).hexdigest() == digest, address


def test_all_that_the_app_needs_is_listed(client: FlaskClient, root: Path) -> None:
    listed = set(files_of(client))
    modules = {
        f"/static/{path.relative_to(root / 'static')}"
        for folder in ("app", "engine")
        for path in (root / "static" / "checkin" / folder).rglob("*.js")
    }
    assert modules - listed == set()
    assert {"/checkin/?lang=vi", "/checkin/?lang=en"} <= listed
    assert "/static/vendor/zxing/reader/zxing_reader.wasm" in listed
    assert "/static/fonts/be-vietnam-pro-vietnamese-600-normal.woff2" in listed


def test_the_page_is_the_same_for_everybody(client: FlaskClient) -> None:
    first = client.get("/checkin/?lang=vi")
    client.get("/?lang=en")
    again = client.get("/checkin/?lang=vi")
    assert first.data == again.data
    assert b"csrf" not in first.data


def test_another_file_is_another_version(
    second_app: Callable[..., Flask], tmp_path: Path, root: Path
) -> None:
    before = shell(second_app())
    app = second_app()
    copy = tmp_path / "static"
    copy.mkdir()
    for entry in (root / "static").iterdir():
        (copy / entry.name).symlink_to(entry)
    (copy / "css").unlink()
    (copy / "css").mkdir()
    for entry in (root / "static" / "css").iterdir():
        (copy / "css" / entry.name).write_bytes(entry.read_bytes() + b"\n")
    app.static_folder = str(copy)
    after = shell(app)
    assert after.version != before.version
    changed = {address for address, _ in set(after.files) ^ set(before.files)}
    assert changed >= {"/static/css/tokens.css"}
    assert not any("engine" in address for address in changed)


def test_the_worker_is_asked_for_each_time(client: FlaskClient) -> None:
    answer = client.get("/checkin/sw.js")
    assert answer.mimetype == "text/javascript"
    assert answer.headers["Cache-Control"] == "no-cache"
    etag = answer.headers["ETag"]
    assert client.get("/checkin/sw.js", headers={"If-None-Match": etag}).status_code == 304


def test_modules_are_never_of_an_older_version(client: FlaskClient) -> None:
    answer = client.get("/static/checkin/engine/engine.js")
    assert answer.headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize(("language", "name"), [("vi", "Đón tiếp"), ("en", "Check-in")])
def test_it_can_be_installed(client: FlaskClient, language: str, name: str) -> None:
    address = f"/checkin/manifest.webmanifest?lang={language}"
    answer = client.get(address)
    assert answer.mimetype == "application/manifest+json"
    manifest = answer.json
    assert manifest is not None
    assert f'rel="manifest" href="{address}"' in client.get(f"/checkin/?lang={language}").text
    assert (manifest["name"], manifest["lang"]) == (name, language)
    assert (manifest["scope"], manifest["display"]) == ("/checkin/", "standalone")
    assert manifest["start_url"] == f"/checkin/?lang={language}"
    sizes = {(it["sizes"], it.get("purpose", "any")) for it in manifest["icons"]}
    assert sizes >= {(f"{n}x{n}", p) for n in (192, 512) for p in ("any", "maskable")}
    for icon in manifest["icons"]:
        picture = client.get(urlsplit(icon["src"]).path)
        assert picture.data.startswith(b"\x89PNG")
        width = int.from_bytes(picture.data[16:20], "big")
        assert icon["sizes"] == f"{width}x{width}"


def test_the_decoder_comes_compressed(client: FlaskClient) -> None:
    address = "/static/vendor/zxing/reader/zxing_reader.wasm"
    answer = client.get(address, headers={"Accept-Encoding": "br"})
    assert answer.headers["Content-Encoding"] == "br"
    assert len(answer.data) < 500_000

"""Settings are validated once, each refusal with what to do."""

import os
from pathlib import Path

import pytest

from eventapp import create_app
from eventapp.config import ConfigurationError, ensure_demo_key, load

KEY = "k" * 40


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("DATABASE_URL", "SECRET_KEY", "MAIL_URL", "BASE_URL", "EVENTAPP_PROXIES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("EVENTAPP_INSTANCE", str(tmp_path / "instance"))


def test_defaults(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SECRET_KEY", KEY)
    settings = load()
    assert settings.database_url == f"sqlite:///{tmp_path / 'instance' / 'eventapp.db'}"
    assert not settings.demo


def test_a_web_server_without_a_key_refuses_to_start() -> None:
    with pytest.raises(ConfigurationError, match="SECRET_KEY is not set"):
        create_app()


def test_a_command_needs_no_key() -> None:
    assert create_app(serving=False).config["SECRET_KEY"] is None


def test_the_demo_has_a_key_of_its_own(tmp_path: Path) -> None:
    key = ensure_demo_key(tmp_path / "instance")
    assert key == ensure_demo_key(tmp_path / "instance")
    assert load().demo
    assert load().secret_key == key
    assert (tmp_path / "instance" / "demo.key").stat().st_mode & 0o077 == 0


def test_the_demos_key_opens_no_other_database(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    ensure_demo_key(tmp_path / "instance")
    monkeypatch.setenv("DATABASE_URL", "postgresql://localhost/real")
    assert load().secret_key is None


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("SECRET_KEY", "short", "shorter than 32"),
        ("DATABASE_URL", "mysql://x/y", "sqlite and postgresql"),
        ("DATABASE_URL", "nonsense", "not a database address"),
        ("MAIL_URL", "http://x", "not a mail server"),
        ("BASE_URL", "hoinghi.vn", "not an address"),
        ("EVENTAPP_PROXIES", "many", "number from 0 to 5"),
    ],
)
def test_a_wrong_setting_is_named(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, says: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigurationError, match=says):
        load()


def test_postgresql_gets_its_driver(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://u:p@h/d")
    assert load().database_url == "postgresql+psycopg://u:p@h/d"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_an_unwritable_folder_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(ConfigurationError, match="cannot be written"):
        ensure_demo_key(tmp_path / "instance")


def test_a_file_in_place_of_the_folder_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("EVENTAPP_INSTANCE", str(tmp_path / "file" / "instance"))
    with pytest.raises(ConfigurationError, match="cannot be written"):
        create_app(serving=False)

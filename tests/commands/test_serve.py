"""What ``eventapp serve`` says when it cannot: one sentence, and exit code 1."""

import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from eventapp import serving
from tests.commands.command_line import Installation, refused
from tests.commands.processes import HOST, KEY, environment


@pytest.fixture(autouse=True)
def _never_serves(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test waits for a server that has started by mistake."""

    def fail(self: object) -> None:
        raise AssertionError("it served")

    monkeypatch.setattr(serving._Server, "run", fail)


@pytest.fixture
def port_in_use() -> Iterator[int]:
    with socket.socket() as other:
        other.bind((HOST, 0))
        other.listen()
        yield other.getsockname()[1]


@pytest.fixture
def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def test_a_port_in_use(tmp_path: Path, port_in_use: int) -> None:
    """As a user sees it, in a process of its own."""
    result = subprocess.run(
        [sys.executable, "-m", "eventapp", "serve", "--demo", "--port", str(port_in_use)],
        env=environment(EVENTAPP_INSTANCE=str(tmp_path / "instance")),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr == (
        f"eventapp: Port {port_in_use} on 127.0.0.1 is in use. Stop the program that has it, "
        f"or choose another: eventapp serve --port {port_in_use + 1}.\n"
    )
    assert not (tmp_path / "instance").exists()


def test_an_address_that_is_not_this_machines(installation: Installation) -> None:
    for host in ("192.0.2.1", "khong-co.invalid"):
        said = refused(installation.run("serve", "--host", host, SECRET_KEY=KEY))
        assert said.startswith(f"Cannot listen on {host}:8000 (")


def test_no_key(installation: Installation, free_port: int) -> None:
    said = refused(installation.run("serve", "--port", free_port))
    assert said.startswith("SECRET_KEY is not set. Make one with:")


def test_a_short_key(installation: Installation, free_port: int) -> None:
    said = refused(installation.run("serve", "--port", free_port, SECRET_KEY="short"))
    assert said.startswith("SECRET_KEY is shorter than 32 characters.")


def test_a_folder_that_cannot_be_written(
    installation: Installation, free_port: int, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    for arguments in (["serve", "--demo", "--port", free_port], ["demo", "load"]):
        said = refused(
            installation.run(
                *arguments, EVENTAPP_INSTANCE=str(tmp_path / "file" / "i"), DATABASE_URL=None
            )
        )
        assert "cannot be written" in said
        assert "EVENTAPP_INSTANCE" in said


def test_tables_that_are_not_up_to_date(installation: Installation, free_port: int) -> None:
    said = refused(installation.run("serve", "--port", free_port, SECRET_KEY=KEY))
    assert said == "The database is not up to date. Run 'eventapp db upgrade' first."


def test_the_demo_is_never_put_into_a_database_that_was_configured(
    installation: Installation, free_port: int
) -> None:
    said = refused(installation.run("serve", "--demo", "--port", free_port, SECRET_KEY=KEY))
    assert "--demo is for a database of its own" in said
    assert installation.contents() == {}


def test_a_file_that_is_no_database(
    installation: Installation, free_port: int, tmp_path: Path
) -> None:
    file = tmp_path / "letters.txt"
    file.write_text("Kính gửi các đại biểu\n" * 500)
    for arguments in (
        ["serve", "--port", free_port],
        ["db", "upgrade"],
        ["backup", tmp_path / "copy"],
        ["agenda", "bac-ninh-2012", "-o", tmp_path / "agenda.pdf"],
    ):
        said = refused(
            installation.run(*arguments, DATABASE_URL=f"sqlite:///{file}", SECRET_KEY=KEY)
        )
        assert "file is not a database" in said
        assert "DATABASE_URL" in said


def test_a_server_of_databases_that_does_not_answer(
    installation: Installation, free_port: int
) -> None:
    nobody = f"postgresql://eventapp:secret@{HOST}:{free_port}/eventapp"
    for arguments in (["serve", "--port", free_port], ["db", "upgrade"], ["demo", "load"]):
        said = refused(installation.run(*arguments, DATABASE_URL=nobody, SECRET_KEY=KEY))
        assert "Connection refused" in said
        assert "secret" not in said


@pytest.mark.parametrize(
    "wrong",
    [["--port", "0"], ["--port", "70000"], ["--port", "x"], ["--threads", "0"]],
    ids=" ".join,
)
def test_bad_arguments(installation: Installation, wrong: list[str]) -> None:
    assert installation.run("serve", *wrong).exit_code == 2

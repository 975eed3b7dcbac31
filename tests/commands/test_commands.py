"""The remaining commands, and what all of them have in common."""

import json
from pathlib import Path

import pytest

from tests.commands.command_line import Installation, refused

PASSWORD = "một câu dài dễ nhớ\n"
EVENT = "bac-ninh-2012"


@pytest.fixture
def loaded(installation: Installation) -> Installation:
    """An installation with a small demo."""
    installation.done("demo", "load", "--delegates", 12)
    return installation


def test_tables_are_brought_up_to_date_once(installation: Installation) -> None:
    assert installation.done("db", "upgrade") == "Upgraded.\n"
    before = installation.contents()
    assert installation.done("db", "upgrade") == "Already up to date.\n"
    assert installation.contents() == before


def test_accounts(loaded: Installation) -> None:
    create = ("user", "create")
    loaded.done(
        *create, "a@bacninh.example", "--role", "administrator", "--password-stdin", typed=PASSWORD
    )
    loaded.done(
        *create,
        *("b@bacninh.example", "--role", "staff", "--event", EVENT, "--password-stdin"),
        typed=PASSWORD,
    )
    assert loaded.rows(
        """
        select u.email, u.is_administrator, m.role from user_account u
        left join membership m on m.user_id = u.id order by u.email
        """
    ) == [("a@bacninh.example", True, None), ("b@bacninh.example", False, "staff")]
    audited = loaded.rows("select changes, actor from audit_entry where subject = 'user'")
    assert audited
    assert "argon2" not in json.dumps([str(it.changes) for it in audited])


@pytest.mark.parametrize(
    ("email", "password", "said"),
    [
        ("no-address", PASSWORD, "no-address is not an e-mail address"),
        ("c@bacninh.example", "short\n", "The password needs 10 to 200 characters"),
        ("c@bacninh.example", "", "The password needs 10 to 200 characters"),
        ("taken@bacninh.example", PASSWORD, "has an account already"),
    ],
)
def test_accounts_that_are_refused(
    installation: Installation, email: str, password: str, said: str
) -> None:
    installation.done("db", "upgrade")
    create = ("user", "create")
    rest = ("--role", "administrator", "--password-stdin")
    installation.done(*create, "taken@bacninh.example", *rest, typed=PASSWORD)
    assert said in refused(installation.run(*create, email, *rest, typed=password))
    assert installation.rows("select email from user_account") == [("taken@bacninh.example",)]


@pytest.mark.parametrize(
    "wrong",
    [
        ["--role", "staff", "--password-stdin"],
        ["--role", "administrator"],
        ["--role", "king", "--password-stdin"],
        ["--password-stdin"],
    ],
    ids=" ".join,
)
def test_accounts_with_bad_arguments(installation: Installation, wrong: list[str]) -> None:
    assert installation.run("user", "create", "a@bacninh.example", *wrong).exit_code == 2


def test_a_device_has_a_link_and_a_token_that_are_kept_nowhere(loaded: Installation) -> None:
    (link_name, link), (token_name, token) = (
        line.split() for line in loaded.done("device", "create", EVENT, "Cửa 1").splitlines()
    )
    assert (link_name, token_name) == ("link", "token")
    assert link.startswith("http://127.0.0.1:8000/checkin/")
    everything = json.dumps(loaded.contents())
    assert token not in everything
    assert link.rpartition("/")[2] not in everything
    assert "needs a name" in refused(loaded.run("device", "create", EVENT, "  "))


def test_a_device_with_rights_for_some_checkpoints(loaded: Installation) -> None:
    given = ("--rights", "kiosk", "--checkpoint", "cua chinh ngay 1 (16/11)", "--hours", "2")
    loaded.done("device", "create", EVENT, "Cửa 1", *given)
    made = loaded.contents()["device"][-1]
    assert "kiosk" in str(made)
    assert len(loaded.contents()["device_checkpoint"]) == 1
    missing = loaded.run("device", "create", EVENT, "Cửa 1", "--checkpoint", "Cổng Trời")
    assert "no checkpoint 'Cổng Trời'" in refused(missing)
    assert loaded.run("device", "create", EVENT, "x", "--rights", "king").exit_code == 2
    assert loaded.run("device", "create", EVENT, "x", "--hours", "0").exit_code == 2


def test_files_of_an_event(loaded: Installation, tmp_path: Path) -> None:
    loaded.done("badges", EVENT, "-o", tmp_path / "badges.pdf")
    loaded.done("agenda", EVENT, "-o", tmp_path / "agenda.pdf")
    loaded.done("delegates", "export", EVENT, tmp_path / "delegates.csv")
    assert (tmp_path / "badges.pdf").read_bytes().startswith(b"%PDF")
    assert (tmp_path / "agenda.pdf").read_bytes().startswith(b"%PDF")
    assert (tmp_path / "delegates.csv").read_text("utf-8-sig").count("@") >= 12
    assert loaded.done("visits", "allocate", EVENT).startswith("Seated ")


def test_papers(loaded: Installation, tmp_path: Path) -> None:
    paper = tmp_path / "paper.pdf"
    loaded.done("documents", "agenda", EVENT, "-o", paper, "--set", "language=en")
    assert paper.read_bytes().startswith(b"%PDF")
    paper.unlink()
    for kind in ("bus-rosters", "site-rosters", "bus-signs", "visit-tags", "visit-notices"):
        loaded.done("documents", kind, EVENT, "-o", paper)
        assert paper.read_bytes().startswith(b"%PDF")
        paper.unlink()
    for said, *arguments in (
        ("Choose of: agenda", "khong-co"),
        ("agenda has no choice colour", "agenda", "--set", "colour=1"),
        ("language: ", "agenda", "--set", "language=fr"),
        ("bus: ", "bus-signs", "--set", "bus=bus-0"),
        ("--set takes NAME=VALUE", "agenda", "--set", "language"),
    ):
        kind, *others = arguments
        answer = loaded.run("documents", kind, EVENT, "-o", paper, *others)
        assert answer.exit_code == 2
        assert said in answer.stderr
        assert not paper.exists()


def test_a_command_for_an_event(loaded: Installation, tmp_path: Path) -> None:
    """Everyone that names an event refuses one that is not there, or a place not to be written."""
    table = tmp_path / "people.csv"
    loaded.done("delegates", "export", EVENT, table)
    for command in (
        ["badges", "khong-co", "-o", tmp_path / "x.pdf"],
        ["agenda", "khong-co", "-o", tmp_path / "x.pdf"],
        ["delegates", "export", "khong-co", tmp_path / "x.csv"],
        ["delegates", "import", "khong-co", table],
        ["visits", "allocate", "khong-co"],
        ["device", "create", "khong-co", "Cửa 1"],
    ):
        assert refused(loaded.run(*command)).startswith("There is no event named khong-co.")
    for command in (
        ["badges", EVENT, "-o", tmp_path / "nowhere" / "x.pdf"],
        ["agenda", EVENT, "-o", tmp_path / "nowhere" / "x.pdf"],
        ["delegates", "export", EVENT, tmp_path / "nowhere" / "x.csv"],
    ):
        assert "nowhere" in refused(loaded.run(*command))
    assert sorted(it.name for it in tmp_path.iterdir() if it.is_file()) == ["people.csv"]


def test_before_there_are_tables(installation: Installation, tmp_path: Path) -> None:
    for command in (
        ["agenda", EVENT, "-o", tmp_path / "x.pdf"],
        ["device", "create", EVENT, "Cửa 1"],
        ["visits", "allocate", EVENT],
        ["user", "create", "a@bacninh.example", "--role", "administrator", "--password-stdin"],
    ):
        said = refused(installation.run(*command, typed=PASSWORD))
        assert "Run 'eventapp db upgrade'" in said


def test_unknown_commands_and_help(installation: Installation) -> None:
    assert installation.run("nonsense").exit_code == 2
    assert installation.run("badges").exit_code == 2
    said = installation.done("--help")
    for command in (
        *("agenda", "backup", "badges", "db", "delegates", "demo", "device", "restore"),
        *("serve", "user", "visits"),
    ):
        assert f"\n  {command} " in said

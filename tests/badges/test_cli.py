"""``eventapp badges``."""

import pytest
from click.testing import CliRunner

from eventapp import commands
from eventapp.cli import cli
from eventapp.registration.models import Status
from tests.builders import build_delegate, organisation
from tests.pdf.pictures import codes


@pytest.fixture
def run(app, monkeypatch):
    """Run a command on the tests' application."""
    monkeypatch.setattr(commands, "create_app", lambda **_: app)
    return lambda *arguments: CliRunner().invoke(cli, ["badges", *map(str, arguments)])


def test_everybody_approved(run, event, tmp_path):
    an, ba = build_delegate(event, "Lê An").code, build_delegate(event, "Lê Ba").code
    build_delegate(event, status=Status.PENDING)
    file = tmp_path / "badges.pdf"
    result = run("hoi-nghi", "-o", file, "--sheet", "single")
    assert result.exit_code == 0, result.output
    assert result.output == f"Wrote 2 badges to {file}.\n"
    assert codes(file.read_bytes(), tmp_path) == [an, ba]


def test_one_delegation_or_category_by_name_without_marks(run, event, tmp_path):
    an = build_delegate(event, organisation=organisation(event, "Bộ Tài chính")).code
    ba = build_delegate(event, category=event.categories[1]).code
    file = tmp_path / "badges.pdf"
    assert run("hoi-nghi", "-o", file, "--delegation", "bo tai chinh").exit_code == 0
    assert codes(file.read_bytes(), tmp_path) == [an]
    assert run("hoi-nghi", "-o", file, "--category", "Guest").exit_code == 0
    assert codes(file.read_bytes(), tmp_path) == [ba]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["hoi-nghi"], "no badge was printed"),
        (["khong-co"], "no event named khong-co"),
        (["hoi-nghi", "--delegation", "Hà Tây"], "No delegation is named Hà Tây"),
        (["hoi-nghi", "--category", "Hoàng gia"], "No category is named Hoàng gia"),
    ],
)
def test_a_refusal_is_one_line_and_leaves_no_file(run, event, tmp_path, arguments, said):
    result = run(*arguments, "-o", tmp_path / "badges.pdf")
    assert result.exit_code == 1
    assert said in result.stderr
    assert result.stderr.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_a_refusal_keeps_the_file_of_before(run, event, tmp_path):
    file = tmp_path / "badges.pdf"
    file.write_bytes(b"of before")
    assert run("hoi-nghi", "-o", file).exit_code == 1
    assert file.read_bytes() == b"of before"


def test_a_folder_that_is_not_there(run, event, tmp_path):
    build_delegate(event)
    result = run("hoi-nghi", "-o", tmp_path / "nowhere" / "badges.pdf")
    assert result.exit_code == 1
    assert result.stderr.count("\n") == 1


def test_bad_arguments(run, event, tmp_path):
    assert run("hoi-nghi").exit_code == 2
    assert run("hoi-nghi", "-o", tmp_path / "x.pdf", "--sheet", "a5").exit_code == 2

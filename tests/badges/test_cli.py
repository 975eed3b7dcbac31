"""``eventapp badges``."""

import msgspec
import pikepdf
import pytest
from click.testing import CliRunner

from eventapp import commands
from eventapp.badges import runs, shipped, template, template_json, templates
from eventapp.badges.runs import By
from eventapp.badges.selection import Order
from eventapp.badges.sheets import Settings
from eventapp.cli import cli
from eventapp.database import now
from eventapp.extensions import db
from eventapp.registration.models import Status
from eventapp.registration.search import Filters, Selection
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


def wrote(run, tmp_path, *arguments):
    """The codes in the file that a command writes."""
    file = tmp_path / "badges.pdf"
    result = run("hoi-nghi", "-o", file, "--sheet", "single", *arguments)
    assert result.exit_code == 0, result.output
    return codes(file.read_bytes(), tmp_path)


def test_orders(run, event, tmp_path):
    an = build_delegate(event, "Lê An", organisation=organisation(event, "Bộ Tài chính")).code
    ba = build_delegate(event, "Lê Ba", protocol_rank=1).code
    assert wrote(run, tmp_path) == [an, ba]
    assert wrote(run, tmp_path, "--order", "protocol") == [ba, an]
    assert wrote(run, tmp_path, "--by-delegation") == [ba, an]
    assert wrote(run, tmp_path, "--order", "province") == [ba, an]


def test_a_template_by_name_or_of_a_file(run, event, tmp_path):
    build_delegate(event)

    def size():
        with pikepdf.open(tmp_path / "badges.pdf") as pdf:
            return [round(float(it) / 72 * 25.4) for it in pdf.pages[0].MediaBox][2:]

    wrote(run, tmp_path, "--template", "conference-a6")
    assert size() == [105, 148]
    own = msgspec.structs.replace(
        shipped.find("conference-a6"),
        name=template.Words("Thẻ nhỏ"),
        size=template.Size(110, 150),
    )
    file = tmp_path / "own.json"
    file.write_bytes(template_json.written(own))
    wrote(run, tmp_path, "--template", file)
    assert size() == [110, 150]
    templates.add(event, own)
    wrote(run, tmp_path, "--template", "the nho")
    assert size() == [110, 150]
    wrote(run, tmp_path)  # the only one that the event has
    assert size() == [110, 150]


def test_only_the_marked_and_the_marks_stay(run, event, tmp_path):
    build_delegate(event, "Lê An")
    ba = build_delegate(event, "Lê Ba", reprint_since=now())
    assert wrote(run, tmp_path, "--marked") == [ba.code]
    assert ba.reprint_since is not None


def test_only_what_has_changed_since_a_run(run, event, tmp_path):
    build_delegate(event, "Lê An")
    ba = build_delegate(event, "Lê Ba")
    version = templates.default_version(event)
    runs.create(event, By(), version, Selection(None, Filters()), Order.NAME, Settings())
    ba.position = "Vụ trưởng"
    db.session.commit()
    cu = build_delegate(event, "Lê Cử")
    assert wrote(run, tmp_path, "--changed-since", "1") == [ba.code, cu.code]
    assert runs.count(event.id) == 1


def test_two_orders_are_a_wrong_call(run, event, tmp_path):
    file = tmp_path / "badges.pdf"
    result = run("hoi-nghi", "-o", file, "--by-delegation", "--order", "name")
    assert result.exit_code == 2
    assert not file.exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["hoi-nghi"], "no badge was printed"),
        (["hoi-nghi", "--template", "Thẻ vàng"], "No template is named Thẻ vàng"),
        (["hoi-nghi", "--template", __file__ + ".json"], "No such file"),
        (["hoi-nghi", "--template", "BAD.json"], "is no badge template"),
        (["hoi-nghi", "--changed-since", "7"], "There is no print run 7"),
        (["hoi-nghi", "--sheet", "avery-l4785"], "does not fit 80 × 50 mm"),
        (["khong-co"], "no event named khong-co"),
        (["hoi-nghi", "--delegation", "Hà Tây"], "No delegation is named Hà Tây"),
        (["hoi-nghi", "--category", "Hoàng gia"], "No category is named Hoàng gia"),
    ],
)
def test_a_refusal_is_one_line_and_leaves_no_file(run, event, tmp_path, arguments, said):
    bad = tmp_path.parent / f"{tmp_path.name}-bad.json"
    bad.write_text("{}")
    arguments = [str(bad) if it == "BAD.json" else it for it in arguments]
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

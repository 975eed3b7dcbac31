"""Registering from a table: all or nobody, each wrong row named."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from flask_babel import force_locale
from sqlalchemy import func, select

from eventapp import create_app
from eventapp.cli import cli
from eventapp.config import Config
from eventapp.events.models import Event
from eventapp.extensions import db
from eventapp.programme.models import Session
from eventapp.registration import quota
from eventapp.registration.importing import Imported, ImportRefused, import_table
from eventapp.registration.models import Delegate, Preference, Status
from eventapp.registration.search import Filters, Selection, find
from eventapp.reports import exports
from eventapp.tables.refusals import NotATable, TooLarge
from eventapp.tables.writing import write_csv
from tests.builders import build_delegate, build_event

HEADINGS = ["Full name", "Position", "Province or ministry", "Organisation"]
ROW = ["Nguyễn Đình Đức", "Chuyên viên", "Bắc Ninh", "Sở Nội vụ"]


@pytest.fixture(autouse=True)
def _in_english(app: Flask) -> Any:
    with force_locale("en"):
        yield


def table(*rows: list[str], more: tuple[str, ...] = ()) -> bytes:
    stream = io.BytesIO()
    write_csv(stream, [*HEADINGS, *more], rows)
    return stream.getvalue()


def refused(event: Event, data: bytes) -> list[tuple[int, str]]:
    with pytest.raises(ImportRefused) as caught:
        import_table(event, data)
    assert db.session.scalar(select(func.count(Delegate.id))) == 0
    assert quota.taken(event.id) == 0
    return [(error.row, error.message) for error in caught.value.errors]


def people(event: Event) -> list[Delegate]:
    return list(find(event, Filters(), per_page=500).rows)


def test_registers_everybody(event: Event) -> None:
    assert import_table(event, table(ROW, ["Trần Văn Ba", *ROW[1:]])) == Imported(2, 0, 0, 0)
    ba, duc = people(event)
    assert (ba.name, duc.name) == ("Trần Văn Ba", "Nguyễn Đình Đức")
    assert duc.organisation.delegation.name == "Bắc Ninh"
    assert [day.date for day in duc.days] == [day.date for day in event.days]
    assert quota.taken(event.id) == 2


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
@pytest.mark.parametrize("language", ["vi", "en"])
def test_takes_back_what_an_export_wrote(event: Event, kind: str, language: str) -> None:
    training = db.session.scalars(select(Session)).first()
    there = build_delegate(
        event,
        "H'Hen Niê",
        position="=Phó Giám đốc",
        phone="+84912345678",
        enrolments=[training],
        days=[event.days[0]],
        category=event.categories[1],
        diet="-",
        needs="'+1",
    )
    there.preferences = [Preference(site_id=event.sites[1].id, rank=1)]
    build_delegate(event, "Người không đến", status=Status.CANCELLED)
    db.session.commit()
    stream = io.BytesIO()
    with force_locale(language):
        exports.export(event, Selection(None, Filters()), stream, kind)
    other = build_event("su-kien-khac")
    assert import_table(other, stream.getvalue()) == Imported(1, 0, 0, 1)
    [here] = people(other)
    there = db.session.get_one(Delegate, there.id)
    for field in ("name", "position", "phone", "email", "diet", "needs", "name_key"):
        assert getattr(here, field) == getattr(there, field), field
    assert here.organisation.name == there.organisation.name
    assert here.category.name == there.category.name
    assert [day.date for day in here.days] == [day.date for day in there.days]
    assert [it.title for it in here.enrolments] == [it.title for it in there.enrolments]
    assert [it.site.name for it in here.preferences] == ["Bộ phận một cửa điện tử"]
    assert here.code != there.code


def test_the_same_export_again_registers_nobody_twice(event: Event) -> None:
    build_delegate(event, "An", email="")
    stream = io.BytesIO()
    exports.export(event, Selection(None, Filters()), stream, "csv")
    assert import_table(event, stream.getvalue()) == Imported(0, 0, 1, 0)
    assert len(people(event)) == 1


def test_a_trial_keeps_nothing(event: Event) -> None:
    assert import_table(event, table(ROW), dry_run=True).added == 1
    assert people(event) == []
    assert quota.taken(event.id) == 0


def test_an_office_that_is_not_listed_is_added(event: Event) -> None:
    import_table(
        event, table([*ROW[:3], "Hội Tin học tỉnh"], ["Ba", "GĐ", "tỉnh Điện Biên", "sở nội vụ"])
    )
    ba, duc = people(event)
    assert duc.organisation.is_typed
    assert (ba.organisation.name, ba.organisation.delegation.name) == ("Sở Nội vụ", "Điện Biên")


def test_a_ministry_needs_no_office(event: Event) -> None:
    import_table(event, table(["An", "Vụ trưởng", "Bộ Tài chính", ""]))
    assert people(event)[0].organisation.name == "Bộ Tài chính"


def test_puts_back_the_zero_that_excel_dropped(event: Event) -> None:
    import_table(event, table([*ROW, "912345678"], more=("Telephone",)))
    assert people(event)[0].phone == "+84912345678"


@pytest.mark.parametrize(
    ("heading", "value", "message"),
    [
        ("Full name", "", "“Full name” is empty"),
        ("Full name", "123", "no letter"),
        ("Full name", "A" * 121, "too long"),
        ("Position", "", "“Position” is empty"),
        ("Province or ministry", "Sài Gòn", "no province or ministry"),
        ("Organisation", "", "organisation is missing"),
        ("Category", "Vua", "no category"),
        ("E-mail", "duc at bacninh", "no e-mail address"),
        ("Telephone", "113", "no telephone number"),
        ("Days", "25/12/2026", "no day of the event"),
        ("Days", "thứ hai", "no day of the event"),
        ("Training", "Lớp Z", "unknown"),
        ("Site visit wishes", "Hạ Long", "unknown"),
        ("Language", "fr", "vi or en"),
    ],
)
def test_names_what_is_wrong(event: Event, heading: str, value: str, message: str) -> None:
    headings = [*HEADINGS] if heading in HEADINGS else [*HEADINGS, heading]
    row = dict(zip(HEADINGS, ROW, strict=True)) | {heading: value}
    data = table(ROW + [""] * (len(headings) - 4), list(row.values()), more=tuple(headings[4:]))
    [(number, said)] = refused(event, data)
    assert number == 3
    assert message in said


def test_one_wrong_row_keeps_everybody_out(event: Event) -> None:
    errors = refused(event, table(ROW, ["", *ROW[1:]], ["Ba", "", "Mars", "x"]))
    assert [row for row, _message in errors] == [3, 4, 4]


def test_the_same_person_twice(event: Event) -> None:
    row = [*ROW, "duc@bacninh.example"]
    [(number, said)] = refused(event, table(row, row, more=("E-mail",)))
    assert (number, said) == (3, "The same person as in row 2.")


def test_somebody_who_is_registered_is_changed(event: Event) -> None:
    there = build_delegate(event, ROW[0].upper(), email="duc@bacninh.example", phone="")
    row = ["Nguyễn Đình Đức", "Phó Giám đốc", *ROW[2:], "duc@bacninh.example", "912345678"]
    data = table(row, more=("E-mail", "Telephone"))
    assert import_table(event, data) == Imported(0, 1, 0, 0)
    [now] = people(event)
    assert (now.id, now.name, now.position) == (there.id, "Nguyễn Đình Đức", "Phó Giám đốc")
    assert now.phone == "+84912345678"
    assert import_table(event, data) == Imported(0, 0, 1, 0)


def test_empty_cells_leave_what_is_known(event: Event) -> None:
    build_delegate(event, ROW[0], email="duc@bacninh.example", phone="+84912345678")
    data = table([*ROW, "", ""], more=("E-mail", "Telephone"))
    assert import_table(event, data) == Imported(0, 0, 1, 0)
    assert people(event)[0].email == "duc@bacninh.example"


def test_more_people_than_places(app: Flask) -> None:
    event = build_event("co-han", places=1)
    [(number, said)] = refused(event, table(ROW, ["Trần Văn Ba", *ROW[1:]]))
    assert (number, said) == (3, "No place is left for this person: the whole event.")


def test_missing_columns(event: Event) -> None:
    errors = refused(event, "Full name;Telephone\nNguyễn An;0912345678\n".encode())
    assert errors == [(1, "The column “Province or ministry” is missing.")]


def test_no_table_at_all(event: Event) -> None:
    with pytest.raises(NotATable):
        import_table(event, b"\xff\xfe\x00")
    with pytest.raises(NotATable):
        import_table(event, b"")


def test_too_many_rows(event: Event, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("eventapp.tables.limits.MAX_ROWS", 2)
    with pytest.raises(TooLarge):
        import_table(event, table(ROW, ROW, ROW))


# --- The commands -------------------------------------------------------------------------------


@pytest.fixture
def run(settings: Config, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    def invoke(*arguments: object) -> Result:
        monkeypatch.setattr("eventapp.commands.create_app", lambda **_: create_app(settings))
        return CliRunner().invoke(cli, ["delegates", *map(str, arguments)])

    return invoke


def test_commands_take_a_table_out_and_in(
    event: Event, run: Callable[..., Result], tmp_path: Path
) -> None:
    build_delegate(event, "Nguyễn Đình Đức")
    build_event("su-kien-khac")
    file = tmp_path / "list.xlsx"
    written = run("export", event.slug, file)
    assert written.exit_code == 0, written.output
    assert "Wrote 1 delegates" in written.output
    tried = run("import", "su-kien-khac", file, "--dry-run")
    assert "Would register 1" in tried.output
    read = run("import", "su-kien-khac", file)
    assert (read.exit_code, "Registered 1" in read.output) == (0, True), read.output
    assert list(tmp_path.iterdir()) == [file]


def test_the_command_names_the_rows(
    event: Event, run: Callable[..., Result], tmp_path: Path
) -> None:
    file = tmp_path / "list.csv"
    file.write_bytes(table(["", *ROW[1:]]))
    done = run("import", event.slug, file)
    assert done.exit_code == 1
    assert "row 2: “Full name” is empty." in done.stderr
    assert "nobody was registered" in done.stderr


def test_the_commands_refuse_other_endings_and_events(
    event: Event, run: Callable[..., Result], tmp_path: Path
) -> None:
    file = tmp_path / "list.pdf"
    file.write_bytes(b"%PDF")
    assert run("import", event.slug, file).exit_code == 2
    assert run("export", event.slug, file).exit_code == 2
    assert run("export", "no-such-event", tmp_path / "list.csv").exit_code == 1
    broken = tmp_path / "list.xlsx"
    broken.write_bytes(b"PK\x03\x04 nothing")
    done = run("import", event.slug, broken)
    assert done.exit_code == 1
    assert "cannot be read as a table" in done.stderr

"""``eventapp delegates``: the list as a file, and a file as registrations."""

from pathlib import Path

import click
from flask_babel import force_locale

from eventapp.commands import Refusal, in_app
from eventapp.events.service import find
from eventapp.registration.importing import ImportRefused, import_table
from eventapp.registration.search import Filters, Selection
from eventapp.reports import exports
from eventapp.tables import limits
from eventapp.tables.refusals import Encrypted, HasMacros, NotATable, TooLarge
from eventapp.web.language import LANGUAGES

_KINDS = {".xlsx": "xlsx", ".csv": "csv"}
_READ = (".xlsx", ".ods", ".csv")
_SHOWN = 50


@click.group()
def delegates() -> None:
    """Delegates as a table."""


@delegates.command("export")
@click.argument("event")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--language",
    type=click.Choice(list(LANGUAGES)),
    default="vi",
    show_default=True,
    help="Language of the headings.",
)
@in_app
def export_delegates(event: str, file: Path, language: str) -> None:
    """Write every delegate of EVENT to FILE, by its ending an XLSX or a CSV file."""
    kind = _kind(file)
    found = find(event)
    # Beside the file and then in its place: nobody ever reads half of one.
    part = file.with_name(f".{file.name}.part")
    try:
        with part.open("wb") as stream, force_locale(language):
            count = exports.export(found, Selection(None, Filters()), stream, kind)
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)
    click.echo(f"Wrote {count} delegates to {file}.")


@delegates.command("import")
@click.argument("event")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Check every row and register nobody.")
@in_app
def import_delegates(event: str, file: Path, dry_run: bool) -> None:
    """Register the delegates in FILE (XLSX, ODS or CSV) at EVENT: all of them or nobody."""
    if file.suffix.lower() not in _READ:
        raise click.BadParameter("The name of the file must end in .xlsx, .ods or .csv.")
    found = find(event)
    if file.stat().st_size > limits.MAX_BYTES:
        raise Refusal(_TOO_LARGE)
    try:
        with force_locale("en"):
            done = import_table(found, file.read_bytes(), dry_run=dry_run)
    except ImportRefused as error:
        for wrong in error.errors[:_SHOWN]:
            click.echo(f"row {wrong.row}: {wrong.message}", err=True)
        raise Refusal(
            f"{len(error.errors)} problems, nobody was registered. "
            "Correct the rows named above and import the file again."
        ) from None
    except NotATable:
        raise Refusal(
            f"{file} cannot be read as a table. Save it as XLSX or as CSV in UTF-8."
        ) from None
    except Encrypted:
        raise Refusal(f"{file} opens with a password. Save it without one.") from None
    except HasMacros:
        raise Refusal(f"{file} has macros. Save it as XLSX.") from None
    except TooLarge:
        raise Refusal(_TOO_LARGE) from None
    click.echo(
        f"{'Would register' if dry_run else 'Registered'} {done.added} delegates, "
        f"changed {done.changed}; {done.same} were the same, "
        f"left out {done.left_out} who have cancelled."
    )


_TOO_LARGE = (
    f"The file is too large: at most {limits.MAX_ROWS} rows, "
    f"{limits.MAX_COLUMNS} columns and {limits.MAX_BYTES // 2**20} MiB. Divide it."
)


def _kind(file: Path) -> str:
    kind = _KINDS.get(file.suffix.lower())
    if kind is None:
        raise click.BadParameter("The name of the file must end in .xlsx or .csv.")
    return kind

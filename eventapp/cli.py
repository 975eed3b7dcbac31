"""The command ``eventapp``: exits 0 on success, 2 on bad arguments, 1 on a refusal.

A refusal is one line on standard error that says what is wrong and what to do.
"""

import os
import sys
from pathlib import Path

import click

from eventapp import __version__, config
from eventapp.accounts import service as accounts
from eventapp.accounts.permissions import Role
from eventapp.badges.cli import badges
from eventapp.checkin.cli import device, rolls
from eventapp.commands import Refusal, in_app, refusals
from eventapp.config import ConfigurationError
from eventapp.documents.cli import agenda, documents
from eventapp.events import service as events
from eventapp.privacy.cli import privacy
from eventapp.reports.cli import delegates
from eventapp.visits.cli import visits
from eventapp.web import migrations

_MOST_WORKERS = 4


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="eventapp")
def cli() -> None:
    """Run a government conference, from the first registration to the last certificate."""


@cli.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--threads", default=16, show_default=True, type=click.IntRange(1, 200))
@click.option(
    "--workers",
    default=lambda: min(_MOST_WORKERS, os.cpu_count() or 1),
    show_default=f"one for each core, {_MOST_WORKERS} at most",
    type=click.IntRange(1, 64),
    help="Processes that serve pages.",
)
@click.option("--demo", is_flag=True, help="Set up the demo event first, where there is none.")
@click.option("--no-mail", is_flag=True, help="Leave sending mail to 'eventapp mail work'.")
def serve(host: str, port: int, threads: int, workers: int, demo: bool, no_mail: bool) -> None:
    """Serve the pages with gunicorn."""
    from eventapp import serving

    try:
        with refusals():
            serving.run(
                host, port, threads=threads, workers=workers, demo=demo, sends_mail=not no_mail
            )
    except serving.CannotServe as error:
        raise Refusal(str(error)) from None


@cli.group()
def mail() -> None:
    """The letters of the outbox."""


@mail.command("work")
def send_mail() -> None:
    """Send mail until stopped by SIGTERM; several may run, on one host or many."""
    from eventapp import serving

    try:
        with refusals():
            serving.work()
    except serving.CannotServe as error:
        raise Refusal(str(error)) from None


@cli.group("db")
def database() -> None:
    """Look after the database."""


@database.command()
@in_app
def upgrade() -> None:
    """Bring the tables up to date."""
    click.echo("Upgraded." if migrations.upgrade() else "Already up to date.")


@cli.group()
def user() -> None:
    """Accounts of organisers and staff."""


@user.command("create")
@click.argument("email")
@click.option(
    "--role", type=click.Choice(["administrator", *(it.value for it in Role)]), required=True
)
@click.option("--event", "slug", help="The event at which the role holds.")
@click.option("--name", default="", help="The person's name, as pages show it.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@in_app
def create_user(email: str, role: str, slug: str | None, name: str, password_stdin: bool) -> None:
    """Make an account, or give an existing one a role at an event."""
    if role != "administrator" and not slug:
        raise click.UsageError("Say at which event with --event SLUG.")
    if not password_stdin:
        raise click.UsageError("Send the password with --password-stdin.")
    event_id = events.find(slug).id if slug else None
    password = sys.stdin.readline().rstrip("\r\n")
    try:
        made = accounts.create_user(
            email, password, name=name, is_administrator=role == "administrator"
        )
    except accounts.InvalidEmail:
        raise Refusal(f"{email} is not an e-mail address. Write name@place.vn.") from None
    except accounts.EmailTaken:
        raise Refusal(f"{email} has an account already. Choose another address.") from None
    except accounts.WeakPassword:
        raise Refusal("The password needs 10 to 200 characters. Choose a longer one.") from None
    if event_id is not None and role != "administrator":
        accounts.set_role(made.id, event_id, Role(role))
    click.echo(f"Created {email}.")


@cli.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@in_app
def backup(file: Path) -> None:
    """Write the whole database to FILE, while people go on working."""
    from eventapp import backups

    try:
        backups.backup(file)
    except backups.CannotBackUp as error:
        raise Refusal(str(error)) from None
    click.echo(f"Wrote {file}.")


@cli.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@in_app
def restore(file: Path) -> None:
    """Put back the database that 'eventapp backup' wrote. Stop the server first."""
    from eventapp import backups
    from eventapp.checkin import roster

    try:
        backups.restore(file)
        roster.start_anew()
    except backups.CannotBackUp as error:
        raise Refusal(str(error)) from None
    click.echo(f"Restored {file}.")


@cli.group()
def demo() -> None:
    """The demo event."""


@demo.command("load")
@click.option("--delegates", default=600, show_default=True, type=click.IntRange(0, 200_000))
@click.option("--seed", default=2012, show_default=True, type=int)
def load_demo(delegates: int, seed: int) -> None:
    """Load the reference event with made-up delegates; again, it adds nothing."""
    try:
        settings = config.load()
        if settings.secret_key is None:
            config.ensure_demo_key(settings.instance)
    except ConfigurationError as error:
        raise Refusal(str(error)) from None
    _load_demo(delegates, seed)


@in_app
def _load_demo(delegates: int, seed: int) -> None:
    from eventapp.demo import loader

    migrations.upgrade()
    added = loader.load(delegates=delegates, seed=seed)
    click.echo(f"Loaded {added} delegates." if added else "The demo is loaded already.")


cli.add_command(agenda)
cli.add_command(badges)
cli.add_command(documents)
cli.add_command(visits)
cli.add_command(delegates)
cli.add_command(device)
cli.add_command(rolls)
cli.add_command(privacy)


def main() -> None:
    """Entry point of the installed command."""
    cli()

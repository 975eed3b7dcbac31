"""The migrations build what the models describe."""

from dataclasses import replace
from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, select, text
from sqlalchemy.engine import make_url

from eventapp import create_app
from eventapp.config import Config
from eventapp.extensions import db
from eventapp.programme import published
from eventapp.programme.models import Session, Speaker
from eventapp.visits import service as visits
from eventapp.visits.models import Allocation, Bus, VisitGroup
from eventapp.web import migrations
from tests.builders import build_delegate, build_event
from tests.visits.groups import build_group, chosen


def test_the_newest_file_is_alembics_head() -> None:
    assert ScriptDirectory(str(migrations.FOLDER)).get_current_head() == migrations.head()


def test_migrations_and_models_agree(settings: Config, tmp_path: Path) -> None:
    with _empty_database(settings, tmp_path) as address:
        app = create_app(replace(settings, database_url=address))
        with app.app_context():
            assert migrations.upgrade()
            assert migrations.is_current()
            assert not migrations.upgrade()
            with db.engine.connect() as connection:
                context = MigrationContext.configure(connection, opts={"compare_type": True})
                assert compare_metadata(context, db.metadata) == []
            db.session.remove()
            db.engine.dispose()


def test_the_bus_of_a_group_becomes_its_first_and_back(settings: Config, tmp_path: Path) -> None:
    with _empty_database(settings, tmp_path) as address:
        app = create_app(replace(settings, database_url=address))
        with app.app_context():
            migrations.upgrade()
            event = build_event()
            groups = [build_group(event, "A", 4, buses=[Bus(label="Xe 1"), Bus(label="Xe 2")])]
            groups.append(build_group(event, "B", 4))
            for group in groups:
                visits.assign(event, group.id, chosen(build_delegate(event).id))
            db.session.remove()
            command.downgrade(migrations.alembic_config(), "0012")
            buses = db.session.execute(text("select letter, bus from visit_group order by letter"))
            assert [tuple(it) for it in buses] == [("A", "Xe 1"), ("B", "")]
            db.session.remove()
            assert migrations.upgrade()
            seats = db.session.query(VisitGroup.letter, Bus.label).select_from(Allocation)
            seats = seats.join(VisitGroup, VisitGroup.id == Allocation.group_id)
            seats = seats.outerjoin(Bus, Bus.id == Allocation.bus_id).order_by(VisitGroup.letter)
            assert [tuple(it) for it in seats] == [("A", "Xe 1"), ("B", None)]
            db.session.remove()
            db.engine.dispose()


def test_what_was_public_before_there_were_versions_stays_public(
    settings: Config, tmp_path: Path
) -> None:
    with _empty_database(settings, tmp_path) as address:
        app = create_app(replace(settings, database_url=address))
        with app.app_context():
            migrations.upgrade()
            event = build_event()
            build_event("trong")
            db.session.execute(text("delete from session where event_id = 2"))
            first = db.session.scalars(select(Session).filter_by(event_id=event.id)).all()[0]
            first.speakers = [
                Speaker(name="Hai", position="Vụ phó", order=2),
                Speaker(name="Một", organisation="Bộ", order=1),
            ]
            db.session.commit()
            expected = published.draft_of(event.id).records
            db.session.remove()
            command.downgrade(migrations.alembic_config(), "0004")
            assert migrations.upgrade()
            version = published.latest(event.id)
            assert version is not None
            assert (version.number, version.records) == (1, expected)
            assert [it.name for it in version.records[0].speakers] == ["Một", "Hai"]
            assert not published.draft_of(event.id).can_be_published
            assert published.latest(2) is None
            db.session.remove()
            db.engine.dispose()


class _empty_database:  # noqa: N801 - reads as a context
    """An empty database of the kind that the suite runs on."""

    def __init__(self, settings: Config, folder: Path) -> None:
        self._url = make_url(settings.database_url)
        self._folder = folder

    def __enter__(self) -> str:
        if self._url.get_backend_name() == "sqlite":
            return f"sqlite:///{self._folder / 'migrated.db'}"
        self._name = f"{self._url.database}_migrated"
        self._execute(f'create database "{self._name}"')
        return self._url.set(database=self._name).render_as_string(hide_password=False)

    def __exit__(self, *exc: object) -> None:
        if self._url.get_backend_name() != "sqlite":
            self._execute(f'drop database "{self._name}" with (force)')

    def _execute(self, statement: str) -> None:
        engine = create_engine(self._url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(statement))
        engine.dispose()

"""How long it takes to preview and to commit a table of 10,000 people, and in how much memory.

The baseline is the same people registered one by one by `service.register`, in the same run, on a
sample. Prints seconds; run it as a script.
"""

import argparse
import io
import resource
import tempfile
import time
from pathlib import Path

from eventapp import create_app
from eventapp.config import Config
from eventapp.demo.event import add_event
from eventapp.demo.people import make_people
from eventapp.events.models import Event
from eventapp.events.presets import load_preset
from eventapp.extensions import db
from eventapp.registration import quota, service
from eventapp.registration.importing import applying, uploads
from eventapp.registration.models import Delegation
from eventapp.tables.writing import write_xlsx
from eventapp.web import migrations

HEADINGS = ["Họ và tên", "Chức vụ", "Tỉnh", "Cơ quan", "Thành phần", "Email", "Điện thoại"]
SAMPLE = 300


def table(number: int) -> tuple[bytes, list[list[str]]]:
    preset = load_preset("bac-ninh-2012")
    names = {it.code: it.name for it in preset.provinces}
    rows = []
    for person in make_people(preset, number, 1):
        code = person.organisation.province_code
        rows.append(
            [
                f"{person.name}",
                person.position,
                names.get(code or "", "") if code else person.organisation.name,
                person.organisation.name,
                "Đại biểu",
                f"{person.number}.{person.email}",
                person.phone_e164,
            ]
        )
    stream = io.BytesIO()
    write_xlsx(stream, "Danh sách", HEADINGS, [20] * len(HEADINGS), rows)
    return stream.getvalue(), rows


def peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--database-url", default="")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        url = options.database_url or f"sqlite:///{Path(folder) / 'bench.db'}"
        app = create_app(Config(database_url=url, secret_key="k" * 40, instance=Path(folder)))
        with app.app_context():
            migrations.upgrade()
            event = add_event(load_preset("bac-ninh-2012"))
            event_id = event.id
            db.session.commit()
            quota.set_places(event_id, options.rows * 2)
            content, _rows = table(options.rows)
            print(f"file: {len(content) / 1024:,.0f} KiB, before: {peak_mb():.0f} MB")

            event = db.session.get_one(Event, event_id)
            started = time.perf_counter()
            upload = uploads.keep(event, content, kind=uploads.FILE, filename="list.xlsx")
            kept = time.perf_counter() - started
            for name in ("preview", "preview of the same people, once they are registered"):
                started = time.perf_counter()
                found = uploads.find(db.session.get_one(Event, event_id), upload)
                choices = uploads.choices_for(db.session.get_one(Event, event_id), public=False)
                source = uploads.source(found, choices, None)
                plan = uploads.plan_of(event_id, source, None)
                counts = {str(key): value for key, value in plan.counts.items()}
                print(
                    f"{name}: {time.perf_counter() - started:.2f} s {counts} (keeping {kept:.2f} s)"
                )
                if name == "preview":
                    started = time.perf_counter()
                    done = applying.apply(
                        event_id,
                        lambda ledger, source=source: uploads.plan_of(
                            event_id, source, None, ledger=ledger
                        ),
                        digest=plan.digest,
                        by=service.By.ORGANISER,
                        consent=None,
                        skips_wrong=True,
                    )
                    print(
                        f"commit: {time.perf_counter() - started:.2f} s, {done.added} added, "
                        f"peak {peak_mb():.0f} MB"
                    )
            _baseline(db.session.get_one(Event, event_id))
            print(f"peak: {peak_mb():.0f} MB")


def _baseline(event: Event) -> None:
    delegation = db.session.query(Delegation).filter_by(event_id=event.id).first()
    office = delegation.organisations[0]
    category = event.categories[0].id
    started = time.perf_counter()
    for number in range(SAMPLE):
        service.register(
            event,
            service.DelegateData(
                name=f"Người thứ {number}",
                position="Chuyên viên",
                category_id=category,
                organisation_id=office.id,
                email=f"so{number}@example.vn",
                day_ids=tuple(day.id for day in event.days),
            ),
            submission=None,
            consent=None,
            by=service.By.ORGANISER,
        )
    each = (time.perf_counter() - started) / SAMPLE
    print(f"baseline, one by one: {each * 1000:.1f} ms each, {each * 10_000:.0f} s for 10,000")


if __name__ == "__main__":
    main()

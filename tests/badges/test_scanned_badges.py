"""From the demo to the door: badges are printed, read from their pictures and scanned in."""

import io
import os
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from PIL import Image
from sqlalchemy import select

from eventapp import create_app
from eventapp.badges import images, records, shipped
from eventapp.badges.drawing import SidePrinter
from eventapp.badges.layout import BadgeRecord, design_of
from eventapp.config import Config
from eventapp.events.models import Event
from eventapp.extensions import db
from eventapp.pdf import MM
from eventapp.pdf.stream import About, PageStream
from eventapp.registration.models import Delegate, Status
from tests.commands.command_line import Installation
from tests.commands.processes import KEY, empty_database
from tests.pdf.pictures import codes

EVENT = "bac-ninh-2012"
# EVENTAPP_TEST_BADGES=600 tries as many as the conference has.
DELEGATES = int(os.environ.get("EVENTAPP_TEST_BADGES", "60"))
BATCH = 40


def application(installation: Installation) -> Flask:
    """The application of an installation, in this process."""
    return create_app(
        Config(
            instance=Path(installation.settings["EVENTAPP_INSTANCE"]),
            database_url=installation.database_url,
            secret_key=KEY,
            testing=True,
        )
    )


def device(installation: Installation) -> Callable[[list[dict[str, Any]]], list[dict[str, Any]]]:
    """What a scanner at the door does with its token: send scans, get verdicts."""
    token = installation.done("device", "create", EVENT, "Cửa chính").split()[-1]
    client = application(installation).test_client()

    def send(scans: list[dict[str, Any]]) -> list[dict[str, Any]]:
        results = []
        for start in range(0, len(scans), BATCH):
            answer = client.post(
                f"/api/v1/events/{EVENT}/scans",
                json={"scans": scans[start : start + BATCH]},
                headers={"Authorization": f"Bearer {token}"},
            )
            assert answer.status_code == 200, answer.text
            results += answer.get_json()["results"]
        return results

    return send


def scanned(read: list[str], doors: dict[str, int]) -> list[dict[str, Any]]:
    """Each code held up once at its owner's door."""
    moment = datetime.now(UTC)
    return [
        {
            "id": str(uuid.uuid4()),
            "checkpoint": doors[code],
            "code": code,
            "read_at": (moment + timedelta(milliseconds=number)).isoformat(),
        }
        for number, code in enumerate(read)
    ]


# Not everybody comes on both days: each enters on the first of theirs.
DOORS = """
    select d.code, min(c.id) from delegate d
    join delegate_day on delegate_day.delegate_id = d.id
    join checkpoint c on c.day_id = delegate_day.day_id and c.kind = 'door'
    group by d.code
"""


def photo() -> bytes:
    stream = io.BytesIO()
    Image.effect_noise((450, 600), 90).convert("RGB").save(stream, "JPEG")
    return stream.getvalue()


def printed(name: str, first: int, most: int) -> tuple[list[BadgeRecord], bytes]:
    """Badges of some of the approved by a shipped template, a side a page; half have a photo."""
    event = db.session.scalars(select(Event).filter_by(slug=EVENT)).one()
    template = shipped.find(name)
    design = design_of(template)
    people = (
        select(Delegate)
        .filter_by(event_id=event.id, status=Status.APPROVED)
        .order_by(Delegate.id)
        .offset(first)
        .limit(most)
    )
    for person in db.session.scalars(people).all()[::2]:
        images.set_photo(event, person.id, photo())
    found = [it.record for it in records.read(event, people, template.sources())]
    stream = io.BytesIO()
    pages = PageStream(stream, About(name, "", "vi"))
    shown = images.pictures_for(event)
    printers = [SidePrinter(pages, design, side, shown) for side in design.sides]
    for record in found:
        for printer in printers:
            pages.add_page(design.width * MM, design.height * MM, printer.badge(record))
    pages.close()
    return found, stream.getvalue()


def test_badges_by_every_shipped_template_are_their_owners(tmp_path: Path) -> None:
    with empty_database(tmp_path) as url:
        installation = Installation(url, tmp_path / "instance")
        installation.done("demo", "load", "--delegates", DELEGATES)
        send = device(installation)
        doors = dict(installation.rows(DOORS))
        folder = tmp_path / "pictures"
        folder.mkdir()
        most = max(8, DELEGATES // 5)
        entered: set[str] = set()
        with application(installation).app_context():
            for number, name in enumerate(shipped.names()):
                found, file = printed(name, number * 4 % (DELEGATES // 2), most)
                assert len(found) >= 8
                sides = len(shipped.find(name).sides)
                read = codes(file, folder)
                assert read == [it.code for it in found for _ in range(sides)], name
                results = send(scanned(read[::sides], doors))
                assert [it["delegate"]["name"] for it in results] == [
                    it.values["name"] for it in found
                ]
                assert [it["verdict"] for it in results] == [
                    "duplicate" if it.code in entered else "admitted" for it in found
                ]
                entered |= {it.code for it in found}


def test_every_printed_badge_admits_its_owner_once(tmp_path: Path) -> None:
    with empty_database(tmp_path) as url:
        installation = Installation(url, tmp_path / "instance")
        installation.done("demo", "load", "--delegates", DELEGATES)
        file = tmp_path / "badges.pdf"
        said = installation.done("badges", EVENT, "-o", file)
        approved = dict(
            installation.rows("select code, name from delegate where status = 'approved'")
        )
        assert said == f"Wrote {len(approved)} badges to {file}.\n"
        folder = tmp_path / "pictures"
        folder.mkdir()
        read = codes(file.read_bytes(), folder)
        assert sorted(read) == sorted(approved)

        doors = dict(installation.rows(DOORS))
        send = device(installation)
        scans = scanned(read, doors)
        results = send(scans)
        assert [it["id"] for it in results] == [it["id"] for it in scans]
        assert {it["verdict"] for it in results} == {"admitted"}
        assert [it["delegate"]["name"] for it in results] == [approved[code] for code in read]
        # Sent again by a queue it is the same answer; held up again it is somebody already in.
        assert [it["verdict"] for it in send(scans)] == ["admitted"] * len(read)
        assert {it["verdict"] for it in send(scanned(read, doors))} == {"duplicate"}
        assert installation.rows(
            "select count(*), count(distinct delegate_id) from attendance"
        ) == [(len(read), len(read))]
        others = installation.rows("select code, status from delegate where status <> 'approved'")
        reasons = {"pending": "not_approved", "cancelled": "cancelled"}
        assert [
            (it["verdict"], it["reason"])
            for it in send(scanned([code for code, _ in others], doors))
        ] == [("refused", reasons[status]) for _, status in others]

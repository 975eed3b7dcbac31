"""From the demo to the door: badges are printed, read from their pictures and scanned in."""

import os
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from eventapp import create_app
from eventapp.config import Config
from tests.commands.command_line import Installation
from tests.commands.processes import KEY, empty_database
from tests.pdf.pictures import codes

EVENT = "bac-ninh-2012"
# EVENTAPP_TEST_BADGES=600 tries as many as the conference has.
DELEGATES = int(os.environ.get("EVENTAPP_TEST_BADGES", "60"))
BATCH = 40


def device(installation: Installation) -> Callable[[list[dict[str, Any]]], list[dict[str, Any]]]:
    """What a scanner at the door does with its token: send scans, get verdicts."""
    token = installation.done("device", "create", EVENT, "Cửa chính").split()[-1]
    app = create_app(
        Config(
            instance=Path(installation.settings["EVENTAPP_INSTANCE"]),
            database_url=installation.database_url,
            secret_key=KEY,
            testing=True,
        )
    )
    client = app.test_client()

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

        # Not everybody comes on both days: each enters on the first of theirs.
        doors = dict(
            installation.rows(
                """
                select d.code, min(c.id) from delegate d
                join delegate_day on delegate_day.delegate_id = d.id
                join checkpoint c on c.day_id = delegate_day.day_id and c.kind = 'door'
                group by d.code
                """
            )
        )
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

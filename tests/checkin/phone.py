"""A device as the interface sees one: it keeps what it is told and asks for what it lacks."""

import uuid
from datetime import UTC, datetime
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from eventapp.checkin import devices
from eventapp.checkin.models import Rights
from eventapp.checkin.roster import LINE
from eventapp.events.models import Event


class Phone:
    """A device that was set up for an event; `sync` keeps `people`, `passed` and `tables`."""

    def __init__(
        self,
        client: FlaskClient,
        event: Event,
        *,
        rights: Rights = Rights.SUPERVISOR,
        checkpoint_ids: list[int] | None = None,
        group_ids: list[int] | None = None,
        name: str = "Cửa 1",
    ) -> None:
        made = devices.create_device(
            event,
            name,
            rights=rights,
            checkpoint_ids=checkpoint_ids or [],
            group_ids=group_ids or [],
        )
        self.client, self.slug = client, event.slug
        self.id, self.token = made.device.id, made.token
        self.roster: int | None = None
        self.log: str | None = None
        self.tables: dict[str, Any] | None = None
        self.people: dict[int, dict[str, Any]] = {}
        self.passed: dict[tuple[int, int], tuple[int, int]] = {}
        self.last: dict[str, Any] = {}

    def call(self, path: str, body: Any = None, **headers: str) -> TestResponse:
        """Ask the interface."""
        return self.client.open(
            f"/api/v1/events/{self.slug}/{path}",
            method="GET" if body is None else "POST",
            json=body,
            headers={"Authorization": f"Bearer {self.token}", **headers},
        )

    def sync(self, **said: Any) -> dict[str, Any]:
        """Ask for what is new, and keep it."""
        digest = self.tables["digest"] if self.tables else None
        known = {"roster": self.roster, "log": self.log, "tables": digest}
        answer = self.call("sync", {**known, "unsent": 0, "battery": 80, **said})
        assert answer.status_code == 200, answer.text
        self.last = answer.get_json()
        if self.last["roster"]["whole"]:
            self.people.clear()
        for line in self.last["roster"]["people"]:
            # A line of somebody who sits in no bus ends before it.
            assert len(line) in (len(LINE) - 1, len(LINE))
            self.people[line[0]] = dict(zip(LINE, line, strict=False))
        for gone in self.last["roster"]["gone"]:
            del self.people[gone]
        if self.last["log"]["whole"]:
            self.passed.clear()
        for checkpoint, delegate, first, inside in self.last["log"]["passed"]:
            self.passed.pop((checkpoint, delegate), None)
            if first is not None:
                self.passed[checkpoint, delegate] = first, inside
        self.tables = self.last["tables"] or self.tables
        self.roster, self.log = self.last["roster"]["number"], self.last["log"]["cursor"]
        return self.last

    def scan(self, checkpoint_id: int, code: str, **more: Any) -> dict[str, Any]:
        """One scan, sent at once; its result."""
        scan = {
            "id": str(uuid.uuid4()),
            "checkpoint": checkpoint_id,
            "code": code,
            "read_at": datetime.now(UTC).isoformat(),
            **more,
        }
        [result] = self.call("scans", {"scans": [scan]}).get_json()["results"]
        return dict(result)

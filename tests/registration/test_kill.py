"""A server that is killed while people register: what it acknowledged is there, and whole."""

import http.client
import re
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from flask import Flask
from sqlalchemy import select

from eventapp import tokens
from eventapp.accounts.models import AuditEntry
from eventapp.config import Config
from eventapp.events.models import Event
from eventapp.extensions import db
from eventapp.mail.models import Message
from eventapp.registration.models import Delegate
from tests.builders import build_event
from tests.commands.processes import HOST, Server
from tests.registration.filled import classes, coming, form_data

CLIENTS = 4
ENOUGH = 15
PLACES = 10_000
_TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


@dataclass
class Form:
    """One person's form, as it stands in their browser."""

    values: dict[str, Any]
    address: str
    cookie: str = ""
    token: str = ""

    @property
    def email(self) -> str:
        """By which the person is known here."""
        return str(self.values["email"])

    def send(self, connection: http.client.HTTPConnection) -> str | None:
        """Open the page unless it is open, and send the form: the personal page it leads to.

        None when the server said anything else; OSError or HTTPException when it said nothing.
        """
        whose = {"X-Forwarded-For": self.address}
        path = "/e/hoi-nghi/register"
        if not self.token:
            connection.request("GET", path, headers=whose)
            page = connection.getresponse()
            body = page.read().decode()
            self.cookie = (page.headers["Set-Cookie"] or "").split(";")[0]
            self.token = _TOKEN.findall(body)[0]
        connection.request(
            "POST",
            path,
            urlencode({"csrf_token": self.token, **self.values}, doseq=True),
            {**whose, "Cookie": self.cookie, "Content-Type": "application/x-www-form-urlencoded"},
        )
        answer = connection.getresponse()
        answer.read()
        return answer.headers["Location"] if answer.status == 303 else None


@dataclass
class Stream:
    """People who register one after another from several places, until the server is gone."""

    base: dict[str, Any]
    acknowledged: dict[str, str] = field(default_factory=dict)
    unanswered: list[Form] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    sent: int = 0

    def form(self, who: str) -> Form:
        """The next person's."""
        self.sent += 1
        values = {
            **self.base,
            "name": f"Nguyễn Đình {who}",
            "email": f"{who}@bacninh.example",
            "submission": tokens.new_secret(),
        }
        return Form(values, f"10.0.{self.sent // 250}.{self.sent % 250 + 1}")

    def until_killed(self, server: Server, part: str) -> None:
        """Register people; once enough are acknowledged, kill the server in the midst of it."""
        enough = threading.Event()
        goal = len(self.acknowledged) + ENOUGH

        def person_after_person(name: str) -> None:
            connection = http.client.HTTPConnection(HOST, server.port, timeout=30)
            for number in range(1_000):
                form = self.form(f"{part}{name}{number}")
                try:
                    page = form.send(connection)
                except (OSError, http.client.HTTPException):
                    if form.token:  # the page was open, so the form may have gone out
                        self.unanswered.append(form)
                    break
                if page is None:
                    self.refused.append(form.email)
                    break
                self.acknowledged[form.email] = page
                if len(self.acknowledged) >= goal:
                    enough.set()
            connection.close()

        threads = [
            threading.Thread(target=person_after_person, args=("abcdefgh"[number],))
            for number in range(CLIENTS)
        ]
        for thread in threads:
            thread.start()
        done = enough.wait(60)
        server.kill()
        for thread in threads:
            thread.join()
        assert done, self.refused


def check_whole(event_id: int, base: dict[str, Any]) -> set[str]:
    """Whoever is there is there entirely, and nothing is there beside them: their addresses."""
    number = coming(event_id)  # rows and quota agree
    delegates = db.session.scalars(select(Delegate)).all()
    entries = db.session.scalars(select(AuditEntry)).all()
    messages = db.session.scalars(select(Message)).all()
    assert len(delegates) == number
    assert sorted(it.subject_id or "" for it in entries) == sorted(str(it.id) for it in delegates)
    assert {it.action for it in entries} == {"register"}
    assert sorted(it.to_address for it in messages) == sorted(it.email for it in delegates)
    written_to = {it.to_address: it.delegate_id for it in messages}
    for delegate in delegates:
        assert [it.id for it in delegate.days] == base["day_ids"]
        assert [it.id for it in delegate.enrolments] == [base["class_id"]]
        assert [it.site_id for it in delegate.preferences] == [base["wish_1"], base["wish_2"]]
        assert written_to[delegate.email] == delegate.id
    return {it.email for it in delegates}


def prepare() -> tuple[Event, dict[str, Any]]:
    event = build_event(places=PLACES)
    return event, form_data(event, class_id=classes(event)[0].id)


def test_nothing_acknowledged_is_missing_or_half_there_after_kill_9(
    app: Flask, settings: Config, tmp_path: Path
) -> None:
    event, base = prepare()
    event_id = event.id
    db.session.rollback()
    stream = Stream(base)
    for part in ("first", "second"):
        with Server(settings.database_url, tmp_path) as server:
            stream.until_killed(server, part)
        assert stream.refused == []
        there = check_whole(event_id, base)
        assert set(stream.acknowledged) <= there
        assert there <= set(stream.acknowledged) | {it.email for it in stream.unanswered}
        db.session.rollback()

    with Server(settings.database_url, tmp_path) as server:
        for email, page in stream.acknowledged.items():
            status, body = server.get(page)
            assert status == 200
            assert f"Nguyễn Đình {email.partition('@')[0]}" in body
        # Whoever saw no answer sends the same form again, and is registered once.
        connection = http.client.HTTPConnection(HOST, server.port, timeout=30)
        for form in stream.unanswered:
            assert form.send(connection) is not None
        connection.close()
    everybody = set(stream.acknowledged) | {it.email for it in stream.unanswered}
    assert check_whole(event_id, base) == everybody
    assert len(stream.acknowledged) >= 2 * ENOUGH

"""The demo's accounts: made once with random passwords, which are printed at each start."""

import json
import os
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path

from flask import current_app
from sqlalchemy import select

from eventapp.accounts import service
from eventapp.accounts.models import User
from eventapp.accounts.permissions import Role
from eventapp.config import Config
from eventapp.database import transaction
from eventapp.demo import loader
from eventapp.events.service import find
from eventapp.extensions import db
from eventapp.visits.models import VisitGroup

_FILE = "demo-sign-ins.json"
_PEOPLE: tuple[tuple[str, Role | None, str], ...] = (
    ("quan.tri@bacninh.example", None, "Quản trị hệ thống"),
    ("ban.to.chuc@bacninh.example", Role.ORGANISER, "Ban Tổ chức"),
    ("don.tiep@bacninh.example", Role.STAFF, "Tổ đón tiếp"),
    ("truong.doan.xe@bacninh.example", Role.LEADER, "Trưởng đoàn xe"),
)


@dataclass(frozen=True, slots=True)
class SignIn:
    """An account of the demo with its password in clear: for a demo only."""

    email: str
    password: str
    role: str


def ensure() -> list[SignIn]:
    """The demo's accounts; makes those that do not exist."""
    settings: Config = current_app.config["SETTINGS"]
    path = settings.instance / _FILE
    known = {entry.email: entry for entry in _read(path)}
    event_id = find(loader.SLUG).id
    for email, role, name in _PEOPLE:
        exists = db.session.scalar(select(User.id).filter_by(email=email)) is not None
        if exists:
            continue
        entry = SignIn(email, secrets.token_urlsafe(9), role or "administrator")
        known[email] = entry
        # Written first: a password that nobody has seen opens nothing.
        _write(path, list(known.values()))
        user = service.create_user(email, entry.password, name=name, is_administrator=role is None)
        if role is not None:
            service.set_role(user.id, event_id, role)
        if role is Role.LEADER:
            _lead_the_first_group(event_id, user.id)
    return [known[email] for email, _, _ in _PEOPLE if email in known]


def _lead_the_first_group(event_id: int, user_id: int) -> None:
    with transaction():
        group = db.session.scalar(
            select(VisitGroup).filter_by(event_id=event_id).order_by(VisitGroup.letter).limit(1)
        )
        if group is not None:
            group.leader_user_id = user_id


def _read(path: Path) -> list[SignIn]:
    return [SignIn(**entry) for entry in json.loads(path.read_text())] if path.exists() else []


def _write(path: Path, entries: list[SignIn]) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump([asdict(entry) for entry in entries], file, indent=1)

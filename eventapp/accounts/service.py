"""Accounts: create, sign in, change the password, give roles."""

import secrets
from collections.abc import Sequence
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from email_validator import EmailNotValidError, validate_email
from sqlalchemy import select
from sqlalchemy.orm import contains_eager

from eventapp.accounts import audit
from eventapp.accounts.models import Membership, User
from eventapp.accounts.permissions import Role
from eventapp.database import db, now, transaction

MIN_PASSWORD = 10
MAX_PASSWORD = 200

# argon2-cffi's defaults follow RFC 9106, second recommended option (64 MiB).
_hasher = PasswordHasher()


@cache
def _nobody() -> str:
    """Verified when the address is unknown, so that the answer takes as long as for a known one."""
    return _hasher.hash(secrets.token_hex(16))


class AccountError(Exception):
    """A refusal that concerns accounts."""


class WrongCredentials(AccountError):
    """The address is unknown, the password wrong or the account disabled; which is not said."""


class InvalidEmail(AccountError):
    """This is not an e-mail address."""


class EmailTaken(AccountError):
    """Another account has the address."""


class LastOrganiser(AccountError):
    """The only organiser of an event cannot be removed."""


class WeakPassword(AccountError):
    """The password is too short or too long."""


def normalise_email(email: str) -> str:
    """The form in which addresses are stored and compared."""
    return email.strip().lower()


def create_user(
    email: str, password: str, *, name: str = "", is_administrator: bool = False
) -> User:
    """Make an account. Raises InvalidEmail, EmailTaken, WeakPassword."""
    try:
        validate_email(email, check_deliverability=False)
    except EmailNotValidError:
        raise InvalidEmail(email) from None
    email = normalise_email(email)
    hashed = _hash(password)
    with transaction():
        if db.session.scalar(select(User.id).filter_by(email=email)):
            raise EmailTaken(email)
        user = User(
            email=email,
            name=name or email.split("@")[0],
            password_hash=hashed,
            is_administrator=is_administrator,
        )
        db.session.add(user)
        db.session.flush()
        audit.record("create", "user", user.id, changes={"email": [None, email]})
    return user


def set_role(user_id: int, event_id: int, role: Role) -> None:
    """Make the user an organiser, staff or leader of the event, in place of what they were.

    Raises LastOrganiser rather than leave an event that nobody runs.
    """
    with transaction():
        memberships = _locked_memberships(event_id)
        mine = next((it for it in memberships if it.user_id == user_id), None)
        before = mine.role if mine else None
        if mine is None:
            mine = Membership(user_id=user_id, event_id=event_id)
            db.session.add(mine)
        elif role != Role.ORGANISER:
            _check_other_organiser(memberships, mine)
        mine.role = role
        audit.record(
            "set_role", "user", user_id, event_id=event_id, changes={"role": [before, role]}
        )


def new_password() -> str:
    """A random password to hand to somebody, who changes it after signing in."""
    return secrets.token_urlsafe(12)


def members(event_id: int) -> Sequence[Membership]:
    """Who has a role at the event, by name."""
    return db.session.scalars(
        select(Membership)
        .join(User)
        .options(contains_eager(Membership.user))
        .filter(Membership.event_id == event_id)
        .order_by(User.name, User.id)
    ).all()


def find_user(email: str) -> User | None:
    """The user with that address."""
    return db.session.scalar(select(User).filter_by(email=normalise_email(email)))


def remove_role(user_id: int, event_id: int) -> None:
    """Take the user's role at the event away; nothing happens when there is none.

    Raises LastOrganiser rather than leave an event that nobody runs.
    """
    with transaction():
        memberships = _locked_memberships(event_id)
        mine = next((it for it in memberships if it.user_id == user_id), None)
        if mine is None:
            return
        _check_other_organiser(memberships, mine)
        db.session.delete(mine)
        audit.record(
            "remove_role", "user", user_id, event_id=event_id, changes={"role": [mine.role, None]}
        )


def authenticate(email: str, password: str) -> User:
    """The user with these credentials. Raises WrongCredentials."""
    user = db.session.scalar(select(User).filter_by(email=normalise_email(email)))
    try:
        _hasher.verify(user.password_hash if user else _nobody(), password[:MAX_PASSWORD])
    except (VerificationError, InvalidHashError):
        raise WrongCredentials from None
    if user is None or user.is_disabled:
        raise WrongCredentials
    user_id = user.id
    stale = _hasher.check_needs_rehash(user.password_hash)
    with transaction():
        user = db.session.get_one(User, user_id)
        user.last_sign_in_at = now()
        if stale:
            user.password_hash = _hasher.hash(password)
    return user


def change_password(user_id: int, old: str, new: str) -> User:
    """Change the password and end every other session. Raises WrongCredentials, WeakPassword."""
    hashed = _hash(new)
    user = db.session.get_one(User, user_id)
    try:
        _hasher.verify(user.password_hash, old[:MAX_PASSWORD])
    except VerificationError:
        raise WrongCredentials from None
    with transaction():
        user = db.session.get_one(User, user_id)
        user.password_hash = hashed
        user.session_generation += 1
        audit.record("change_password", "user", user_id)
    return user


def load_session(session_id: str) -> User | None:
    """The user of a session cookie, or None when the session has ended."""
    number, _, generation = session_id.partition(".")
    if not (number.isdecimal() and generation.isdecimal()):
        return None
    user = db.session.get(User, int(number))
    if user is None or user.is_disabled or user.session_generation != int(generation):
        return None
    return user


def role_at(user_id: int, event_id: int) -> Role | None:
    """What the user is at the event."""
    role = db.session.scalar(select(Membership.role).filter_by(user_id=user_id, event_id=event_id))
    return Role(role) if role else None


def _locked_memberships(event_id: int) -> Sequence[Membership]:
    """Locked until the transaction ends, so that two organisers cannot each remove the other."""
    return db.session.scalars(
        select(Membership).filter_by(event_id=event_id).with_for_update()
    ).all()


def _check_other_organiser(memberships: Sequence[Membership], mine: Membership) -> None:
    if [it for it in memberships if it.role == Role.ORGANISER] == [mine]:
        raise LastOrganiser


def _hash(password: str) -> str:
    if not MIN_PASSWORD <= len(password) <= MAX_PASSWORD:
        raise WeakPassword
    return _hasher.hash(password)

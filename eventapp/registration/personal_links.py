"""The secrets of personal links: made from SECRET_KEY, so that only their hashes are stored."""

from eventapp import tokens
from eventapp.extensions import signing_key
from eventapp.registration.models import Delegate, Delegation

_PERSONAL, _DELEGATION = "personal-link", "delegation-link"


def first_secret(submission_hash: str) -> str:
    """The secret that belongs to a submission, however often it is sent."""
    return _derive(_PERSONAL, submission_hash) or tokens.new_secret()


def known_secret(delegate: Delegate) -> str | None:
    """The secret of a personal link; None where it was made without SECRET_KEY, or by another."""
    seed = delegate.link_seed or delegate.submission_hash
    secret = _derive(_PERSONAL, seed) if seed else None
    return secret if secret and tokens.hash_secret(secret) == delegate.secret_hash else None


def renew(delegate: Delegate) -> str:
    """End a personal link and make a new one, within the transaction in progress."""
    delegate.link_seed = tokens.hash_secret(tokens.new_secret())
    secret = first_secret(delegate.link_seed)
    delegate.secret_hash = tokens.hash_secret(secret)
    return secret


def known_delegation_secret(delegation: Delegation) -> str | None:
    """The secret of a delegation's link; None where there is none that can be made again."""
    secret = _derive(_DELEGATION, delegation.link_seed) if delegation.link_seed else None
    return secret if secret and tokens.hash_secret(secret) == delegation.secret_hash else None


def renew_delegation(delegation: Delegation) -> str:
    """End a delegation's link, if there is one, and make a new one."""
    delegation.link_seed = tokens.hash_secret(tokens.new_secret())
    secret = _derive(_DELEGATION, delegation.link_seed) or tokens.new_secret()
    delegation.secret_hash = tokens.hash_secret(secret)
    return secret


def _derive(purpose: str, seed: str) -> str | None:
    key = signing_key()  # None where a command runs without one
    return tokens.derive_secret(key, purpose, seed) if key else None

"""Secrets in links and tokens: 192 random bits, of which only a hash is stored."""

import hashlib
import hmac
import re
import secrets

_SECRET_BYTES = 24
_SECRET = re.compile(r"[A-Za-z0-9_-]{32}")

# Crockford's base32, without I, L, O and U: https://www.crockford.com/base32.html
CODE_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 12
_LOOK_ALIKES = str.maketrans("ILO", "110")


def new_secret() -> str:
    """A secret for a link or a device, 32 characters that need no quoting in an address."""
    return secrets.token_urlsafe(_SECRET_BYTES)


def is_secret(given: str) -> bool:
    """Whether this could be a secret of ours: it has the form of one."""
    return _SECRET.fullmatch(given) is not None


def hash_secret(secret: str) -> str:
    """What is stored of a secret. A plain hash is enough: nobody guesses 192 random bits."""
    return hashlib.sha256(secret.encode()).hexdigest()


def derive_secret(key: str, purpose: str, seed: str) -> str:
    """A secret that the same key and seed always give, and that nobody else can compute."""
    digest = hmac.new(key.encode(), f"{purpose}\0{seed}".encode(), hashlib.sha256).digest()
    return digest[:_SECRET_BYTES].hex()


def new_code() -> str:
    """A pass code: 12 characters, 60 random bits."""
    return "".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_LENGTH))


def normalise_code(typed: str) -> str:
    """A code as typed or scanned: upper case, look-alike letters read as digits, no separators."""
    kept = "".join(c for c in typed.upper() if c.isalnum())
    return kept.translate(_LOOK_ALIKES)

"""Why two registrations are not merged."""

from eventapp.registration.errors import RegistrationError


class NotTwo(RegistrationError):
    """Both are the same registration."""


class AlreadyGone(RegistrationError):
    """One of the two was merged, cancelled or refused meanwhile."""

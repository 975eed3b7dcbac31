"""Why a registration is refused."""

from collections.abc import Sequence


class RegistrationError(Exception):
    """A refusal that concerns a registration."""


class NotInThisEvent(RegistrationError):
    """What was chosen in ``field`` is not this event's."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


class ClassOnAnotherDay(RegistrationError):
    """A class was chosen on a day that the delegate does not attend."""


class RegistrationClosed(RegistrationError):
    """The event takes no registrations any more."""


class DelegateNotFound(RegistrationError):
    """The event has no such delegate."""


class RegistrationOver(RegistrationError):
    """The registration was merged into another one, or anonymised: nothing of it changes again."""


class NotWaiting(RegistrationError):
    """Nobody offers a place, or waits for one: it was taken, declined, or the offer has expired."""


class AlreadyRegistered(RegistrationError):
    """Somebody of that name and e-mail address is registered at the event."""

    def __init__(self, delegate_id: int) -> None:
        super().__init__(delegate_id)
        self.delegate_id = delegate_id


class SameNameAndOffice(AlreadyRegistered):
    """Somebody of that name is registered from that office; perhaps somebody else."""


class NobodyRegistered(RegistrationError):
    """Some of many could not be registered, and so nobody was: (place in the row, why)."""

    def __init__(self, refusals: Sequence[tuple[int, Exception]]) -> None:
        super().__init__(refusals)
        self.refusals = refusals

"""Namesakes of one office in one table: one person written twice, or two people. Pure.

Two people have another e-mail address or another telephone number. Who has the same address as a
namesake, or of whom nothing is said that differs, is the same person.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from eventapp.registration.details import DelegateData
from eventapp.text import fold

Office = int | tuple[int | None, str]
"""The id of an office, or (delegation, folded name) of one that was typed."""


class Person(NamedTuple):
    """What tells namesakes apart."""

    name: str
    """Folded."""
    office: Office
    email: str
    phone: str

    @classmethod
    def of(cls, data: DelegateData) -> "Person":
        """Somebody of whom everything is known."""
        office = data.organisation_id or (data.delegation_id, fold(data.organisation_typed))
        return cls(fold(data.name), office, data.email, data.phone)

    @classmethod
    def read(cls, fields: Mapping[str, Any]) -> "Person":
        """What a row of a table says (`cells.Reading.fields`)."""
        typed = fold(fields.get("organisation_typed") or "")
        return cls(
            fold(fields.get("name") or ""),
            fields.get("organisation_id") or (fields.get("delegation_id"), typed),
            fields.get("email") or "",
            fields.get("phone") or "",
        )

    def differs(self, email: str, phone: str) -> bool:
        """Whether a namesake of the same office with these is somebody else."""
        if self.email and self.email == email:
            return False
        return bool(
            (self.email and email and self.email != email)
            or (self.phone and phone and self.phone != phone)
        )


class Namesakes:
    """The people of a table, row by row."""

    def __init__(self) -> None:
        self._at_address: dict[tuple[str, str], int] = {}
        self._in_office: dict[tuple[str, Office], list[tuple[int, Person]]] = {}

    def same_as(self, person: Person) -> int | None:
        """The first row that is about this person."""
        at_address = self._at_address.get((person.name, person.email)) if person.email else None
        if at_address is not None:
            return at_address
        return next(
            (row for row, it in self._of(person) if not person.differs(it.email, it.phone)), None
        )

    def of_name(self, person: Person) -> int | None:
        """The first row of the same name and office."""
        return next((row for row, _it in self._of(person)), None)

    def add(self, person: Person, row: int) -> None:
        """Note somebody."""
        if person.email:
            self._at_address.setdefault((person.name, person.email), row)
        self._in_office.setdefault((person.name, person.office), []).append((row, person))

    def _of(self, person: Person) -> list[tuple[int, Person]]:
        return self._in_office.get((person.name, person.office), [])

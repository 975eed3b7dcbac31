"""Register delegates from a table with the columns of eventapp.registration.exporting.

All or nobody: every row is read and checked, and what is wrong is said row by row. Columns are
known by their headings in either language, in any order; what cannot be registered (code, times)
is left alone, and rows of people who have cancelled are left out.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import select

from eventapp.database import db
from eventapp.events.models import Event
from eventapp.registration import contact, organisations, service
from eventapp.registration.choices import Choices, choices_for
from eventapp.registration.exporting import COLUMNS, STATUS_NAMES, one_line
from eventapp.registration.models import Delegate, Delegation, Status
from eventapp.registration.service import (
    AlreadyRegistered,
    ClassOnAnotherDay,
    DelegateData,
    NobodyRegistered,
    QuotaFull,
)
from eventapp.tables.reading import read
from eventapp.text import clean, clean_lines, fold
from eventapp.web.language import DEFAULT_LANGUAGE, LANGUAGES

_NEEDED = ("name", "position", "delegation", "office")
_LENGTHS = {"name": 120, "position": 300, "office": 300, "diet": 300, "needs": 500}
_ITEMS = re.compile(r"[;\n]")
_DAYS = re.compile(r"[;,\n]")
_DAY = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")
# People write "tỉnh Bắc Ninh" as well as "Bắc Ninh".
_KIND = re.compile(r"^(tinh|thanh pho|tp) ")


@dataclass(frozen=True, slots=True)
class RowError:
    """What is wrong in a row; rows are counted as spreadsheet programs do, headings included."""

    row: int
    message: str


class ImportRefused(Exception):
    """Nobody was registered; the errors say why."""

    def __init__(self, errors: Sequence[RowError]) -> None:
        super().__init__(errors)
        self.errors = errors


@dataclass(frozen=True, slots=True)
class Imported:
    """How many were registered, and how many rows of cancelled people were left out."""

    added: int
    left_out: int


class _Wrong(Exception):
    """A cell that cannot be used; the text says why."""


def import_table(event: Event, data: bytes, *, dry_run: bool = False) -> Imported:
    """Register everybody in an XLSX or CSV file, each with a letter; with ``dry_run`` only try.

    Raises ImportRefused, and what eventapp.tables.reading.read raises.
    """
    headings, *rows = read(data).rows
    columns = _columns(headings.cells)
    reader = _Reader(event, choices_for(event, public=False))
    people: list[tuple[int, DelegateData]] = []
    errors: list[RowError] = []
    left_out = 0
    for row in rows:
        number, cells = row.number, row.cells
        values = {key: cells[at].strip() for key, at in columns.items() if at < len(cells)}
        if not any(values.values()):
            continue
        if reader.is_cancelled(values):
            left_out += 1
            continue
        found, wrong = reader.read(number, values)
        errors += [RowError(number, message) for message in wrong]
        if found is not None:
            people.append((number, found))
    if errors:
        raise ImportRefused(errors)
    try:
        added = service.register_all(event, [it for _number, it in people], dry_run=dry_run)
    except NobodyRegistered as error:
        raise ImportRefused(
            [RowError(people[place][0], _reason(why)) for place, why in error.refusals]
        ) from None
    return Imported(added, left_out)


def _columns(headings: Sequence[str]) -> dict[str, int]:
    """Where each known column is. Raises ImportRefused when one that is needed is missing."""
    known: dict[str, str] = {}
    for language in LANGUAGES:
        with force_locale(language):
            known |= {fold(str(column.heading)): column.key for column in COLUMNS}
    places: dict[str, int] = {}
    for at, heading in enumerate(headings):
        key = known.get(fold(heading))
        if key is not None:
            places.setdefault(key, at)
    named = {column.key: str(column.heading) for column in COLUMNS}
    missing = [named[key] for key in _NEEDED if key not in places]
    if missing:
        raise ImportRefused(
            [RowError(1, _("The column “%(name)s” is missing.", name=name)) for name in missing]
        )
    return places


class _Reader:
    """Rows of text as data of delegates of one event."""

    def __init__(self, event: Event, choices: Choices) -> None:
        self.choices = choices
        self.default_category = next(iter(choices.categories), None)
        self.delegations = {fold(it.name): it for it in choices.delegations}
        self.categories = {
            fold(name): it.id for it in choices.categories for name in (it.name, it.name_en) if name
        }
        self.days = {it.date: it.id for it in choices.days}
        self.classes = {
            fold(one_line(title)): it.id
            for it in choices.classes
            for title in (it.title, it.title_en)
            if title
        }
        self.sites = {fold(it.name): it.id for it in choices.sites}
        self.codes = set(db.session.scalars(select(Delegate.code).filter_by(event_id=event.id)))
        self.cancelled = {Status.CANCELLED.value}
        for language in LANGUAGES:
            with force_locale(language):
                self.cancelled.add(fold(str(STATUS_NAMES[Status.CANCELLED])))
        self.seen: dict[tuple[str, str], int] = {}

    def is_cancelled(self, values: dict[str, str]) -> bool:
        """Whether the row is of somebody who is not coming."""
        return fold(values.get("status", "")) in self.cancelled

    def read(self, number: int, values: dict[str, str]) -> tuple[DelegateData | None, list[str]]:
        """The row as data, or what is wrong in it."""
        wrong: list[str] = []

        def attempt(read: Callable[[str], Any], key: str) -> Any:
            try:
                return read(values.get(key, ""))
            except _Wrong as error:
                wrong.append(str(error))
                return None

        for key, length in _LENGTHS.items():
            if len(values.get(key, "")) > length:
                wrong.append(_("“%(name)s” is too long.", name=_heading(key)))
        delegation = attempt(self._delegation, "delegation")
        office = clean(values.get("office", ""))
        row = {
            "name": attempt(self._name, "name"),
            "position": attempt(_needed("position"), "position"),
            "category_id": attempt(self._category, "category"),
            "email": attempt(_email, "email"),
            "phone": attempt(_phone, "phone"),
            "day_ids": attempt(self._days, "days"),
            "enrolment_ids": attempt(self._items(self.classes, "training"), "training"),
            "site_ids": attempt(self._items(self.sites, "wishes"), "wishes"),
            "diet": clean(values.get("diet", "")),
            "needs": clean_lines(values.get("needs", "")),
            "language": attempt(_language, "language"),
            "organisation_id": attempt(lambda _text: self._office(delegation, office), "office"),
            "organisation_typed": office,
            "delegation_id": delegation.id if delegation else None,
        }
        if values.get("code") in self.codes:
            wrong.append(_("Registered already: the pass code is in use."))
        person = (fold(row["name"] or ""), row["email"] or "")
        if person[1] and person in self.seen:
            wrong.append(_("The same person as in row %(row)s.", row=self.seen[person]))
        self.seen.setdefault(person, number)
        return (None, wrong) if wrong else (DelegateData(**row), [])

    def _name(self, typed: str) -> str:
        name = _needed("name")(typed)
        if not any(map(str.isalpha, name)):
            raise _Wrong(_("The name has no letter."))
        return name

    def _delegation(self, typed: str) -> Delegation:
        folded = fold(typed)
        found = self.delegations.get(folded) or self.delegations.get(_KIND.sub("", folded))
        if found is None and not folded and self.choices.others:
            found = self.choices.others[0]
        if found is None:
            raise _Wrong(_("There is no province or ministry “%(name)s”.", name=typed))
        return found

    def _office(self, delegation: Delegation | None, office: str) -> int | None:
        """An office of the list; None for one that is to be added under its typed name."""
        if delegation is None:
            return None
        if not office:
            only = organisations.only_office(delegation)
            if only is None:
                raise _Wrong(_("The organisation is missing."))
            return only.id
        folded = fold(office)
        if not folded:
            raise _Wrong(_("The organisation has no letter."))
        offices = self.choices.offices(delegation)
        return next((it.id for it in offices if it.name_folded == folded), None)

    def _category(self, typed: str) -> int:
        if not typed and self.default_category is not None:
            return self.default_category.id
        found = self.categories.get(fold(typed))
        if found is None:
            raise _Wrong(_("There is no category “%(name)s”.", name=typed))
        return found

    def _days(self, typed: str) -> tuple[int, ...]:
        """Every day where none is named."""
        names = [name.strip() for name in _DAYS.split(typed) if name.strip()]
        if not names:
            return tuple(self.days.values())
        return tuple(self._day(name) for name in names)

    def _day(self, name: str) -> int:
        found = _DAY.fullmatch(name)
        try:
            day, month, year = map(int, found.groups()) if found else (0, 0, 0)
            return self.days[date(year, month, day)]
        except (ValueError, KeyError):
            raise _Wrong(_("“%(day)s” is no day of the event.", day=name)) from None

    def _items(self, known: dict[str, int], key: str) -> Callable[[str], tuple[int, ...]]:
        def read(typed: str) -> tuple[int, ...]:
            ids = []
            for name in filter(None, map(str.strip, _ITEMS.split(typed))):
                if fold(name) not in known:
                    raise _Wrong(
                        _("“%(heading)s”: “%(name)s” is unknown.", heading=_heading(key), name=name)
                    )
                ids.append(known[fold(name)])
            return tuple(dict.fromkeys(ids))

        return read


def _heading(key: str) -> str:
    return next(str(column.heading) for column in COLUMNS if column.key == key)


def _needed(key: str) -> Callable[[str], str]:
    def read(typed: str) -> str:
        text = clean(typed)
        if not text:
            raise _Wrong(_("“%(name)s” is empty.", name=_heading(key)))
        return text

    return read


def _email(typed: str) -> str:
    try:
        return contact.normalise_email(clean(typed))
    except contact.InvalidEmail:
        raise _Wrong(_("“%(text)s” is no e-mail address.", text=typed)) from None


def _phone(typed: str) -> str:
    """Spreadsheet programs drop the zero that a number begins with: it is put back."""
    typed = clean(typed)
    if re.fullmatch(r"[1-9]\d{8}", typed):
        typed = f"0{typed}"
    try:
        return contact.normalise_phone(typed)
    except contact.InvalidPhone:
        raise _Wrong(_("“%(text)s” is no telephone number.", text=typed)) from None


def _language(typed: str) -> str:
    language = typed.lower() or DEFAULT_LANGUAGE
    if language not in LANGUAGES:
        raise _Wrong(_("The language is vi or en, not “%(text)s”.", text=typed))
    return language


def _reason(error: Exception) -> str:
    if isinstance(error, AlreadyRegistered):
        return str(_("Registered already: the same name and e-mail address."))
    if isinstance(error, QuotaFull):
        return str(_("No place is left for this person."))
    if isinstance(error, ClassOnAnotherDay):
        return str(_("The training class is on a day that is not chosen."))
    return str(_("Something chosen in this row can no longer be chosen."))

"""The cells of a row as data of a delegate: cleaned where that is safe, refused in words."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from difflib import get_close_matches
from functools import lru_cache
from typing import Any

from flask_babel import force_locale
from flask_babel import gettext as _

from eventapp.programme.offered import TrainingClass
from eventapp.questions.answers import WrongAnswer, parse
from eventapp.questions.models import Question
from eventapp.registration import contact, organisations
from eventapp.registration.choices import Choices
from eventapp.registration.exporting import STATUS_NAMES, one_line
from eventapp.registration.importing.columns import heading, question_key
from eventapp.registration.models import Delegation, Organisation, Status
from eventapp.text import clean, clean_lines, fold
from eventapp.web.language import LANGUAGES

_LENGTHS = {"name": 120, "position": 300, "office": 300, "diet": 300, "needs": 500}
_ITEMS = re.compile(r"[;\n]")
_DAYS = re.compile(r"[;,\n]")
_DAY = re.compile(r"(\d{1,2})[/.-](\d{1,2})(?:[/.-](\d{4}))?")
_SERIAL = re.compile(r"\d{5}")
_EPOCH = date(1899, 12, 30)  # day 0 of spreadsheet programs
# People write "tỉnh Bắc Ninh" as well as "Bắc Ninh".
_KIND = re.compile(r"^(tinh|thanh pho|tp|doan|doan dai bieu) (tinh |thanh pho |tp )?")
_LOST_ZERO = re.compile(r"[1-9]\d{8}")
_WITH_84 = re.compile(r"84\d{9}")
# TCVN3 has no capitals with tones: "Nguyễn ấn". Foreign particles have no marks.
_SMALL_MARKED = re.compile(r"(?<![\w'’])[^\W\d_a-z](?=[^\W\d_])")
_CLOSE = 0.82


@dataclass(frozen=True, slots=True)
class Cleaned:
    """What was changed in a cell, and why."""

    key: str
    before: str
    after: str
    why: str


@dataclass(slots=True)
class Reading:
    """A row as it was understood: only what its columns say, by the names of DelegateData."""

    fields: dict[str, Any] = field(default_factory=dict)
    answers: dict[int, Any] = field(default_factory=dict)
    """Question id → answer, of the event's own questions."""
    problems: list[tuple[str, str]] = field(default_factory=list)
    """(column, what is wrong)."""
    cleaned: list[Cleaned] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    """What should be looked at, though it may be right."""


class _Wrong(Exception):
    """A cell that cannot be used; the text says why."""


class RowReader:
    """Rows of text as data of delegates of one event, or of one delegation of it."""

    def __init__(self, choices: Choices, scope: Delegation | None) -> None:
        self.choices = choices
        self.scope = scope
        self.delegations = {fold(it.name): it for it in choices.delegations}
        self.categories = {
            fold(name): it.id for it in choices.categories for name in (it.name, it.name_en) if name
        }
        self.days = {it.date: it.id for it in choices.days}
        self.classes = _by_title(choices.classes)
        self.sites = {fold(it.name): {it.id} for it in choices.sites}
        self.offices: dict[int, dict[str, Organisation]] = {
            it.id: {office.name_folded: office for office in choices.offices(it)}
            for it in choices.delegations
        }
        self.cancelled = {Status.CANCELLED.value, Status.REFUSED.value}
        for language in LANGUAGES:
            with force_locale(language):
                self.cancelled |= {
                    fold(str(STATUS_NAMES[it])) for it in (Status.CANCELLED, Status.REFUSED)
                }

    def is_gone(self, values: Mapping[str, str]) -> bool:
        """Whether the row is of somebody who is not coming."""
        return fold(values.get("status", "")) in self.cancelled

    def read(self, values: Mapping[str, str]) -> Reading:
        """A row by column, as `Columns.values` gives it."""
        row = Reading()
        for key, text in values.items():
            if len(text) > _LENGTHS.get(key, 2_000):
                row.problems.append((key, _("“%(name)s” is too long.", name=heading(key))))
        self._person(row, values)
        delegation = self._delegation(row, values)
        self._office(row, values, delegation)
        for key, name, read in (
            ("category", "category_id", self._category),
            ("days", "day_ids", self._days),
            ("training", "enrolment_ids", self._classes),
            ("wishes", "site_ids", self._wishes),
            ("needs_step_free", "needs_step_free", _yes_or_no),
            ("language", "language", _language),
        ):
            if text := values.get(key, "").strip():
                try:
                    row.fields[name] = read(text)
                except _Wrong as error:
                    row.problems.append((key, str(error)))
        self._email(row, values.get("email", ""))
        self._phone(row, values.get("phone", ""))
        for key in ("diet", "needs"):
            if text := values.get(key, ""):
                row.fields[key] = clean(text) if key == "diet" else clean_lines(text)
        for question in self.choices.written_questions:
            self._answer(row, question, values.get(question_key(question), ""))
        return row

    def _answer(self, row: Reading, question: Question, typed: str) -> None:
        if not typed.strip():
            return
        try:
            row.answers[question.id] = parse(question, typed)
        except WrongAnswer as error:
            row.problems.append((question_key(question), str(error)))

    def _person(self, row: Reading, values: Mapping[str, str]) -> None:
        typed = values.get("name", "")
        name = clean(typed)
        if not name:
            row.problems.append(("name", _("“%(name)s” is empty.", name=heading("name"))))
        elif not any(map(str.isalpha, name)):
            row.problems.append(("name", _("The name has no letter.")))
        else:
            if name.isupper() and len(name) > 3:
                put_right, why = _capitalised(name), _("was written in capitals")
            elif name.islower():
                put_right, why = _capitalised(name), _("was written in small letters")
            else:
                put_right, why = _SMALL_MARKED.sub(_as_capital, name), _("a capital was missing")
            if put_right != name:
                row.cleaned.append(Cleaned("name", name, put_right, why))
                name = put_right
            if name.isascii() and " " in name and fold(name) == name.lower():
                row.remarks.append(_("The name has no marks: is it written in full?"))
            row.fields["name"] = name
        if position := clean(values.get("position", "")):
            row.fields["position"] = position

    def _delegation(self, row: Reading, values: Mapping[str, str]) -> Delegation | None:
        typed = clean(values.get("delegation", ""))
        folded = fold(typed)
        found = self.delegations.get(folded) or self.delegations.get(_KIND.sub("", folded))
        if self.scope is not None:
            if folded and (found is None or found.id != self.scope.id):
                row.problems.append(
                    (
                        "delegation",
                        _(
                            "“%(name)s” is another delegation than %(own)s.",
                            name=typed,
                            own=self.scope.name,
                        ),
                    )
                )
            return self.scope
        if found is None and not folded and self.choices.others:
            return self.choices.others[0]
        if found is None:
            row.problems.append(
                ("delegation", _("There is no province or ministry “%(name)s”.", name=typed))
            )
        return found

    def _office(
        self, row: Reading, values: Mapping[str, str], delegation: Delegation | None
    ) -> None:
        """An office of the list, or one that is to be added under its typed name."""
        if delegation is None:
            return
        typed = clean(values.get("office", ""))
        row.fields["delegation_id"] = delegation.id
        if not typed:
            only = organisations.only_office(delegation)
            if only is not None:
                row.fields["organisation_id"] = only.id
            return
        folded = fold(typed)
        if not folded:
            row.problems.append(("office", _("The organisation has no letter.")))
            return
        offices = self.offices[delegation.id]
        found = offices.get(folded)
        if found is not None:
            row.fields["organisation_id"] = found.id
            return
        row.fields["organisation_typed"] = typed
        near = _nearest(folded, tuple(offices))
        if near:
            row.remarks.append(
                _(
                    "The office “%(name)s” is not in the list. Is it “%(near)s”?",
                    name=typed,
                    near=offices[near].name,
                )
            )
        else:
            row.remarks.append(
                _("The office “%(name)s” is not in the list; it is added.", name=typed)
            )

    def _category(self, typed: str) -> int:
        found = self.categories.get(fold(typed))
        if found is None:
            raise _Wrong(_("There is no category “%(name)s”.", name=typed))
        return found

    def _days(self, typed: str) -> tuple[int, ...]:
        names = [name.strip() for name in _DAYS.split(typed) if name.strip()]
        return tuple(dict.fromkeys(self._day(name) for name in names))

    def _day(self, name: str) -> int:
        found = _DAY.fullmatch(name)
        try:
            if found:
                day, month = int(found[1]), int(found[2])
                years = {int(found[3])} if found[3] else {it.year for it in self.days}
                return next(
                    self.days[date(year, month, day)]
                    for year in years
                    if date(year, month, day) in self.days
                )
            if _SERIAL.fullmatch(name):
                return self.days[_EPOCH + timedelta(days=int(name))]
        except (ValueError, KeyError, StopIteration):
            pass
        raise _Wrong(_("“%(day)s” is no day of the event.", day=name))

    def _classes(self, typed: str) -> tuple[int, ...]:
        return _items(self.classes, "training", typed)

    def _wishes(self, typed: str) -> tuple[int, ...]:
        return _items(self.sites, "wishes", typed)

    def _email(self, row: Reading, cell: str) -> None:
        typed = clean(cell)
        if not typed:
            return
        address = typed.replace(" ", "")
        if address != typed:
            row.cleaned.append(Cleaned("email", typed, address, _("spaces were removed")))
        try:
            row.fields["email"] = contact.normalise_email(address)
        except contact.InvalidEmail:
            row.problems.append(("email", _("“%(text)s” is no e-mail address.", text=typed)))

    def _phone(self, row: Reading, cell: str) -> None:
        typed = clean(cell)
        if not typed:
            return
        number = typed
        if _LOST_ZERO.fullmatch(number):
            number = f"0{number}"
            row.cleaned.append(Cleaned("phone", typed, number, _("its first zero was lost")))
        elif _WITH_84.fullmatch(number):
            number = f"+{number}"
        try:
            row.fields["phone"] = _normalised_phone(number)
        except contact.InvalidPhone:
            row.problems.append(("phone", _("“%(text)s” is no telephone number.", text=typed)))


def _by_title(classes: Sequence[TrainingClass]) -> dict[str, set[int]]:
    """Folded title → the classes that it may mean. What people read comes before the draft, where
    titles may have been exchanged."""
    shown: dict[str, set[int]] = {}
    drafted: dict[str, set[int]] = {}
    for it in classes:
        for title in it.names:
            titles = shown if title in (it.title, it.title_en) else drafted
            titles.setdefault(fold(one_line(title)), set()).add(it.id)
    return drafted | shown


def _items(known: Mapping[str, Collection[int]], key: str, typed: str) -> tuple[int, ...]:
    # A title may hold a comma, so only ; and lines divide.
    ids: list[int] = []
    for name in filter(None, map(str.strip, _ITEMS.split(typed))):
        found = known.get(fold(name), ())
        if not found:
            raise _Wrong(
                _("“%(heading)s”: “%(name)s” is unknown.", heading=heading(key), name=name)
            )
        if len(found) > 1:
            raise _Wrong(
                _(
                    "“%(heading)s”: “%(name)s” is the name of several.",
                    heading=heading(key),
                    name=name,
                )
            )
        ids += found
    return tuple(dict.fromkeys(ids))


def _as_capital(letter: re.Match[str]) -> str:
    return letter[0].upper()


def _capitalised(name: str) -> str:
    """``NGUYỄN VĂN AN`` as ``Nguyễn Văn An``; H'HEN as H'Hen."""
    return re.sub(r"[^\W\d_]+", lambda it: it[0][0].upper() + it[0][1:].lower(), name)


@lru_cache(maxsize=4096)
def _nearest(folded: str, offices: Sequence[str]) -> str | None:
    return next(iter(get_close_matches(folded, offices, n=1, cutoff=_CLOSE)), None)


@lru_cache(maxsize=4096)
def _normalised_phone(number: str) -> str:
    return contact.normalise_phone(number)


_YES = frozenset({"x", "co", "yes", "y", "1", "true", "dung"})
_NO = frozenset({"khong", "no", "n", "0", "false", "sai"})


def _yes_or_no(typed: str) -> bool:
    folded = fold(typed)
    if folded in _YES or typed in {"✓", "✔"}:
        return True
    if folded in _NO or typed in {"-", "–"}:
        return False
    raise _Wrong(_("“%(text)s” is neither yes (x) nor no (empty).", text=typed))


def _language(typed: str) -> str:
    language = typed.lower()
    if language not in LANGUAGES:
        raise _Wrong(_("The language is vi or en, not “%(text)s”.", text=typed))
    return language

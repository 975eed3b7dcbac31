"""Answers to an event's own questions: read from what people type, and written for them.

An answer is plain JSON: a text, the key of an option, keys, a number (int, or decimal text), a day
(``YYYY-MM-DD``), the id of an AnswerFile; None for no answer. Files are neither read from text nor
written as it: see eventapp.questions.files.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from flask_babel import gettext as _

from eventapp.questions.models import Question, QuestionKind
from eventapp.text import clean_lines, fold

MAX_TEXT = 1_000
SEPARATOR = "; "
_ITEMS = re.compile(r"[;\n]")
_DAY = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}")
_SERIAL = re.compile(r"\d{5}")
_EPOCH = date(1899, 12, 30)  # day 0 of spreadsheet programs
_DIGITS = 15
_STORED_NUMBER = re.compile(r"-?\d{1,14}\.\d{0,13}[1-9]")


class WrongAnswer(ValueError):
    """The answer cannot be used; the text says why and what to do."""


def options_in(
    question: Question, language: str, also: Collection[str] = ()
) -> list[tuple[str, str]]:
    """(key, text) of the options that can be chosen, in their order; ``also`` retired ones."""
    return [
        (it["key"], label_of(it, language))
        for it in question.options
        if not it.get("retired") or it["key"] in also
    ]


def parse(question: Question, typed: str) -> Any:
    """An answer from one line or cell of text. Raises WrongAnswer.

    Options are known by their texts in either language, in any spelling that folds alike.
    """
    typed = clean_lines(typed)
    if not typed:
        return None
    match question.kind:
        case QuestionKind.CHOICE:
            return _key(question, typed)
        case QuestionKind.CHOICES:
            items = filter(None, map(str.strip, _ITEMS.split(typed)))
            return list(dict.fromkeys(_key(question, it) for it in items)) or None
        case QuestionKind.NUMBER:
            return _number(typed)
        case QuestionKind.DATE:
            return _date(typed)
    if len(typed) > MAX_TEXT:
        raise WrongAnswer(_("Use at most %(max)d characters.", max=MAX_TEXT))
    return typed


def check(question: Question, value: Any) -> Any:
    """An answer as it may be stored: what a form or JSON gave. Raises WrongAnswer."""
    if value in (None, "", []):
        return None
    keys = {it["key"] for it in question.options}
    match question.kind:
        case QuestionKind.CHOICE:
            if not isinstance(value, str) or value not in keys:
                raise WrongAnswer(_("Choose one of the list."))
            return value
        case QuestionKind.CHOICES:
            chosen = [str(it) for it in value] if isinstance(value, Sequence) else []
            if not chosen or isinstance(value, str) or not set(chosen) <= keys:
                raise WrongAnswer(_("Choose one of the list."))
            return list(dict.fromkeys(chosen))
        case QuestionKind.NUMBER if _STORED_NUMBER.fullmatch(str(value)):
            return value  # read as text again, 12.345 would be thousands
    return parse(question, str(value))


def text_of(question: Question, value: Any, language: str = "vi") -> str:
    """An answer for people to read, and as `parse` reads it back from a cell."""
    if value is None:
        return ""
    labels = {it["key"]: label_of(it, language) for it in question.options}
    match question.kind:
        case QuestionKind.CHOICE:
            return labels.get(value, "")
        case QuestionKind.CHOICES:
            return SEPARATOR.join(filter(None, (labels.get(it, "") for it in value)))
        case QuestionKind.NUMBER:
            whole, mark, fraction = str(value).partition(".")
            # Three digits alone would be read as thousands.
            fraction += "0" if len(fraction) == 3 and whole not in ("0", "-0") else ""
            return f"{whole}{mark and (',' if language == 'vi' else '.')}{fraction}"
        case QuestionKind.DATE:
            return f"{date.fromisoformat(value):%d/%m/%Y}"
    return str(value)


def is_asked(question: Question, category_id: int) -> bool:
    """Whether the question is asked of people of a category."""
    return not question.categories or category_id in {it.id for it in question.categories}


def label_of(option: Mapping[str, str], language: str) -> str:
    """What an option is called in ``vi`` or ``en``."""
    return (option.get("label_en") if language == "en" else "") or option["label"]


def _key(question: Question, typed: str) -> str:
    for option in question.options:
        texts = (option["label"], option.get("label_en", ""))
        if fold(typed) in {fold(it) for it in texts if it}:
            return option["key"]
    raise WrongAnswer(
        _(
            "“%(text)s” is not among the answers: %(answers)s.",
            text=typed[:80],
            answers=", ".join(it["label"] for it in question.options)[:300],
        )
    )


def _number(typed: str) -> int | str:
    """``1.234,5`` and ``1,234.5`` alike; a single mark before three digits divides thousands, but
    after nothing but a zero: ``0,125``."""
    text = typed.replace("\u00a0", "").replace(" ", "")
    last = max(text.rfind(","), text.rfind("."))
    marks = text.count(",") + text.count(".")
    if last >= 0:
        whole, fraction = text[:last], text[last + 1 :]
        is_decimal = marks == 1 and (len(fraction) != 3 or whole.strip("+-0") == "")
        both = "," in text and "." in text
        if is_decimal or both:
            text = f"{re.sub('[.,]', '', whole)}.{fraction}"
        else:
            text = re.sub("[.,]", "", text)
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise WrongAnswer(_("Enter a number such as 12 or 12,5.")) from None
    if not number.is_finite() or len(number.as_tuple().digits) > _DIGITS or abs(number) >= 10**15:
        raise WrongAnswer(_("Enter a number such as 12 or 12,5."))
    return int(number) if number == number.to_integral_value() else format(number.normalize(), "f")


def _date(typed: str) -> str:
    found = _DAY.fullmatch(typed)
    try:
        if found:
            return date(int(found[3]), int(found[2]), int(found[1])).isoformat()
        if _ISO.fullmatch(typed):
            return datetime.strptime(typed, "%Y-%m-%d").date().isoformat()  # noqa: DTZ007
        if _SERIAL.fullmatch(typed):
            return (_EPOCH + timedelta(days=int(typed))).isoformat()
    except ValueError:
        pass
    raise WrongAnswer(_("Enter a day such as 20/11/2026."))

"""Answers: read from what people type, written for them, and read back."""

from datetime import date
from decimal import Decimal

import pytest
from flask_babel import force_locale
from hypothesis import given
from hypothesis import strategies as st

from eventapp.events.models import Category
from eventapp.questions.answers import WrongAnswer, check, is_asked, parse, text_of
from eventapp.questions.models import Question, QuestionKind
from eventapp.tables.values import number_text
from eventapp.text import clean_lines

SIZES = [
    {"key": "1", "label": "Cỡ nhỏ", "label_en": "Small"},
    {"key": "2", "label": "Cỡ vừa", "label_en": "Medium"},
]


def question(kind: QuestionKind) -> Question:
    return Question(kind=kind, label="?", options=SIZES, categories=[])


@pytest.fixture(autouse=True)
def _in_english(app):  # type: ignore[no-untyped-def]
    with force_locale("en"):
        yield


@pytest.mark.parametrize(
    ("kind", "typed", "value"),
    [
        ("text", "  Ăn  chay ", "Ăn chay"),
        ("choice", "co vua", "2"),
        ("choice", "MEDIUM", "2"),
        ("choices", "Cỡ vừa; small\nCỡ nhỏ", ["2", "1"]),
        ("number", "12", 12),
        ("number", "1.234.567", 1234567),
        ("number", "1,234,567.5", "1234567.5"),
        ("number", "12,5", "12.5"),
        ("number", "-3", -3),
        ("number", "0,125", "0.125"),
        ("number", "-0.125", "-0.125"),
        ("number", ",125", "0.125"),
        ("date", "5/9/2026", "2026-09-05"),
        ("date", "2026-09-05", "2026-09-05"),
        ("date", "41229", "2012-11-16"),
        ("text", "", None),
        ("choices", " ; ", None),
    ],
)
def test_what_is_typed(kind, typed, value):  # type: ignore[no-untyped-def]
    assert parse(question(QuestionKind(kind)), typed) == value


@pytest.mark.parametrize(
    ("kind", "typed"),
    [
        ("choice", "Cỡ lớn"),
        ("choices", "Cỡ vừa; Cỡ lớn"),
        ("number", "mười"),
        ("number", "NaN"),
        ("number", "Infinity"),
        ("number", "1e400"),
        ("number", "9" * 16),
        ("date", "31/02/2026"),
        ("date", "2026-13-01"),
        ("date", "mai"),
        ("text", "x" * 1001),
    ],
)
def test_what_is_no_answer(kind, typed):  # type: ignore[no-untyped-def]
    with pytest.raises(WrongAnswer):
        parse(question(QuestionKind(kind)), typed)


@given(st.integers(-(10**8), 10**8), st.integers(0, 5), st.sampled_from(["vi", "en"]))
def test_a_number_comes_back(digits, decimals, language):  # type: ignore[no-untyped-def]
    asked = question(QuestionKind.NUMBER)
    number = parse(asked, f"{Decimal(digits).scaleb(-decimals):.6f}")
    assert Decimal(number) == Decimal(digits).scaleb(-decimals)
    assert check(asked, number) == number
    assert parse(asked, text_of(asked, number, language)) == number
    # As a workbook has it.
    assert parse(asked, number_text(str(float(number)))) == number


@given(st.dates(date(1900, 1, 1), date(2999, 12, 31)))
def test_a_day_comes_back(day):  # type: ignore[no-untyped-def]
    asked = question(QuestionKind.DATE)
    assert parse(asked, text_of(asked, day.isoformat())) == day.isoformat()


@given(st.text(max_size=200))
def test_a_text_comes_back_clean(typed):  # type: ignore[no-untyped-def]
    asked = question(QuestionKind.TEXT)
    assert parse(asked, typed) == (clean_lines(typed) or None)


@pytest.mark.parametrize("value", ["3", ["1"], 5])
def test_an_option_that_is_not_there_is_no_answer(value):  # type: ignore[no-untyped-def]
    with pytest.raises(WrongAnswer):
        check(question(QuestionKind.CHOICE), value)


def test_of_whom_it_is_asked():  # type: ignore[no-untyped-def]
    asked = question(QuestionKind.TEXT)
    assert is_asked(asked, 1)
    asked.categories = [Category(id=2, name="Khách")]
    assert not is_asked(asked, 1)
    assert is_asked(asked, 2)

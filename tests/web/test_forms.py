"""What WTForms refuses by itself is said in the language of the page, with what to do."""

import pytest
from flask import Flask
from flask_babel import force_locale
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import IntegerField, RadioField, SelectMultipleField, StringField, TimeField
from wtforms.validators import InputRequired, Length

from eventapp.web.forms import PageForm

CHOICES = [(1, "1"), (2, "2")]


class Garbage(PageForm):
    class Meta:
        csrf = False

    number = IntegerField()
    time = TimeField()
    one = RadioField(choices=CHOICES, coerce=int)
    some = SelectMultipleField(choices=CHOICES, coerce=int)
    more = SelectMultipleField(choices=CHOICES, coerce=int)
    text = StringField(validators=[Length(max=3)])
    letter = StringField(validators=[Length(max=1)])
    needed = StringField(validators=[InputRequired()])


SENT = {
    "number": "x",
    "time": "x",
    "one": "3",
    "some": ["3", "4"],
    "more": ["x"],
    "text": "four",
    "letter": "two",
}


def messages(language: str) -> dict[str, str]:
    with force_locale(language):
        form = Garbage(formdata=MultiDict(SENT))
        assert not form.validate()
        return {name: str(errors[-1]) for name, errors in form.errors.items()}


def test_in_vietnamese(app: Flask) -> None:
    with app.test_request_context():
        found = messages("vi")
    assert found == {
        "number": "Hãy nhập số nguyên.",
        "time": "Hãy nhập giờ, ví dụ 07:30.",
        "one": "Hãy chọn một mục trong danh sách.",
        "some": "Hãy chọn một mục trong danh sách.",
        "more": "Hãy chọn một mục trong danh sách.",
        "text": "Tối đa 3 ký tự.",
        "letter": "Tối đa 1 ký tự.",
        "needed": "Hãy điền mục này.",
    }


def test_in_english(app: Flask) -> None:
    with app.test_request_context():
        found = messages("en")
    assert found["number"] == "Enter a whole number."
    assert found["needed"] == "Fill this in."


@pytest.mark.usefixtures("app")
def test_every_form_speaks_so() -> None:
    ours = [it for it in descendants(FlaskForm) if it.__module__.startswith("eventapp.")]
    assert len(ours) > 5
    assert [it for it in ours if not issubclass(it, PageForm)] == []


def descendants(kind: type) -> list[type]:
    return [found for it in kind.__subclasses__() for found in (it, *descendants(it))]

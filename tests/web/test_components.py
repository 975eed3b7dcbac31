"""The components that pages are made of: forms that say what is wrong, templates without styles."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask, render_template_string
from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, FieldList, Form, FormField, RadioField, StringField
from wtforms.validators import InputRequired


class _Row(Form):
    name = StringField("Name", [InputRequired("Enter a name.")])


class _Sample(Form):
    title = StringField("Title", [InputRequired("Enter a title.")], description="In full.")
    consent = BooleanField("I agree", [InputRequired("Tick the box.")])
    day = RadioField("Day", [InputRequired("Choose a day.")], choices=[("1", "1"), ("2", "2")])
    rows = FieldList(FormField(_Row), min_entries=1)


def _render(app: Flask, source: str, form: Form) -> str:
    macros = '{% from "_macros/forms.html" import error_summary, field %}'
    with app.test_request_context("/?lang=en"):
        return render_template_string(macros + source, form=form)


def _wrong() -> _Sample:
    form = _Sample(MultiDict({"title": ""}))
    form.validate()
    return form


def test_a_field_has_its_label_and_help(app: Flask) -> None:
    html = _render(app, "{{ field(form.title, autocomplete='off') }}", _Sample())
    assert '<label for="title">Title</label>' in html
    assert 'aria-describedby="title-help"' in html
    assert 'autocomplete="off"' in html
    assert "aria-invalid" not in html


def test_a_wrong_field_names_its_errors(app: Flask) -> None:
    html = _render(app, "{{ field(form.title) }}", _wrong())
    assert 'aria-describedby="title-help title-errors"' in html
    assert 'aria-invalid="true"' in html
    assert '<ul class="field-errors" id="title-errors"><li>Enter a title.</li></ul>' in html


def test_a_checkbox_and_a_group_are_drawn_as_such(app: Flask) -> None:
    html = _render(app, "{{ field(form.consent) }}{{ field(form.day) }}", _wrong())
    assert re.search(r'<label class="choice">\s*<input[^>]*type="checkbox"', html)
    assert re.search(r'<fieldset class="field has-error" id="day"[^>]*>\s*<legend>Day', html)


def test_the_summary_links_to_every_wrong_field(app: Flask) -> None:
    html = _render(app, "{{ error_summary(form) }}", _wrong())
    assert re.findall(r'href="#([\w-]+)"', html) == ["title", "consent", "day", "rows-0-name"]


def test_no_summary_without_errors(app: Flask) -> None:
    assert "error-summary" not in _render(app, "{{ error_summary(form) }}", _Sample())


def test_the_style_guide_shows_every_component(sign_in: Callable[..., FlaskClient]) -> None:
    page = sign_in().get("/manage/styleguide?lang=en")
    assert page.status_code == 200
    for part in ("error-summary", "ranked", "place is-complete", "verdict-refused", "chart-line"):
        assert part in page.text


@pytest.mark.parametrize("attribute", [r"style=", r"on[a-z]+="])
def test_templates_have_nothing_that_the_content_policy_forbids(attribute: str, root: Path) -> None:
    found = [
        path.name
        for path in (root / "templates").rglob("*.html")
        if "/mail/" not in path.as_posix()
        and re.search(rf"<[^>{{]*\s{attribute}[\"']", path.read_text())
    ]
    assert found == []

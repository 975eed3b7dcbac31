"""Kinds of fields that forms about delegates share, and how what is typed into them is cleaned."""

import re
from collections.abc import Container
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import Field, SelectField, SelectMultipleField
from wtforms.validators import Length
from wtforms.widgets import CheckboxInput, ListWidget

from eventapp import text

NOT_CHOSEN = 0
ANOTHER = -1
"""The office that is not in the list: it is typed instead."""

_ID = re.compile(r"-?[0-9]{1,15}", re.ASCII)


def cleaned(value: str | None) -> str:
    """A line of text as it should be stored; a filter of fields."""
    return text.clean(value or "")


def cleaned_lines(value: str | None) -> str:
    """Lines of text as they should be stored; a filter of fields."""
    return text.clean_lines(value or "")


def at_most(number: int) -> Length:
    """Refuse longer texts than the column holds."""
    return Length(max=number, message=_l("Use at most %(max)d characters."))


class Ticks(SelectMultipleField):
    """Several of a few, as checkboxes."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class Chosen(Field):
    """One row of a long list, by its id. The template writes the list; the field only knows which
    ids stand in it, for making hundreds of options costs more than a registration."""

    widget = None  # type: ignore[assignment]

    def process_formdata(self, valuelist: list[str]) -> None:
        """An id, or nothing that could be chosen."""
        if valuelist:
            sent = valuelist[0]
            self.data = int(sent) if _ID.fullmatch(sent) else NOT_CHOSEN

    def among(self, known: Container[int]) -> None:
        """Take what does not stand in the list as not chosen."""
        if self.raw_data and self.data not in known:
            self.data = NOT_CHOSEN


def forget_nonsense(field: SelectField) -> None:
    """What a browser cannot have sent counts as not chosen, and is asked for again."""
    choices: Any = field.choices or ()
    known = {choice[0] for choice in choices}
    field.process_errors = []
    if isinstance(field, SelectMultipleField):
        field.data = [value for value in field.data or () if value in known]
    elif field.data not in known:
        field.data = NOT_CHOSEN

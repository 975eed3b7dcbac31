"""What forms of site visits do with what is typed into a field."""

import phonenumbers
from flask_babel import gettext as _
from wtforms import Field
from wtforms.validators import ValidationError

from eventapp import text


def line(value: str | None) -> str:
    """A line as it should be stored; a filter of fields."""
    return text.clean(value or "")


def lines(value: str | None) -> str:
    """Several lines as they should be stored; a filter of fields."""
    return text.clean_lines(value or "")


def number_of(typed: str) -> str | None:
    """A telephone number in E.164, or None when it is none that can be called."""
    try:
        number = phonenumbers.parse(typed, "VN")
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def can_be_called(_form: object, field: Field) -> None:
    """A validator: a number that can be called, or none."""
    if field.data and number_of(field.data) is None:
        raise ValidationError(_("This is not a telephone number. Write it like 0912 345 678."))

"""The form that all forms are: what WTForms itself refuses is said in our words and languages.

WTForms has no Vietnamese catalogue, and its messages say what is wrong rather than what to do.
"""

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm

_CHOOSE = _l("Choose one of the list.")
_IN_OUR_WORDS = {
    "Not a valid choice.": _CHOOSE,
    "Invalid Choice: could not coerce.": _CHOOSE,
    "'%(value)s' is not a valid choice for this field.": _CHOOSE,
    "'%(value)s' are not valid choices for this field.": _CHOOSE,
    "One or more data inputs could not be coerced.": _CHOOSE,
    "Invalid choice(s): one or more data inputs could not be coerced.": _CHOOSE,
    "Not a valid integer value.": _l("Enter a whole number."),
    "Not a valid date value.": _l("Enter a date such as 16/11/2012."),
    "Not a valid time value.": _l("Enter a time such as 07:30."),
    "Field cannot be longer than %(max)d character.": _l("Use at most %(max)d characters."),
    "Field cannot be longer than %(max)d characters.": _l("Use at most %(max)d characters."),
    "This field is required.": _l("Fill this in."),
}


class _Words:
    """WTForms' interface to a catalogue."""

    def gettext(self, message: str) -> str:
        return str(_IN_OUR_WORDS.get(message, message))

    def ngettext(self, singular: str, plural: str, n: int) -> str:
        return self.gettext(singular if n == 1 else plural)


class PageForm(FlaskForm):
    """A form with protection against forgery, in the language of the page."""

    class Meta(FlaskForm.Meta):
        """What all forms share."""

        def get_translations(self, form: Any) -> _Words:
            """WTForms' hook: where its messages are translated."""
            return _Words()

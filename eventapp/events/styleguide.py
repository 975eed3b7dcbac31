"""A form that shows every control in every state, for the style guide."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    EmailField,
    Form,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    SubmitField,
    TelField,
    TextAreaField,
)
from wtforms.validators import InputRequired
from wtforms.widgets import CheckboxInput, ListWidget

_DAYS = [(day, day) for day in ("16/11/2012", "17/11/2012")]
_SITES = [("", "–"), ("1", "Trung tâm dữ liệu tỉnh"), ("2", "Bộ phận một cửa điện tử")]
_OFFICES = [(office, office) for office in ("Sở Nội vụ", "Văn phòng UBND")]


class SampleForm(Form):
    """One field of each kind."""

    name = StringField(_l("Full name"), [InputRequired()])
    email = EmailField(_l("E-mail"), [InputRequired()], description=_l("We send your pass there."))
    phone = TelField(_l("Telephone"))
    office = SelectField(_l("Organisation"), choices=_OFFICES)
    day = RadioField(_l("Day"), [InputRequired()], choices=_DAYS)
    days = SelectMultipleField(
        _l("Days"), choices=_DAYS, widget=ListWidget(), option_widget=CheckboxInput()
    )
    first_wish = SelectField(_l("First wish"), choices=_SITES)
    second_wish = SelectField(_l("Second wish"), choices=_SITES)
    needs = TextAreaField(_l("Special needs"))
    consent = BooleanField(
        _l("I agree that my data are used to run this event."), [InputRequired()]
    )
    submit = SubmitField(_l("Save"))


def sample_form() -> SampleForm:
    """The form as somebody has filled it in, with one mistake."""
    form = SampleForm(
        data={
            "name": "Nguyễn Đình Đức",
            "email": "duc@",
            "day": _DAYS[0][0],
            "days": [_DAYS[0][0]],
            "first_wish": _SITES[1][0],
        }
    )
    form.email.errors = [_("This is not an e-mail address. Write it as name@place.vn.")]
    return form

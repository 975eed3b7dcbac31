"""A form that shows every control in every state, for the style guide."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, EmailField, Form, RadioField, SelectField, StringField
from wtforms.validators import InputRequired


class SampleForm(Form):
    """One field of each kind."""

    name = StringField(_l("Full name"), [InputRequired()])
    email = EmailField(_l("E-mail"), [InputRequired()], description=_l("We send your pass there."))
    office = SelectField(_l("Organisation"), choices=["Sở Nội vụ", "Văn phòng UBND"])
    day = RadioField(_l("Day"), [InputRequired()], choices=["16/11/2012", "17/11/2012"])
    consent = BooleanField(_l("I agree that my data are used to run this event."))


def sample_form() -> SampleForm:
    """The form as somebody has filled it in, with one mistake."""
    form = SampleForm(data={"name": "Nguyễn Đình Đức", "email": "duc@", "day": "16/11/2012"})
    form.email.errors = [_("This is not an e-mail address. Write it as name@place.vn.")]
    return form

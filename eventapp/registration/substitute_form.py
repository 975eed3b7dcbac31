"""The form by which somebody else is sent instead, for leads and organisers."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, EmailField, StringField, TelField, TextAreaField
from wtforms.validators import DataRequired

from eventapp.registration.fields import at_most, cleaned, cleaned_lines
from eventapp.registration.forms import DelegateFields
from eventapp.registration.substitution import Substitute
from eventapp.web.forms import PageForm


class SubstituteForm(PageForm):
    """Who comes instead."""

    name = StringField(
        _l("Full name"),
        [DataRequired(_l("Enter the full name, as it should stand on the badge.")), at_most(120)],
        filters=[cleaned],
        render_kw={"autocomplete": "off"},
    )
    position = StringField(
        _l("Position"),
        [DataRequired(_l("Enter the position, for example Head of division.")), at_most(300)],
        filters=[cleaned],
        render_kw={"autocomplete": "off"},
    )
    email = EmailField(_l("E-mail"), filters=[cleaned], render_kw={"autocomplete": "off"})
    phone = TelField(_l("Mobile phone"), filters=[cleaned], render_kw={"autocomplete": "off"})
    diet = StringField(_l("Diet"), [at_most(300)], filters=[cleaned], render_kw={"list": "diets"})
    needs = TextAreaField(
        _l("Special needs"), [at_most(500)], filters=[cleaned_lines], render_kw={"rows": 2}
    )
    needs_step_free = BooleanField(_l("Needs a way without steps (wheelchair, crutches)"))
    reason = StringField(_l("Reason"), [at_most(500)], filters=[cleaned])
    is_somebody_else = BooleanField(_l("This is another person of the same name"))

    validate_name = DelegateFields.validate_name
    validate_email = DelegateFields.validate_email
    validate_phone = DelegateFields.validate_phone
    needs_contact = False

    def __init__(self, **values: Any) -> None:
        """Empty but for ``values``, or what was sent."""
        super().__init__(data=values)
        for field in (self.name, self.position):
            field.flags.required = True

    def person(self) -> Substitute:
        """Who was typed. Call it on a valid form."""
        return Substitute(
            name=self.name.data or "",
            position=self.position.data or "",
            email=self.email.data or "",
            phone=self.phone.data or "",
            diet=self.diet.data or "",
            needs=self.needs.data or "",
            needs_step_free=bool(self.needs_step_free.data),
        )

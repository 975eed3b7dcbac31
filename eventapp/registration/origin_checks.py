"""What is checked of where delegates come from and how they are reached."""

from flask_babel import gettext as _
from wtforms import Field, StringField
from wtforms.validators import StopValidation, ValidationError

from eventapp import text
from eventapp.registration import contact, organisations
from eventapp.registration.choices import Choices
from eventapp.registration.fields import ANOTHER, NOT_CHOSEN, Chosen


class OfficeChecks:
    """Of a form with a delegation, an office of it from a list, and the name of one that is not."""

    choices: Choices
    delegation_id: Chosen
    organisation_id: Chosen
    organisation_typed: StringField

    def validate_delegation_id(self, field: Field) -> None:
        """Somebody comes from somewhere."""
        if field.data == NOT_CHOSEN:
            raise StopValidation(_("Choose the province or ministry you come from."))

    def validate_organisation_id(self, field: Field) -> None:
        """The office is one of the chosen delegation's, or is typed."""
        delegation = self.choices.delegation(self.delegation_id.data)
        typed = self.organisation_typed.data
        if delegation is None or (field.data in {NOT_CHOSEN, ANOTHER} and typed):
            return
        if field.data == ANOTHER:
            return  # said beside the typed name
        if field.data == NOT_CHOSEN:
            only = organisations.only_office(delegation)
            if only is not None:
                field.data = only.id  # a ministry is its own office
            elif not self.choices.offices(delegation):
                return  # nothing to choose: said beside the typed name
            else:
                raise StopValidation(
                    _("Choose your office, or “Another” and write its name below.")
                )
        office = next((it for it in self.choices.offices(delegation) if it.id == field.data), None)
        if office is None:
            raise StopValidation(
                _("This office does not belong to %(delegation)s.", delegation=delegation.name)
                + " "
                + _("Choose an office of the province or ministry above.")
            )
        if typed and text.fold(typed) != office.name_folded:
            raise StopValidation(
                _("Choose an office from the list or write one, not both: clear one of the two.")
            )

    def validate_organisation_typed(self, field: Field) -> None:
        """A name when none is chosen from the list."""
        if field.data and not text.fold(field.data):
            raise ValidationError(_("Write the name of the organisation in letters."))
        delegation = self.choices.delegation(self.delegation_id.data)
        nothing_listed = delegation is not None and not self.choices.offices(delegation)
        chosen = self.organisation_id.data
        if not field.data and (chosen == ANOTHER or (chosen == NOT_CHOSEN and nothing_listed)):
            raise ValidationError(_("Write the name of your organisation."))


class ContactChecks:
    """Of a form with an e-mail address and a telephone number."""

    needs_contact: bool

    def validate_email(self, field: Field) -> None:
        """An address that mail can go to."""
        if not field.data:
            if self.needs_contact:
                raise StopValidation(_("Enter an e-mail address: the pass is sent to it."))
            return
        try:
            field.data = contact.normalise_email(field.data)
        except contact.InvalidEmail:
            raise StopValidation(
                _("This is not an e-mail address. Write one such as ten@bacninh.gov.vn.")
            ) from None

    def validate_phone(self, field: Field) -> None:
        """A number that can be called."""
        if not field.data:
            if self.needs_contact:
                raise StopValidation(_("Enter a mobile phone number."))
            return
        try:
            field.data = contact.normalise_phone(field.data)
        except contact.InvalidPhone:
            raise StopValidation(
                _("This number cannot be called. Write all its digits, such as 0912 345 678,")
                + " "
                + _("or + and the country code for a foreign number.")
            ) from None

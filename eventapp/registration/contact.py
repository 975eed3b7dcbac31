"""E-mail addresses and telephone numbers, as typed and as stored."""

import unicodedata

import phonenumbers
from email_validator import EmailNotValidError, validate_email

HOME_REGION = "VN"


class InvalidEmail(ValueError):
    """Nobody can be reached at this address."""


class InvalidPhone(ValueError):
    """This is no telephone number that can be called."""


def normalise_email(typed: str) -> str:
    """The address in lower case and NFC; empty for an empty one. Raises InvalidEmail.

    Whether the domain exists is not asked: registration must work when the DNS does not.
    """
    typed = unicodedata.normalize("NFC", typed.strip())
    if not typed:
        return ""
    try:
        # Letters beyond ASCII before the @ need SMTPUTF8, which few servers have.
        found = validate_email(typed, check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError:
        raise InvalidEmail(typed) from None
    return found.normalized.lower()


def normalise_phone(typed: str) -> str:
    """The number in E.164, without + read as Vietnamese; empty for an empty one.

    Raises InvalidPhone. Extensions cannot be stored and are refused rather than dropped.
    """
    typed = typed.strip()
    if not typed:
        return ""
    try:
        number = phonenumbers.parse(typed, HOME_REGION)
    except phonenumbers.NumberParseException:
        raise InvalidPhone(typed) from None
    if number.extension or not phonenumbers.is_valid_number(number):
        raise InvalidPhone(typed)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)

"""What became of somebody who came unregistered, and what a supervisor can do, in words."""

from flask_babel import gettext as _
from sqlalchemy import select

from eventapp.database import db
from eventapp.registration import quota_words
from eventapp.registration.models import Quota


def why(reasons: str) -> str:
    """What stands against it and what comes next; empty where everything went well.

    ``reasons`` are those of `WalkIn.why`.
    """
    return " ".join(_sentence(*it.partition(":")[::2]) for it in reasons.split())


def settled() -> str:
    """With what a scan is settled whose badge was of somebody not registered yet."""
    return str(_("The badge was written at the door; its holder has been registered since."))


def _sentence(reason: str, about: str) -> str:
    match reason:
        case "full":
            return _full(about)
        case "waits":
            return str(
                _(
                    "No place is left: the person is on the waitlist. Ask an organiser for a place "
                    "(page Places); from then on their badge is valid."
                )
            )
        case "pending":
            return str(
                _(
                    "Registered, but this category needs approval. Ask an organiser to approve them"
                    " on the page Delegates; from then on their badge is valid."
                )
            )
        case "same_person":
            return str(
                _(
                    "This person is registered already. Let them in by name, and print their badge "
                    "again if they do not have it."
                )
            )
        case "namesake":
            return str(
                _(
                    "Somebody of this name is registered from this office. If it is the same "
                    "person, let them in by name. If it is somebody else, an organiser adds them on"
                    " the page Delegates."
                )
            )
        case "missing":
            return _missing(about)
        case "no_such":
            return str(
                _(
                    "The category or the delegation is no longer there. Enter the person again, "
                    "with one of those that are offered now."
                )
            )
        case "code_taken":
            return str(
                _(
                    "The code written on their badge is somebody else's. Print them a badge, and "
                    "take the written one away."
                )
            )
        case "wrong":
            return _wrong(about)
    return str(_("The entry could not be read. Enter the person again."))


def _full(ids: str) -> str:
    numbers = [int(it) for it in ids.split(",") if it.isdigit()]
    quotas = db.session.scalars(select(Quota).where(Quota.id.in_(numbers)).order_by(Quota.id))
    names = "; ".join(quota_words.name_of(it) for it in quotas)
    return str(
        _(
            "No place is left (%(names)s), so the person is not registered. Send them to the "
            "organisers, who can give one more place on the page Delegates.",
            names=names or _("the whole event"),
        )
    )


def _missing(field: str) -> str:
    if field == "name":
        return str(_("The name is missing. Enter the person again."))
    if field == "category":
        return str(_("The category is missing. Enter the person again."))
    return str(_("The office is missing. Enter the person again."))


def _wrong(field: str) -> str:
    if field == "email":
        return str(
            _("Registered without the e-mail address, which is not a valid one. Correct it later.")
        )
    return str(_("Registered without the telephone number, which is not valid. Correct it later."))

"""Letters to leads, added to the transaction in progress and composed when they are sent."""

from enum import StrEnum
from typing import Any

from eventapp.mail import links, outbox
from eventapp.registration.models import Delegation


class LeadLetter(StrEnum):
    """What a letter to a lead is about."""

    INVITATION = "lead_invitation"
    REMINDER = "lead_reminder"
    SUBMITTED = "lead_submitted"
    DECIDED = "lead_decided"  # a request was accepted or declined


def tell_lead(delegation: Delegation, kind: LeadLetter, **details: Any) -> None:
    """Write to the lead of a delegation, if there is an address."""
    if not delegation.lead_email:
        return
    outbox.add(
        outbox.ToCompose(
            kind=kind,
            to_address=delegation.lead_email,
            to_name=delegation.lead_name,
            event_id=delegation.event_id,
            delegation_id=delegation.id,
            details=details,
        ),
        host=outbox.host_of(links.base_url()),
    )

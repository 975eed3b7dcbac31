"""Letters to leads, added to the transaction in progress and composed when they are sent."""

import uuid
from enum import StrEnum
from typing import Any

from eventapp.database import db
from eventapp.mail import links, outbox
from eventapp.mail.models import Message
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
    db.session.add(
        Message(
            event_id=delegation.event_id,
            delegation_id=delegation.id,
            kind=kind,
            message_id=f"<{uuid.uuid4().hex}@{outbox.host_of(links.base_url())}>",
            to_address=delegation.lead_email,
            to_name=delegation.lead_name[:200],
            details=details,
        )
    )

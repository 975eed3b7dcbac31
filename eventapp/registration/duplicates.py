"""The same person twice: the same name with the same e-mail address, or in the same office.

Names are compared folded (eventapp.text), so that Hòa, Hoà and HOA are one. An e-mail address
alone proves nothing: whole offices share one.
"""

from sqlalchemy import bindparam, select

from eventapp import text
from eventapp.database import db
from eventapp.registration.details import DelegateData
from eventapp.registration.errors import AlreadyRegistered, SameNameAndOffice
from eventapp.registration.models import GONE, Delegate

_NAMESAKES = select(Delegate.id, Delegate.email, Delegate.organisation_id).where(
    Delegate.event_id == bindparam("event_id"),
    Delegate.name_folded == bindparam("name"),
    Delegate.status.not_in(GONE),
)


def check_new(event_id: int, data: DelegateData, *, is_somebody_else: bool = False) -> None:
    """Refuse somebody who is registered already.

    Raises AlreadyRegistered for the same name and address, and SameNameAndOffice for a namesake
    in the same office, unless that ``is_somebody_else``.
    """
    given = {"event_id": event_id, "name": text.fold(data.name)[:300]}
    rows = db.session.connection().execute(_NAMESAKES, given).all()
    for row in rows:
        if data.email and row.email == data.email:
            raise AlreadyRegistered(row.id)
    if is_somebody_else or data.organisation_id is None:
        return
    for row in rows:
        if row.organisation_id == data.organisation_id:
            raise SameNameAndOffice(row.id)

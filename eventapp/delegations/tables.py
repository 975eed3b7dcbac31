"""A lead's whole table at once: done while the list is open, asked for once it is frozen."""

from collections.abc import Callable
from dataclasses import asdict, dataclass

from sqlalchemy import select

from eventapp.accounts import audit
from eventapp.database import db, now, transaction
from eventapp.delegations.changes import Frozen
from eventapp.delegations.freezing import is_frozen
from eventapp.delegations.models import ChangeRequest, Decision, RequestKind
from eventapp.delegations.service import locked
from eventapp.registration.importing import applying
from eventapp.registration.importing.applying import HasWrongRows, Imported, PlanChanged
from eventapp.registration.importing.plan import Plan, PlannedRow, Progress, Verdict
from eventapp.registration.quota import Ledger
from eventapp.registration.service import By, Consent


@dataclass(frozen=True, slots=True)
class Handled:
    """What became of a table: what was done, or how many requests it made."""

    imported: Imported | None = None
    asked: int = 0


def apply(
    event_id: int,
    delegation_id: int,
    make_plan: Callable[[Ledger], Plan],
    *,
    digest: str,
    consent: Consent,
    skips_wrong: bool,
    progress: Progress = lambda done, of: None,
) -> Handled:
    """Do a plan that was confirmed, or ask for it. Raises PlanChanged, HasWrongRows."""

    def checked(ledger: Ledger) -> Plan:
        if is_frozen(locked(event_id, delegation_id), now()):
            raise Frozen(delegation_id)
        return make_plan(ledger)

    try:
        done = applying.apply(
            event_id,
            checked,
            digest=digest,
            by=By.LEAD,
            consent=consent,
            skips_wrong=skips_wrong,
            progress=progress,
        )
    except Frozen:
        return Handled(asked=_ask(event_id, delegation_id, make_plan, digest, consent, skips_wrong))
    return Handled(done)


def _ask(
    event_id: int,
    delegation_id: int,
    make_plan: Callable[[Ledger], Plan],
    digest: str,
    consent: Consent,
    skips_wrong: bool,
) -> int:
    with transaction():
        plan = make_plan(Ledger(event_id))
        if plan.digest != digest:
            raise PlanChanged(plan)
        if plan.counts.get(Verdict.WRONG) and not skips_wrong:
            raise HasWrongRows(plan)
        asked_about = set(
            db.session.scalars(
                select(ChangeRequest.delegate_id).filter_by(
                    delegation_id=delegation_id, decision=Decision.WAITING
                )
            )
        )
        requests = [
            ChangeRequest(
                event_id=event_id,
                delegation_id=delegation_id,
                kind=_kind(row),
                delegate_id=row.stored.id if row.stored else None,
                held_place_id=row.fills,
                data=asdict(row.data),
                consent_version=consent.version,
            )
            for row in (*plan.of(Verdict.NEW), *plan.of(Verdict.CHANGED))
            if row.data is not None and (row.stored is None or row.stored.id not in asked_about)
        ]
        db.session.add_all(requests)
        db.session.flush()
        for request in requests:
            audit.record("ask", "change_request", request.id, event_id=event_id, note=request.kind)
        return len(requests)


def _kind(row: PlannedRow) -> RequestKind:
    if row.stored is not None:
        return RequestKind.EDIT
    return RequestKind.FILL if row.fills is not None else RequestKind.ADD

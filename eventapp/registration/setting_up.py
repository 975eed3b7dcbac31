"""The delegations that a preset knows, as rows of an event."""

from sqlalchemy import func, select

from eventapp import text
from eventapp.database import db
from eventapp.events.presets import Preset
from eventapp.registration.models import Delegation, Organisation, Province

OTHER = "Cơ quan, đơn vị khác"
_LAST = 10_000


def add_delegations(event_id: int, preset: Preset) -> int:
    """Add those that the event has not yet, within the transaction in progress; how many.

    Ministries first, then provinces by their codes, then the one for whoever comes from elsewhere.
    """
    for province in preset.provinces:
        if db.session.get(Province, province.code) is None:
            db.session.add(
                Province(
                    code=province.code,
                    name=province.name,
                    kind=province.kind,
                    region=province.region,
                )
            )
    db.session.flush()
    entries: list[tuple[str, str | None, tuple[str, ...]]] = [
        (name, None, (name,)) for name in preset.central_organisations
    ]
    entries += [(it.name, it.code, preset.provincial_organisations) for it in preset.provinces]
    present = set(db.session.scalars(select(Delegation.name).filter_by(event_id=event_id)))
    codes = set(db.session.scalars(select(Delegation.province_code).filter_by(event_id=event_id)))
    last = select(func.max(Delegation.position)).filter_by(event_id=event_id, is_other=False)
    position = db.session.scalar(last) or 0
    added = 0
    for name, code, offices in entries:
        if name in present or (code and code in codes):
            continue
        position += 1
        added += 1
        db.session.add(
            Delegation(
                event_id=event_id,
                name=name,
                province_code=code,
                position=position,
                organisations=[
                    Organisation(
                        name=office,
                        name_folded=text.fold(office),
                        sort_key=text.collate(office),
                        position=order,
                    )
                    for order, office in enumerate(offices, start=1)
                ],
            )
        )
    has_other = select(Delegation.id).filter_by(event_id=event_id, is_other=True)
    if db.session.scalar(has_other) is None:
        db.session.add(Delegation(event_id=event_id, name=OTHER, position=_LAST, is_other=True))
    db.session.flush()
    return added

"""What the control room is told by eventapp.checkin.live: a part of the page for each bus.

Telephones are only in what is made for whoever may see them: organisers, and a leader those of
their own groups.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from flask import current_app
from flask_babel import force_locale

from eventapp.checkin import arrivals, control, control_words, live
from eventapp.checkin.live import Kind, Snapshot, View
from eventapp.database import now

CONTROL = "control"
EVERYTHING = "*"
"""In place of the groups whose telephones are shown: those of all."""
_LONGEST_S = 15 * 60
_STEP_S = 10.0


def about(group_ids: Collection[int] | None) -> tuple[str, ...]:
    """What a view says of whose telephones it shows; None is everybody's."""
    return (EVERYTHING,) if group_ids is None else tuple(str(it) for it in sorted(group_ids))


def shown(
    snapshot: Snapshot, language: str, moment: datetime, whose: Collection[str]
) -> dict[str, Any]:
    """What the template shows, within the language."""
    facts = snapshot.facts
    found = control.parties(facts, snapshot.passed, snapshot.rolls, snapshot.devices, moment)
    return {
        "facts": facts,
        "zone": facts.zone,
        "bodies": {it.id: it.name for it in facts.bodies},
        "parties": found,
        "totals": control.totals(found),
        "whose": frozenset(whose),
        "say": control_words,
        "now": moment,
        "locale": language,
        "layout": _layout(found),
    }


def slots(page: dict[str, Any]) -> dict[str, str]:
    """The parts of the page that change, as HTML, without a request."""
    template = current_app.jinja_env.get_template("checkin/_control.html")
    module: Any = template.make_module(page)
    parts = {"totals": module.totals_part()}
    for party in page["parties"]:
        parts[f"phones-{party.way.group_id}"] = module.phones_part(party)
        for unit in party.units:
            parts[f"unit-{unit.key}"] = module.unit_part(unit, party)
    return {name: str(html).strip() for name, html in parts.items()}


def _layout(found: Collection[control.Party]) -> str:
    """Another one when the page must be drawn anew."""
    return arrivals.digest([(it.way, [unit.key for unit in it.units], it.has_legs) for it in found])


def _content(snapshot: Snapshot, view: View) -> dict[str, Any]:
    with force_locale(view.language):
        page = shown(snapshot, view.language, now(), view.about)
        return {"layout": page["layout"], "slots": slots(page)}


live.kinds[CONTROL] = Kind(_content, longest=_LONGEST_S, period=_STEP_S)

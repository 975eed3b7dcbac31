"""The organisers' menu: one list, filtered by what the user may do."""

from dataclasses import dataclass
from typing import Any

from flask import Flask, current_app, g, request, url_for
from flask_babel import lazy_gettext
from flask_login import current_user

from eventapp.accounts.permissions import Access, allows


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the menu."""

    label: Any
    url: str
    icon: str
    active: bool


# (label, endpoint, icon, what it takes), in the order of the menu
_EVENT_PAGES = (
    (lazy_gettext("Dashboard"), "reports.dashboard", "chart", Access.ORGANISE),
    (lazy_gettext("Delegates"), "delegates.index", "people", Access.ORGANISE),
    (lazy_gettext("Delegations"), "delegations.index", "place", Access.ORGANISE),
    (lazy_gettext("Places"), "places.index", "seat", Access.ORGANISE),
    (lazy_gettext("Protocol"), "protocol.index", "order", Access.ORGANISE),
    (lazy_gettext("Programme"), "programme.manage", "calendar", Access.ORGANISE),
    (lazy_gettext("Site visits"), "visits.index", "bus", Access.VIEW_GROUPS),
    (lazy_gettext("Roll call"), "checkin.roll_call", "tick", Access.CALL_ROLL),
    (lazy_gettext("Check-in"), "checkin.desk", "scan", Access.CHECK_IN),
    (lazy_gettext("Arrivals board"), "checkin.arrivals", "arrivals", Access.CHECK_IN),
    (lazy_gettext("Devices"), "checkin.devices", "device", Access.ORGANISE),
    (lazy_gettext("Badges"), "badges.index", "badge", Access.ORGANISE),
    (lazy_gettext("Papers"), "papers.index", "print", Access.ORGANISE),
    (lazy_gettext("Certificates"), "certificates.index", "certificate", Access.ORGANISE),
    (lazy_gettext("Mailbox"), "mailbox.index", "mail", Access.ORGANISE),
    (lazy_gettext("Change log"), "audit.index", "history", Access.ORGANISE),
    (lazy_gettext("Team"), "team.index", "team", Access.ORGANISE),
    (lazy_gettext("Settings"), "settings.edit", "settings", Access.ORGANISE),
)
# Pages of a later feature that stand among those of an earlier one.
_UNDER = {"checkin.control": "visits.index", "feedback.show": "visits.index"}


def entries() -> list[Entry]:
    """The menu for the signed-in user on this page; empty outside an event."""
    event = g.get("event")
    if event is None or not current_user.is_authenticated:
        return []
    endpoint = request.endpoint or ""
    endpoint = _UNDER.get(endpoint, endpoint)
    return [
        Entry(
            label=label,
            url=url_for(target, event=event.slug),
            icon=icon,
            active=endpoint == target or _same_feature(endpoint, target),
        )
        for label, target, icon, access in _EVENT_PAGES
        if target in current_app.view_functions
        and allows(access, is_administrator=current_user.is_administrator, role=g.get("role"))
    ]


def _same_feature(endpoint: str, target: str) -> bool:
    blueprint = endpoint.rpartition(".")[0]
    alone = sum(page[1].startswith(f"{blueprint}.") for page in _EVENT_PAGES) == 1
    return bool(blueprint) and alone and target.startswith(f"{blueprint}.")


def init_app(app: Flask) -> None:
    """Give templates ``navigation``, the menu as a list of entries."""

    @app.context_processor
    def menu() -> dict[str, Any]:
        return {"navigation": entries()}

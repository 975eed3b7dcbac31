"""What the board and the hall's screens are told by eventapp.checkin.live, in numbers.

Numbers alone keep the answers small. What they belong to stands in the page; when that is another
(`layout`), the page fetches itself anew.
"""

from datetime import datetime
from typing import Any

from flask import current_app
from flask_babel import force_locale

from eventapp.checkin import arrival_words, arrivals, live
from eventapp.checkin import flow as flows
from eventapp.checkin.arrivals import Place, State, Tile, Total
from eventapp.checkin.live import Kind, Snapshot, View
from eventapp.database import now

BOARD, SCREEN = "board", "screen"
_BOARD_S, _SCREEN_S = 15 * 60, 12 * 60 * 60
_BOARD_STEP_S = 10.0

SLOTS = ("figures", "chart", "minutes", "desks", "points")
"""Parts of the board that are written here and replaced as they are."""


def place_of(snapshot: Snapshot, key: str) -> Place | None:
    """The place of that key; the usual one for none."""
    facts = snapshot.facts
    return facts.place(key) if key else facts.usual_place(now())


def board(snapshot: Snapshot, place: Place, language: str, moment: datetime) -> dict[str, Any]:
    """What the board's template shows of a place."""
    facts, passed = snapshot.facts, snapshot.passed
    tiles = arrivals.tiles(facts, passed, place)
    flow = flows.flow(
        facts, passed, snapshot.served, snapshot.last, snapshot.devices, place, moment
    )
    total = arrivals.total(tiles)
    return {
        "facts": facts,
        "place": place,
        "label": arrival_words.label(place, language),
        "tiles": tiles,
        "total": total,
        "inside": arrivals.inside(passed, place) if place.counts_both_ways else None,
        "flow": flow,
        "most": max((it.people for it in flow.bars), default=0),
        "say": arrival_words,
        "now": moment,
        "locale": language,
        "layout": _layout(tiles, place, facts.points),
    }


def slots(shown: dict[str, Any]) -> dict[str, str]:
    """The parts of the board, as HTML, without a request."""
    template = current_app.jinja_env.get_template("checkin/_flow.html")
    module: Any = template.make_module(shown)
    return {name: str(getattr(module, name)()).strip() for name in SLOTS}


def on_screen(tiles: list[Tile]) -> list[Tile]:
    """Those that a screen shows: of whom somebody is expected, or there."""
    return [it for it in tiles if it.expected or it.extra]


def layout_of_screen(tiles: list[Tile], place: Place) -> str:
    """Another one when a screen must be drawn anew."""
    return arrivals.digest(place.key, [(it.body.id, it.body.name) for it in tiles])


def _layout(tiles: list[Tile], place: Place, points: object) -> str:
    people = [
        (it.body, (it.head.id, it.head.name, it.head.position, it.head.phone) if it.head else None)
        for it in tiles
    ]
    return arrivals.digest(place, people, points)


def _numbers(tiles: list[Tile]) -> list[list[int]]:
    return [[it.body.id, it.expected, it.arrived, it.extra, head_of(it)] for it in tiles]


def head_of(tile: Tile) -> int:
    """Whether the head is here, as a number: 2 yes, 1 not yet, 0 there is none."""
    return 0 if tile.head is None else 2 if tile.head_is_here else 1


def _total(total: Total) -> dict[str, int]:
    return {
        "expected": total.expected,
        "arrived": total.arrived,
        "extra": total.extra,
        "missing": total.missing,
        "complete": total.complete,
        "of": total.of,
        "heads": total.heads,
        "heads_here": total.heads_here,
    }


def _board(snapshot: Snapshot, view: View) -> dict[str, Any]:
    place = place_of(snapshot, view.about[0])
    if place is None:
        return {"layout": "", "tiles": [], "total": {}, "slots": {}}
    with force_locale(view.language):
        shown = board(snapshot, place, view.language, now())
        return {
            "layout": shown["layout"],
            "tiles": _numbers(shown["tiles"]),
            "total": {**_total(shown["total"]), "inside": shown["inside"]},
            "slots": slots(shown),
        }


def _screen(snapshot: Snapshot, view: View) -> dict[str, Any]:
    place = place_of(snapshot, view.about[0])
    if place is None:
        return {"layout": "", "tiles": [], "total": {}}
    tiles = on_screen(arrivals.tiles(snapshot.facts, snapshot.passed, place))
    return {
        "layout": layout_of_screen(tiles, place),
        "tiles": _numbers(tiles),
        "total": _total(arrivals.total(tiles)),
    }


live.kinds[BOARD] = Kind(_board, longest=_BOARD_S, period=_BOARD_STEP_S)
live.kinds[SCREEN] = Kind(_screen, longest=_SCREEN_S, period=60.0)

__all__ = ["BOARD", "SCREEN", "State", "board", "head_of", "layout_of_screen", "place_of", "slots"]

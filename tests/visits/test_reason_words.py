"""Why somebody is in their group, in words: to organisers with names, to the delegate without."""

import pytest
from flask_babel import force_locale

from eventapp.extensions import db
from eventapp.visits import service
from eventapp.visits.models import SeatSource
from eventapp.visits.naming import Names
from eventapp.visits.reason_words import reason_said, why
from tests.builders import build_delegate
from tests.visits.groups import build_group, chosen

NAMES = Names({7: "Trần Thị Lê"}, {1: "A", 2: "B", 3: "C"}, {1: "Chùa Dâu", 2: "Làng gốm"}, {})


def said(reason, *, to_organisers=True):
    reason = {"group": 3, "site": 2, "wishes": 2, **reason}
    with force_locale("en"):
        return reason_said(reason, NAMES, to_organisers=to_organisers)


@pytest.mark.parametrize(
    ("reason", "head"),
    [
        ({"rank": 1}, "The first wish."),
        ({"rank": 2}, "Wish 2 of 2."),
        ({}, "None of the wishes could be met (2)."),
        ({"wishes": 0}, "No wishes were given."),
        ({"taken_over": True}, "Taken over from an earlier registration."),
        ({"pinned": True}, "The organisers have decided on this group."),
        ({"rank": 1, "kept_with": 4}, "The first wish. Kept together with others: 4."),
    ],
)
def test_the_gist(app, reason, head):
    assert said(reason).head == head


FULL = {"seats": 40, "reserved": 2, "pinned": 3, "keener": 30, "as_keen": 7, "less_keen": 0}


@pytest.mark.parametrize(
    ("obstacle", "text"),
    [
        ({"kind": "no_group"}, "no group goes there"),
        ({"kind": "not_step_free", "group": 1}, "group A has no way without steps"),
        ({"kind": "cannot_join", "group": 1}, "does not fit the days or the training"),
        ({"kind": "never_in", "group": 1}, "a rule keeps them out of group A"),
        (
            {"kind": "never_with", "group": 1, "people": [7], "count": 1},
            "in group A are people to keep apart: Trần Thị Lê",
        ),
        ({"kind": "others_cannot", "group": 1}, "worse for those who are to stay together"),
        (
            {"kind": "full", "group": 1, "free": 0, "seated": FULL},
            "group A was full, with seats for 40 (decided beforehand: 3, for whom it was a better "
            "wish: 30, for whom it was an equal wish: 7, besides seats that are reserved: 2)",
        ),
        ({"kind": "full", "group": 1, "free": 2, "seated": FULL}, "too few free seats"),
        ({"kind": "site_full", "group": 1}, "the site admits no more people"),
        ({"kind": "slot_full", "group": 1}, "the site admits no more people"),
        ({"kind": "not_running", "group": 1}, "group A does not go: too few people"),
        ({"kind": "needed", "group": 1}, "the present group would have too few people"),
        ({"kind": "aim_first", "group": 1, "aim": "together"}, "delegations kept together"),
        ({"kind": "wishes_of_others", "group": 1}, "worse for those who are to stay together"),
        ({"kind": "not_aimed_at", "group": 1}, "no better by all that matters"),
        ({"kind": "not_proven", "group": 1}, "was not found in the time"),
    ],
)
def test_each_that_stood_in_the_way(app, obstacle, text):
    (line,) = said({"rank": 2, "obstacles": [{"site": 1, **obstacle}]}).lines
    assert line.startswith("Wish 1, Chùa Dâu: ")
    assert text in line


def test_groups_with_the_same_in_the_way_are_named_together(app):
    obstacles = [
        {"kind": "aim_first", "site": 1, "group": group, "aim": "together", "worse": group}
        for group in (1, 2)
    ]
    (line,) = said({"rank": 2, "obstacles": obstacles}).lines
    assert line.count("delegations kept together") == 1
    assert "group A, B" in line


@pytest.mark.parametrize("kind", ["never_with", "never_in"])
def test_a_delegate_is_told_of_nobody_else(app, kind):
    obstacle = {"kind": kind, "site": 1, "group": 1, "people": [7], "count": 1}
    (line,) = said({"rank": 2, "obstacles": [obstacle]}, to_organisers=False).lines
    assert line == "Wish 1, Chùa Dâu: the organisers have decided against group A."


@pytest.mark.parametrize(
    ("source", "text"),
    [
        (SeatSource.ORGANISER, "The organisers have decided on this group."),
        (SeatSource.SWAP, "By a swap of seats."),
        (SeatSource.WAITLIST, "From the waitlist of the group."),
        (SeatSource.RUN, "By the wishes, first come, first served."),
    ],
)
def test_a_seat_that_no_run_explains(event, source, text):
    group, person = build_group(event), build_delegate(event)
    service.assign(event, group.id, chosen(person.id))
    seat = service.seat_of(person.id)
    seat.source, seat.reason = source, {"group": group.id + 1, "wishes": 1, "rank": 1}
    db.session.commit()
    with force_locale("en"):
        assert why(service.seat_of(person.id), event.id, to_organisers=True).head == text

"""The form of a group: buses and stops row by row, colours, what is refused, what is only said."""

from html import unescape

import pytest

from eventapp.extensions import db
from eventapp.visits import service
from eventapp.visits.models import VisitGroup
from tests.builders import at, build_delegate
from tests.conftest import post
from tests.visits.groups import build_group, chosen

INDEX = "/manage/hoi-nghi/visits"
NEW = f"{INDEX}/groups/new?lang=en"


def typed(event, **changes):
    return {
        "letter": "C",
        "site": event.sites[1].id,
        "capacity": "40",
        "colour": "#1b6e3c",
        "reserved": "2",
        "minimum": "10",
        "is_step_free": "y",
        "guide_name": "Vũ Thị Hướng",
        "guide_phone": "0912 345 679",
        "day": event.days[1].id,
        "departs": "08:00",
        "returns": "11:00",
        **row("buses", 0, label="Xe 1", plate="99B-012.34", seats="20", driver_name="Lê Lái"),
        **row("buses", 1, label="Xe 2", seats="20", driver_phone="0912 345 670"),
        **row("buses", 2, label="", plate="", seats=""),
        **row("stops", 0, name="Cổng làng", name_en="Gate", arrives="08:30", leaves="09:00"),
        **row("stops", 1, name="Đền", arrives="09:30", leaves="10:30"),
        **changes,
    }


def row(name, number, /, **values):
    return {f"{name}-{number}-{field}": value for field, value in {"id": "", **values}.items()}


def test_add_a_group_with_two_buses_and_two_stops(organiser, event):
    assert post(organiser, NEW, typed(event)).status_code == 302
    group = db.session.query(VisitGroup).one()
    assert (group.colour, group.reserved, group.minimum) == ("#1b6e3c", 2, 10)
    assert (group.guide_name, group.guide_phone) == ("Vũ Thị Hướng", "+84912345679")
    assert group.is_step_free
    assert [(it.label, it.plate, it.seats) for it in group.buses] == [
        ("Xe 1", "99B-012.34", 20),
        ("Xe 2", "", 20),
    ]
    assert group.buses[1].driver_phone == "+84912345670"
    day = event.days[1].date
    assert [(it.name, it.name_en, it.arrives_at, it.leaves_at) for it in group.stops] == [
        ("Cổng làng", "Gate", at(day, 8, 30), at(day, 9)),
        ("Đền", "", at(day, 9, 30), at(day, 10, 30)),
    ]


def test_the_form_of_a_group_shows_what_was_typed(organiser, event):
    post(organiser, NEW, typed(event))
    group_id = db.session.query(VisitGroup).one().id
    address = f"{INDEX}/groups/{group_id}/edit?lang=en"
    page = organiser.get(address).text
    for value in ("Xe 1", "99B-012.34", "Xe 2", "Cổng làng", "08:30", "Vũ Thị Hướng"):
        assert f'value="{value}"' in page
    ids = [it.id for it in db.session.get_one(VisitGroup, group_id).buses]
    changed = typed(event, **{"buses-0-id": ids[0], "buses-1-id": ids[1], "buses-0-label": "Xe 9"})
    assert post(organiser, address, changed).status_code == 302
    db.session.rollback()
    assert [(it.id, it.label) for it in db.session.get_one(VisitGroup, group_id).buses] == [
        (ids[0], "Xe 9"),
        (ids[1], "Xe 2"),
    ]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"reserved": "41"}, "There are not so many seats to reserve."),
        ({"minimum": "41"}, "There are not so many seats in the group."),
        ({"guide_phone": "gọi sau"}, "This is not a telephone number."),
        ({"buses-0-driver_phone": "12"}, "This is not a telephone number."),
        ({"buses-1-label": "xe 1"}, "Another bus of the group has this name."),
        ({"buses-2-plate": "99B-1"}, "Enter what people look for, for example Bus 2."),
        ({"buses-0-seats": "-1"}, "Enter a number of seats from 0 to 10,000."),
        ({"stops-0-name": ""}, "Enter where the stop is."),
        ({"stops-0-arrives": "07:00"}, "The stop must come after the departure."),
        ({"stops-1-leaves": "11:30"}, "The stop must come before the return."),
        ({"stops-1-arrives": "08:45"}, "The group is still at an earlier stop then."),
        ({"stops-0-leaves": "08:15"}, "The group cannot leave the stop before it arrives."),
        ({"day": "0", "departs": "", "returns": ""}, "Enter the day and the departure of the"),
        ({"colour": "own", "own_colour": "red"}, "Choose a colour, written like #1d4e89."),
    ],
)
def test_what_is_wrong_is_said_beside_the_field_and_nothing_is_lost(
    organiser, event, changes, message
):
    answer = post(organiser, NEW, typed(event, **changes))
    assert answer.status_code == 422
    assert message in unescape(answer.text)
    assert 'value="Lê Lái"' in answer.text
    assert db.session.query(VisitGroup).count() == 0


def test_a_colour_of_ones_own(organiser, event):
    post(organiser, NEW, typed(event, colour="own", own_colour="#ABCDEF"))
    assert db.session.query(VisitGroup).one().colour == "#abcdef"


def test_the_next_unused_colour_is_suggested(organiser, event):
    build_group(event, "A", colour="#1d4e89")
    assert 'value="#b3261e" checked' in " ".join(organiser.get(NEW).text.split()).replace(
        'checked class="form-check-input" id="colour-1" name="colour" type="radio" value="#b3261e"',
        'value="#b3261e" checked',
    )


@pytest.mark.parametrize(
    ("button", "shown"),
    [
        ("buses:add", ["Xe 1", "Xe 2", "", ""]),
        ("buses:remove:0", ["Xe 2", ""]),
        ("buses:down:0", ["Xe 2", "Xe 1", ""]),
    ],
)
def test_a_button_for_rows_saves_nothing_and_keeps_all(organiser, event, button, shown):
    answer = post(organiser, NEW, typed(event, rows=button, letter=""))
    assert answer.status_code == 200
    assert "Please correct" not in answer.text
    assert [value_of(answer.text, f"buses-{n}-label") for n in range(len(shown))] == shown
    assert f"buses-{len(shown)}-label" not in answer.text
    assert 'value="Vũ Thị Hướng"' in answer.text
    assert db.session.query(VisitGroup).count() == 0


def value_of(page, name):
    tag = page.split(f'name="{name}"')[1].split(">")[0]
    return unescape(tag.split('value="')[1].split('"')[0])


def test_fewer_seats_in_the_buses_are_said(organiser, event):
    post(organiser, NEW, typed(event, capacity="50"))
    group = db.session.query(VisitGroup).one()
    page = organiser.get(f"{INDEX}/groups/{group.id}?lang=en").text
    assert "The buses have 10 seats fewer than the group." in page


def test_too_many_visitors_at_one_time_are_said_and_not_refused(organiser, event):
    event.sites[1].capacity = 60
    db.session.commit()
    post(organiser, NEW, typed(event))
    assert "at one time" not in organiser.get(f"{INDEX}?lang=en").text
    assert post(organiser, NEW, typed(event, letter="D", departs="08:20")).status_code == 302
    said = (
        "At 08:20 27/11/2026 there are up to 80 visitors at this site (groups C, D); "
        "it takes 60 at one time."
    )
    assert said in organiser.get(f"{INDEX}?lang=en").text
    group = db.session.query(VisitGroup).filter_by(letter="C").one()
    assert said in organiser.get(f"{INDEX}/groups/{group.id}?lang=en").text


def test_reserved_seats_that_were_given_away_are_said(organiser, event):
    group = build_group(event, "A", 2, reserved=1)
    service.assign(event, group.id, chosen(*(build_delegate(event).id for _ in range(2))))
    page = organiser.get(f"{INDEX}/groups/{group.id}?lang=en").text
    assert "Of the 1 reserved seats 1 are taken." in page


def test_colours_of_groups_are_classes(client, event):
    build_group(event, "A", colour="#1d4e89")
    build_group(event, "B")
    sheet = client.get("/e/hoi-nghi/groups.css").text
    assert sheet.count("--group:") == 1
    assert "--group: #1d4e89; --group-ink: #ffffff" in sheet

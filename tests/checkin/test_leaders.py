"""Leaders' devices: where they scan, what they may do and see, and when they end."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from eventapp.accounts import service as accounts
from eventapp.accounts.models import User
from eventapp.accounts.permissions import Role
from eventapp.checkin import closing_counts, devices, group_tables, leader_devices
from eventapp.checkin.models import Device, Rights
from eventapp.events.models import Event
from eventapp.extensions import db
from eventapp.registration.models import Status
from eventapp.visits import sites
from eventapp.visits.models import Bus, Stop, VisitGroup
from tests.builders import build_delegate
from tests.checkin.entries import entry, verdicts
from tests.checkin.groups import build_leader, build_way, seat, way_of
from tests.checkin.phone import Phone
from tests.conftest import post

Json = dict[str, Any]


@pytest.fixture
def way(event: Event) -> Json:
    return build_way(event, "A", 4, [4])


@pytest.fixture
def group_id(way: Json) -> int:
    return int(way["departure"].group_id)


@pytest.fixture
def phone(client: FlaskClient, event: Event, group_id: int) -> Phone:
    return Phone(client, event, rights=Rights.LEADER, group_ids=[group_id])


def test_it_scans_at_the_checkpoints_of_its_groups(
    event: Event, way: Json, group_id: int, phone: Phone
) -> None:
    other = build_way(event, "B")
    told = phone.sync()["device"]
    assert (told["rights"], set(told["checkpoints"])) == ("leader", {it.id for it in way.values()})
    both = build_leader(event, group_id, other["departure"].group_id)
    mine, theirs = build_delegate(event), build_delegate(event)
    seat(group_id, mine)
    seat(other["departure"].group_id, theirs)
    sent = [entry(mine, way["departure"]), entry(theirs, other["departure"])]
    device = db.session.get_one(Device, phone.id)
    assert verdicts(device, *sent) == ["admitted", "wrong_checkpoint"]
    again = [{**it, "id": str(uuid.uuid4())} for it in sent]
    assert verdicts(both, *again) == ["duplicate", "admitted"]


def test_a_stop_that_is_added_later_is_its_too(event: Event, group_id: int, phone: Phone) -> None:
    from eventapp.checkin.ways import make_legs

    known = phone.sync()["device"]["checkpoints"]
    group = db.session.get_one(VisitGroup, group_id)
    group.stops.append(Stop(name="Điểm mới", position=9))
    db.session.commit()
    make_legs(event)
    assert len(phone.sync()["device"]["checkpoints"]) == len(known) + 1


def test_it_takes_back_and_does_not_override(event: Event, way: Json, group_id: int) -> None:
    leader = build_leader(event, group_id)
    mine, pending = build_delegate(event), build_delegate(event, status=Status.PENDING)
    seat(group_id, mine, pending)
    sent = entry(mine, way["departure"])
    undo = entry("", way["departure"], kind="undo", undoes=sent["id"], note="Nhầm")
    override = entry(pending, way["departure"], override=True, note="Cho qua")
    assert verdicts(leader, sent, undo, override) == ["admitted", "admitted", "not_approved"]


def test_it_takes_nothing_back_elsewhere(event: Event, way: Json, group_id: int) -> None:
    other = build_way(event, "B")
    mine = build_delegate(event)
    seat(group_id, mine)
    sent = entry(mine, way["departure"])
    undo = entry("", other["departure"], kind="undo", undoes=sent["id"], note="Nhầm")
    assert verdicts(build_leader(event, group_id), sent) == ["admitted"]
    stranger = build_leader(event, other["departure"].group_id)
    assert verdicts(stranger, undo) == ["wrong_checkpoint"]


def test_it_is_told_the_telephones_of_its_people_alone(
    event: Event, group_id: int, phone: Phone
) -> None:
    other = build_way(event, "B")
    mine = build_delegate(event, phone="+84912000001")
    without = build_delegate(event, phone="")
    theirs = build_delegate(event, phone="+84912000002")
    seat(group_id, mine, without)
    seat(other["departure"].group_id, theirs)
    told = phone.sync()["phones"]
    assert told["people"] == {str(mine.id): "+84912000001"}
    assert phone.sync(phones=told["digest"])["phones"] is None
    seat(group_id, theirs)
    assert len(phone.sync(phones=told["digest"])["phones"]["people"]) == 2
    for rights in (Rights.STEWARD, Rights.SUPERVISOR, Rights.KIOSK):
        assert Phone(phone.client, event, rights=rights).sync()["phones"] is None


def test_it_is_told_the_telephone_of_a_guest_for_whom_there_is_no_seat(
    event: Event, group_id: int
) -> None:
    way = build_way(event, "B", capacity=0)
    leader = build_leader(event, way["departure"].group_id)
    guest = build_delegate(event, phone="+84912000003")
    seat(group_id, guest)
    sent = entry(guest, way["departure"], source="roll", guest=True)
    assert verdicts(leader, sent) == ["admitted"]
    told = group_tables.phones(leader, None)
    assert told is not None and told["people"] == {str(guest.id): "+84912000003"}


def test_telephones_of_leaders_guides_and_drivers(
    event: Event, group_id: int, phone: Phone
) -> None:
    build_way(event, "B", buses=[3])
    for group in db.session.scalars(select(VisitGroup)):
        group.leader_phone, group.guide_phone = "+84912000003", "+84912000004"
        group.colour, group.leader_name = "#1d4e89", "Trần Thị Lê"
    for bus in db.session.scalars(select(Bus)):
        bus.driver_phone, bus.driver_name = "+84912000005", "Lê Lái"
    db.session.commit()

    def told(asking: Phone) -> list[str]:
        tables = asking.sync()["tables"]
        assert tables["groups"][0]["leader"] == "Trần Thị Lê"
        assert tables["groups"][0]["colour"] == "#1d4e89"
        assert [it["name"] for it in tables["stops"]] == ["Điểm 1", "Điểm 1"]
        return [
            *(it["leader_phone"] + it["guide_phone"] for it in tables["groups"]),
            *(it["driver_phone"] for it in tables["buses"]),
        ]

    people, driver = "+84912000003+84912000004", "+84912000005"
    assert told(phone) == [people, "", driver, ""]
    assert told(Phone(phone.client, event)) == [people, people, driver, driver]
    steward = Phone(phone.client, event, rights=Rights.STEWARD)
    assert told(steward) == ["", "", "", ""]


def test_checkpoints_say_where_they_are_on_the_way(phone: Phone, way: Json) -> None:
    told = {it["id"]: (it["leg"], it["stop"]) for it in phone.sync()["tables"]["checkpoints"]}
    assert told == {
        way["departure"].id: ("departure", None),
        way["stop 1"].id: ("stop", way["stop 1"].stop_id),
        way["return"].id: ("return", None),
    }


@pytest.mark.parametrize("groups", [[], [999_999]])
def test_a_leader_without_a_group_is_refused(event: Event, way: Json, groups: list[int]) -> None:
    with pytest.raises(devices.NoSuchGroup):
        devices.create_device(event, "Trưởng nhóm", rights=Rights.LEADER, group_ids=groups)


def test_it_stays_a_leaders_when_it_is_changed(event: Event, way: Json, group_id: int) -> None:
    leader = build_leader(event, group_id)
    changed = devices.change(
        event, leader.id, name="Khác", rights=Rights.SUPERVISOR, checkpoint_ids=[]
    )
    assert (changed.name, changed.rights, changed.is_restricted) == ("Khác", "leader", True)
    steward = devices.create_device(event, "Cửa").device
    changed = devices.change(event, steward.id, name="Cửa", rights=Rights.LEADER, checkpoint_ids=[])
    assert changed.rights == Rights.STEWARD


def test_links_for_all_leaders_at_once(event: Event, organiser: FlaskClient, way: Json) -> None:
    build_way(event, "B")
    group = db.session.scalars(select(VisitGroup).order_by(VisitGroup.letter)).first()
    group.leader_name = "Trần Thị Lê"
    db.session.commit()
    page = f"/manage/{event.slug}/devices"
    answer = post(organiser, f"{page}/leaders", {}, form_at=f"{page}?lang=vi")
    assert answer.status_code == 200
    assert "Nhóm A – Trần Thị Lê" in answer.text
    made = db.session.scalars(select(Device).order_by(Device.id)).all()
    assert [(it.rights, [one.letter for one in it.groups]) for it in made] == [
        ("leader", ["A"]),
        ("leader", ["B"]),
    ]
    assert all(it.link_hash for it in made)
    assert "A" in organiser.get(page).text


def test_a_link_for_one_leader(event: Event, organiser: FlaskClient, group_id: int) -> None:
    page = f"/manage/{event.slug}/visits/groups/{group_id}"
    assert "/leader" in organiser.get(page).text
    assert post(organiser, f"{page}/leader", {}, form_at=page).status_code == 200
    assert db.session.scalars(select(Device)).one().rights == Rights.LEADER
    nowhere = f"/manage/{event.slug}/visits/groups/999999/leader"
    assert post(organiser, nowhere, {}, form_at=page).status_code == 404


def test_no_links_where_there_is_no_group(event: Event, organiser: FlaskClient) -> None:
    page = f"/manage/{event.slug}/devices"
    assert post(organiser, f"{page}/leaders", {}, form_at=page).status_code == 302
    assert leader_devices.create_for_all(event, group_word="Nhóm") == []


def test_whoever_signs_in_calls_the_roll_of_the_groups_that_they_lead(
    event: Event, client: FlaskClient, group_id: int, sign_in: Callable[..., FlaskClient]
) -> None:
    browser = sign_in(Role.LEADER, event)
    user = db.session.scalars(select(User)).one()
    page = f"/manage/{event.slug}/roll-call"
    assert "lead no visit group" in browser.get(f"{page}?lang=en").text
    assert post(browser, f"{page}/token", {}, form_at=page).status_code == 409
    lead(group_id, user)
    assert "data-token-url" in browser.get(page).text
    answer = post(browser, f"{page}/token", {}, form_at=page)
    token = answer.get_json()["token"]
    phone = Phone(client, event)
    phone.token = token
    assert phone.sync()["device"]["rights"] == "leader"
    # The browser that holds it keeps it.
    held = post(browser, f"{page}/token", {"held": token}, form_at=page).get_json()
    assert held["token"] == token
    # The groups are those that they lead now.
    other = build_way(event, "B")
    lead(group_id, None)
    lead(other["departure"].group_id, user)
    own = {it.id for it in way_of(other["departure"].group_id).values()}
    assert set(phone.sync()["device"]["checkpoints"]) == own


@pytest.mark.parametrize("end", ["role", "account", "group", "event"])
def test_the_token_of_somebody_who_leads_no_more(
    event: Event, client: FlaskClient, group_id: int, make_user: Any, end: str
) -> None:
    user = make_user(Role.LEADER, event)
    lead(group_id, user)
    phone = Phone(client, event)
    made = devices.device_of_user(event, user.id, "Lê", rights=Rights.LEADER)
    phone.token = made.token
    assert phone.call("sync", {}).status_code == 200
    if end == "role":
        accounts.set_role(user.id, event.id, Role.STAFF)
    elif end == "account":
        user.is_disabled = True
        db.session.commit()
    elif end == "group":
        lead(group_id, None)
    else:  # a group of another event is none of this one
        from tests.builders import build_event

        other = build_way(build_event("su-kien-khac"), "A")
        lead(group_id, None)
        lead(other["departure"].group_id, user)
    answer = phone.call("sync", {})
    assert (answer.status_code, answer.get_json()["error"]["revoked"]) == (401, True)
    assert phone.call("scans", {"scans": []}).status_code == 401


def test_a_desk_of_the_same_user_is_another_device(
    event: Event, group_id: int, make_user: Any
) -> None:
    user = make_user(Role.ORGANISER, event)
    lead(group_id, user)
    leader = devices.device_of_user(event, user.id, "Lê", rights=Rights.LEADER)
    desk = devices.device_of_user(event, user.id, "Lê", held=leader.token)
    assert desk.device.id != leader.device.id
    assert (desk.device.rights, leader.device.rights) == ("supervisor", "leader")


def test_a_stop_at_which_the_roll_was_called_stays(event: Event, way: Json, group_id: int) -> None:
    mine = build_delegate(event)
    seat(group_id, mine)
    verdicts(build_leader(event, group_id), entry(mine, way["stop 1"]))
    group = db.session.get_one(VisitGroup, group_id)
    values = {
        name: getattr(group, name)
        for name in ("site_id", "letter", "capacity", "departs_at", "returns_at")
    }
    with pytest.raises(sites.StopInUse):
        sites.change_group(event.id, group_id, sites.GroupData(**values))
    stop_id = way["stop 1"].stop_id
    moved = sites.GroupData(**values, stops=[sites.StopData("Tên mới", id=stop_id)])
    sites.change_group(event.id, group_id, moved)
    assert way_of(group_id)["stop 1"].stop.name == "Tên mới"


def lead(group_id: int, user: User | None) -> None:
    db.session.get_one(VisitGroup, group_id).leader_user_id = user.id if user else None
    db.session.commit()


def test_a_leaders_phone_counts_at_the_checkpoints_of_its_groups_alone(
    event: Event, way: Json, phone: Phone
) -> None:
    """Whoever closes out another checkpoint does not wait for it."""
    other = build_way(event, "B")
    mine = build_delegate(event)
    seat(other["departure"].group_id, mine)
    phone.sync()
    verdicts(
        build_leader(event, other["departure"].group_id, name="Khác"),
        entry(mine, other["departure"]),
    )
    places = [way["departure"].id, other["departure"].id]
    found = closing_counts.around(event.id, places)
    assert [[row.name for row in found[it].rows] for it in places] == [["Cửa 1"], ["Khác"]]
    assert found[places[1]].elsewhere == []

"""Devices: provisioned once by a link, watched, changed, revoked at once."""

import re
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from eventapp import tokens
from eventapp.accounts.models import AuditEntry
from eventapp.accounts.permissions import Role
from eventapp.checkin import device_list, devices
from eventapp.checkin.checkpoints import all_checkpoints, make_checkpoints
from eventapp.checkin.device_list import State
from eventapp.checkin.models import Checkpoint, Device, DeviceCount, EndedToken, Rights
from eventapp.database import now
from eventapp.events.models import Event
from eventapp.extensions import db
from tests.builders import build_event
from tests.checkin.phone import Phone
from tests.conftest import csrf_token, post

NEW = {"count": 1, "hours": 24, "rights": "steward"}


def links(page: str) -> list[str]:
    return re.findall(r'<p class="secret code">[^<]*(/checkin/[\w-]{20,})</p>', page)


def test_an_organiser_adds_a_device_and_its_link_makes_a_phone_the_device(
    organiser: FlaskClient, client: FlaskClient, event: Event
) -> None:
    address = f"/manage/{event.slug}/devices"
    page = post(organiser, address, {**NEW, "name": "Cửa chính 1"})
    [link] = links(page.text)
    assert "<svg" in page.text
    assert link not in organiser.get(address).text  # shown once
    answer = post(client, link, {})
    token = re.search(r'data-token="([^"]+)"', answer.text)
    assert token is not None
    found = devices.authenticate(event, token[1])
    assert found is not None
    assert (found.name, found.rights, found.checkpoints) == ("Cửa chính 1", "steward", [])


def test_five_devices_at_once_on_a_sheet_to_be_printed(
    organiser: FlaskClient, event: Event
) -> None:
    make_checkpoints(event)
    door = all_checkpoints(event.id)[0]
    page = post(
        organiser,
        f"/manage/{event.slug}/devices?lang=en",
        {
            "name": "Cửa chính",
            "count": 5,
            "hours": 2,
            "rights": "supervisor",
            "checkpoint_ids": [door.id],
        },
    )
    assert len(set(links(page.text))) == 5
    assert page.text.count("<svg") >= 5
    made = db.session.scalars(select(Device).order_by(Device.id)).all()
    assert [it.name for it in made] == [f"Cửa chính {number}" for number in range(1, 6)]
    for it in made:
        assert it.rights == Rights.SUPERVISOR
        assert [one.id for one in it.checkpoints] == [door.id]
        assert it.link_expires_at is not None
        assert timedelta(hours=1, minutes=58) < it.link_expires_at - now() < timedelta(hours=2)


def test_numbers_go_on_from_the_one_that_was_typed(organiser: FlaskClient, event: Event) -> None:
    post(organiser, f"/manage/{event.slug}/devices", {**NEW, "name": "Bàn 6", "count": 2})
    names = db.session.scalars(select(Device.name).order_by(Device.id)).all()
    assert names == ["Bàn 6", "Bàn 7"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", " "),
        ("name", "x" * 121),
        ("count", 0),
        ("count", 51),
        ("count", ""),
        ("count", "x"),
        ("hours", 0),
        ("hours", 721),
        ("hours", ""),
        ("rights", "owner"),
        ("checkpoint_ids", 999_999),
        ("checkpoint_ids", "x"),
    ],
)
def test_what_makes_no_device(
    organiser: FlaskClient, event: Event, field: str, value: object
) -> None:
    address = f"/manage/{event.slug}/devices?lang=en"
    page = post(organiser, address, {**NEW, "name": "Cửa", field: value})
    assert page.status_code == 422
    assert "Please correct the following" in page.text
    assert db.session.scalars(select(Device)).all() == []


def test_a_link_works_once(client: FlaskClient, event: Event) -> None:
    made = devices.create_device(event, "Cửa 1")
    assert post(client, f"/checkin/{made.link}", {}).status_code == 200
    again = client.get(f"/checkin/{made.link}?lang=en")
    assert again.status_code == 404
    assert "It was used already" in again.text
    with pytest.raises(devices.LinkUsed):
        devices.redeem(made.link)


def test_a_link_ends_by_itself(client: FlaskClient, event: Event) -> None:
    made = devices.create_device(event, "Cửa 1", hours=3)
    token = csrf_token(client, f"/checkin/{made.link}")
    made.device.link_expires_at = now()
    db.session.commit()
    with pytest.raises(devices.LinkExpired):
        devices.redeem(made.link)
    for answer in (
        client.get(f"/checkin/{made.link}?lang=en"),
        client.post(f"/checkin/{made.link}?lang=en", data={"csrf_token": token}),
    ):
        assert answer.status_code == 404
        assert "It was not opened in time." in answer.text
    assert devices.authenticate(event, made.token) is not None  # what was typed into a scanner


def test_looking_at_a_link_does_not_use_it(client: FlaskClient, event: Event) -> None:
    """Messengers fetch links to show what is behind them."""
    made = devices.create_device(event, "Cửa 1")
    client.get(f"/checkin/{made.link}")
    client.head(f"/checkin/{made.link}")
    assert post(client, f"/checkin/{made.link}", {}).status_code == 200


def test_redeeming_ends_the_token_that_was_printed(event: Event) -> None:
    made = devices.create_device(event, "Cửa 1")
    redeemed = devices.redeem(made.link)
    with pytest.raises(devices.TokenRevoked):
        devices.holder(event, made.token)
    assert devices.authenticate(event, redeemed.token) is not None


def test_of_two_who_open_a_link_at_once_one_gets_the_device(app: Flask, event: Event) -> None:
    made = [devices.create_device(event, f"Cửa {number}") for number in range(4)]
    event_id = event.id
    db.session.remove()
    start = threading.Barrier(4)
    got: list[tuple[int, str]] = []
    refused: list[int] = []

    def open_all() -> None:
        with app.app_context():
            start.wait(timeout=30)
            for number, it in enumerate(made):
                try:
                    got.append((number, devices.redeem(it.link).token))
                except devices.LinkUsed:
                    refused.append(number)
            db.session.remove()

    threads = [threading.Thread(target=open_all) for _ in range(4)]
    for it in threads:
        it.start()
    for it in threads:
        it.join()
    assert sorted(number for number, _ in got) == [0, 1, 2, 3]
    assert len(refused) == 12
    found = db.session.get_one(Event, event_id)
    assert all(devices.authenticate(found, token) for _, token in got)


def test_a_new_link_for_a_device_that_was_lost(
    organiser: FlaskClient, client: FlaskClient, event: Event
) -> None:
    made = devices.create_device(event, "Cửa 1", rights=Rights.KIOSK)
    lost = devices.redeem(made.link).token
    address = f"/manage/{event.slug}/devices/{made.device.id}"
    page = post(organiser, f"{address}/link", {}, form_at=address)
    [link] = links(page.text)
    db.session.rollback()
    with pytest.raises(devices.TokenRevoked):  # at once, not when the link is opened
        devices.holder(event, lost)
    answer = post(client, link, {})
    token = re.search(r'data-token="([^"]+)"', answer.text)
    assert token is not None
    found = devices.holder(event, token[1])
    assert (found.id, found.rights) == (made.device.id, Rights.KIOSK)
    assert db.session.scalars(select(EndedToken.device_id)).all().count(found.id) >= 2


def test_an_earlier_link_ends_with_the_new_one(event: Event) -> None:
    made = devices.create_device(event, "Cửa 1")
    devices.renew_link(event, made.device.id)
    with pytest.raises(devices.LinkUsed):
        devices.find_by_link(made.link)


def test_a_device_is_renamed_and_may_do_something_else(
    organiser: FlaskClient, event: Event
) -> None:
    make_checkpoints(event)
    door, _, class_a, _ = all_checkpoints(event.id)
    made = devices.create_device(event, "Cửa 1", checkpoint_ids=[door.id])
    address = f"/manage/{event.slug}/devices/{made.device.id}"
    assert "Cửa 1" in organiser.get(address).text
    answer = post(
        organiser,
        address,
        {"name": "Phòng A", "rights": "supervisor", "checkpoint_ids": [class_a.id]},
    )
    assert answer.status_code == 302
    db.session.rollback()
    found = devices.holder(event, made.token)  # the token stays
    assert (found.name, found.rights) == ("Phòng A", Rights.SUPERVISOR)
    assert [it.id for it in found.checkpoints] == [class_a.id]
    entry = db.session.scalars(select(AuditEntry).filter_by(action="update")).one()
    assert entry.changes == {
        "name": ["Cửa 1", "Phòng A"],
        "rights": ["steward", "supervisor"],
        "checkpoints": [[door.name], [class_a.name]],
    }
    assert "hash" not in str(entry.changes)


def test_a_revoked_device_is_refused_at_once(organiser: FlaskClient, event: Event) -> None:
    made = devices.create_device(event, "Cửa 1")
    address = f"/manage/{event.slug}/devices"
    post(organiser, f"{address}/revoke", {"device": made.device.id}, form_at=address)
    db.session.rollback()
    with pytest.raises(devices.TokenRevoked):
        devices.holder(event, made.token)
    with pytest.raises(devices.LinkUsed):
        devices.redeem(made.link)


def test_a_revoked_device_stays_so(organiser: FlaskClient, event: Event) -> None:
    made = devices.create_device(event, "Cửa 1")
    address = f"/manage/{event.slug}/devices/{made.device.id}"
    token = csrf_token(organiser, address)
    devices.revoke(event, made.device.id)
    assert "Revoked" in organiser.get(f"{address}?lang=en").text
    with pytest.raises(devices.DeviceRevoked):
        devices.renew_link(event, made.device.id)
    given = {"csrf_token": token, "name": "Khác", "rights": "kiosk"}
    for path in (f"{address}/link", address):
        answer = organiser.post(path, data=given, follow_redirects=True)
        assert "This device was revoked" in answer.text
    db.session.rollback()
    assert db.session.get_one(Device, made.device.id).name == "Cửa 1"


def test_a_device_of_another_event_is_none_of_ours(organiser: FlaskClient, event: Event) -> None:
    other = devices.create_device(build_event("su-kien-khac"), "Cửa").device.id
    address = f"/manage/{event.slug}/devices"
    answer = post(organiser, f"{address}/revoke", {"device": other}, form_at=address)
    assert answer.status_code == 404
    assert organiser.get(f"{address}/{other}").status_code == 404
    assert post(organiser, f"{address}/{other}/link", {}, form_at=address).status_code == 404
    checkpoint_of_other = {"name": "x", "rights": "steward"}
    assert (
        post(organiser, f"{address}/{other}", checkpoint_of_other, form_at=address).status_code
        == 404
    )


def test_checkpoints_of_another_event_are_not_chosen(event: Event) -> None:
    other = build_event("su-kien-khac")
    make_checkpoints(other)
    theirs = [it.id for it in all_checkpoints(other.id)]
    with pytest.raises(devices.NoSuchCheckpoint):
        devices.create_device(event, "Cửa", checkpoint_ids=theirs)


def remove(checkpoint_id: int) -> None:
    """As by the removal of a class or a bus."""
    db.session.delete(db.session.get_one(Checkpoint, checkpoint_id))
    db.session.commit()


@pytest.mark.parametrize("when", ["before it is sent", "while it is written"])
@pytest.mark.parametrize("is_new", [True, False], ids=["new", "there"])
def test_a_checkpoint_that_is_removed_meanwhile_is_said_and_nothing_is_lost(
    organiser: FlaskClient, event: Event, monkeypatch: pytest.MonkeyPatch, is_new: bool, when: str
) -> None:
    make_checkpoints(event)
    door, *_, last = (it.id for it in all_checkpoints(event.id))
    address = f"/manage/{event.slug}/devices"
    if not is_new:
        address += f"/{devices.create_device(event, 'Cửa 1', checkpoint_ids=[last]).device.id}"
    if when == "before it is sent":
        remove(last)
    else:
        name = "create_devices" if is_new else "change"
        real = getattr(devices, name)

        def late(*given: Any, **more: Any) -> Any:
            remove(last)
            return real(*given, **more)

        monkeypatch.setattr(devices, name, late)
    given = {**NEW, "name": "Cửa Đông", "rights": "supervisor", "checkpoint_ids": [door, last]}
    answer = post(organiser, f"{address}?lang=en", given)
    assert answer.status_code == 422
    assert "A checkpoint that was chosen has been removed meanwhile." in answer.text
    assert 'id="checkpoint_ids-errors' in answer.text
    assert 'value="Cửa Đông"' in answer.text
    boxes = re.findall(r'<input[^>]*name="checkpoint_ids"[^>]*>', answer.text)
    assert [it for it in boxes if "checked" in it and f'value="{door}"' in it]
    assert not [it for it in boxes if f'value="{last}"' in it]
    assert re.search(r'<input[^>]*checked[^>]*value="supervisor"', answer.text)
    db.session.rollback()
    made = db.session.scalars(select(Device.name)).all()
    assert made == ([] if is_new else ["Cửa 1"])


def test_also_where_no_checkpoint_is_left(organiser: FlaskClient, event: Event) -> None:
    make_checkpoints(event)
    for it in all_checkpoints(event.id):
        remove(it.id)
    given = {**NEW, "name": "Cửa Đông", "checkpoint_ids": [1]}
    answer = post(organiser, f"/manage/{event.slug}/devices?lang=en", given)
    assert 'id="checkpoint_ids-errors' in answer.text
    assert "has been removed meanwhile" in answer.text


def test_secrets_are_stored_as_hashes(event: Event) -> None:
    made = devices.create_device(event, "Cửa 1")
    row = db.session.scalars(select(Device)).one()
    assert row.token_hash == tokens.hash_secret(made.token)
    assert made.link not in str(vars(row))


# --- The page of somebody who has signed in ----------------------------------------------------


def ask_for_a_token(client: FlaskClient, event: Event, held: str = "") -> str:
    page = client.get(f"/manage/{event.slug}/checkin")
    csrf = re.search(r'data-csrf="([^"]+)"', page.text)
    assert csrf is not None
    answer = client.post(
        f"/manage/{event.slug}/checkin/token",
        data={"held": held},
        headers={"X-CSRFToken": csrf[1]},
    )
    assert answer.json is not None
    return str(answer.json["token"])


def test_staff_get_a_token_for_their_browser(
    sign_in: Callable[..., FlaskClient], event: Event
) -> None:
    token = ask_for_a_token(sign_in(Role.STAFF, event), event)
    assert devices.holder(event, token).rights == Rights.SUPERVISOR


def test_a_browser_keeps_its_token(sign_in: Callable[..., FlaskClient], event: Event) -> None:
    staff = sign_in(Role.STAFF, event)
    token = ask_for_a_token(staff, event)
    assert ask_for_a_token(staff, event, token) == token
    assert len(db.session.scalars(select(Device)).all()) == 1


@pytest.mark.parametrize("whose", ["another user", "a link", "nobody", "revoked"])
def test_a_browser_does_not_go_on_with_what_is_not_its_users(
    sign_in: Callable[..., FlaskClient], event: Event, whose: str
) -> None:
    staff = sign_in(Role.STAFF, event)
    held = "x" * 32
    if whose == "another user":
        held = ask_for_a_token(sign_in(Role.ORGANISER, event), event)
    elif whose == "a link":
        held = devices.create_device(event, "Máy tự phục vụ", rights=Rights.KIOSK).token
    elif whose == "revoked":
        held = ask_for_a_token(staff, event)
        devices.revoke(event, devices.holder(event, held).id)
    token = ask_for_a_token(staff, event, held)
    assert token != held
    assert devices.holder(event, token).rights == Rights.SUPERVISOR


def test_the_page_of_somebody_has_no_link_and_supervises(
    organiser: FlaskClient, event: Event, make_user: Callable[..., Any]
) -> None:
    user = make_user(Role.STAFF, event)
    device = devices.device_of_user(event, user.id, "Lê Thị Đón").device
    with pytest.raises(devices.BelongsToAccount):
        devices.renew_link(event, device.id)
    address = f"/manage/{event.slug}/devices/{device.id}"
    page = post(organiser, f"{address}?lang=en", {"name": "x", "rights": "steward"})
    assert "Whoever has signed in supervises." in page.text
    assert post(organiser, address, {"name": "x", "rights": "supervisor"}).status_code == 302


# --- The list ------------------------------------------------------------------------------------


def test_the_list_says_how_each_device_is(organiser: FlaskClient, event: Event) -> None:
    make_checkpoints(event)
    door = all_checkpoints(event.id)[0]
    made = devices.create_device(event, "Cửa chính 1", checkpoint_ids=[door.id]).device
    made.battery, made.unsent, made.last_seen_at = 12, 7, now() - timedelta(minutes=6)
    db.session.commit()
    page = organiser.get(f"/manage/{event.slug}/devices?lang=en").text
    assert "12 % (low)" in page
    assert "no contact since" in page
    assert "Scans that devices have not sent yet: 7, on 1 devices." in page
    assert door.name_en in page
    assert "Waiting for its link to be opened" in page


def test_states(event: Event, make_user: Callable[..., Any]) -> None:
    user = make_user(Role.STAFF, event)
    waiting, expired, used, revoked = (
        devices.create_device(event, name) for name in ("Chờ", "Muộn", "Dùng", "Thu hồi")
    )
    devices.device_of_user(event, user.id, "Hết quyền")
    user.is_disabled = True
    expired.device.link_expires_at = now()
    db.session.commit()
    devices.redeem(used.link)
    devices.revoke(event, revoked.device.id)
    found = {it.device.name: it.state for it in device_list.page(event.id).rows}
    assert found == {
        "Chờ": State.WAITING,
        "Muộn": State.EXPIRED,
        "Dùng": State.IN_USE,
        "Thu hồi": State.REVOKED,
        "Hết quyền": State.ENDED,
    }
    assert waiting.device.id


def test_a_device_that_has_sent_everything_may_be_silent(event: Event) -> None:
    device = devices.create_device(event, "Cửa").device
    for unsent, minutes, is_silent in ((0, 60, False), (3, 60, True), (3, 1, False)):
        device.unsent, device.last_seen_at = unsent, now() - timedelta(minutes=minutes)
        db.session.commit()
        [row] = device_list.page(event.id).rows
        assert row.is_silent == is_silent
    assert device_list.unsent(event.id) == (3, 1)


def test_many_devices_are_found_by_name_and_by_page(
    organiser: FlaskClient, event: Event, count_queries: Callable[[], Any]
) -> None:
    devices.create_devices(event, [f"Bàn {number}" for number in range(50)])
    devices.create_devices(event, [f"Cửa Đông {number}" for number in range(50)])
    first = device_list.page(event.id)
    assert (len(first.rows), first.pages, first.total) == (50, 2, 100)
    assert first.rows[0].device.name == "Cửa Đông 49"  # the newest
    assert device_list.page(event.id, number=99).number == 2
    assert device_list.page(event.id, number=-1).number == 1
    assert device_list.page(event.id, "dong cua 7").total == 1
    with count_queries() as seen:
        page = organiser.get(f"/manage/{event.slug}/devices?q=dong&page=1&lang=en").text
    assert "Cửa Đông 1" in page and "Bàn 1<" not in page
    assert len(seen) <= 14
    assert (
        "No device has such a name."
        in organiser.get(f"/manage/{event.slug}/devices?q=khongco&lang=en").text
    )


def test_a_wrong_page_number_is_the_first(organiser: FlaskClient, event: Event) -> None:
    for number in ("x", "-5", "9" * 40):
        answer = organiser.get(f"/manage/{event.slug}/devices?page={number}")
        assert answer.status_code == 200


def test_redeeming_is_limited(second_app: Callable[..., Flask]) -> None:
    client = second_app(testing=False).test_client()
    codes = [client.get(f"/checkin/{tokens.new_secret()}").status_code for _ in range(31)]
    assert codes == [404] * 30 + [429]


def counted(device_id: int) -> list[tuple[int, int]]:
    db.session.rollback()
    rows = db.session.scalars(select(DeviceCount).filter_by(device_id=device_id))
    return [(it.made, it.unsent) for it in rows]


@pytest.mark.parametrize(
    ("first", "then", "counts"),
    [
        # Another phone: what the lost one had not sent is missing still.
        (None, [3, 1], [(103, 18)]),
        ([2, 0], [300, 0], [(400, 17)]),
        # The same one set up anew has kept what it had.
        ([100, 17], [101, 0], [(101, 0)]),
        ([120, 3], [120, 0], [(120, 0)]),
    ],
)
def test_what_a_lost_phone_has_not_sent_is_not_forgotten(
    client: FlaskClient, event: Event, first: Any, then: Any, counts: Any
) -> None:
    make_checkpoints(event)
    door = str(all_checkpoints(event.id)[0].id)
    phone = Phone(client, event)
    phone.sync(counts={door: [100, 17]}, unsent=17)
    phone.token = devices.redeem(devices.renew_link(event, phone.id).link).token
    phone.sync(counts={door: first} if first else {})
    phone.sync(counts={door: then})
    assert counted(phone.id) == counts
    phone.sync(counts={door: [1, 0]})  # without a new link it is the same phone
    assert counted(phone.id)[0][0] in (101, 1)


def test_what_is_said_of_a_checkpoint_that_is_gone_is_written_nowhere(
    client: FlaskClient, event: Event, count_queries: Callable[[], Any]
) -> None:
    phone = Phone(client, event)
    said = {"counts": {"77": [1, 0], str(2**31): [1, 0], "0": [1, 0]}}
    phone.sync(**said)
    with count_queries() as seen:
        phone.sync(**said)
    assert not [it for it in seen if str(it).upper().startswith(("UPDATE DEVICE", "INSERT"))]
    assert counted(phone.id) == []

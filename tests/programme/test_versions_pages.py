"""Publishing, comparing and restoring by the organisers' pages; what the public reads meanwhile."""

import re
from html import unescape

import pytest

from eventapp.accounts.permissions import Role
from eventapp.extensions import db
from eventapp.mail.models import Message
from eventapp.programme import published, service
from tests.builders import build_delegate
from tests.conftest import csrf_token, post
from tests.programme.drafts import add, change, delete

MANAGE = "/manage/hoi-nghi/programme"
PUBLISH = f"{MANAGE}/publish?lang=en"
VERSIONS = f"{MANAGE}/versions"


def send(client, address, **values):
    """A form as it was shown, with its mark of what was looked at."""
    page = client.get(address).text
    seen = re.search(r'name="seen"[^>]*value="(\w+)"', page)
    assert seen, page
    return post(client, address, {"seen": seen[1], **values})


def read(client, address):
    return unescape(client.get(address).text)


def test_published_by_the_page(organiser, event):
    add(event)
    page = read(organiser, PUBLISH)
    assert "What the public will see" in page
    assert "Nobody" not in page  # a first version is not announced
    answer = send(organiser, PUBLISH, note="Bản đầu", tell="affected")
    assert answer.status_code == 303
    page = read(organiser, f"{VERSIONS}?lang=en")
    assert "Version 1 is published. Nobody was written to." in page
    assert "Bản đầu" in page
    assert "organiser@bacninh.example" in page


def test_before_publishing_it_shows_what_would_change(organiser, event):
    session_id, gone = add(event), add(event, "Báo cáo", 9)
    published.publish(event)
    build_delegate(event)
    change(event, session_id, hour=10, title="Lễ khai mạc", chair="Bà Ý")
    delete(event, gone)
    add(event, "Tổng kết", 16)
    page = read(organiser, PUBLISH)
    for said in ("Moved", "Renamed", "Chair or speakers", "Taken out", "New", "nobody → Bà Ý"):
        assert said in page
    assert "Publish as version 2" in page
    send(organiser, PUBLISH, tell="affected")
    said = read(organiser, f"{VERSIONS}?lang=en")
    assert "Version 2 is published. Delegates who get a letter: 1." in said
    assert db.session.query(Message).count() == 1


def test_organisers_choose_that_nobody_is_told(organiser, event):
    published.publish(event)
    build_delegate(event)
    add(event)
    send(organiser, PUBLISH, tell="nobody")
    assert published.number_of_latest(event.id) == 2
    assert db.session.query(Message).count() == 0


def test_nothing_to_publish_is_said(organiser, event):
    published.publish(event)
    assert "There is nothing to publish" in read(organiser, PUBLISH)
    assert 'name="seen"' not in organiser.get(PUBLISH).text


def test_a_draft_that_was_changed_meanwhile_is_shown_again(organiser, event):
    session_id = add(event)
    page = organiser.get(PUBLISH).text
    seen = re.search(r'name="seen"[^>]*value="(\w+)"', page)[1]
    change(event, session_id, title="Sửa cùng lúc")
    answer = post(organiser, PUBLISH, {"seen": seen, "tell": "affected"})
    assert answer.status_code == 409
    assert "Nothing was published" in answer.text
    assert "Sửa cùng lúc" in answer.text
    assert published.latest(event.id) is None
    new = re.search(r'name="seen"[^>]*value="(\w+)"', answer.text)[1]
    assert post(organiser, PUBLISH, {"seen": new, "tell": "affected"}).status_code == 303


def test_pressed_twice_it_is_published_once(organiser, event):
    page = organiser.get(PUBLISH).text
    seen = re.search(r'name="seen"[^>]*value="(\w+)"', page)[1]
    data = {"seen": seen, "tell": "affected", "csrf_token": csrf_token(organiser, PUBLISH)}
    assert [organiser.post(PUBLISH, data=data).status_code for _ in range(2)] == [303, 409]
    assert published.number_of_latest(event.id) == 1


def test_a_note_that_is_too_long_is_refused(organiser, event):
    assert send(organiser, PUBLISH, note="x" * 501, tell="affected").status_code == 422
    assert published.latest(event.id) is None


def test_any_two_are_compared(organiser, event):
    session_id = add(event)
    published.publish(event)
    change(event, session_id, hour=9)
    published.publish(event)
    change(event, session_id, hour=10)
    published.publish(event)
    change(event, session_id, title="Dự thảo")
    assert "08:00–08:30 → 26/11/2026, 10:00–10:30" in read(organiser, f"{VERSIONS}?from=1&to=3")
    assert "09:00–09:30 → 26/11/2026, 08:00–08:30" in read(organiser, f"{VERSIONS}?from=2&to=1")
    assert "“Khai mạc” → “Dự thảo”" in read(organiser, f"{VERSIONS}?from=3&to=draft")
    assert "They do not differ." in read(organiser, f"{VERSIONS}?from=2&to=2&lang=en")


@pytest.mark.parametrize(
    "query", ["from=1&to=9", "from=0&to=1", "from=x&to=1", "from=1&to=-1", f"from=1&to={10**30}"]
)
def test_a_version_that_is_not_there_cannot_be_compared(organiser, event, query):
    published.publish(event)
    assert organiser.get(f"{VERSIONS}?{query}").status_code == 404


def test_a_version_can_be_looked_at(organiser, event):
    session_id = add(event)
    published.publish(event)
    change(event, session_id, title="Khác")
    published.publish(event)
    page = read(organiser, f"{VERSIONS}/1?lang=en")
    assert "Khai mạc" in page
    assert "The public sees version 2 by now." in page
    assert organiser.get(f"{VERSIONS}/3").status_code == 404


def test_restored_by_the_page(organiser, event):
    session_id = add(event)
    published.publish(event)
    change(event, session_id, title="Khác")
    kept = add(event, "Lớp mới", 13, takes_enrolment=True)
    build_delegate(event, enrolments=[service.session_of(event.id, kept)])
    address = f"{VERSIONS}/1/restore?lang=en"
    page = read(organiser, address)
    assert "“Khác” → “Khai mạc”" in page
    assert "Lớp mới</strong>: delegates who have chosen it: 1" in page
    assert send(organiser, address).status_code == 303
    page = read(organiser, f"{MANAGE}?lang=en")
    assert "The draft is that of version 1 again." in page
    assert "Kept in the draft, for people or files depend on it: Lớp mới" in page
    assert service.session_of(event.id, session_id).title == "Khai mạc"


def test_restoring_refuses_what_was_not_looked_at(organiser, event):
    session_id = add(event)
    published.publish(event)
    change(event, session_id, title="Khác")
    address = f"{VERSIONS}/1/restore?lang=en"
    answer = post(organiser, address, {"seen": "0" * 32})
    assert answer.status_code == 409
    assert "Nothing was restored" in answer.text
    assert service.session_of(event.id, session_id).title == "Khác"
    assert organiser.get(f"{VERSIONS}/9/restore").status_code == 404


def test_organisers_see_whether_the_draft_is_what_the_public_sees(organiser, event):
    page = f"{MANAGE}?lang=en"
    assert "This programme is not published yet." in read(organiser, page)
    published.publish(event)
    assert "The public sees this programme: version 1" in read(organiser, page)
    add(event)
    assert "The draft differs from what is public." in read(organiser, page)
    assert "version 1. Sessions that differ in the draft: 1." in read(organiser, page)


@pytest.mark.parametrize("role", [Role.STAFF, Role.LEADER])
@pytest.mark.parametrize("page", ["publish", "versions", "versions/1", "versions/1/restore"])
def test_only_organisers_publish(sign_in, event, role, page):
    assert sign_in(role, event).get(f"{MANAGE}/{page}").status_code == 403


def test_the_change_log_says_so(organiser, event):
    send(organiser, PUBLISH, note="Bản đầu", tell="affected")
    assert "published a version" in read(organiser, "/manage/hoi-nghi/changes?lang=en")


def test_the_pages_take_few_queries_however_many_sessions_there_are(
    organiser, event, count_queries
):
    for hour in range(7, 17):
        add(event, f"Phiên {hour}", hour)
    published.publish(event)
    for page in (
        "programme",
        "programme/publish",
        "programme/versions",
        "programme/versions/1/restore",
    ):
        organiser.get(f"/manage/hoi-nghi/{page}")
        with count_queries() as queries:
            organiser.get(f"/manage/hoi-nghi/{page}")
        assert sum(it.startswith("SELECT") for it in queries) <= 16, page


# What the public reads.


def test_before_the_first_version_it_is_being_prepared(client, event):
    add(event, "Bí mật")
    page = read(client, "/e/hoi-nghi/agenda?lang=en")
    assert "The programme is being prepared." in page
    assert "Bí mật" not in page
    assert b"BEGIN:VEVENT" not in client.get("/e/hoi-nghi/agenda.ics").data
    assert client.get("/e/hoi-nghi/agenda.ics").status_code == 200


def test_the_public_sees_no_draft(client, event):
    session_id = add(event)
    published.publish(event)
    change(event, session_id, title="Bí mật")
    for address in ("/e/hoi-nghi/agenda", "/e/hoi-nghi/agenda.ics"):
        page = client.get(address).text
        assert "Khai mạc" in page
        assert "Bí mật" not in page


def test_the_agenda_narrows_to_a_room_and_a_kind(client, event):
    add(event)
    add(event, "Ăn trưa", 11, kind="meal", room_id=None)
    published.publish(event)
    room = event.rooms[1].id
    page = read(client, f"/e/hoi-nghi/agenda?room={room}")
    assert "Tập huấn lớp A" in page
    assert "<h3>Khai mạc</h3>" not in page
    page = read(client, "/e/hoi-nghi/agenda?kind=meal")
    assert "<h3>Ăn trưa</h3>" in page
    assert "<h3>Khai mạc</h3>" not in page
    page = read(client, f"/e/hoi-nghi/agenda?kind=meal&room={room}&lang=en")
    assert "Nothing of the programme fits this choice." in page
    for nonsense in ("room=x", "room=999", "kind=party", "room=&kind="):
        assert "<h3>Khai mạc</h3>" in read(client, f"/e/hoi-nghi/agenda?{nonsense}")


def test_a_print_that_is_up_to_date(client, event):
    published.publish(event)
    page = read(client, "/e/hoi-nghi/agenda/version/1?lang=en")
    assert "Your print is up to date." in page


def test_a_print_that_is_out_of_date_says_what_changed_since(client, event):
    session_id = add(event, title_en="Opening")
    published.publish(event)
    change(event, session_id, hour=9)
    published.publish(event)
    change(event, session_id, hour=10)
    published.publish(event)
    page = read(client, "/e/hoi-nghi/agenda/version/1?lang=en")
    assert "Your print is out of date." in page
    assert "Opening" in page
    assert "08:00–08:30 → 26/11/2026, 10:00–10:30" in page
    page = read(client, "/e/hoi-nghi/agenda/version/2?lang=vi")
    assert "Bản in này đã cũ." in page
    assert "09:00–09:30 → 26/11/2026, 10:00–10:30" in page


def test_a_print_of_which_all_still_holds(client, event):
    session_id = add(event)
    published.publish(event)
    for hour in (9, 8):
        change(event, session_id, hour=hour)
        published.publish(event)
    assert "What your print says still holds." in read(
        client, "/e/hoi-nghi/agenda/version/1?lang=en"
    )


@pytest.mark.parametrize("number", ["0", "2", "999999999999999999999"])
def test_an_unknown_version_is_a_friendly_404(client, event, number):
    published.publish(event)
    answer = client.get(f"/e/hoi-nghi/agenda/version/{number}?lang=en")
    assert answer.status_code == 404
    assert f"There is no version {number} of the programme" in answer.text
    assert "The latest is version 1." in answer.text


def test_an_unknown_version_before_the_first(client, event):
    answer = client.get("/e/hoi-nghi/agenda/version/1?lang=en")
    assert answer.status_code == 404
    assert "has not been published yet" in answer.text


def test_a_browser_that_has_the_page_is_told_so_also_compressed(client, event):
    published.publish(event)
    for address in ("/e/hoi-nghi/agenda", "/e/hoi-nghi/agenda/version/1"):
        for coding in ("identity", "br"):
            first = client.get(address, headers={"Accept-Encoding": coding})
            assert first.headers["Cache-Control"] == "private, no-cache"
            again = client.get(
                address,
                headers={"Accept-Encoding": coding, "If-None-Match": first.headers["ETag"]},
            )
            assert (again.status_code, again.data) == (304, b"")


def test_the_page_is_small_and_waits_for_no_script(client, event):
    for number in range(28):
        add(
            event,
            f"Tham luận số {number}: ứng dụng công nghệ thông tin tại địa phương",
            7 + number % 14,
            on=number // 14,
            chair="Thứ trưởng Bộ Thông tin và Truyền thông",
        )
    published.publish(event)
    small = {"Accept-Encoding": "br"}
    answer = client.get("/e/hoi-nghi/agenda", headers=small)
    page = client.get("/e/hoi-nghi/agenda").text
    assert page.count("data-from=") == 30
    assert all('type="module"' in tag for tag in re.findall(r"<script[^>]*>", page))
    assets = re.findall(r'(?:href|src)="(/static/[^"]+|/e/hoi-nghi/colours.css)"', page)
    total = len(answer.data) + sum(len(client.get(it, headers=small).data) for it in set(assets))
    assert total < 30_000

"""Files of sessions: who may have them, how they come, and what is refused."""

import hashlib
import io
import re
from html import unescape

import pytest
from sqlalchemy import select

from eventapp import media
from eventapp.accounts.models import AuditEntry
from eventapp.accounts.permissions import Role
from eventapp.extensions import db
from eventapp.programme import materials, published, service
from eventapp.programme.materials import DELEGATES, PUBLIC, TEAM, Upload
from eventapp.programme.models import Audience, Material
from eventapp.registration import personal_links
from eventapp.registration.models import Status
from tests.builders import build_delegate, build_event
from tests.conftest import csrf_token, post
from tests.media.papers import paper, picture, slides


@pytest.fixture
def session_id(event):
    return service.sessions_of(event.id)[0].id


def add(event, session_id, audience=Audience.DELEGATES, content=None, name="Bài giảng.pdf"):
    return materials.add_material(
        event.id, session_id, Upload(name, content or paper(), audience=audience)
    )


def send(client, event, session_id, content, name="Bài giảng.pdf", **values):
    address = f"/manage/hoi-nghi/programme/sessions/{session_id}/materials"
    data = {
        "csrf_token": csrf_token(client, address),
        "file": (io.BytesIO(content), name),
        "title": "",
        "audience": "delegates",
        **values,
    }
    return client.post(f"{address}?lang=en", data=data)


def test_add_and_download(organiser, event, session_id):
    content = slides({"ppt/media/image1.png": picture()})
    answer = send(organiser, event, session_id, content, "../Bài giảng: 1.pptx", title="Bài 1")
    assert answer.status_code == 303
    material = db.session.query(Material).one()
    assert (material.title, material.name) == ("Bài 1", "Bài giảng 1.pptx")
    assert material.sha256 == hashlib.sha256(content).hexdigest()
    page = organiser.get(f"/manage/hoi-nghi/programme/sessions/{session_id}").text
    assert "Bài 1" in page and f"/materials/{material.id}" in page
    file = organiser.get(f"/manage/hoi-nghi/programme/materials/{material.id}")
    assert file.data == content
    assert file.headers["Content-Type"] == media.office.PPTX
    assert file.headers["Content-Disposition"].startswith("attachment; ")
    assert (
        "filename*=UTF-8''B%C3%A0i%20gi%E1%BA%A3ng%201.pptx"
        in (file.headers["Content-Disposition"])
    )
    assert file.headers["X-Content-Type-Options"] == "nosniff"


def test_a_file_of_25_mb_comes_and_one_byte_more_is_refused(organiser, event, session_id):
    content = paper()
    full = content[:15] + b"%" * (materials.MAX_BYTES - len(content)) + content[15:]
    assert len(full) == materials.MAX_BYTES
    assert send(organiser, event, session_id, full).status_code == 303
    answer = send(organiser, event, session_id, full + b"\n")
    assert answer.status_code == 422
    assert "at most 25 MB" in unescape(answer.text)
    answer = send(organiser, event, session_id, full + b"\n" * 200_000)
    assert answer.status_code == 413
    assert "at most 25 MB" in unescape(answer.text)
    assert 'name="file"' in answer.text, "another can be chosen at once"
    assert db.session.query(Material).count() == 1


def test_other_forms_take_no_more_than_before(organiser, event):
    address = "/manage/hoi-nghi/programme/rooms"
    token = csrf_token(organiser, address)
    data = {"csrf_token": token, "name": (io.BytesIO(b"x" * 17 * 1024 * 1024), "x")}
    assert organiser.post(address, data=data).status_code == 413


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "This file is empty."),
        (b"<script>alert(1)</script>", "This is no PDF, PPTX"),
        (paper()[:-60], "This file is damaged or incomplete."),
        (slides({"ppt/vbaProject.bin": b"x"}), "This file holds macros."),
    ],
)
def test_refusals_stand_beside_the_field(organiser, event, session_id, content, message):
    answer = send(organiser, event, session_id, content)
    assert answer.status_code == 422
    assert message in unescape(answer.text)
    assert db.session.query(Material).count() == 0


def test_no_file_and_no_such_audience(organiser, event, session_id):
    assert "Choose a file." in send(organiser, event, session_id, b"", name="").text
    wrong = send(organiser, event, session_id, paper(), audience="press")
    assert wrong.status_code == 422
    assert db.session.query(Material).count() == 0


def test_a_session_has_so_many_files(event, session_id):
    for _ in range(materials.MAX_OF_SESSION):
        add(event, session_id)
    with pytest.raises(materials.TooManyMaterials):
        add(event, session_id)


def test_a_session_of_another_event_takes_no_files(event, session_id):
    other = build_event("khac")
    with pytest.raises(service.SessionNotFound):
        add(other, session_id)
    file_id = add(event, session_id)
    with pytest.raises(materials.MaterialNotFound):
        materials.material_of(other.id, file_id, TEAM)
    with pytest.raises(materials.MaterialNotFound):
        materials.delete_material(other.id, file_id)


def test_delete(organiser, event, session_id):
    file_id = add(event, session_id)
    token = csrf_token(organiser, f"/manage/hoi-nghi/programme/sessions/{session_id}/materials")
    address = f"/manage/hoi-nghi/programme/materials/{file_id}"
    assert organiser.post(f"{address}/delete", data={"csrf_token": token}).status_code == 303
    assert organiser.get(address).status_code == 404


def test_files_go_with_their_session_when_somebody_knows_of_them(event, session_id):
    add(event, session_id, name="Bài giảng.pdf")
    revision = service.session_of(event.id, session_id).revision
    with pytest.raises(service.OtherFiles) as refused:
        service.delete_session(event.id, session_id, revision)
    assert refused.value.files == 1
    service.delete_session(event.id, session_id, revision, files=1)
    assert db.session.scalars(select(Material)).all() == []
    entry = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert entry.changes["files"] == ["Bài giảng.pdf", None]


def test_deleting_a_session_says_how_many_files_go_with_it(organiser, event, session_id):
    address = f"/manage/{event.slug}/programme/sessions/{session_id}"
    assert "Files that are deleted" not in organiser.get(f"{address}?lang=en").text
    add(event, session_id)
    page = organiser.get(f"{address}?lang=en").text
    assert "Files that are deleted with this session: 1." in page
    confirmed = re.search('data-confirm="([^"]+)"', page[page.index("/delete") :]).group(1)
    assert "Files that are deleted with this session: 1." in confirmed
    add(event, session_id, name="Trang chiếu.pdf")
    sent = {"revision": service.session_of(event.id, session_id).revision, "files": 1}
    post(organiser, f"{address}/delete", sent, form_at=address)
    assert "(now: 2)" in organiser.get(f"{address}?lang=en").text
    assert len(db.session.scalars(select(Material)).all()) == 2
    post(organiser, f"{address}/delete", sent | {"files": 2}, form_at=address)
    assert db.session.scalars(select(Material)).all() == []


def test_each_audience_has_its_own_and_those_before(event, session_id):
    ids = {it: add(event, session_id, it) for it in Audience}

    def of(audiences):
        return {it.id for it in materials.materials_of(event.id, audiences).get(session_id, ())}

    assert of(PUBLIC) == {ids[Audience.PUBLIC]}
    assert of(DELEGATES) == {ids[Audience.PUBLIC], ids[Audience.DELEGATES]}
    assert of(TEAM) == set(ids.values())
    assert materials.materials_of(build_event("khac").id, TEAM) == {}


def test_the_public_has_what_is_for_everybody(client, event, session_id):
    ids = {it: add(event, session_id, it) for it in Audience}
    codes = {it: client.get(f"/e/hoi-nghi/materials/{ids[it]}").status_code for it in Audience}
    assert codes == {Audience.PUBLIC: 200, Audience.DELEGATES: 404, Audience.TEAM: 404}


@pytest.mark.parametrize(
    ("status", "expected"), [(Status.APPROVED, 200), (Status.PENDING, 404), (Status.CANCELLED, 404)]
)
def test_delegates_have_theirs_at_their_personal_link(client, event, session_id, status, expected):
    ids = {it: add(event, session_id, it) for it in Audience}
    delegate = build_delegate(event, status=status)
    secret = personal_links.renew(delegate)
    db.session.commit()
    codes = {it: client.get(f"/p/{secret}/materials/{ids[it]}").status_code for it in Audience}
    assert codes == {Audience.PUBLIC: 200, Audience.DELEGATES: expected, Audience.TEAM: 404}
    page = client.get(f"/p/{secret}").text
    assert (f"/materials/{ids[Audience.DELEGATES]}" in page) == (expected == 200)
    assert f"/materials/{ids[Audience.TEAM]}" not in page
    assert client.get(f"/p/{secret}x/materials/{ids[Audience.PUBLIC]}").status_code == 404


@pytest.mark.parametrize("role", list(Role))
def test_the_team_has_all_of_them(sign_in, event, session_id, role):
    client = sign_in(role, event)
    for audience in Audience:
        file_id = add(event, session_id, audience)
        address = f"/manage/hoi-nghi/programme/materials/{file_id}"
        assert client.get(address).status_code == 200


def test_the_team_of_another_event_has_none(sign_in, event, session_id):
    client = sign_in(Role.ORGANISER, build_event("khac"))
    file_id = add(event, session_id, Audience.PUBLIC)
    assert client.get(f"/manage/hoi-nghi/programme/materials/{file_id}").status_code == 403


def test_a_download_goes_on_where_it_broke_off(client, event, session_id):
    content = paper()
    address = f"/e/hoi-nghi/materials/{add(event, session_id, Audience.PUBLIC, content)}"
    whole = client.get(address)
    rest = client.get(address, headers={"Range": "bytes=100-"})
    assert (rest.status_code, rest.data) == (206, whole.data[100:])
    again = client.get(address, headers={"If-None-Match": whole.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_lists_read_no_content(event, session_id, count_queries):
    for _ in range(5):
        add(event, session_id)
    event_id = event.id
    with count_queries() as queries:
        found = materials.materials_of(event_id, TEAM)
        assert [it.title for it in found[session_id]] == ["Bài giảng"] * 5
    selects = [it for it in queries if it.startswith("SELECT")]
    assert len(selects) == 1
    assert "content" not in selects[0]


def test_files_for_everybody_stand_in_the_public_agenda(client, event, session_id):
    for audience in Audience:
        content = picture()
        add = Upload(title=f"Tệp {audience}", name="a.png", content=content, audience=audience)
        materials.add_material(event.id, session_id, add)
    published.publish(event)
    page = client.get(f"/e/{event.slug}/agenda").text
    assert "Tệp public" in page
    assert "Tệp delegates" not in page
    assert "Tệp team" not in page

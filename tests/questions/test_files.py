"""Files as answers: handed in, kept while the form is corrected, served to few, forgotten."""

import io
import re
from datetime import timedelta

import pytest

from eventapp.accounts.models import AuditEntry
from eventapp.accounts.permissions import Role
from eventapp.database import now, transaction
from eventapp.delegations import changes, deciding, invitations
from eventapp.delegations.models import ChangeRequest
from eventapp.extensions import db
from eventapp.questions import files, service
from eventapp.questions.models import Answer, AnswerFile, QuestionKind
from eventapp.questions.service import QuestionData
from eventapp.registration.models import Delegate, Delegation
from tests.builders import build_event, organisation
from tests.conftest import post
from tests.media.papers import huge_png, paper, picture
from tests.registration.filled import form_data


@pytest.fixture
def photo(event):
    return ask(event, "Ảnh thẻ")


@pytest.fixture
def page(event):
    return f"/e/{event.slug}/register"


def ask(event, label, **values):
    return service.save(event, None, QuestionData(QuestionKind.FILE, label, **values)).id


def upload(content=None, name="Ảnh thẻ.png"):
    return io.BytesIO(picture() if content is None else content), name


def stored():
    db.session.expire_all()
    return list(db.session.query(AnswerFile).order_by(AnswerFile.id))


def token_in(answer, question_id):
    found = re.search(rf'name="q{question_id}-kept" value="([^"]+)"', answer.text)
    assert found
    return found[1]


def test_a_file_is_handed_in_and_opened_by_its_owner(client, event, page, photo):
    content = picture()
    link = post(client, page, form_data(event, **{f"q{photo}": upload(content)})).location
    [file] = stored()
    delegate = db.session.query(Delegate).one()
    assert (file.delegate_id, file.token_hash, file.content) == (delegate.id, None, content)
    answer = db.session.query(Answer).one()
    assert (answer.value, answer.text) == (file.id, "Ảnh thẻ.png")
    shown = client.get(link).text
    address = re.search(r'href="(/p/[^"]+/files/\d+)">Ảnh thẻ\.png', shown)[1]
    served = client.get(address)
    assert served.data == content
    assert served.headers["Content-Type"] == "image/png"
    assert served.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in served.headers["Content-Security-Policy"]
    assert "no-store" in served.headers["Cache-Control"]


def test_a_paper_is_saved_and_a_picture_looked_at(client, organiser, event, page, photo):
    post(client, page, form_data(event, **{f"q{photo}": upload(paper(), "Giấy\u202efdp.exe")}))
    [file] = stored()
    served = organiser.get(f"/manage/{event.slug}/delegates/{file.delegate_id}/files/{file.id}")
    assert served.headers["Content-Type"] == "application/pdf"
    how = served.headers["Content-Disposition"]
    assert how.startswith("attachment")
    assert "filename*=UTF-8''Gi%E1%BA%A5yfdp.pdf" in how
    how.encode("ascii")
    page = organiser.get(f"/manage/{event.slug}/delegates/{file.delegate_id}").text
    assert f"/files/{file.id}" in page


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"", "ảnh.png"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "ảnh.png"),
        (b"<html><script>alert(1)</script>", "giấy.pdf"),
        (picture("JPEG")[:-200], "ảnh.jpg"),
        (huge_png(30_000, 30_000), "ảnh.png"),
        (picture().ljust(files.MAX_BYTES + 1, b"\0"), "ảnh.png"),
    ],
)
def test_a_file_that_is_none_is_refused_beside_its_field(client, event, page, photo, content, name):
    answer = post(client, page, form_data(event, **{f"q{photo}": upload(content, name)}))
    assert answer.status_code == 422
    assert f'id="q{photo}-errors"' in answer.text
    assert f'href="#q{photo}"' in answer.text
    assert 'value="Nguyễn Đình Ân"' in answer.text
    assert stored() == []


def test_a_file_is_kept_while_the_form_is_corrected(client, event, page, photo):
    sent = form_data(event, email="", **{f"q{photo}": upload()})
    answer = post(client, page, sent)
    assert answer.status_code == 422
    assert "Ảnh thẻ.png" in answer.text
    [file] = stored()
    assert file.delegate_id is None
    token = token_in(answer, photo)
    assert token not in (file.token_hash, str(file.id))
    again = form_data(event, **{f"q{photo}-kept": token, f"q{photo}": (io.BytesIO(), "")})
    assert post(client, page, again).status_code == 303
    assert stored()[0].delegate_id == db.session.query(Delegate).one().id


def test_another_file_takes_the_place_of_the_kept_one(client, event, page, photo):
    answer = post(client, page, form_data(event, email="", **{f"q{photo}": upload()}))
    both = {f"q{photo}-kept": token_in(answer, photo), f"q{photo}": upload(paper(), "b.pdf")}
    post(client, page, form_data(event, **both))
    assert db.session.query(Answer).one().text == "b.pdf"


def test_a_token_opens_nothing_elsewhere(client, event, page, photo):
    other = ask(event, "Hộ chiếu")
    answer = post(client, page, form_data(event, email="", **{f"q{photo}": upload()}))
    token = token_in(answer, photo)
    for field, sent in ((f"q{other}-kept", token), (f"q{photo}-kept", token[::-1])):
        assert post(client, page, form_data(event, **{field: sent})).status_code == 422
    assert post(client, page, form_data(event, **{f"q{photo}-kept": token})).status_code == 303
    again = form_data(event, name="Trần Văn Hai", email="b@x.vn", **{f"q{photo}-kept": token})
    assert post(client, page, again).status_code == 422
    post(client, page, form_data(event, name="Lê Văn Ba", email="c@x.vn", **{f"q{photo}": "7"}))
    assert db.session.query(Answer).count() == 1


def test_a_required_file_that_is_missing_is_asked_for(client, event, page):
    needed = ask(event, "Hộ chiếu", is_required=True)
    assert post(client, page, form_data(event)).status_code == 422
    assert post(client, page, form_data(event, **{f"q{needed}": upload()})).status_code == 303


def test_a_delegate_changes_and_removes_a_file(client, event, page, photo):
    link = post(client, page, form_data(event, **{f"q{photo}": upload()})).location
    first = stored()[0].id
    assert "Ảnh thẻ.png" in client.get(f"{link}/edit").text
    post(client, f"{link}/edit", form_data(event, revision=1))
    assert [it.id for it in stored()] == [first]
    revision = db.session.query(Delegate).one().revision
    sent = form_data(event, revision=revision, **{f"q{photo}": upload(paper(), "Giấy.pdf")})
    assert post(client, f"{link}/edit", sent).status_code == 303
    [file] = stored()
    assert (file.name, file.id != first) == ("Giấy.pdf", True)
    entry = db.session.query(AuditEntry).order_by(AuditEntry.id.desc()).first()
    assert entry.changes == {f"question:{photo}": ["Ảnh thẻ.png", "Giấy.pdf"]}
    gone = form_data(event, revision=revision + 1, **{f"q{photo}-remove": "y"})
    assert post(client, f"{link}/edit", gone).status_code == 303
    assert stored() == []
    assert db.session.query(Answer).count() == 0


def test_nobody_else_opens_a_file(client, sign_in, event, page, photo):
    organiser = sign_in(Role.ORGANISER, event)
    own = post(client, page, form_data(event, **{f"q{photo}": upload()})).location
    stranger = form_data(event, name="Trần Văn Hai", email="b@x.vn", **{f"q{photo}": upload()})
    other = post(client, page, stranger).location
    mine, theirs = stored()
    assert client.get(f"{own}/data/files/{mine.id}").status_code == 200
    assert client.get(f"{own}/data/files/{theirs.id}").status_code == 404
    assert client.get(f"{other}/data/files/{mine.id}").status_code == 404
    manage = f"/manage/{event.slug}/delegates/{mine.delegate_id}/files"
    assert organiser.get(f"{manage}/{mine.id}").status_code == 200
    assert organiser.get(f"{manage}/{theirs.id}").status_code == 404
    assert organiser.get(f"{manage}/999").status_code == 404
    address = f"{manage}/{mine.id}"
    elsewhere = build_event("su-kien-khac")
    administrator = sign_in(None)
    assert administrator.get(address).status_code == 200
    assert administrator.get(address.replace(event.slug, elsewhere.slug)).status_code == 404
    assert sign_in(Role.STAFF, event).get(address).status_code == 403


def test_a_lead_opens_the_files_of_their_own_people(client, event, page, photo):
    post(client, page, form_data(event, **{f"q{photo}": upload()}))
    inner = ask(event, "Hồ sơ nội bộ", is_public=False)
    [file] = stored()
    office = organisation(event)
    link = f"/d/{invitations.renew_link(event, office.delegation_id)}/people"
    assert f"/files/{file.id}" in client.get(f"{link}/{file.delegate_id}").text
    assert client.get(f"{link}/{file.delegate_id}/files/{file.id}").status_code == 200
    assert client.get(f"{link}/{file.delegate_id}/files/999").status_code == 404
    other = next(it for it in event_delegations(event) if it != office.delegation_id)
    foreign = f"/d/{invitations.renew_link(event, other)}/people"
    assert client.get(f"{foreign}/{file.delegate_id}/files/{file.id}").status_code == 404
    with transaction():
        db.session.get(AnswerFile, file.id).question_id = inner
    assert client.get(f"{link}/{file.delegate_id}/files/{file.id}").status_code == 404


def event_delegations(event):
    return [it.id for it in db.session.query(Delegation).filter_by(event_id=event.id)]


@pytest.mark.parametrize("answer", ["accept", "decline"])
def test_a_file_waits_with_the_request_that_brings_it(client, event, photo, answer):
    office = organisation(event)
    link = f"/d/{invitations.renew_link(event, office.delegation_id)}"
    changes.submit(event, office.delegation_id)
    data = form_data(event, delegation_id=office.delegation_id, **{f"q{photo}": upload()})
    assert post(client, f"{link}/new", data).status_code == 303
    age()
    assert files.forget_unclaimed() == 0
    request = db.session.query(ChangeRequest).one()
    if answer == "accept":
        deciding.accept(event, request.id)
        assert stored()[0].delegate_id == db.session.query(Delegate).one().id
    else:
        deciding.decline(event, request.id, "")
        assert stored() == []


def test_what_nobody_claims_is_forgotten_after_a_day(client, event, page, photo):
    post(client, page, form_data(event, email="", **{f"q{photo}": upload()}))
    assert files.forget_unclaimed() == 0
    age()
    post(client, page, form_data(event, **{f"q{photo}": upload()}))
    assert files.forget_unclaimed() == 1
    assert [it.delegate_id is None for it in stored()] == [False]


def test_strangers_cannot_fill_the_disk(event, photo, monkeypatch):
    monkeypatch.setattr(files, "MAX_UNCLAIMED", 3)
    kept = [files.keep(event.id, photo, f"{n}.png", picture()) for n in range(5)]
    assert [it.name for it in stored()] == ["2.png", "3.png", "4.png"]
    assert files.kept(event.id, photo, kept[0].token) is None
    assert files.kept(event.id, photo, kept[4].token) == kept[4]


def test_a_file_is_no_answer_that_can_be_typed(organiser, event, photo):
    form = f"/manage/{event.slug}/delegates/new"
    file = files.keep(event.id, photo, "a.png", picture())
    sent = form_data(event, language="vi", **{f"q{photo}": str(file.id)})
    assert post(organiser, form, sent).status_code == 303
    assert db.session.query(Answer).count() == 0


def age():
    with transaction():
        for file in db.session.query(AnswerFile):
            file.created_at = now() - timedelta(days=1, minutes=1)

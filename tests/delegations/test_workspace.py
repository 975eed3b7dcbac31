"""The workspace of a delegation as its lead uses it, and what organisers do about it."""

import html
import io
import re
from datetime import timedelta

import pytest

from eventapp.accounts.models import AuditEntry
from eventapp.database import now
from eventapp.delegations import changes, invitations
from eventapp.delegations.models import ChangeRequest, Decision, RequestKind
from eventapp.extensions import db
from eventapp.mail.models import Message
from eventapp.registration import quota
from eventapp.registration.models import Delegate, Delegation, HeldPlace, Preference, Status
from eventapp.visits import wishes
from tests.builders import build_delegate, build_event, organisation
from tests.conftest import csrf_token, post
from tests.pdf.pictures import codes, needs_poppler, opened, text_of
from tests.programme import drafts
from tests.registration.filled import classes, counted


@pytest.fixture
def delegation(event):
    return organisation(event).delegation


@pytest.fixture
def link(event, delegation):
    return f"/d/{invitations.renew_link(event, delegation.id)}"


def person(event, name="Nguyễn Văn Một", **values):
    office = organisation(event)
    return {
        "name": name,
        "position": "Chuyên viên",
        "delegation_id": office.delegation_id,
        "organisation_id": office.id,
        "category_id": event.categories[0].id,
        "day_ids": [day.id for day in event.days],
        "class_id": 0,
        "wish_1": 0,
        "wish_2": 0,
        **values,
    }


def send(client, link, path, data):
    db.session.rollback()
    return post(client, f"{link}{path}", data, form_at=link)


def freeze(delegation, *, by_deadline=False):
    delegation = db.session.get_one(Delegation, delegation.id)
    if by_deadline:
        delegation.deadline = now() - timedelta(minutes=1)
    else:
        delegation.submitted_at = now()
    db.session.commit()


def only(model):
    db.session.expire_all()
    return db.session.query(model).one()


# --- The link -----------------------------------------------------------------------------------


def test_the_link_opens_the_list_of_that_delegation_alone(client, event, link):
    build_delegate(event, "Người Của Đoàn")
    build_delegate(event, "Người Đoàn Khác", organisation=organisation(event, "Bộ Tài chính"))
    page = client.get(link)
    assert page.status_code == 200
    assert "Người Của Đoàn" in page.text
    assert "Người Đoàn Khác" not in page.text
    assert page.headers["Cache-Control"] == "no-store"
    assert "noindex" in page.headers["X-Robots-Tag"]


def test_a_guessed_link_opens_nothing(client, link):
    assert client.get(f"/d/{'x' * 48}").status_code == 404
    assert client.get(f"{link[:-1]}").status_code == 404


def test_a_link_that_does_not_work_says_what_to_do_and_not_whether_it_ever_did(
    client, event, delegation, link
):
    invitations.renew_link(event, delegation.id)
    replaced, guessed = client.get(link), client.get(f"/d/{'0' * 48}")
    assert "mã QR mới nhất" in replaced.text
    assert delegation.name not in replaced.text
    assert replaced.text == guessed.text.replace("0" * 48, link.removeprefix("/d/"))
    assert replaced.headers["Cache-Control"] == "no-store"


def test_a_link_that_was_replaced_opens_nothing_wherever_it_was_forwarded(
    client, event, delegation, link
):
    fresh = invitations.renew_link(event, delegation.id)
    for path in ("", "/new", "/table", "/submit", "/table/template.xlsx"):
        assert client.get(f"{link}{path}").status_code == 404, path
    assert client.get(f"/d/{fresh}").status_code == 200


def test_only_a_hash_of_the_link_is_stored(event, delegation, link):
    secret = link.removeprefix("/d/")
    row = only_row(delegation)
    assert secret not in {str(value) for value in vars(row).values()}
    assert len(row.secret_hash) == 64


def only_row(delegation):
    db.session.expire_all()
    return db.session.get_one(Delegation, delegation.id)


# --- People -------------------------------------------------------------------------------------


def test_a_lead_registers_somebody(client, event, link):
    assert send(client, link, "/new", person(event, submission="a" * 32)).status_code == 303
    delegate = only(Delegate)
    assert (delegate.name, delegate.status) == ("Nguyễn Văn Một", Status.APPROVED)
    assert (delegate.consent_by, quota.taken(event.id)) == ("lead", 1)
    entry = db.session.query(AuditEntry).filter_by(action="register").one()
    assert entry.actor == f"lead:{delegate.organisation.delegation_id}"


def test_what_was_typed_wrong_stays_in_the_form(client, event, link):
    page = send(client, link, "/new", person(event, email="không phải", phone="12"))
    assert page.status_code == 422
    assert 'value="không phải"' in page.text
    assert db.session.query(Delegate).count() == 0


def test_an_office_of_another_delegation_cannot_be_chosen(client, event, link):
    other = organisation(event, "Bộ Tài chính")
    page = send(client, link, "/new", person(event, organisation_id=other.id))
    assert page.status_code == 422
    assert db.session.query(Delegate).count() == 0


def test_a_namesake_in_the_office_is_asked_about(client, event, link):
    build_delegate(event, "Nguyễn Văn Hòa")
    data = person(event, "NGUYỄN VĂN HOÀ")
    page = send(client, link, "/new", data)
    assert page.status_code == 422
    assert "is_somebody_else" in page.text
    assert send(client, link, "/new", {**data, "is_somebody_else": "y"}).status_code == 303
    assert db.session.query(Delegate).count() == 2


def test_who_has_the_same_address_is_named_if_on_the_same_list(client, event, link):
    build_delegate(event, "Nguyễn Văn Hai", email="vanthu@bacninh.example")
    ministry = organisation(event, "Bộ Tài chính")
    build_delegate(event, "Người Bộ", email="vanthu@bacninh.example", organisation=ministry)
    data = person(event, "Nguyễn Văn Một", email="vanthu@bacninh.example")
    assert send(client, link, "/new", data).status_code == 303
    page = client.get(link).text
    said = re.search(r"Trùng địa chỉ thư điện tử với ([^.]*)\.", page)
    assert said[1] == "Nguyễn Văn Hai"
    assert db.session.query(Delegate).count() == 3


def test_beyond_the_places_nobody_is_registered(client, event, delegation, link):
    quota.set_places(event.id, 0, delegation_id=delegation.id)
    page = send(client, link, "/new", person(event))
    assert page.status_code == 422
    assert "Bắc Ninh" in page.text
    assert db.session.query(Delegate).count() == 0


def test_a_category_that_asks_for_approval_waits(client, event, link):
    event.categories[0].needs_approval = True
    db.session.commit()
    send(client, link, "/new", person(event))
    assert only(Delegate).status == Status.PENDING


def test_a_lead_changes_somebody_and_an_old_copy_is_not_obeyed(client, event, link):
    delegate = build_delegate(event, "Nguyễn Văn Một")
    path, revision = f"/people/{delegate.id}", delegate.revision
    changed = person(event, position="Trưởng phòng", revision=revision)
    assert send(client, link, path, changed).status_code == 303
    again = send(client, link, path, person(event, position="Cũ", revision=revision))
    assert again.status_code == 409
    assert only(Delegate).position == "Trưởng phòng"


@pytest.mark.parametrize("path", ["", "/cancel", "/substitute"])
def test_nobody_of_another_delegation_is_touched(client, event, link, path):
    other = build_delegate(event, "Khác", organisation=organisation(event, "Bộ Tài chính"))
    address = f"/people/{other.id}{path}"
    assert client.get(f"{link}{address}").status_code == 404
    assert send(client, link, address, person(event)).status_code == 404
    assert only(Delegate).status == Status.APPROVED


def test_a_lead_takes_somebody_off_and_sends_a_substitute(client, event, link):
    first, second = build_delegate(event, "Một"), build_delegate(event, "Hai")
    quota.set_places(event.id, 10)
    first_id, second_id = first.id, second.id
    assert send(client, link, f"/people/{first_id}/cancel", {"reason": "Ốm"}).status_code == 303
    data = {"name": "Người Thay", "position": "Phó phòng", "reason": "Đi công tác"}
    assert send(client, link, f"/people/{second_id}/substitute", data).status_code == 303
    db.session.expire_all()
    assert db.session.get_one(Delegate, first_id).cancel_reason == "Ốm"
    new = db.session.query(Delegate).filter_by(name="Người Thay").one()
    assert (new.substitutes_id, new.consent_by) == (second_id, "lead")


# --- Places held --------------------------------------------------------------------------------


def test_places_are_held_filled_and_given_back(client, event, delegation, link):
    quota.set_places(event.id, 2, delegation_id=delegation.id)
    data = {"number": 2, "organisation_id": 0, "category_id": event.categories[0].id}
    send(client, link, "/places", {**data, "note": "Lãnh đạo sở"})
    first, second = [it.id for it in db.session.query(HeldPlace).order_by(HeldPlace.id)]
    assert send(client, link, "/new", person(event)).status_code == 422
    assert send(client, link, f"/places/{first}/fill", person(event)).status_code == 303
    send(client, link, f"/places/{second}/give-back", {})
    assert db.session.query(HeldPlace).count() == 0
    assert counted(event.id, Status.APPROVED) == 1
    assert {it.taken for it in quota.all_of(event.id)} == {1}


@pytest.mark.parametrize("number", ["0", "101", "nhiều", ""])
def test_a_senseless_number_of_places_holds_none(client, event, link, number):
    data = {"number": number, "organisation_id": 0, "category_id": event.categories[0].id}
    page = send(client, link, "/places", data)
    assert page.status_code == 303
    assert db.session.query(HeldPlace).count() == 0


# --- Frozen -------------------------------------------------------------------------------------


def test_handing_in_freezes_the_list_and_tells_the_lead(client, event, delegation, link):
    only_row(delegation).lead_email = "dau.moi@bacninh.example"
    db.session.commit()
    assert send(client, link, "/submit", {}).status_code == 303
    send(client, link, "/submit", {})
    assert only_row(delegation).submitted_at is not None
    assert db.session.query(Message).filter_by(kind="lead_submitted").count() == 1


@pytest.mark.parametrize("by_deadline", [True, False])
def test_after_that_every_change_is_a_request(client, event, delegation, link, by_deadline):
    one, two, three = (build_delegate(event, name).id for name in ("Một", "Hai", "Ba"))
    freeze(delegation, by_deadline=by_deadline)
    send(client, link, "/new", person(event, "Người Mới"))
    send(client, link, f"/people/{one}", person(event, "Một", position="Khác", revision=1))
    send(client, link, f"/people/{two}/cancel", {"reason": "Ốm"})
    send(client, link, f"/people/{three}/substitute", {"name": "Thay Ba", "position": "CV"})
    data = {"number": 3, "organisation_id": 0, "category_id": event.categories[0].id}
    send(client, link, "/places", data)
    assert "Chờ xét" in client.get(link).text
    kinds = [it.kind for it in db.session.query(ChangeRequest).order_by(ChangeRequest.id)]
    assert kinds == ["add", "edit", "cancel", "substitute", "hold"]
    assert db.session.query(Delegate).count() == 3
    assert counted(event.id, Status.APPROVED) == 3
    assert db.session.query(HeldPlace).count() == 0


@pytest.mark.parametrize("kind", ["add", "edit", "cancel", "substitute", "hold"])
def test_nothing_slips_in_beside_a_list_that_is_handed_in(
    client, event, delegation, link, monkeypatch, kind
):
    one = build_delegate(event, "Một").id
    name, owner = {
        "add": ("register", changes.service),
        "edit": ("update", changes.service),
        "cancel": ("cancel", changes.service),
        "substitute": ("substitute", changes.substitution),
        "hold": ("hold", changes.holding),
    }[kind]
    done = getattr(owner, name)

    def another_lead_hands_it_in_first(*args, **values):
        changes.submit(event, delegation.id)
        return done(*args, **values)

    monkeypatch.setattr(owner, name, another_lead_hands_it_in_first)
    path, data = {
        "add": ("/new", person(event, "Người Mới")),
        "edit": (f"/people/{one}", person(event, "Một", position="Khác", revision=1)),
        "cancel": (f"/people/{one}/cancel", {"reason": "Ốm"}),
        "substitute": (f"/people/{one}/substitute", {"name": "Thay", "position": "CV"}),
        "hold": (
            "/places",
            {"number": 1, "organisation_id": 0, "category_id": event.categories[0].id},
        ),
    }[kind]
    assert send(client, link, path, data).status_code == 303
    assert only(ChangeRequest).kind == kind
    assert (only(Delegate).name, only(Delegate).revision) == ("Một", 1)
    assert db.session.query(HeldPlace).count() == 0


@pytest.mark.parametrize("path", ["/new", "/people/{}/substitute"])
def test_a_request_for_somebody_registered_already_is_asked_about_first(
    client, event, delegation, link, path
):
    build_delegate(event, "Nguyễn Văn Hòa")
    other = build_delegate(event, "Trần Văn Ba").id
    freeze(delegation)
    data = person(event, "Nguyễn Văn Hoà")
    page = send(client, link, path.format(other), data)
    assert page.status_code == 422
    assert db.session.query(ChangeRequest).count() == 0
    send(client, link, path.format(other), {**data, "is_somebody_else": "y"})
    assert db.session.query(ChangeRequest).count() == 1


def test_one_request_about_a_person_at_a_time_and_it_can_be_withdrawn(
    client, event, delegation, link
):
    one = build_delegate(event, "Một").id
    freeze(delegation)
    send(client, link, f"/people/{one}/cancel", {})
    send(client, link, f"/people/{one}/cancel", {})
    request = only(ChangeRequest)
    send(client, link, f"/requests/{request.id}/withdraw", {})
    assert only(ChangeRequest).decision == Decision.WITHDRAWN
    send(client, link, f"/people/{one}/cancel", {})
    assert db.session.query(ChangeRequest).count() == 2


def asked(client, event, delegation, link):
    """A request of every kind, as (kind, id)."""
    test_after_that_every_change_is_a_request(client, event, delegation, link, False)
    return {it.kind: it.id for it in db.session.query(ChangeRequest)}


def test_an_organiser_accepts_every_kind(client, organiser, event, delegation, link):
    lead = event_client(organiser)
    requests = asked(lead, event, delegation, link)
    for kind, id_ in requests.items():
        answer = decide(organiser, event, id_, decision="accept")
        assert answer.status_code == 303, kind
    db.session.expire_all()
    names = {it.name: it.status for it in db.session.query(Delegate)}
    assert names == {
        "Một": Status.APPROVED,
        "Hai": Status.CANCELLED,
        "Ba": Status.CANCELLED,
        "Thay Ba": Status.APPROVED,
        "Người Mới": Status.APPROVED,
    }
    assert db.session.query(HeldPlace).count() == 3
    assert {it.decision for it in db.session.query(ChangeRequest)} == {"accepted"}
    assert db.session.query(Delegate).filter_by(name="Người Mới").one().consent_by == "lead"


def event_client(organiser):
    """Somebody without an account."""
    return organiser.application.test_client()


def decide(organiser, event, request_id, **data):
    db.session.rollback()
    page = f"/manage/{event.slug}/delegations/requests"
    token = csrf_token(organiser, page)
    return organiser.post(f"{page}/{request_id}", data={"csrf_token": token, **data})


def test_declined_changes_nothing_and_the_lead_is_told(organiser, event, delegation, link):
    lead = event_client(organiser)
    only_row(delegation).lead_email = "dau.moi@bacninh.example"
    one = build_delegate(event, "Một").id
    freeze(delegation)
    send(lead, link, f"/people/{one}/cancel", {})
    request = only(ChangeRequest)
    decide(organiser, event, request.id, decision="decline", reason="Đã in thẻ")
    assert only(ChangeRequest).decision == Decision.DECLINED
    assert only(Delegate).status == Status.APPROVED
    assert db.session.query(Message).filter_by(kind="lead_decided").count() == 1
    assert "Đã in thẻ" in lead.get(link).text


def test_a_request_is_decided_once(organiser, event, delegation, link):
    one = build_delegate(event, "Một").id
    freeze(delegation)
    send(event_client(organiser), link, f"/people/{one}/cancel", {})
    request = only(ChangeRequest)
    decide(organiser, event, request.id, decision="decline")
    decide(organiser, event, request.id, decision="accept")
    assert only(ChangeRequest).decision == Decision.DECLINED
    assert only(Delegate).status == Status.APPROVED


def test_accepting_beyond_the_places_needs_a_reason(organiser, event, delegation, link):
    lead = event_client(organiser)
    quota.set_places(event.id, 0, delegation_id=delegation.id)
    freeze(delegation)
    send(lead, link, "/new", person(event))
    request = only(ChangeRequest)
    assert request.kind == RequestKind.ADD
    decide(organiser, event, request.id, decision="accept")
    assert only(ChangeRequest).decision == Decision.WAITING
    decide(organiser, event, request.id, decision="accept", beyond="1", reason="Thêm ghế")
    assert only(ChangeRequest).decision == Decision.ACCEPTED
    assert only(Delegate).status == Status.APPROVED
    entry = db.session.query(AuditEntry).filter_by(subject="delegate").first()
    assert entry.note == "Thêm ghế"


# --- Organisers ---------------------------------------------------------------------------------


def test_the_preset_is_added_once(organiser, event):
    page = f"/manage/{event.slug}/delegations"
    for _ in range(2):
        post(organiser, f"{page}/preset", {"preset": "bac-ninh-2012"}, form_at=page)
    db.session.expire_all()
    delegations = db.session.query(Delegation).filter_by(event_id=event.id).all()
    assert sum(it.province_code is not None for it in delegations) == 25
    assert len({it.name for it in delegations}) == len(delegations)
    assert sum(it.is_other for it in delegations) == 1


def test_a_delegation_with_its_places_offices_and_deadline(organiser, event, delegation):
    page = f"/manage/{event.slug}/delegations/{delegation.id}/edit"
    offices = list(delegation.organisations)
    data = {
        "name": "Bắc Ninh",
        "province_code": "27",
        "lead_name": "Nguyễn Thị Lan",
        "lead_email": "lan@bacninh.example",
        "lead_phone": "0912 345 678",
        "deadline": "2026-11-20T17:00",
        "places": "20",
        "new_offices": "Hội Tin học\nSở Y tế ; 3",
    }
    for at, office in enumerate(offices):
        data |= {
            f"offices-{at}-id": office.id,
            f"offices-{at}-name": office.name,
            f"offices-{at}-places": 5 if at == 0 else "",
        }
    for at, category in enumerate(event.categories):
        data |= {f"category_places-{at}-id": category.id, f"category_places-{at}-places": at + 1}
    assert post(organiser, page, data).status_code == 303
    row = only_row(delegation)
    assert (row.lead_email, row.lead_phone) == ("lan@bacninh.example", "+84912345678")
    assert row.deadline.isoformat() == "2026-11-20T10:00:00+00:00"
    assert {it.name for it in row.organisations} > {"Hội Tin học", "Sở Y tế"}
    places = {it.scope: it.places for it in quota.all_of(event.id, delegation_id=row.id)}
    of = f"delegation:{row.id}"
    [health] = [it.id for it in row.organisations if it.name == "Sở Y tế"]
    assert places == {
        f"{of}/organisation:{health}": 3,
        of: 20,
        f"{of}/organisation:{offices[0].id}": 5,
        f"{of}/category:{event.categories[0].id}": 1,
        f"{of}/category:{event.categories[1].id}": 2,
    }


def test_a_renamed_office_is_found_by_its_new_name(organiser, event, delegation):
    build_delegate(event, "Một")
    office = organisation(event)
    page = f"/manage/{event.slug}/delegations/{delegation.id}/edit"
    data = {"name": "Bắc Ninh", "province_code": "27"}
    for at, it in enumerate(delegation.organisations):
        name = "Sở Khoa học" if it.id == office.id else it.name
        data |= {f"offices-{at}-id": it.id, f"offices-{at}-name": name}
    post(organiser, page, data)
    assert "so khoa hoc" in only(Delegate).search_text


def test_nothing_is_sent_unless_every_lead_has_an_address(organiser, event, delegation):
    page = f"/manage/{event.slug}/delegations"
    post(organiser, f"{page}/invite", {"ids": [delegation.id]}, form_at=page)
    assert db.session.query(Message).count() == 0
    only_row(delegation).lead_email = "lan@bacninh.example"
    db.session.commit()
    post(organiser, f"{page}/invite", {"ids": [delegation.id]}, form_at=page)
    assert only(Message).kind == "lead_invitation"
    assert only_row(delegation).invited_at is not None


def test_links_on_paper_open_the_workspace(organiser, event, delegation, tmp_path):
    page = f"/manage/{event.slug}/delegations"
    ids = [it.id for it in db.session.query(Delegation).filter_by(event_id=event.id)]
    paper = post(organiser, f"{page}/links.pdf", {"ids": ids}, form_at=page)
    assert paper.headers["Content-Disposition"].startswith("attachment")
    found = codes(paper.data, tmp_path)
    assert len(found) == len(ids)
    for address in found:
        path = re.sub("^https?://[^/]+", "", address)
        assert event_client(organiser).get(path).status_code == 200


@needs_poppler
def test_signs_of_markup_are_printed_as_they_are(organiser, event, delegation):
    delegation.name = "Cục A & <b>"
    db.session.commit()
    page = f"/manage/{event.slug}/delegations"
    paper = post(organiser, f"{page}/links.pdf", {"ids": [delegation.id]}, form_at=page)
    opened(paper.data)
    assert "Cục A & <b>" in text_of(paper.data)


def test_a_delegation_with_people_is_not_deleted(organiser, event, delegation):
    build_delegate(event, "Một")
    page = f"/manage/{event.slug}/delegations/{delegation.id}"
    post(organiser, f"{page}/delete", {}, form_at=page)
    assert only_row(delegation).name == "Bắc Ninh"


def test_queries_do_not_grow_with_the_people(client, event, link, count_queries):
    session = classes(event)[0]
    build_delegate(event, "Một", enrolments=[session])
    client.get(link)
    db.session.rollback()
    with count_queries() as few:
        client.get(link)
    for number in range(12):
        build_delegate(event, f"Người {number}", enrolments=[session])
    db.session.rollback()
    with count_queries() as many:
        client.get(link)
    assert len(many) == len(few)


def test_a_delegation_of_another_event_is_not_shown(organiser, event):
    other = build_event("su-kien-khac")
    delegation_id = organisation(other).delegation_id
    assert organiser.get(f"/manage/{event.slug}/delegations/{delegation_id}").status_code == 404


# --- Tables -------------------------------------------------------------------------------------


def upload(client, link, content, name="ds.csv"):
    db.session.rollback()
    token = csrf_token(client, f"{link}/table")
    return client.post(
        f"{link}/table",
        data={"csrf_token": token, "file": (io.BytesIO(content), name)},
        content_type="multipart/form-data",
    )


def confirm(client, address, **data):
    page = client.get(address)
    digest = re.search(r'name="digest" value="(\w+)"', page.text)[1]
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)[1]
    return client.post(f"{address}/confirm", data={"csrf_token": token, "digest": digest, **data})


LIST = "Họ và tên;Chức vụ;Đơn vị\nTrần Văn Hai;Chuyên viên;Sở Nội vụ\nLê Thị Ba;CV;VP UBND\n"


def test_a_file_is_shown_before_it_is_done(client, event, link):
    address = upload(client, link, LIST.encode()).location
    assert db.session.query(Delegate).count() == 0
    assert "Trần Văn Hai" in client.get(address).text
    answer = confirm(client, address)
    assert answer.location.endswith("?added=2&changed=0")
    assert counted(event.id, Status.APPROVED) == 2
    assert {it.consent_by for it in db.session.query(Delegate)} == {"lead"}
    assert client.get(address).status_code == 404


def test_the_preview_names_who_has_the_same_address(client, event, link):
    for name, office in (("Nguyễn Thị Cũ", "Sở Nội vụ"), ("Người Bộ", "Bộ Tài chính")):
        build_delegate(
            event, name, email="vt@bacninh.example", organisation=organisation(event, office)
        )
    content = "Họ và tên;Chức vụ;Đơn vị;E-mail\nTrần Văn Hai;CV;Sở Nội vụ;vt@bacninh.example\n"
    page = client.get(upload(client, link, content.encode()).location).text
    assert "Trùng địa chỉ thư điện tử với Nguyễn Thị Cũ, đã đăng ký." in page
    assert "Người Bộ" not in page


def test_what_changed_in_the_meantime_is_shown_again(client, event, link):
    address = upload(client, link, LIST.encode()).location
    page = client.get(address)
    digest = re.search(r'name="digest" value="(\w+)"', page.text)[1]
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)[1]
    build_delegate(event, "Trần Văn Hai", position="Chuyên viên")
    answer = client.post(f"{address}/confirm", data={"csrf_token": token, "digest": digest})
    assert answer.location.endswith("?again=1")
    assert db.session.query(Delegate).count() == 1


def test_wrong_rows_stop_all_the_others_unless_left_out(client, event, link):
    content = f"{LIST}Phạm Văn Bốn;;Sở Nội vụ\n".encode()
    address = upload(client, link, content).location
    assert confirm(client, address).location.endswith("?again=1")
    assert db.session.query(Delegate).count() == 0
    confirm(client, address, skips_wrong="1")
    assert db.session.query(Delegate).count() == 2


def test_names_written_in_capitals_or_without_are_put_right_and_shown(client, event, link):
    names = ["ĐẶNG THỊ MỸ HẠNH", "nguyễn văn a", "Nguyễn Quốc ấn", "Jean-Luc Đặng d'Estaing"]
    rows = "".join(f"{name};Chuyên viên;Sở Nội vụ\n" for name in names)
    address = upload(client, link, f"Họ tên;Chức vụ;Đơn vị\n{rows}".encode()).location
    shown = client.get(address).text
    for before in names[:3]:
        assert f"<del>{before}</del>" in shown
    confirm(client, address)
    assert {it.name for it in db.session.query(Delegate)} == {
        "Đặng Thị Mỹ Hạnh",
        "Nguyễn Văn A",
        "Nguyễn Quốc Ấn",
        "Jean-Luc Đặng d'Estaing",
    }


def test_a_table_confirmed_twice_is_done_once_and_says_so(client, event, link):
    address = upload(client, link, LIST.encode()).location
    digest = {"digest": re.search(r'name="digest" value="(\w+)"', client.get(address).text)[1]}
    path = f"{address.removeprefix(link)}/confirm"
    assert send(client, link, path, digest).location.endswith("?added=2&changed=0")
    assert send(client, link, path, digest).location == link
    assert "đã được xác nhận hoặc bỏ" in client.get(link).text
    assert db.session.query(Delegate).count() == 2


def test_the_grid_numbers_rows_as_what_is_wrong_speaks_of_them(client, event, link):
    content = f"DANH SÁCH\n{LIST}Trần Văn Hai;CV;Sở Nội vụ\n"
    address = upload(client, link, content.encode()).location
    grid = client.get(f"{address}/grid").text
    assert "Trùng với đại biểu ở dòng 3." in grid
    row = re.search(r'<td class="number">3</td>\s*<td[^>]*><input[^>]*value="([^"]*)"', grid)
    assert row[1] == "Trần Văn Hai"
    # A row left blank in between does not move those below it.
    names = {0: "An Văn Một", 2: "", 3: "An Văn Hai"}
    data = {f"r{at}-name": name for at, name in names.items()}
    shown = client.get(send(client, link, "/table", data).location).text
    assert re.findall(r'<td class="number">(\d+)</td>', shown) == ["1", "4"]


def test_what_was_cleaned_of_an_address_is_shown(client, event, link):
    content = "Họ tên;Chức vụ;Đơn vị;Email\nLê Văn Ba;CV;Sở Nội vụ; ba. le@x.vn \n"
    address = upload(client, link, content.encode()).location
    assert "<del>ba. le@x.vn</del> <ins>ba.le@x.vn</ins>" in client.get(address).text
    confirm(client, address)
    assert only(Delegate).email == "ba.le@x.vn"


def test_a_few_control_characters_are_removed_and_said(client, event, link):
    content = "Họ tên;Chức vụ;Đơn vị\nLê\x07 Văn\x00 Ba;CV\x0b;Sở Nội vụ\n"
    address = upload(client, link, content.encode()).location
    assert "ký tự không nhìn thấy" in client.get(address).text
    confirm(client, address)
    assert (only(Delegate).name, only(Delegate).position) == ("Lê Văn Ba", "CV")


def test_the_grid_changes_adds_and_empties(client, event, link):
    one = build_delegate(event, "Một Hai Ba", phone="+84912345678", email="mot@x.vn")
    data = {
        "r0-id": one.id,
        "r0-revision": one.revision,
        "r0-name": "Một Hai Ba",
        "r0-position": "Trưởng phòng",
        "r0-office": "Sở Nội vụ",
        "r0-email": "mot@x.vn",
        "r0-phone": "",
        "r1-name": "Người Mới Vào",
        "r1-position": "CV",
        "r1-office": "Sở Nội vụ",
    }
    address = send(client, link, "/table", data).location
    assert confirm(client, address).location.endswith("?added=1&changed=1")
    db.session.expire_all()
    changed = db.session.get_one(Delegate, one.id)
    assert (changed.position, changed.phone, changed.email) == ("Trưởng phòng", "", "mot@x.vn")
    assert changed.revision == 2


def test_a_person_with_needs_in_lines_is_the_same_after_the_grid(client, event, link):
    one = build_delegate(event, "Một Hai Ba", needs="Xe lăn\nphòng tầng 1")
    page = client.get(f"{link}/table")
    assert 'value="Xe lăn phòng tầng 1"' in page.text
    shown = grid_of(page)
    del shown["r0-mark"]
    address = send(client, link, "/table", shown).location
    assert 'name="digest"' not in client.get(address).text
    assert only_person(one.id).needs == "Xe lăn\nphòng tầng 1"
    address = send(client, link, "/table", shown | {"r0-needs": "Xe lăn"}).location
    assert confirm(client, address).location.endswith("?added=0&changed=1")
    assert only_person(one.id).needs == "Xe lăn"


def grid_of(page):
    """What the browser sends of a grid that nobody touched."""
    found = re.findall(r'name="(r\d+-\w+)" value="([^"]*)"', page.text)
    return {name: html.unescape(value) for name, value in found}


def test_rows_nobody_touched_take_back_nothing_that_another_lead_did(client, event, link):
    one = build_delegate(event, "An Văn Một", position="Cũ")
    two = build_delegate(event, "An Văn Hai", position="Cũ")
    gone = build_delegate(event, "An Văn Ba")
    shown = grid_of(client.get(f"{link}/table"))
    at = next(name.partition("-")[0] for name, value in shown.items() if value == "An Văn Hai")
    one.position = "Mới"
    gone.status = Status.CANCELLED
    db.session.commit()
    address = send(client, link, "/table", shown | {f"{at}-position": "Trưởng phòng"}).location
    assert confirm(client, address).location.endswith("?added=0&changed=1")
    assert only_person(one.id).position == "Mới"
    assert only_person(two.id).position == "Trưởng phòng"
    assert only_person(gone.id).status == Status.CANCELLED


def test_a_row_that_two_leads_changed_is_said_and_can_be_done_again(client, event, link):
    one = build_delegate(event, "An Văn Một", position="Cũ")
    shown = grid_of(client.get(f"{link}/table")) | {"r0-position": "Của tôi"}
    one.position = "Của người khác"
    db.session.commit()
    address = send(client, link, "/table", shown).location
    assert "Trong lúc đó đã có người khác sửa" in client.get(address).text
    again = grid_of(client.get(f"{address}/grid"))
    assert again["r0-position"] == "Của tôi"
    address = send(client, link, "/table", again).location
    assert "<del>Của người khác</del> <ins>Của tôi</ins>" in client.get(address).text
    confirm(client, address)
    assert only_person(one.id).position == "Của tôi"


def test_namesakes_on_the_list_do_not_stop_the_grid(client, event, link):
    one = build_delegate(event, "Nguyễn Văn Hùng", email="mot@x.vn")
    build_delegate(event, "Nguyễn Văn Hùng", email="hai@x.vn")
    shown = grid_of(client.get(f"{link}/table"))
    address = send(client, link, "/table", shown).location
    assert "Trùng với đại biểu ở dòng" not in client.get(address).text
    at = next(name.partition("-")[0] for name, value in shown.items() if value == "mot@x.vn")
    address = send(client, link, "/table", shown | {f"{at}-position": "PGĐ"}).location
    assert confirm(client, address).location.endswith("?added=0&changed=1")
    assert only_person(one.id).position == "PGĐ"


def only_person(delegate_id):
    db.session.expire_all()
    return db.session.get_one(Delegate, delegate_id)


def test_a_row_of_the_grid_about_somebody_elses_person_is_wrong(client, event, link):
    other = build_delegate(event, "Khác Đoàn", organisation=organisation(event, "Bộ Tài chính"))
    data = {"r0-id": other.id, "r0-revision": 1, "r0-name": "Đổi Tên", "r0-office": "Sở Nội vụ"}
    address = send(client, link, "/table", data).location
    assert "Khác Đoàn" not in client.get(address).text
    assert 'name="digest"' not in client.get(address).text
    assert only(Delegate).name == "Khác Đoàn"


def test_the_grid_shows_who_is_in_a_closed_class_and_suggests_it_to_nobody(client, event, link):
    first, second = classes(event)
    title, other = first.title, second.title
    build_delegate(event, "Một Hai Ba", enrolments=[first])
    drafts.change(event, first.id, takes_enrolment=False)
    page = client.get(f"{link}/table")
    assert grid_of(page)["r0-training"] == title
    assert f'<option value="{other}">' in page.text
    assert f'<option value="{title}">' not in page.text
    assert title not in client.get(f"{link}/new").text
    new = {"r9-name": "Người Mới Vào", "r9-position": "CV", "r9-office": "Sở Nội vụ"}
    shown = grid_of(page) | new
    address = send(client, link, "/table", shown | {"r9-training": title}).location
    assert "không nhận đăng ký" in client.get(address).text
    address = send(client, link, "/table", shown).location
    assert confirm(client, address).location.endswith("?added=1&changed=0")


def test_the_grid_understands_what_is_pasted(client, event, link):
    pasted = "Đơn vị\tHọ tên\tSĐT\nSở Nội vụ\tTrần Văn Hai\t912345678\n"
    answer = send(client, link, "/table/read", {"pasted": pasted})
    assert answer.json["rows"] == [
        {"office": "Sở Nội vụ", "name": "Trần Văn Hai", "phone": "912345678"}
    ]


def test_a_frozen_list_turns_a_table_into_requests(client, event, delegation, link):
    build_delegate(event, "Trần Văn Hai", position="Cũ")
    freeze(delegation)
    address = upload(client, link, LIST.encode()).location
    assert confirm(client, address).location.endswith("?asked=2")
    kinds = sorted(it.kind for it in db.session.query(ChangeRequest))
    assert kinds == ["add", "edit"]
    assert db.session.query(Delegate).count() == 1


def hold(client, event, link, number, **data):
    category = event.categories[0].id
    send(client, link, "/places", {"number": number, "category_id": category, **data})


def test_a_table_names_people_for_the_places_held(client, event, delegation, link):
    quota.set_places(event.id, 2, delegation_id=delegation.id)
    hold(client, event, link, 2, organisation_id=0, note="Lãnh đạo sở")
    address = upload(client, link, LIST.encode()).location
    page = client.get(address).text
    assert page.count("Điền tên vào chỗ đang giữ: Lãnh đạo sở") == 2
    assert confirm(client, address).location.endswith("?added=2&changed=0")
    assert db.session.query(HeldPlace).count() == 0
    assert {it.taken for it in quota.all_of(event.id)} == {2}


def test_held_places_are_kept_while_others_are_free(client, event, delegation, link):
    quota.set_places(event.id, 4, delegation_id=delegation.id)
    hold(client, event, link, 2, organisation_id=0)
    address = upload(client, link, LIST.encode()).location
    assert confirm(client, address).location.endswith("?added=2&changed=0")
    assert db.session.query(HeldPlace).count() == 2


def test_a_place_held_for_an_office_is_for_that_office(client, event, delegation, link):
    quota.set_places(event.id, 1, delegation_id=delegation.id)
    office = next(it for it in delegation.organisations if it.name != "Sở Nội vụ")
    hold(client, event, link, 1, organisation_id=office.id)
    one = "Họ và tên;Chức vụ;Đơn vị\nTrần Văn Hai;Chuyên viên;Sở Nội vụ\n"
    address = upload(client, link, one.encode()).location
    assert "Không còn chỗ cho người này: Bắc Ninh." in client.get(address).text
    assert db.session.query(HeldPlace).count() == 1


def test_a_held_place_is_no_way_past_another_quota(client, event, delegation, link):
    quota.set_places(event.id, 1, delegation_id=delegation.id)
    hold(client, event, link, 1, organisation_id=0)
    office = next(it for it in delegation.organisations if it.name == "Sở Nội vụ")
    quota.set_places(event.id, 0, organisation_id=office.id)
    one = "Họ và tên;Chức vụ;Đơn vị\nTrần Văn Hai;Chuyên viên;Sở Nội vụ\n"
    address = upload(client, link, one.encode()).location
    assert "Không còn chỗ cho người này: Bắc Ninh; Sở Nội vụ." in client.get(address).text


def test_a_frozen_list_asks_to_name_people_for_held_places(
    client, organiser, event, delegation, link
):
    quota.set_places(event.id, 2, delegation_id=delegation.id)
    hold(client, event, link, 2, organisation_id=0)
    freeze(delegation)
    address = upload(client, link, LIST.encode()).location
    assert confirm(client, address).location.endswith("?asked=2")
    asked = db.session.query(ChangeRequest).all()
    assert {it.kind for it in asked} == {"fill"}
    assert len({it.held_place_id for it in asked}) == 2


def test_a_table_of_one_delegation_is_not_anothers(client, event, link):
    address = upload(client, link, LIST.encode()).location
    upload_id = address.rpartition("/")[2]
    other = organisation(event, "Bộ Tài chính").delegation_id
    others = f"/d/{invitations.renew_link(event, other)}"
    assert client.get(f"{others}/table/{upload_id}").status_code == 404


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"%PDF-1.7 x", "PDF"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, ".xls"),
        (b"", ".xlsx"),
        (b"PAR1" + b"\0\1\2" * 99, "Đây không phải là bảng."),
    ],
)
def test_what_is_no_table_is_refused_in_words(client, link, content, said):
    page = upload(client, link, content, "ds.xlsx")
    assert page.status_code == 422
    assert said in page.text


def test_progress_comes_as_lines(client, link):
    db.session.rollback()
    token = csrf_token(client, f"{link}/table")
    answer = client.post(
        f"{link}/table",
        data={"csrf_token": token, "pasted": LIST.replace(";", "\t")},
        headers={"Accept": "application/x-ndjson"},
    )
    lines = [line for line in answer.text.splitlines() if line]
    assert '"done": 2, "of": 2' in lines[-2]
    assert f'"to": "{link}/table/' in lines[-1]


def test_the_template_comes_back_empty_and_filled_in(client, event, link):
    workbook = client.get(f"{link}/table/template.xlsx").data
    page = upload(client, link, workbook, "mau.xlsx")
    shown = client.get(page.location)
    assert "Ví dụ" not in shown.text


def test_after_the_deadline_of_wishes_tables_change_none(client, event, link):
    first, second = (it.name for it in event.sites)
    delegate = build_delegate(event, "Lê Có Sẵn")
    delegate.preferences = [Preference(site_id=event.sites[0].id, rank=1)]
    db.session.commit()
    person = delegate.id
    shown = grid_of(client.get(f"{link}/table"))
    assert shown["r0-wishes"] == first
    wishes.set_rules(event, now() - timedelta(minutes=1), 3)
    assert "r0-wishes" not in grid_of(client.get(f"{link}/table"))
    # A grid that was opened before, and a file.
    changed = shown | {"r0-wishes": second, "r0-position": "Trưởng phòng"}
    confirm(client, send(client, link, "/table", changed).location)
    content = f"Họ và tên;Chức vụ;Đơn vị;Nguyện vọng tham quan\nLê Mới;CV;Sở Nội vụ;{second}\n"
    confirm(client, upload(client, link, content.encode()).location)
    assert only_person(person).position == "Trưởng phòng"
    assert [it.site_id for it in only_person(person).preferences] == [event.sites[0].id]
    added = db.session.query(Delegate).filter_by(name="Lê Mới").one()
    assert added.preferences == []

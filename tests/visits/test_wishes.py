"""Wishes: how an event asks for them, until when, who changes them and who looks at them."""

import io
from datetime import timedelta
from html import unescape

import openpyxl
import pytest

from eventapp import tokens
from eventapp.accounts.models import AuditEntry
from eventapp.database import now
from eventapp.delegations import invitations
from eventapp.extensions import db
from eventapp.registration import wishing
from eventapp.registration.errors import NotInThisEvent
from eventapp.registration.models import Delegate, Status
from eventapp.registration.wishing import Wanted
from eventapp.visits import service, wishes
from tests.builders import build_delegate, organisation
from tests.conftest import post
from tests.visits.groups import build_group, chosen, wish

TABLE = "/manage/hoi-nghi/visits/wishes"
SECRET = "s" * 32
OVER = "Wishes could be said until"


def rank_of(delegate_id):
    db.session.rollback()
    return [it.site_id for it in db.session.get_one(Delegate, delegate_id).preferences]


def over(event, asked=3):
    wishes.set_rules(event, now() - timedelta(minutes=1), asked)


def last_entry():
    db.session.rollback()
    return db.session.query(AuditEntry).order_by(AuditEntry.id).all()[-1]


# How they are asked for


def test_organisers_say_until_when_and_how_many(organiser, event):
    address = f"{TABLE}/settings?lang=en"
    answer = post(organiser, address, {"until": "2099-11-20T17:00", "asked": "1"})
    assert answer.status_code == 303
    assert "Wishes can be said until 17:00 20/11/2099." in organiser.get(f"{TABLE}?lang=en").text
    assert 'value="2099-11-20T17:00"' in organiser.get(address).text
    assert last_entry().changes["wishes_asked"] == [None, 1]


@pytest.mark.parametrize("sent", [{"until": "soon", "asked": "1"}, {"until": "", "asked": "99"}])
def test_nonsense_is_refused(organiser, event, sent):
    assert post(organiser, f"{TABLE}/settings", sent).status_code == 422


def test_the_form_asks_for_as_many_as_are_ranked(client, event):
    assert 'name="wish_2"' in client.get("/e/hoi-nghi/register").text
    wishes.set_rules(event, None, 1)
    page = client.get("/e/hoi-nghi/register").text
    assert 'name="wish_1"' in page
    assert 'name="wish_2"' not in page


def test_after_the_deadline_the_form_says_so_and_takes_none(client, event):
    sites = [it.id for it in event.sites]
    over(event)
    page = client.get("/e/hoi-nghi/register?lang=en").text
    assert OVER in page
    assert 'name="wish_1"' not in page
    office = organisation(event)
    sent = {
        "name": "Nguyễn Văn Một",
        "position": "Chuyên viên",
        "delegation_id": office.delegation_id,
        "organisation_id": office.id,
        "category_id": event.categories[0].id,
        "email": "mot@example.vn",
        "phone": "0912 345 678",
        "day_ids": [day.id for day in event.days],
        "class_id": 0,
        "consent": "y",
        "wish_1": sites[0],
    }
    assert post(client, "/e/hoi-nghi/register", sent).status_code == 303
    assert rank_of(db.session.query(Delegate).one().id) == []


def own(event, **values):
    return build_delegate(event, secret_hash=tokens.hash_secret(SECRET), **values)


def edited(delegate, **changes):
    return {
        "name": "Nguyễn Văn Hai",
        "position": delegate.position,
        "delegation_id": delegate.organisation.delegation_id,
        "organisation_id": delegate.organisation_id,
        "category_id": delegate.category_id,
        "email": delegate.email or "hai@example.vn",
        "phone": delegate.phone or "+84912345678",
        "day_ids": [it.id for it in delegate.days],
        "class_id": 0,
        "revision": delegate.revision,
        **changes,
    }


def test_delegates_change_their_wishes_until_the_deadline(client, event):
    delegate = own(event)
    person, sites = delegate.id, [it.id for it in event.sites]
    wish(delegate, sites[0])
    address = f"/p/{SECRET}/edit?lang=en"
    sent = edited(delegate, wish_1=sites[1], wish_2=sites[0])
    assert post(client, address, sent).status_code == 303
    assert rank_of(person) == [sites[1], sites[0]]
    assert last_entry().changes["wishes"] == [[sites[0]], [sites[1], sites[0]]]
    over(event)
    assert OVER in client.get(address).text
    delegate = db.session.get_one(Delegate, person)
    sent = edited(delegate, name="Nguyễn Văn Ba", wish_1=sites[0], wish_2=0)
    assert post(client, address, sent).status_code == 303
    assert rank_of(person) == [sites[1], sites[0]]
    assert db.session.get_one(Delegate, person).name == "Nguyễn Văn Ba"


def test_who_has_more_wishes_than_are_asked_keeps_them(client, event):
    delegate = own(event)
    person, sites = delegate.id, [it.id for it in event.sites]
    wish(delegate, *sites)
    wishes.set_rules(event, None, 1)
    page = client.get(f"/p/{SECRET}/edit").text
    assert 'name="wish_2"' in page
    sent = edited(db.session.get_one(Delegate, person), wish_1=sites[0], wish_2=sites[1])
    assert post(client, f"/p/{SECRET}/edit", sent).status_code == 303
    assert rank_of(person) == sites


def test_organisers_change_them_after_the_deadline_too(organiser, event):
    delegate = build_delegate(event)
    person, site = delegate.id, event.sites[0].id
    over(event)
    address = f"/manage/hoi-nghi/delegates/{person}/edit"
    assert 'name="wish_1"' in organiser.get(address).text
    delegate = db.session.get_one(Delegate, person)
    sent = edited(delegate, language="vi", wish_1=site, wish_2=0)
    assert post(organiser, address, sent).status_code in (302, 303)
    assert rank_of(person) == [site]


# Several people's at once


def test_say_wishes_of_several_people(event):
    sites = [it.id for it in event.sites]
    first, second = build_delegate(event), build_delegate(event)
    wish(second, sites[0])
    ids = first.id, second.id
    said = wishing.say(event, {ids[0]: Wanted([], sites), ids[1]: Wanted([sites[0]], [sites[0]])})
    assert (said.changed, list(said.overtaken)) == (1, [])
    assert (rank_of(ids[0]), rank_of(ids[1])) == (sites, [sites[0]])
    assert last_entry().changes == {"wishes": [[], sites]}


def test_what_somebody_else_has_changed_meanwhile_stays(event):
    sites = [it.id for it in event.sites]
    delegate = build_delegate(event, "Lê Thị Ba")
    wish(delegate, sites[1])
    person = delegate.id
    said = wishing.say(event, {person: Wanted([], [sites[0]])})
    assert (said.changed, list(said.overtaken)) == (0, ["Lê Thị Ba"])
    assert rank_of(person) == [sites[1]]


@pytest.mark.parametrize(
    ("after", "refusal"),
    [([1, 1], wishing.TooManyWishes), ([1, 2], wishing.TooManyWishes), ([9], NotInThisEvent)],
)
def test_wishes_that_cannot_be_are_refused(event, after, refusal):
    wishes.set_rules(event, None, 1)
    person, sites = build_delegate(event).id, [it.id for it in event.sites]
    named = [sites[it - 1] if it <= len(sites) else 999 for it in after]
    with pytest.raises(refusal):
        wishing.say(event, {person: Wanted([], named)})
    assert rank_of(person) == []


def test_after_the_deadline_only_organisers(event):
    person, site = build_delegate(event).id, event.sites[0].id
    over(event)
    with pytest.raises(wishing.WishesOver):
        wishing.say(event, {person: Wanted([], [site])})
    wishing.say(event, {person: Wanted([], [site])}, is_organiser=True)
    assert rank_of(person) == [site]


def test_who_has_cancelled_or_is_of_another_delegation_is_passed_over(event):
    site = event.sites[0].id
    gone = build_delegate(event, status=Status.CANCELLED).id
    elsewhere = build_delegate(event, organisation=organisation(event, "Bộ Tài chính")).id
    mine = organisation(event).delegation_id
    wanted = {gone: Wanted([], [site]), elsewhere: Wanted([], [site])}
    assert wishing.say(event, wanted, delegation_id=mine).changed == 0
    assert (rank_of(gone), rank_of(elsewhere)) == ([], [])


# The page of a delegation


@pytest.fixture
def link(event):
    return f"/d/{invitations.renew_link(event, organisation(event).delegation_id)}/wishes"


def test_a_lead_ranks_for_each_person(client, event, link):
    sites = [it.id for it in event.sites]
    first, second = (build_delegate(event).id for _ in range(2))
    other = build_delegate(event, organisation=organisation(event, "Bộ Tài chính")).id
    sent = {
        f"before-{first}": "",
        f"wish-{first}-1": sites[1],
        f"wish-{first}-2": sites[0],
        f"before-{second}": "",
        f"wish-{second}-2": sites[0],  # the first was left out: it closes up
        f"before-{other}": "",
        f"wish-{other}-1": sites[0],
    }
    assert post(client, f"{link}?lang=en", sent).status_code == 303
    assert rank_of(first) == [sites[1], sites[0]]
    assert rank_of(second) == [sites[0]]
    assert rank_of(other) == []
    assert last_entry().actor.startswith("lead:")
    assert "People whose wishes were changed: 2." in client.get(f"{link}?lang=en").text


def test_one_ranking_for_all(client, event, link):
    sites = [it.id for it in event.sites]
    first, second = build_delegate(event), build_delegate(event)
    wish(second, sites[1])
    ids = first.id, second.id
    sent = {"whose": "all", "wish-all-1": sites[0]}
    post(client, link, sent)
    assert (rank_of(ids[0]), rank_of(ids[1])) == ([sites[0]], [sites[1]])
    post(client, link, {**sent, "overwrites": "1"})
    assert rank_of(ids[1]) == [sites[0]]


def test_one_place_twice_is_refused_and_what_was_chosen_stays(client, event, link):
    person, site = build_delegate(event).id, event.sites[0].id
    sent = {f"before-{person}": "", f"wish-{person}-1": site, f"wish-{person}-2": site}
    answer = post(client, f"{link}?lang=en", sent)
    assert answer.status_code == 422
    assert "somebody wishes for one place twice" in answer.text
    assert answer.text.count(f'value="{site}" selected') == 2
    assert rank_of(person) == []


def test_a_lead_sees_a_sentence_after_the_deadline(client, event, link):
    delegate = build_delegate(event)
    person, site = delegate.id, event.sites[0].id
    wish(delegate, site)
    over(event)
    page = client.get(f"{link}?lang=en").text
    assert OVER in page
    assert "<select" not in page
    assert "Trung tâm dữ liệu tỉnh" in page
    client.post(link, data={f"before-{person}": str(site)})
    assert rank_of(person) == [site]


def test_without_a_deadline_a_list_that_is_closed_takes_no_wishes(client, event, link):
    build_delegate(event)
    organisation(event).delegation.submitted_at = now()
    db.session.commit()
    assert "The list is closed." in client.get(f"{link}?lang=en").text
    wishes.set_rules(event, now() + timedelta(days=1), 3)
    assert "<select" in client.get(f"{link}?lang=en").text


def test_a_link_of_nobody(client, event):
    assert client.get(f"/d/{'x' * 32}/wishes").status_code == 404


# What organisers see


@pytest.fixture
def people(event):
    sites = [it.id for it in event.sites]
    found = [
        build_delegate(event, "=Nguyễn Công Thức"),
        build_delegate(event, "Lê Hai"),
        build_delegate(event, "Vũ Ba"),
    ]
    wish(found[0], *sites)
    wish(found[1], sites[1])
    build_delegate(event, "Trần Hủy", status=Status.CANCELLED)
    service.assign(event, build_group(event, "A").id, chosen(found[1].id))
    return [it.id for it in found]


def test_counts_by_site_and_rank(event, people):
    sites = [it.id for it in event.sites]
    found = wishes.counts(event.id)
    assert found.by_site == {sites[0]: {1: 1}, sites[1]: {1: 1, 2: 1}}
    assert (found.ranks, found.without, found.coming) == (2, 1, 3)


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", {"=Nguyễn Công Thức", "Lê Hai", "Vũ Ba"}),
        ("site=none", {"Vũ Ba"}),
        ("site={1}", {"=Nguyễn Công Thức", "Lê Hai"}),
        ("site={1}&rank=2", {"=Nguyễn Công Thức"}),
        ("delegation=999", set()),
        ("site=nonsense&rank=x", {"=Nguyễn Công Thức", "Lê Hai", "Vũ Ba"}),
    ],
)
def test_the_table_is_narrowed(organiser, event, people, query, names):
    address = f"{TABLE}?lang=en&{query.format(*(it.id for it in event.sites))}"
    page = unescape(organiser.get(address).text)
    assert {name for name in ("=Nguyễn Công Thức", "Lê Hai", "Vũ Ba") if name in page} == names
    assert "Trần Hủy" not in page


def test_a_name_is_searched_by_post(organiser, event, people):
    page = post(organiser, TABLE, {"q": "le hai"}).text
    assert "Lê Hai" in page
    assert "Vũ Ba" not in page


def test_the_table_has_pages(organiser, event, monkeypatch):
    monkeypatch.setattr(wishes, "PAGE_SIZE", 2)
    for number in range(3):
        build_delegate(event, f"Nguyễn Số {number}")
    page = organiser.get(f"{TABLE}?page=2&lang=en").text
    assert page.count("Nguyễn Số") == 1
    assert "Page 2 of 2" in page


def test_the_export_runs_no_formulas_and_is_in_the_change_log(organiser, event, people):
    answer = post(organiser, f"{TABLE}/export", {}, form_at=f"{TABLE}?lang=en")
    rows = list(openpyxl.load_workbook(io.BytesIO(answer.data)).active.iter_rows(values_only=True))
    assert rows[0][1:2] + rows[0][5:] == ("Full name", "Wish 1", "Wish 2", "Group")
    by_name = {row[1]: row for row in rows[1:]}
    assert by_name["'=Nguyễn Công Thức"][5:] == (event.sites[0].name, event.sites[1].name, None)
    assert by_name["Lê Hai"][5:] == (event.sites[1].name, None, "A")
    assert by_name["Vũ Ba"][5:] == (None, None, None)
    assert (last_entry().action, last_entry().note) == ("export", "3")

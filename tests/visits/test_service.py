"""Seats: the happy path, then every refusal by name."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from eventapp.accounts.models import AuditEntry
from eventapp.database import transaction
from eventapp.extensions import db
from eventapp.registration import service as registration
from eventapp.registration.models import Delegate, Status
from eventapp.registration.search import NO_GROUP, Filters, Selection
from eventapp.visits import service, sites
from tests.builders import at, build_delegate, build_event
from tests.visits.groups import build_group, chosen, seats, taken, wish


def test_assign_takes_a_seat(event):
    group_id = build_group(event).id
    an = build_delegate(event).id
    assert service.assign(event, group_id, chosen(an)) == service.Seated(added=1, already=0)
    assert seats() == {an: group_id}
    assert taken(group_id) == 1
    assert service.group_of(an).letter == "A"


def test_assign_again_changes_nothing(event):
    group_id = build_group(event).id
    an = build_delegate(event).id
    service.assign(event, group_id, chosen(an))
    assert service.assign(event, group_id, chosen(an, an)) == service.Seated(added=0, already=1)
    assert taken(group_id) == 1


def test_moving_frees_the_old_seat(event):
    first, second = build_group(event, "A").id, build_group(event, "B").id
    an = build_delegate(event).id
    service.assign(event, first, chosen(an))
    service.assign(event, second, chosen(an))
    assert (taken(first), taken(second)) == (0, 1)
    assert seats() == {an: second}
    entry = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert (entry.action, entry.subject_id) == ("seat", str(an))
    assert entry.changes == {"visit_group": ["A", "B"]}


def test_many_at_once_by_filters_leaves_out_those_who_cancelled(event):
    group_id = build_group(event, capacity=3).id
    ids = {build_delegate(event, name).id for name in ("Lê An", "Lê Ba")}
    build_delegate(event, "Lê Chi", status=Status.CANCELLED)
    build_delegate(event, "Trần Dần")
    everything = Selection(None, Filters(q="le", group=NO_GROUP))
    assert service.assign(event, group_id, everything).added == 2
    assert seats().keys() == ids


def test_full_group_takes_all_or_nobody(event):
    group_id = build_group(event, capacity=2).id
    first = build_delegate(event).id
    service.assign(event, group_id, chosen(first))
    others = [build_delegate(event).id for _ in range(2)]
    with pytest.raises(service.GroupFull) as refusal:
        service.assign(event, group_id, chosen(*others))
    assert (refusal.value.asked, refusal.value.left) == (2, 1)
    assert seats() == {first: group_id}
    assert taken(group_id) == 1


def test_a_refused_move_leaves_people_where_they_were(event):
    full, old = build_group(event, "A", 0).id, build_group(event, "B").id
    an = build_delegate(event).id
    service.assign(event, old, chosen(an))
    with pytest.raises(service.GroupFull):
        service.assign(event, full, chosen(an))
    assert seats() == {an: old}
    assert taken(old) == 1


def test_cancelled_delegates_get_no_seat(event):
    group_id = build_group(event).id
    coming, gone = build_delegate(event).id, build_delegate(event, status=Status.CANCELLED).id
    with pytest.raises(service.DelegateCancelled):
        service.assign(event, group_id, chosen(coming, gone))
    assert seats() == {}


def test_nobody_chosen(event):
    group_id = build_group(event).id
    with pytest.raises(service.NobodyChosen):
        service.assign(event, group_id, chosen())
    with pytest.raises(service.NobodyChosen):
        service.assign(event, group_id, Selection(None, Filters(q="không ai")))
    with pytest.raises(service.NobodyChosen):
        service.remove(event, [])


def test_delegate_of_another_event(event):
    other = build_event("khac")
    stranger = build_delegate(other).id
    with pytest.raises(service.DelegateNotFound):
        service.assign(event, build_group(event).id, chosen(stranger))
    with pytest.raises(service.DelegateNotFound):
        service.remove(event, [stranger])


def test_group_of_another_event(event):
    group_id = build_group(build_event("khac")).id
    with pytest.raises(sites.GroupNotFound):
        service.assign(event, group_id, chosen(build_delegate(event).id))


def test_remove_frees_seats(event):
    group_id = build_group(event).id
    an, ba = build_delegate(event).id, build_delegate(event).id
    service.assign(event, group_id, chosen(an))
    assert service.remove(event, [an, ba]) == 1
    assert seats() == {}
    assert taken(group_id) == 0


def test_cancelling_a_registration_frees_the_seat(event):
    group_id = build_group(event).id
    an = build_delegate(event).id
    service.assign(event, group_id, chosen(an))
    registration.cancel(event, an)
    assert (taken(group_id), seats()) == (0, {})


def test_leaving_is_part_of_the_transaction_that_cancels(event):
    group_id = build_group(event).id
    an = build_delegate(event).id
    event_id = event.id
    service.assign(event, group_id, chosen(an))
    with pytest.raises(RuntimeError), transaction():
        service.leave_group(event_id, an)
        raise RuntimeError
    assert taken(group_id) == 1
    with transaction():
        db.session.get_one(Delegate, an).status = Status.CANCELLED
        service.leave_group(event_id, an)
    assert (taken(group_id), seats()) == (0, {})


def test_members_are_in_the_order_of_names_by_the_page(event, monkeypatch):
    monkeypatch.setattr(service, "PAGE_SIZE", 2)
    group_id = build_group(event, capacity=5).id
    people = [build_delegate(event, name).id for name in ("Lê Ánh", "Trần An", "Vũ Đức")]
    service.assign(event, group_id, chosen(*people))
    page = service.members(group_id, 1)
    assert [d.name for d in page.delegates] == ["Trần An", "Lê Ánh"]
    assert (page.total, page.pages) == (3, 2)
    assert [d.name for d in service.members(group_id, 2).delegates] == ["Vũ Đức"]
    assert len(service.members(group_id, None).delegates) == 3


def test_a_page_of_members_takes_two_queries(event, count_queries):
    group_id = build_group(event, capacity=9).id
    people = [build_delegate(event).id for _ in range(5)]
    service.assign(event, group_id, chosen(*people))
    db.session.rollback()
    with count_queries() as queries:
        for member in service.members(group_id).delegates:
            assert member.organisation.delegation.name
            assert member.category.colour
    assert sum(q.startswith("SELECT") for q in queries) == 2


def test_find_people_leaves_out_members_and_the_cancelled(event):
    here, there = build_group(event, "A").id, build_group(event, "B").id
    member, other = build_delegate(event, "Lê An").id, build_delegate(event, "Lê Ba").id
    build_delegate(event, "Lê Chi", status=Status.CANCELLED)
    build_delegate(event, "Lê Dần")
    service.assign(event, here, chosen(member))
    service.assign(event, there, chosen(other))
    found = service.find_people(event, here, "lê")
    assert [(f.delegate.name, f.letter) for f in found] == [("Lê Ba", "B"), ("Lê Dần", None)]
    assert service.find_people(event, here, " ") == []


def test_without_group_counts_those_who_are_coming(event):
    group_id = build_group(event).id
    seated = build_delegate(event).id
    build_delegate(event)
    build_delegate(event, status=Status.CANCELLED)
    service.assign(event, group_id, chosen(seated))
    assert service.without_group(event) == 1


def test_fill_groups_by_wishes_in_order_of_registration(event):
    one, two = (site.id for site in event.sites)
    first, second = build_group(event, "A", 1).id, build_group(event, "B", 2, site_id=two).id
    an, ba, chi = (build_delegate(event, name) for name in ("Lê An", "Lê Ba", "Lê Chi"))
    wish(an, one, two)
    wish(ba, one, two)
    ids = an.id, ba.id, chi.id
    build_delegate(event, status=Status.CANCELLED)
    build_delegate(event, status=Status.PENDING)
    filled = service.fill_groups(event)
    assert seats() == {ids[0]: first, ids[1]: second, ids[2]: second}
    assert filled.by_wish == {1: 1, 2: 1, 0: 1}
    assert filled.unseated == 0
    assert service.fill_groups(event) == service.Filled()
    assert (taken(first), taken(second)) == (1, 2)


def test_fill_groups_seats_only_those_who_come_on_the_day(event):
    second_day = event.days[1].date
    group_id = build_group(event, capacity=5, departs_at=at(second_day, 9)).id
    build_delegate(event, days=[event.days[0]])
    there = build_delegate(event, days=[event.days[1]]).id
    service.fill_groups(event)
    assert seats() == {there: group_id}


def test_fill_groups_leaves_reserved_seats(event):
    group_id = build_group(event, "A", 3, reserved=2).id
    people = [build_delegate(event).id for _ in range(3)]
    assert service.fill_groups(event).seated == 1
    by_hand = [it for it in people if it not in seats()]
    assert service.assign(event, group_id, chosen(*by_hand)).added == 2
    assert service.fill_groups(event).seated == 0


# --- Sites and groups ---------------------------------------------------------------------------


def group_data(event, **values):
    return sites.GroupData(
        **{"site_id": event.sites[0].id, "letter": "A", "capacity": 45, **values}
    )


def test_add_and_change_a_group(event):
    departs = at(event.days[1].date, 9, 45)
    group_id = sites.add_group(event.id, group_data(event, departs_at=departs))
    sites.change_group(
        event.id,
        group_id,
        group_data(event, letter="B", departs_at=departs + timedelta(minutes=5)),
    )
    group = sites.group(event.id, group_id)
    assert (group.letter, group.capacity, group.taken) == ("B", 45, 0)
    assert group.departs_at == departs + timedelta(minutes=5)


def test_letter_taken(event):
    build_group(event, "A")
    with pytest.raises(sites.LetterTaken):
        sites.add_group(event.id, group_data(event))
    other = build_group(event, "B").id
    with pytest.raises(sites.LetterTaken):
        sites.change_group(event.id, other, group_data(event))


def test_capacity_is_not_lowered_below_the_members(event):
    group_id = build_group(event).id
    service.assign(event, group_id, chosen(*(build_delegate(event).id for _ in range(2))))
    with pytest.raises(sites.CapacityBelowTaken) as refusal:
        sites.change_group(event.id, group_id, group_data(event, capacity=1))
    assert refusal.value.taken == 2
    sites.change_group(event.id, group_id, group_data(event, capacity=2))


def test_group_in_use(event):
    group_id = build_group(event).id
    an = build_delegate(event).id
    service.assign(event, group_id, chosen(an))
    with pytest.raises(sites.GroupInUse):
        sites.delete_group(event.id, group_id)
    service.remove(event, [an])
    sites.delete_group(event.id, group_id)
    with pytest.raises(sites.GroupNotFound):
        sites.group(event.id, group_id)


def test_add_change_and_delete_a_site(event):
    site_id = sites.add_site(event.id, sites.SiteData("Bệnh viện đa khoa tỉnh"))
    sites.change_site(event.id, site_id, sites.SiteData("Bệnh viện", "Đường Nguyễn Quyền"))
    assert sites.site(event.id, site_id).address == "Đường Nguyễn Quyền"
    sites.delete_site(event.id, site_id)
    with pytest.raises(sites.SiteNotFound):
        sites.site(event.id, site_id)


def test_site_name_taken(event):
    with pytest.raises(sites.SiteNameTaken):
        sites.add_site(event.id, sites.SiteData("Trung tâm dữ liệu tỉnh"))


def test_site_in_use(event):
    one, two = (site.id for site in event.sites)
    build_group(event)
    wish(build_delegate(event), two)
    for site_id in (one, two):
        with pytest.raises(sites.SiteInUse):
            sites.delete_site(event.id, site_id)


def test_a_site_of_another_event(event):
    other = build_event("khac")
    with pytest.raises(sites.SiteNotFound):
        sites.add_group(event.id, group_data(event, site_id=other.sites[0].id))


def test_sites_with_groups_takes_four_queries_however_many(event, count_queries):
    for letter in "BA":
        build_group(event, letter, bus="Xe 1")
    event_id = event.id
    db.session.rollback()
    with count_queries() as queries:
        places = sites.sites_with_groups(event_id)
        assert [[g.letter for g in place.groups] for place in places] == [["A", "B"], []]
        assert (places[0].capacity, places[0].taken) == (4, 0)
        assert [it.label for it in places[0].groups[0].buses] == ["Xe 1"]
        assert list(places[0].groups[0].stops) == []
    assert sum(q.startswith("SELECT") for q in queries) == 4

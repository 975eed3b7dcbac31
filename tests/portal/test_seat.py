"""One's own seat: swapped, waited for; and wishes that can be said when nothing else can."""

import re
from datetime import date, timedelta
from html import unescape

import pytest

from eventapp.database import now
from eventapp.extensions import db
from eventapp.registration import service
from eventapp.registration.models import Delegate
from eventapp.visits import change_rules, waiting, wishes
from eventapp.visits import service as visits
from eventapp.visits.models import VisitGroup
from tests.conftest import post
from tests.registration.filled import details
from tests.visits.groups import build_group, chosen, seats


@pytest.fixture
def groups(event):
    """A and B, each full with one seat."""
    change_rules.set_rules(event.id, may_swap=True, may_wait=True, hours=12)
    return [build_group(event, letter, 1).id for letter in "AB"]


@pytest.fixture
def two(event, groups):
    """Two registered people, the first in A, the second in B."""
    found = []
    for name, group in zip(("Nguyễn Văn An", "Trần Thị Bình"), groups, strict=True):
        made = service.register(
            event,
            details(event, name=name, email=f"{len(found)}@example.vn"),
            submission=None,
            consent=service.Consent("1"),
        )
        visits.assign(event, group, chosen(made.delegate.id))
        found.append((made.delegate.id, f"/p/{made.secret}"))
    return found


def code_of(who):
    db.session.rollback()
    return db.session.get_one(Delegate, who).code


def send(client, home, **typed):
    return post(client, f"{home}/seat", typed)


def text_of(page):
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page.text)).split())


def swap_on(page):
    return re.search(r'name="swap" value="(\d+)"', page.text)[1]


def test_a_swap_by_code_from_offer_to_done(client, groups, two):
    (a, home_a), (b, home_b) = two
    assert send(client, home_a, action="ask", code=code_of(b)).status_code == 303
    assert "Trần Thị Bình" in text_of(client.get(f"{home_a}/seat"))
    assert "Có đề nghị đổi chỗ với quý vị" in text_of(client.get(home_b))
    offer = client.get(f"{home_b}/seat")
    assert "Nguyễn Văn An" in text_of(offer)
    assert send(client, home_b, action="agree", swap=swap_on(offer)).status_code == 303
    assert seats() == {a: groups[1], b: groups[0]}


def test_a_match_shows_nothing_of_the_other_but_the_group(client, groups, two):
    (a, home_a), (b, home_b) = two
    send(client, home_a, action="wish", group=groups[1])
    send(client, home_b, action="wish", group=groups[0])
    page = client.get(f"{home_a}/seat")
    assert "Trần Thị Bình" not in page.text
    assert "Nhóm B" in text_of(page)
    send(client, home_a, action="agree", swap=swap_on(page))
    assert seats()[a] == groups[0]
    send(client, home_b, action="agree", swap=swap_on(page))
    assert seats() == {a: groups[1], b: groups[0]}


def test_every_refusal_about_another_reads_the_same(client, event, groups, two):
    (a, home), (_b, _) = two
    gone = service.register(
        event, details(event, name="Lê Vắng", email="v@a.vn"), submission=None, consent=None
    ).delegate.id
    answers = set()
    for code in ("7QXJ4M2K9TBC", "", code_of(gone), code_of(a)):
        page = send(client, home, action="ask", code=code)
        assert page.status_code == 422
        answers.add(re.search(r'role="alert"[^>]*>(.*?)</div>', page.text, re.S)[1])
    assert len(answers) == 1
    assert "Lê Vắng" not in str(answers)


def test_nobody_answers_for_another(client, event, groups, two):
    (a, home_a), (b, home_b) = two
    send(client, home_a, action="ask", code=code_of(b))
    swap = swap_on(client.get(f"{home_b}/seat"))
    third = service.register(
        event, details(event, name="Lê Ba", email="ba@a.vn"), submission=None, consent=None
    )
    assert send(client, f"/p/{third.secret}", action="agree", swap=swap).status_code == 422
    assert seats() == {a: groups[0], b: groups[1]}


def test_declined_and_withdrawn(client, groups, two):
    (_a, home_a), (b, home_b) = two
    send(client, home_a, action="ask", code=code_of(b))
    swap = swap_on(client.get(f"{home_b}/seat"))
    send(client, home_b, action="decline", swap=swap)
    assert "đã bị từ chối" in text_of(client.get(f"{home_a}/seat"))
    send(client, home_b, action="wish", group=groups[0])
    page = client.get(f"{home_b}/seat")
    send(client, home_b, action="withdraw", swap=swap_on(page))
    assert 'name="code"' in client.get(f"{home_b}/seat").text


def test_waiting(client, event, groups, two):
    (a, home_a), (b, _) = two
    send(client, home_a, action="wait", group=groups[1])
    assert "Quý vị đứng thứ 1" in text_of(client.get(f"{home_a}/seat"))
    send(client, home_a, action="unwait")
    assert waiting.wait_of(a) == (None, 0)
    send(client, home_a, action="wait", group=groups[1])
    visits.remove(event, [b])
    waiting.do_chores()
    assert seats() == {a: groups[1]}


def test_there_is_no_such_page_where_nothing_is_allowed(client, event, two):
    change_rules.set_rules(event.id, may_swap=False, may_wait=False, hours=12)
    home = two[0][1]
    assert "/seat" not in client.get(home).text
    assert client.get(f"{home}/seat").status_code == 302


def test_in_the_last_hours_the_page_says_so(client, event, groups, two):
    db.session.get_one(VisitGroup, groups[0]).departs_at = now() + timedelta(hours=1)
    db.session.commit()
    page = client.get(f"{two[0][1]}/seat")
    assert "nay chỉ ban tổ chức" in text_of(page).lower()
    assert 'name="code"' not in page.text


def test_what_is_held_says_why_and_with_whom_never(client, groups, two):
    (_a, home_a), (b, _) = two
    send(client, home_a, action="ask", code=code_of(b))
    send(client, home_a, action="wait", group=groups[1])
    page = client.get(f"{home_a}/data")
    held = text_of(page)
    assert "Ban Tổ chức" in held
    assert "A → B · Chờ trả lời" in held
    assert "Danh sách chờ của nhóm B" in held
    assert "Trần Thị Bình" not in held


class TestWishesAfterTheRegistration:
    """Their deadline is later than that of everything else."""

    @pytest.fixture(autouse=True)
    def _over(self, event):
        event.self_edit_until = date(2020, 1, 1)
        db.session.commit()
        wishes.set_rules(event, now() + timedelta(days=1), 3)

    def test_they_can_be_said(self, client, event, two):
        who, home = two[0]
        assert f"{home}/wishes" in client.get(home).text
        sites = [it.id for it in event.sites]
        typed = {"before": "", "wish-1": sites[1], "wish-2": sites[0]}
        before = [it.site_id for it in db.session.get_one(Delegate, who).preferences]
        typed["before"] = ",".join(map(str, before))
        assert post(client, f"{home}/wishes", typed).status_code == 303
        db.session.rollback()
        found = db.session.get_one(Delegate, who).preferences
        assert [it.site_id for it in found] == [sites[1], sites[0]]

    def test_not_one_place_twice(self, client, event, two):
        site = event.sites[0].id
        typed = {"before": "", "wish-1": site, "wish-2": site}
        assert post(client, f"{two[0][1]}/wishes", typed).status_code == 422

    def test_what_was_changed_meanwhile_is_not_overwritten(self, client, event, two):
        site = event.sites[0].id
        typed = {"before": "4711", "wish-1": site}
        assert post(client, f"{two[0][1]}/wishes", typed).status_code == 422

    def test_not_after_their_deadline(self, client, event, two):
        wishes.set_rules(event, now() - timedelta(days=1), 3)
        assert client.get(f"{two[0][1]}/wishes").status_code == 302

    def test_not_where_organisers_keep_that_part_to_themselves(self, client, event, two):
        event.self_edit_parts = ["person"]
        db.session.commit()
        assert client.get(f"{two[0][1]}/wishes").status_code == 302

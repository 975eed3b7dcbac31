"""Organisers settle the protocol order: ranks of positions, and the order of delegations."""

import re

import pytest
from sqlalchemy import select

from eventapp.accounts.models import AuditEntry
from eventapp.extensions import db
from eventapp.registration import ranking, search
from eventapp.registration.models import Delegate, Delegation, Status
from eventapp.registration.protocol import UNRANKED
from eventapp.registration.search import Filters
from tests.builders import build_delegate
from tests.conftest import csrf_token, post

ORDER = [["Thứ trưởng"], ["Giám đốc Sở", "GĐ Sở"], ["Chuyên viên"]]


def revision(event) -> str:
    return ranking.revision_of(ranking.order_of(ranking.rows(event.id)))


def settle(event, order=ORDER) -> int:
    return ranking.save(event, revision(event), order)


def rank_of(delegate: Delegate) -> int:
    return db.session.scalar(select(Delegate.protocol_rank).where(Delegate.id == delegate.id))


@pytest.fixture
def people(event) -> dict[str, Delegate]:
    return {
        position: build_delegate(event, name, position=position)
        for name, position in (
            ("Vũ Hà", "Thứ trưởng"),
            ("Lê An", "Giám đốc"),
            ("Lê Bình", "GĐ"),
            ("Đỗ Chi", "Lái xe"),
        )
    }


def address(event, *parts) -> str:
    return "/".join([f"/manage/{event.slug}/protocol", *parts])


def test_saving_ranks_everybody(event, people):
    assert settle(event) == 3
    ranks = {position: rank_of(delegate) for position, delegate in people.items()}
    assert ranks == {"Thứ trưởng": 1, "Giám đốc": 2, "GĐ": 2, "Lái xe": UNRANKED}
    assert [(it.rank, it.people) for it in ranking.rows(event.id)] == [(1, 1), (2, 2), (3, 0)]
    entry = db.session.scalars(select(AuditEntry).filter_by(subject="protocol")).one()
    assert entry.changes["protocol_order"] == [
        [],
        ["Thứ trưởng", "Giám đốc Sở = GĐ Sở", "Chuyên viên"],
    ]


def test_an_order_that_is_the_same_changes_nothing(event, people):
    settle(event)
    assert settle(event) == 0
    assert db.session.query(AuditEntry).filter_by(subject="protocol").count() == 1


def test_what_is_empty_falls_out(event):
    settle(event, [["", "Bộ trưởng"], [""], ["Thứ trưởng"]])
    assert ranking.order_of(ranking.rows(event.id)) == (("Bộ trưởng",), ("Thứ trưởng",))


def test_the_second_of_two_is_told(event, people):
    read = revision(event)
    settle(event)
    with pytest.raises(ranking.OrderChanged):
        ranking.save(event, read, [["Lái xe"]])
    assert rank_of(people["Lái xe"]) == UNRANKED


@pytest.mark.parametrize(
    ("order", "refusal"),
    [
        ([["Thứ trưởng"], ["THỨ TRƯỞNG"]], ranking.PositionTwice),
        ([["Chuyên viên " * 20]], ranking.PositionTooLong),
        ([["Giám đốc, Bí thư"]], ranking.NeverMatches),
        ([["…"]], ranking.NeverMatches),
        ([[f"Chức vụ {n}"] for n in range(ranking.MAX_RANKS + 1)], ranking.TooManyRanks),
    ],
)
def test_what_cannot_be_an_order_is_refused(event, order, refusal):
    with pytest.raises(refusal):
        settle(event, order)
    assert ranking.rows(event.id) == ()


def test_positions_without_a_rank_come_by_how_many_hold_them(event, people):
    build_delegate(event, "Ngô Dũng", position="Lái xe")
    build_delegate(event, "Ngô Em", position="Y tá")
    build_delegate(event, "Ngô Giang", position="Bảo vệ", status=Status.CANCELLED)
    settle(event)
    unknown = ranking.unranked(event.id, limit=1)
    assert unknown == ranking.Unranked([("Lái xe", 2)], different=2, people=3)


def test_a_position_is_given_a_rank(event, people):
    settle(event)
    assert ranking.give_rank(event, revision(event), "Lái xe", 3) == 1
    assert rank_of(people["Lái xe"]) == 3
    build_delegate(event, "Ngô Em", position="Y tá")
    ranking.give_rank(event, revision(event), "Y tá", None)
    assert ranking.order_of(ranking.rows(event.id))[2:] == (("Chuyên viên", "Lái xe"), ("Y tá",))
    with pytest.raises(ranking.OrderChanged):
        ranking.give_rank(event, revision(event), "Bảo vệ", 9)


def test_delegations_are_put_in_order(event):
    before = ranking.delegations(event.id)
    assert [it.name for it in before] == ["Bắc Ninh", "Điện Biên", "Bộ Tài chính", "Khác"]
    by_name = [it.name for it in ranking.by_name(before)]
    assert by_name == ["Bộ Tài chính", "Bắc Ninh", "Điện Biên", "Khác"]
    by_code = ranking.by_code(before)
    assert [it.name for it in by_code] == ["Bộ Tài chính", "Điện Biên", "Bắc Ninh", "Khác"]
    read = ranking.revision_of(it.id for it in before)
    ranking.save_delegations(event, read, [it.id for it in by_code])
    assert ranking.delegations(event.id) == tuple(by_code)
    with pytest.raises(ranking.OrderChanged):
        ranking.save_delegations(event, read, [it.id for it in before])


def test_a_delegation_that_came_since_is_not_lost(event):
    before = ranking.delegations(event.id)
    db.session.add(Delegation(event_id=event.id, name="Bộ Nội vụ", position=4))
    db.session.commit()
    with pytest.raises(ranking.OrderChanged):
        ranking.save_delegations(
            event, ranking.revision_of(it.id for it in before), [it.id for it in before]
        )


def test_the_list_of_delegates_in_protocol_order(event, people):
    settle(event)
    names = [it.name for it in search.find(event, Filters(), "protocol").rows]
    assert names == ["Vũ Hà", "Lê An", "Lê Bình", "Đỗ Chi"]
    names = [it.name for it in search.find(event, Filters(), "-protocol").rows]
    assert names == ["Đỗ Chi", "Lê Bình", "Lê An", "Vũ Hà"]


@pytest.mark.parametrize(
    "sort", ["name", "-name", "protocol", "-protocol", "registered", "-organisation"]
)
def test_pages_follow_each_other_whichever_end_is_nearer(event, people, sort):
    for number in range(6):
        build_delegate(event, f"Người {number}", position="Chuyên viên")
    settle(event)
    everybody = [it.id for it in search.find(event, Filters(), sort, per_page=50).rows]
    pages = [search.find(event, Filters(), sort, page, per_page=3).rows for page in (1, 2, 3, 4)]
    assert [[it.id for it in rows] for rows in pages] == [
        everybody[start : start + 3] for start in (0, 3, 6, 9)
    ]


def test_the_page_shows_ranks_and_who_has_none(organiser, event, people):
    settle(event)
    page = organiser.get(address(event))
    assert page.status_code == 200
    assert "Giám đốc Sở\nGĐ Sở</textarea>" in page.text
    assert "Số đại biểu: 2" in page.text
    assert 'value="Lái xe"' in page.text


def order_form(event, spellings, **values):
    return {
        "revision": revision(event),
        "spellings": spellings,
        "was": ["0"] * len(spellings),
        "do": "save",
        **values,
    }


def texts(page) -> list[str]:
    return re.findall(r"<textarea[^>]*name=\"spellings\"[^>]*>(.*?)</textarea>", page.text, re.S)[
        :-1
    ]


def test_buttons_work_without_javascript_and_save_nothing(organiser, event):
    three = ["Bộ trưởng", "Thứ trưởng", "Vụ trưởng"]
    for do, shown in (
        ("up:1", ["Thứ trưởng", "Bộ trưởng", "Vụ trưởng"]),
        ("down:1", ["Bộ trưởng", "Vụ trưởng", "Thứ trưởng"]),
        ("remove:0", ["Thứ trưởng", "Vụ trưởng"]),
        ("up:99", three),
        ("add", [*three, ""]),
    ):
        answer = post(organiser, address(event), order_form(event, three, do=do))
        assert texts(answer) == shown
    usual = order_form(event, three, do="usual", preset="bac-ninh-2012")
    answer = post(organiser, address(event), usual)
    assert texts(answer)[:2] == ["Bộ trưởng", "Thứ trưởng"]
    assert len(texts(answer)) == 18
    assert ranking.rows(event.id) == ()


def test_the_page_saves(organiser, event, people):
    answer = post(
        organiser, address(event), order_form(event, ["Thứ trưởng", "Giám đốc Sở; GĐ Sở"])
    )
    assert answer.status_code == 303
    assert ranking.order_of(ranking.rows(event.id)) == (("Thứ trưởng",), ("Giám đốc Sở", "GĐ Sở"))
    assert rank_of(people["GĐ"]) == 2


def test_the_page_says_what_is_wrong(organiser, event):
    answer = post(organiser, address(event), order_form(event, ["Thứ trưởng", "thu truong"]))
    assert answer.status_code == 422
    assert "thu truong” có hai lần" in answer.text
    assert texts(answer) == ["Thứ trưởng", "thu truong"]


def test_the_page_tells_the_second_of_two(organiser, event, people):
    form = order_form(event, ["Lái xe"])
    settle(event)
    answer = post(organiser, address(event), form)
    assert answer.status_code == 409
    assert texts(answer) == ["Lái xe"]
    assert rank_of(people["Lái xe"]) == UNRANKED
    # The page now holds the other's revision: saving again is meant.
    again = post(organiser, address(event), order_form(event, ["Lái xe"]))
    assert again.status_code == 303
    assert rank_of(people["Lái xe"]) == 1


def test_the_page_gives_a_rank(organiser, event, people):
    settle(event)
    values = {"revision": revision(event), "position": "Lái xe", "place": "3"}
    answer = post(organiser, address(event, "rank"), values, form_at=address(event))
    assert answer.status_code == 303
    assert rank_of(people["Lái xe"]) == 3
    values = {"revision": "old", "position": "Y tá", "place": ""}
    token = csrf_token(organiser, address(event))
    answer = organiser.post(
        address(event, "rank"), data={"csrf_token": token, **values}, follow_redirects=True
    )
    assert "vừa thay đổi thứ tự" in answer.text


def test_the_page_of_delegations(organiser, event):
    before = ranking.delegations(event.id)
    ids = [str(it.id) for it in before]
    form = {"revision": ranking.revision_of(it.id for it in before), "ids": ids}
    shown = post(organiser, address(event, "delegations"), {**form, "do": "by_code"})
    assert [it.strip() for it in re.findall(r'order-name">(.*?)<', shown.text)] == [
        "Bộ Tài chính",
        "Điện Biên",
        "Bắc Ninh",
        "Khác",
    ]
    assert ranking.delegations(event.id) == before
    answer = post(
        organiser, address(event, "delegations"), {**form, "ids": ids[::-1], "do": "save"}
    )
    assert answer.status_code == 303
    assert [str(it.id) for it in ranking.delegations(event.id)] == ids[::-1]
    answer = post(organiser, address(event, "delegations"), {**form, "do": "save"})
    assert answer.status_code == 409


def test_pages_cost_a_bounded_number_of_queries(organiser, event, count_queries):
    def queries(path: str) -> int:
        with count_queries() as seen:
            assert organiser.get(path).status_code == 200
        return len([it for it in seen if not it.startswith("BEGIN")])

    build_delegate(event, position="Lái xe")
    settle(event)
    before = [queries(address(event)), queries(address(event, "delegations"))]
    for number in range(30):
        build_delegate(event, f"Người {number}", position=f"Chức vụ {number}")
        db.session.add(Delegation(event_id=event.id, name=f"Bộ {number}", position=4))
    db.session.commit()
    assert [queries(address(event)), queries(address(event, "delegations"))] == before
    assert max(before) <= 9

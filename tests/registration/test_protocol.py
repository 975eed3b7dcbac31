"""What a position is worth."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventapp.database import transaction
from eventapp.events.presets import load_preset
from eventapp.extensions import db
from eventapp.registration import indexing, ranks
from eventapp.registration.models import Delegate, Delegation
from eventapp.registration.protocol import UNRANKED, rank_of
from eventapp.registration.protocol import ranks as made
from tests.builders import build_delegate

POSITIONS = load_preset("bac-ninh-2012").positions_by_protocol_rank
KNOWN = made((it, rank) for rank, it in enumerate(POSITIONS, start=1))
RANKS = dict(zip(POSITIONS, range(1, len(POSITIONS) + 1), strict=True))


@pytest.mark.parametrize(
    ("position", "office", "like"),
    [
        ("Bộ trưởng", "Bộ Thông tin và Truyền thông", "Bộ trưởng"),
        ("Thứ trưởng Bộ Thông tin và Truyền thông, Trưởng Ban điều hành", "", "Thứ trưởng"),
        ("Giám đốc", "Sở Nội vụ", "Giám đốc Sở"),
        ("Phó Giám đốc", "Sở Nội vụ", "Phó Giám đốc Sở"),
        ("phó giám đốc", "SỞ NỘI VỤ", "Phó Giám đốc Sở"),
        ("Phó Bí thư, Giám đốc", "Sở Nội vụ", "Giám đốc Sở"),
        ("Giám đốc, Bí thư Chi bộ", "Sở Nội vụ", "Giám đốc Sở"),
        ("Quyền Giám đốc", "Sở Tài chính", "Giám đốc Sở"),
        ("Ủy viên Ban Thường vụ Tỉnh ủy, Phó Chủ tịch UBND tỉnh", "", "Phó Chủ tịch UBND tỉnh"),
        ("Phó Chánh Văn phòng", "Văn phòng UBND", "Phó Chánh Văn phòng"),
        ("Trưởng phòng Công nghệ thông tin", "Sở TT&TT", "Trưởng phòng"),
        ("Phó Trưởng phòng", "Sở TT&TT", "Phó Trưởng phòng"),
        ("Chuyên viên chính", "Sở Nội vụ", "Chuyên viên chính"),
        ("Chuyên viên", "Sở Nội vụ", "Chuyên viên"),
    ],
)
def test_a_position_ranks_as_it_is_spoken(position, office, like):
    assert rank_of(position, office, KNOWN) == RANKS[like]


@pytest.mark.parametrize(
    ("position", "office"),
    [
        ("", "Sở Nội vụ"),
        ("Lái xe", "Văn phòng UBND"),
        ("Giám đốc", "Trung tâm Công nghệ thông tin"),
        ("Nguyên Bộ trưởng", ""),
        ("Trợ lý Bộ trưởng", ""),
        ("🙂", "<b>Sở</b>"),
    ],
)
def test_whoever_holds_no_such_position_comes_last(position, office):
    assert rank_of(position, office, KNOWN) == UNRANKED


@given(st.text(max_size=60), st.text(max_size=60))
def test_any_text_has_a_rank(position, office):
    assert rank_of(position, office, KNOWN) in {*RANKS.values(), UNRANKED}


@given(st.sampled_from(POSITIONS), st.sampled_from(POSITIONS))
def test_of_two_positions_the_higher_counts(first, second):
    both = rank_of(f"{first}, {second}", "", KNOWN)
    assert both == min(RANKS[first], RANKS[second])


def test_people_stand_in_protocol_order(event):
    with transaction():
        ranks.add_usual(event.id, load_preset("bac-ninh-2012"))
    for name, position in (
        ("Trần Bình", "Chuyên viên"),
        ("Lê Ý", "Giám đốc Sở"),
        ("Lê An", "Giám đốc Sở"),
        ("Đỗ Ước", "Không rõ"),
        ("Vũ Hà", "Thứ trưởng"),
    ):
        build_delegate(event, name, position=position)
    with transaction():
        indexing.rank_everybody(event.id)
    query = db.select(Delegate.name).join(Delegate.organisation).join(Delegation)
    found = db.session.scalars(query.order_by(*ranks.BY_RANK)).all()
    assert found == ["Vũ Hà", "Lê An", "Lê Ý", "Trần Bình", "Đỗ Ước"]

"""Who is meant by the free text of a programme."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventapp.programme.persons import identities, named_in, speaker


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Nguyễn Minh Hồng", ["Nguyễn Minh Hồng"]),
        ("Thứ trưởng Nguyễn Minh Hồng", ["Nguyễn Minh Hồng"]),
        ("THỨ TRƯỞNG NGUYỄN MINH HỒNG", ["NGUYỄN MINH HỒNG"]),
        ("Phó Chủ tịch UBND tỉnh Nguyễn Tiến Nhường", ["Nguyễn Tiến Nhường"]),
        ("Ông Nguyễn Văn A, Giám đốc Sở Nội vụ", ["Nguyễn Văn A"]),
        ("Nguyễn Văn A – Giám đốc Sở Nội vụ Hà Giang", ["Nguyễn Văn A"]),
        ("Giám đốc Sở Nội vụ Nguyễn Văn An", ["Nguyễn Văn An"]),
        ("PGS.TS. Trần Văn Bình", ["Trần Văn Bình"]),
        ("TS Lê Văn Hoà và ThS. Phạm Thị Lý", ["Lê Văn Hoà", "Phạm Thị Lý"]),
        ("Đ/c Nguyễn Văn An; bà Lê Na", ["Nguyễn Văn An", "Lê Na"]),
        ("Chủ tọa: Nguyễn Văn An", ["Nguyễn Văn An"]),
        ("Ủy viên Ban Thường vụ Tỉnh ủy Lê Văn Tám", ["Lê Văn Tám"]),
        ("Giảng viên Trần Thị Hoa (Học viện)", ["Trần Thị Hoa"]),
        ("Nguyễn văn An", ["Nguyễn văn An"]),
        ("nguyễn văn an", ["nguyễn văn an"]),
        ("Y Krông Niê Kđăm", ["Y Krông Niê Kđăm"]),
        ("Vũ Thị Lan", ["Vũ Thị Lan"]),
        ("Tô Hoài", ["Tô Hoài"]),
        ("Đoàn Văn Hậu", ["Đoàn Văn Hậu"]),
        ("Bá Chí Thanh", ["Bá Chí Thanh"]),
        ("Mr. John Smith", ["John Smith"]),
    ],
)
def test_people(text: str, names: list[str]) -> None:
    assert named_in(text) == names


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Ban Tổ chức",
        "BAN TỔ CHỨC",
        "Ban Tổ Chức",
        "Bộ Thông tin và Truyền thông",
        "BỘ NỘI VỤ",
        "Sở Thông tin và Truyền thông Bắc Ninh",
        "Sở Nội vụ Hà Giang",
        "Giám đốc Sở Nội vụ Hà Giang",
        "Giám đốc Sở Y tế Thành phố Hồ Chí Minh",
        "Văn phòng UBND tỉnh",
        "Vụ Pháp chế",
        "Đoàn Chủ tịch",
        "Chủ tọa Hội nghị",
        "Chủ toạ Hội nghị",
        "CHỦ TỌA HỘI NGHỊ",
        "Giảng viên",
        "Giảng Viên",
        "Trưởng Ban Tổ chức",
        "Thứ trưởng",
        "MC",
        "Organising Committee",
        "Ministry of Home Affairs",
        "Nhóm 1",
    ],
)
def test_bodies_roles_and_nobody(text: str) -> None:
    assert named_in(text) == []


def test_the_field_of_a_name_is_taken_at_its_word() -> None:
    assert speaker("Ông Hòa") == "Hòa"
    assert speaker("Thứ trưởng Nguyễn Minh Hồng") == "Nguyễn Minh Hồng"
    assert speaker("Bộ Nội vụ") == ""


def test_spellings_of_one_name() -> None:
    keys = identities(
        ["Lê Văn Hòa", "LÊ VĂN HOÀ", unicodedata.normalize("NFD", "Lê Văn Hoà"), "Le Van Hoa"]
    )
    assert len(set(keys.values())) == 1


def test_another_tone_is_another_person() -> None:
    keys = identities(["Lê Văn Hòa", "Lê Văn Hóa", "Le Van Hoa"])
    assert len(set(keys.values())) == 3  # nobody can say which of the two the last one is


@given(st.lists(st.sampled_from(["Hòa", "Hoà", "Hoa", "hoa", "Hóa", "Đức", "Duc"]), max_size=6))
def test_keys_do_not_depend_on_the_order(names: list[str]) -> None:
    assert identities(names) == identities(reversed(names))

"""Vietnamese order of names and phrases, by the keys alone."""

import json
from pathlib import Path

import pytest

from eventapp.text import SORT_KEY_LENGTH, collate, sort_key

TRICKY = json.loads(
    (Path(__file__).parents[1] / "data" / "tricky-names.json").read_text(encoding="utf-8")
)


def assert_in_order(keys: list[str]) -> None:
    assert keys == sorted(keys)
    assert len(set(keys)) == len(keys)
    # What a database compares: bytes.
    assert [key.encode() for key in keys] == sorted(key.encode() for key in keys)


def test_the_alphabet() -> None:
    letters = list("aăâbcdđeêfghijklmnoôơpqrstuưvwxyz")
    assert_in_order([collate(letter) for letter in letters])
    assert_in_order([collate(letter + "n") for letter in letters])


def test_the_tones() -> None:
    # The order of the Vietnam Lexicography Centre: ngang, huyền, hỏi, ngã, sắc, nặng.
    assert_in_order([collate("m" + vowel) for vowel in "aàảãáạăằẳẵắặâầẩẫấậ"])


def test_letters_come_before_tones() -> None:
    # Its own examples: ang before anh, ác before ách, ba before bả, hài before hại.
    for pair in (("ạng", "anh"), ("ác", "ách"), ("ba", "bả"), ("hài", "hại"), ("cha", "chan")):
        assert_in_order([collate(word) for word in pair])


def test_syllable_by_syllable_and_shorter_first() -> None:
    assert_in_order([collate(text) for text in ("ba", "ba ba", "ba hoa", "bà", "bà con", "bác")])


def test_lower_case_first_when_nothing_else_differs() -> None:
    assert_in_order([collate(text) for text in ("a", "A", "an", "An", "aN", "AN", "AN A")])


def test_names_by_given_then_family_then_middle() -> None:
    names = [
        "Trần Văn An",
        "Nguyễn Thị Ánh",
        "Ngô Quốc Ân",
        "Lê Văn Dũng",
        "Bùi Đình Đức",
        "Đặng Đình Đức",
        "Nguyễn Anh Đức",
        "Nguyễn Đình Đức",
        "Vũ Thị Hoa",
        "An Thị Hòa",
        "Phạm Thị Hòa",
        "Lê Văn Hoàng",
        "Trần Thị Oanh",
        "Trần Thị Ôn",
        "Bùi Ơn",
        "Đỗ Văn Ước",
        "Ý",
        "Lê Thị Ý",
    ]
    assert_in_order([sort_key(name) for name in names])


def test_a_name_without_middle_name_comes_first() -> None:
    assert_in_order([sort_key(name) for name in ("Lê An", "Lê Ái An", "Lê Văn An", "Lê Văn Anh")])


def test_a_note_is_not_the_given_name() -> None:
    names = ["Lê Thoa", "Lê Thoa (GĐ)", "Lê Thoa (Phó GĐ)", "Lê Thu"]
    assert_in_order([sort_key(name) for name in names])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Phạm Thị Hòa", "Phạm Thị Hoà"),
        ("Đỗ Thị Thuỳ Dương", "Đỗ Thị Thùy Dương"),
        ("Nguyễn Thị Quý", "Nguyễn Thị Qúy"),
        ("Trần Thị Thúy", "Trần Thị Thuý"),
        ("Trần Văn Ba ", " Trần  Văn\u00a0Ba"),
        ("H'Hen Niê", "H’Hen Niê"),
        ("Lê\u200f Văn Tám", "Lê Văn Tám"),
        ("Ngô Quốc Ân 🙂", "Ngô Quốc Ân"),
        ("Ðặng Văn A", "Đặng Văn A"),
    ],
)
def test_written_differently_sorted_alike(one: str, other: str) -> None:
    assert sort_key(one) == sort_key(other)


def test_case_differs_last() -> None:
    names = ["nguyễn văn a", "Nguyễn Văn A", "NGUYỄN VĂN A", "Nguyễn Văn Á"]
    assert_in_order([sort_key(name) for name in names])


def test_provinces() -> None:
    provinces = [
        "Bắc Giang",
        "Bắc Kạn",
        "Bắc Ninh",
        "Cao Bằng",
        "Điện Biên",
        "Hà Giang",
        "Hà Nam",
        "Hà Nội",
        "Hải Dương",
        "Hải Phòng",
        "Hòa Bình",
        "Hưng Yên",
        "Lai Châu",
        "Lạng Sơn",
        "Lào Cai",
        "Nam Định",
    ]
    assert_in_order([collate(province) for province in provinces])


def test_numbers_by_size() -> None:
    assert_in_order([collate(text) for text in ("Xe 1", "Xe 2", "Xe 10", "Xe 21B", "Xe A")])
    assert_in_order([collate(text) for text in ("Phòng A1", "Phòng A2", "Phòng A10", "Phòng B")])


def test_punctuation_does_not_count() -> None:
    assert collate("Sở TT&TT") == collate("“Sở” TT - TT")
    assert collate("🙂") == sort_key("🙂") == sort_key("") == ""


def test_keys_are_short_ascii_even_for_other_scripts() -> None:
    for name in (*TRICKY["names"], "王小明", "Åsa Öberg", "Иван Петров", "王" * 500):
        key = sort_key(name)
        assert key.isascii() and len(key) <= SORT_KEY_LENGTH
    assert sort_key("Asa Oberg") == sort_key("Åsa Öberg")
    assert len(sort_key("Nguyễn Đình Đức")) < 24


def test_the_tricky_names_in_order() -> None:
    given = [name.split()[-1] for name in sorted(TRICKY["names"], key=sort_key)]
    assert given[:3] == ["A", "a", "Anh"]
    assert given[-3:] == ["Ước", "Vừ", "Ý"]

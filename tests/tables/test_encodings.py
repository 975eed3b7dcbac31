"""Encodings of the time before Unicode: recognised, converted, and never seen where there are none.

The encoders here are written from the same sources as the tables of the program, letter by letter
the other way round, so that a slip in either shows.
"""

import json
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventapp.tables.encodings import UNICODE, convert_cells, guess
from eventapp.tables.legacy import from_tcvn3, from_vni, settle_capitals
from eventapp.tables.reading import read
from eventapp.tables.syllables import is_syllable
from eventapp.tables.table import Encoding, Remark

NAMES = [
    "Nguyễn Văn An", "Trần Thị Bình", "Đỗ Thùy Dương", "Lê Hồng Phong", "Phạm Quốc Ước",
    "Vũ Đình Khuê", "Đặng Thị Mỹ Hạnh", "Bùi Xuân Trường", "Hoàng Thị Nguyệt", "Lương Thế Vinh",
    "Lò Thị Inh", "Giàng A Páo", "Quàng Văn Thưởng", "Ngô Thúy Quỳnh", "Triệu Thị Giêng",
]  # fmt: skip
POSTS = [
    "Giám đốc Sở Thông tin và Truyền thông", "Phó Chủ tịch Ủy ban nhân dân tỉnh",
    "Trưởng phòng Công nghệ thông tin", "Chuyên viên Văn phòng", "Bí thư Tỉnh đoàn",
]  # fmt: skip
PROVINCES = [
    "Bắc Ninh", "Điện Biên", "Thái Nguyên", "Hòa Bình", "Vĩnh Phúc", "Quảng Ninh", "Hưng Yên",
    "Lạng Sơn", "Tuyên Quang", "Hải Phòng", "Cao Bằng", "Phú Thọ", "Yên Bái", "Nghệ An",
]  # fmt: skip
FOREIGN = [
    "Société Générale", "où est la fenêtre", "Chloé Lefèvre", "été à la plage", "François Müller",
    "Zoë Brontë", "naïve café", "5 × 4 °C", "§ 12", "© 2026 Ünal", "Peña", "São Tomé", "Größe",
    "John Smith", "don’t – “quoted”", "½ m²", "Noël Août",
]  # fmt: skip

_TCVN3 = dict(
    zip(
        "ĂÂÊÔƠƯĐăâêôơưđàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ",
        "¡¢£¤¥¦§¨©ª«¬\xad®µ¶·¸¹»¼½¾ÆÇÈÉÊËÌÎÏÐÑÒÓÔÕÖ×ØÜÝÞßáâãäåæçèéêëìíîïñòóôõö÷øùúûüýþ",
        strict=True,
    )
)
_VNI_TONES = {"\u0301": "ù", "\u0300": "ø", "\u0309": "û", "\u0303": "õ", "\u0323": "ï"}
_VNI_HATS = {"": "â", "\u0301": "á", "\u0300": "à", "\u0309": "å", "\u0303": "ã", "\u0323": "ä"}
_VNI_BREVES = {"": "ê", "\u0301": "é", "\u0300": "è", "\u0309": "ú", "\u0303": "ü", "\u0323": "ë"}
_VNI_I = {"\u0301": "í", "\u0300": "ì", "\u0309": "æ", "\u0303": "ó", "\u0323": "ò"}


def to_tcvn3(text: str) -> str:
    """Capitals with tones become small: the fonts had no others."""
    return "".join(
        letter if letter.isascii() else _TCVN3.get(letter) or _TCVN3[letter.lower()]
        for letter in text
    )


def to_vni(text: str) -> str:
    return "".join(map(_vni_letter, text))


def _vni_letter(letter: str) -> str:
    small = letter.lower()
    base, *marks = unicodedata.normalize("NFD", small)
    tone = next((it for it in marks if it in _VNI_TONES), "")
    if small == "đ":
        coded = "ñ"
    elif "\u0302" in marks:
        coded = base + _VNI_HATS[tone]
    elif "\u0306" in marks:
        coded = base + _VNI_BREVES[tone]
    elif base == "i" and tone:
        coded = _VNI_I[tone]
    elif base == "y" and tone == "\u0323":
        coded = "î"
    else:
        coded = {"o": "ô", "u": "ö"}[base] if "\u031b" in marks else base
        coded += _VNI_TONES.get(tone, "")
    return coded.upper() if letter != small else coded


def to_1258(text: str) -> bytes:
    """Shapes stay in the letter, tones are marks behind it."""
    spread = "".join(
        unicodedata.normalize("NFC", "".join(it for it in whole if it not in _VNI_TONES))
        + "".join(it for it in whole if it in _VNI_TONES)
        for whole in (unicodedata.normalize("NFD", letter) for letter in text)
    )
    return spread.encode("cp1258")


ENCODERS = {
    Encoding.UTF_8: lambda text: text.encode(),
    Encoding.UTF_16_LE: lambda text: text.encode("utf-16-le"),
    Encoding.UTF_16_BE: lambda text: text.encode("utf-16-be"),
    Encoding.WINDOWS_1258: to_1258,
    Encoding.TCVN3: lambda text: to_tcvn3(text).encode("latin-1"),
    Encoding.VNI: lambda text: to_vni(text).encode("latin-1"),
}
HEADINGS = ["Họ và tên", "Chức vụ", "Tỉnh"]
PEOPLE = st.lists(
    st.tuples(st.sampled_from(NAMES), st.sampled_from(POSTS), st.sampled_from(PROVINCES)),
    min_size=1,
    max_size=12,
).map(lambda rows: [HEADINGS, *map(list, rows)])


def csv(rows: list[list[str]]) -> str:
    return "".join(",".join(row) + "\r\n" for row in rows)


@pytest.mark.parametrize("encoding", ENCODERS)
@given(rows=PEOPLE)
def test_a_csv_of_any_encoding_comes_out_in_unicode(
    encoding: Encoding, rows: list[list[str]]
) -> None:
    table = read(ENCODERS[encoding](csv(rows)))
    assert table.encoding == encoding
    # TCVN3 has no capital Ủ.
    wanted = [
        [it.replace("Ủ", "ủ") if encoding is Encoding.TCVN3 else it for it in row] for row in rows
    ]
    assert [row.cells for row in table.rows] == wanted
    legacy = [note for note in table.notes if note.remark is Remark.LEGACY_ENCODING]
    assert [note.detail for note in legacy] == ([] if encoding in UNICODE else [encoding.value])


@pytest.mark.parametrize("encode", [to_tcvn3, to_vni])
@given(rows=PEOPLE)
def test_legacy_text_in_cells_is_converted(encode, rows: list[list[str]]) -> None:  # type: ignore[no-untyped-def]
    cells = [(at, [encode(it) for it in row]) for at, row in enumerate(rows, start=1)]
    done = convert_cells(cells)
    assert done.encoding is (Encoding.TCVN3 if encode is to_tcvn3 else Encoding.VNI)
    assert [[it.lower() for it in row] for _at, row in cells] == [
        [it.lower() for it in row] for row in rows
    ]
    assert done.places.first[0] == "A1"


@pytest.mark.parametrize("encode", [to_tcvn3, to_vni])
def test_legacy_text_in_one_column_among_unicode(encode) -> None:  # type: ignore[no-untyped-def]
    cells = [(at, [name, encode(name)]) for at, name in enumerate(NAMES, start=1)]
    convert_cells(cells)
    assert [row for _at, row in cells] == [[name, name] for name in NAMES]


@pytest.mark.parametrize("encode", [to_tcvn3, to_vni])
def test_legacy_text_in_some_rows_of_a_column(encode) -> None:  # type: ignore[no-untyped-def]
    rows = [[encode(name) if at % 3 == 0 else name] for at, name in enumerate(NAMES)]
    cells = list(enumerate(rows))
    convert_cells(cells)
    assert [row[0] for _at, row in cells] == NAMES


REAL = [
    *NAMES, *POSTS, *PROVINCES, *FOREIGN,
    *json.loads(
        (Path(__file__).parents[1] / "data" / "tricky-names.json").read_text(encoding="utf-8")
    )["names"],
]  # fmt: skip


@given(st.lists(st.lists(st.sampled_from(REAL), max_size=4), max_size=12))
def test_correct_text_stays(rows: list[list[str]]) -> None:
    cells = [(at, list(row)) for at, row in enumerate(rows)]
    done = convert_cells(cells)
    assert done.encoding is None
    assert [row for _at, row in cells] == rows


@given(st.lists(st.sampled_from(FOREIGN), max_size=12))
def test_foreign_text_alone_stays(texts: list[str]) -> None:
    cells = [(at, [it]) for at, it in enumerate(texts)]
    assert convert_cells(cells).encoding is None


@given(st.text(max_size=200))
def test_any_unicode_file_is_read_as_unicode(text: str) -> None:
    assert guess(b"\xef\xbb\xbf" + text.encode("utf-8", "replace")) is Encoding.UTF_8


@pytest.mark.parametrize("text", ["Full name,Post\r\nJohn Smith,Director\r\n", "a", ""])
def test_plain_ascii_is_never_guessed_at(text: str) -> None:
    assert guess(text.encode()) is Encoding.UTF_8


def test_western_european_is_the_last_guess() -> None:
    table = read("Nom;Ville\r\nFrançois Lefèvre;Besançon\r\n".encode("cp1252"))
    assert table.encoding is Encoding.WINDOWS_1252
    assert table.rows[1].cells == ["François Lefèvre", "Besançon"]
    assert [it.detail for it in table.notes] == ["windows-1252"]


def test_a_user_may_choose_and_may_forbid() -> None:
    data = to_tcvn3("Vũ\r\nBộ\r\n").encode("latin-1")
    assert [it.cells for it in read(data, encoding="tcvn3").rows] == [["Vũ"], ["Bộ"]]
    inside = csv([[to_vni(it)] for it in NAMES]).encode()
    assert read(inside).rows[0].cells == NAMES[:1]
    assert read(inside, encoding="utf-8").rows[0].cells == [to_vni(NAMES[0])]
    assert read(inside, encoding=Encoding.VNI).rows[0].cells == NAMES[:1]
    with pytest.raises(ValueError, match="koi8"):
        read(inside, encoding="koi8")


def test_capitals_of_fonts_without_capitals() -> None:
    assert settle_capitals(from_tcvn3("NGUYÔN THÞ Hµ")) == "NGUYỄN THỊ HÀ"
    assert settle_capitals(from_tcvn3("TØNH B¾c Ninh")) == "TỈNH Bắc Ninh"
    assert settle_capitals(from_tcvn3("§ç Hµ")) == "Đỗ Hà"
    table = read(to_tcvn3("HỌ VÀ TÊN\r\nNguyễn Văn An\r\nTrần Thị Bình\r\n").encode("latin-1"))
    assert table.rows[0].cells == ["HỌ VÀ TÊN"]
    assert [it.where for it in table.notes if it.remark is Remark.LEGACY_CAPITALS] == [("A1",)]


@pytest.mark.parametrize(
    ("tcvn3", "vni", "text"),
    [
        ("NguyÔn V¨n An", "Nguyeãn Vaên An", "Nguyễn Văn An"),
        ("§ç Thïy D­¬ng", "Ñoã Thuøy Döông", "Đỗ Thùy Dương"),
        ("TrÞnh Quèc Kh¸nh", "Trònh Quoác Khaùnh", "Trịnh Quốc Khánh"),
    ],
)
def test_as_it_is_seen_in_files(tcvn3: str, vni: str, text: str) -> None:
    assert (from_tcvn3(tcvn3), from_vni(vni)) == (text, text)


def test_a_damaged_utf_8_file_is_still_utf_8() -> None:
    data = ("\r\n".join(NAMES)).encode() + b"\r\n\xe1\xbb"
    table = read(data)
    assert table.encoding is Encoding.UTF_8
    assert [it.where for it in table.notes if it.remark is Remark.UNREADABLE] == [("A16",)]


@pytest.mark.parametrize(
    "word",
    [
        "Nguyễn",
        "Đức",
        "nghiêng",
        "khuỷu",
        "quý",
        "giêng",
        "gì",
        "ươm",
        "Ý",
        "hoà",
        "thuở",
        "quyển",
        "xoong",
    ],
)
def test_syllables(word: str) -> None:
    assert is_syllable(word)


@pytest.mark.parametrize(
    "word", ["Nguyôn", "été", "Müller", "où", "chloộ", "bc", "xyz", "đáa", "tàc"]
)
def test_no_syllables(word: str) -> None:
    assert not is_syllable(word)

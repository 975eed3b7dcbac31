"""Which column is which, in the tables that offices send."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventapp.tables.columns import Columns, KnownColumn, find_columns
from eventapp.tables.contents import Content
from eventapp.tables.reading import read_pasted
from eventapp.tables.table import Row

KNOWN = (
    KnownColumn(
        "name",
        ("Họ và tên", "Họ tên", "Tên", "Full name", "Name"),
        needed=True,
        parts=(("Họ đệm", "Họ và tên đệm", "Họ", "Surname"), ("Tên", "Given name")),
        content=Content.NAME,
        is_rest=True,
    ),
    KnownColumn(
        "position",
        ("Chức vụ", "Chức danh", "Position"),
        needed=True,
        content=Content.POST,
        is_rest=True,
    ),
    KnownColumn(
        "delegation",
        ("Tỉnh", "Tỉnh, thành phố", "Province"),
        values=frozenset({"Bắc Ninh", "Điện Biên"}),
    ),
    KnownColumn(
        "office", ("Đơn vị", "Cơ quan", "Tên cơ quan", "Organisation"), content=Content.OFFICE
    ),
    KnownColumn(
        "phone",
        ("Điện thoại", "ĐT", "SĐT", "Số điện thoại", "Di động", "Telephone"),
        content=Content.PHONE,
    ),
    KnownColumn("email", ("Thư điện tử", "Email", "E-mail"), content=Content.EMAIL),
)


def rows(*texts: str) -> list[Row]:
    """Rows of cells separated by bars; blank rows leave their number."""
    cells = [[it.strip() for it in text.split("|")] for text in texts]
    return [Row(number, it) for number, it in enumerate(cells, start=1) if any(it)]


def find(*texts: str) -> Columns:
    return find_columns(rows(*texts), KNOWN)


def test_headings_below_titles_in_any_order() -> None:
    found = find(
        "UBND TỈNH BẮC NINH",
        "DANH SÁCH ĐẠI BIỂU DỰ HỘI NGHỊ",
        "",
        "STT|Email|Họ và tên|Chức vụ|SĐT|Ghi chú",
        "1|an@example.org|Nguyễn Văn An|Giám đốc|0912345678|",
    )
    assert found.at == {"name": (2,), "position": (3,), "phone": (4,), "email": (1,)}
    assert (found.first, found.heading_row) == (3, 4)
    assert not found.by_content
    assert [(it.column, it.text) for it in found.unknown] == [(5, "Ghi chú")]
    assert found.missing == ()
    assert found.values(["1", "an@example.org", "Nguyễn Văn An"]) == {
        "name": "Nguyễn Văn An",
        "position": "",
        "phone": "",
        "email": "an@example.org",
    }


@pytest.mark.parametrize(
    ("heading", "key"),
    [
        ("HỌ VÀ TÊN", "name"),
        ("Ho va ten", "name"),
        ("Họ và tên (*)", "name"),
        ("Họ  và\ntên *", "name"),
        ("Họ và tên đại biểu", "name"),
        ("Chức danh", "position"),
        ("ĐT", "phone"),
        ("Số điện thoại (di động)", "phone"),
        ("E-Mail", "email"),
        ("Địa chỉ email", "email"),
        ("Thư điện tử", "email"),
        ("Tên cơ quan", "office"),
        ("Tên cơ quan công tác", "office"),
        ("Tỉnh, thành phố", "delegation"),
    ],
)
def test_headings_as_people_write_them(heading: str, key: str) -> None:
    other = "Giới thiệu"
    anchor = "Di động|Position" if key not in ("phone", "position") else "Full name|Organisation"
    found = find(f"{heading}|{other}|{anchor}", "a|b|c|d")
    assert found.at[key] == (0,)
    assert [it.text for it in found.unknown] == [other]


def test_one_column_of_names() -> None:
    found = find("STT|Họ tên", "1|Nguyễn Văn An")
    assert found.at == {"name": (1,)}
    assert found.missing == ("position",)


@pytest.mark.parametrize(
    "heads",
    [
        # Merged downward and filled by the reader, or not filled in a CSV file.
        ("STT|Họ và tên|Liên hệ||Chức vụ", "STT|Họ và tên|Điện thoại|Email|Chức vụ"),
        ("STT|Họ và tên|Liên hệ||Chức vụ", "||Điện thoại|Email|"),
    ],
)
def test_headings_in_two_lines(heads: tuple[str, str]) -> None:
    found = find("Danh sách", *heads, "1|An|0912345678|a@b.vn|GĐ")
    assert found.at == {"name": (1,), "phone": (2,), "email": (3,), "position": (4,)}
    assert (found.first, found.heading_row) == (3, 3)
    assert found.unknown == ()


def test_the_row_of_numbers_below_the_headings_is_no_data() -> None:
    found = find("STT|Họ và tên|Chức vụ|Email", "(1)|(2)|(3)|(4)", "1|An|GĐ|a@b.vn")
    assert (found.first, found.heading_row) == (2, 1)


def test_a_name_in_two_columns() -> None:
    found = find("STT|Họ đệm|Tên|Chức vụ", "1|Nguyễn Văn|An|GĐ")
    assert found.at == {"name": (1, 2), "position": (3,)}
    assert found.values(["1", "Nguyễn Văn", "An", "GĐ"])["name"] == "Nguyễn Văn An"
    assert find("Tên|Chức vụ", "Nguyễn Văn An|GĐ").at["name"] == (0,)


def test_a_name_in_two_columns_in_either_order() -> None:
    found = find("Given name|Surname|Position", "An|Nguyễn Văn|GĐ")
    assert found.at == {"name": (1, 0), "position": (2,)}


def test_a_name_in_two_columns_under_one_heading() -> None:
    found = find("Họ và tên||Chức vụ", "Nguyễn Văn|An|GĐ", "Trần Thị|Bình|PGĐ")
    assert found.at == {"name": (0, 1), "position": (2,)}


def test_a_doubled_heading_is_named_and_the_first_is_used() -> None:
    found = find("Họ tên|Email|Email|Chức vụ", "An|a@b.vn|b@b.vn|GĐ")
    assert found.at["email"] == (1,)
    assert found.doubled == {"email": (2,)}


def test_an_ambiguous_heading_is_used_for_nothing() -> None:
    known = (*KNOWN, KnownColumn("home", ("Tỉnh",)))
    found = find_columns(rows("Họ tên|Chức vụ|Tỉnh", "An|GĐ|Bắc Ninh"), known)
    assert [(it.column, it.keys) for it in found.ambiguous] == [(2, ("delegation", "home"))]
    assert set(found.at) == {"name", "position"}


def test_without_headings_the_content_says() -> None:
    found = find(
        "1|Nguyễn Văn An|Bắc Ninh|0912 345 678|an@example.org|Giám đốc",
        "2|Trần Thị Bình|Điện Biên|+84 912345679|binh@example.org|Phó Giám đốc",
    )
    assert found.by_content
    assert found.at == {
        "name": (1,),
        "delegation": (2,),
        "phone": (3,),
        "email": (4,),
        "position": (5,),
    }
    assert (found.first, found.heading_row) == (0, None)
    assert (found.missing, found.unknown) == ((), ())


@pytest.mark.parametrize(
    ("first", "second", "keys"),
    [
        ("Phạm An|Trưởng phòng|Chi cục Thuế", "Lê Ba|CV|Ban Dân tộc", "name position office"),
        (
            "Trường Chính trị|Trưởng khoa|Vũ Thị Hoa",
            "Vụ Địa phương|PGĐ|Bàn Thị Ba",
            "office position name",
        ),
        (
            "Tran Van Ba|Deputy Director|0912345678",
            "Le Van Tu|Expert|0912345679",
            "name position phone",
        ),
        # Nobody knows these posts, nor this family; but nothing else is left for them to be.
        ("Phạm Văn An|Nghệ nhân|Sở Nội vụ", "Lê Văn Ba|Già làng|Sở Nội vụ", "name position office"),
        ("K'Brêl|Chuyên viên|Sở Nội vụ", "H'Hen Niê|CV|Sở Nội vụ", "name position office"),
    ],
)
def test_without_headings_posts_and_offices_are_recognised(
    first: str, second: str, keys: str
) -> None:
    found = find(first, second)
    assert found.at == {key: (at,) for at, key in enumerate(keys.split())}
    assert (found.missing, found.unknown) == ((), ())


def test_without_headings_columns_that_nothing_is_known_of_are_named() -> None:
    found = find("1|Phạm Văn An|CV|tối 15|Ăn chay", "2|Lê Văn Ba|CV|sáng 16|Không")
    assert found.at == {"name": (1,), "position": (2,)}
    assert [it.column for it in found.unknown] == [3, 4]


def test_a_title_above_data_without_headings() -> None:
    found = find("Danh sách đoàn", "Nguyễn Văn An|a@b.vn", "Trần Thị Bình|b@b.vn")
    assert (found.at, found.first) == ({"name": (0,), "email": (1,)}, 1)


def test_what_is_no_table_of_people_is_said_not_raised() -> None:
    found = find("x|y", "1|2")
    assert (found.at, found.missing) == ({}, ("name", "position"))
    assert find_columns([], KNOWN).missing == ("name", "position")


def test_example_rows_and_headings_of_a_later_page_are_no_data() -> None:
    table = rows(
        "Họ tên|Chức vụ",
        "Ví dụ: Nguyễn Văn An|Giám đốc",
        "Trần Thị Bình|GĐ",
        "Họ tên|Chức vụ",
        "Vì Thị Dụ|GĐ",
    )
    found = find_columns(table, KNOWN)
    assert [it.number for it in found.data(table, example="Ví dụ")] == [3, 5]


def test_pasted_with_headings_and_without() -> None:
    headed = read_pasted("Họ tên\tChức vụ\r\nNguyễn Văn An\tGĐ\r\n")
    assert find_columns(headed.rows, KNOWN).at == {"name": (0,), "position": (1,)}
    bare = read_pasted("Nguyễn Văn An\t0912345678\r\n")
    assert find_columns(bare.rows, KNOWN).at == {"name": (0,), "phone": (1,)}


CELLS = st.sampled_from(["", "Họ và tên", "Tên", "Email", "STT", "1", "(2)", "a@b.vn", "An", "Sở"])


@given(st.lists(st.lists(CELLS, max_size=6), max_size=20))
def test_never_raises_and_uses_no_column_twice(table: list[list[str]]) -> None:
    given_rows = [Row(number, cells) for number, cells in enumerate(table, start=1)]
    found = find_columns(given_rows, KNOWN)
    places = [it for places in found.at.values() for it in places]
    assert len(places) == len(set(places))
    assert 0 <= found.first <= len(given_rows)
    list(found.data(given_rows))

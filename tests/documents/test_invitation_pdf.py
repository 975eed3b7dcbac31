"""Invitations as files: what they say, to whom, on how many pages, under which names."""

import io
import unicodedata
import zipfile
from dataclasses import replace

import pytest

from eventapp.documents.invitation_pdf import (
    Addressee,
    Invitation,
    file_name,
    write_invitations,
    write_invitations_apart,
)
from eventapp.pdf.letterhead import Letterhead, Signature
from tests.documents.test_agenda_pdf import TITLE
from tests.pdf.pictures import needs_poppler, opened, text_of

INVITATION = Invitation(
    letterhead=Letterhead("Ban Tổ chức Hội nghị", "Bộ Thông tin và Truyền thông", "12/GM-BTC"),
    kind="Giấy mời",
    subject=f"Dự {TITLE}",
    to="Kính gửi:",
    opening=f"Bộ Thông tin và Truyền thông trân trọng kính mời Ông (Bà) tới dự {TITLE}.",
    facts=(
        ("Thời gian:", "từ 07:30, Thứ Sáu, ngày 16/11/2012."),
        ("Địa điểm:", "Trung tâm văn hóa Kinh Bắc."),
        ("Liên hệ:", ""),
    ),
    closing="Rất hân hạnh được đón tiếp./.",
    signature=Signature(
        "Trưởng ban", "Nguyễn Minh Hồng", "TM. Ban Tổ chức", ("Như trên", "Lưu: VT")
    ),
    programme_heading="Nội dung chính:",
    programme=(("Thứ Sáu, ngày 16/11/2012:", (("08:00 – 08:20", "Khai mạc"),)),),
)


def people(count):
    for number in range(1, count + 1):
        name = f"Nguyễn Thị Ước {number}"
        yield Addressee((f"Ông (Bà) {name}", "Giám đốc, Sở Nội vụ"), f"Bắc Ninh {name}")


def written(invitation=INVITATION, addressees=None):
    stream = io.BytesIO()
    pages = write_invitations(invitation, addressees or people(3), stream)
    assert len(opened(stream.getvalue()).pages) == pages
    return stream.getvalue()


@needs_poppler
def test_each_letter_says_all_that_it_has_to():
    pages = text_of(written()).split("\f")[:-1]
    assert len(pages) == 3
    for number, page in enumerate(pages, 1):
        words = " ".join(page.split())
        assert unicodedata.is_normalized("NFC", words)
        for part in (
            "BAN TỔ CHỨC HỘI NGHỊ",
            "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
            "Số: 12/GM-BTC",
            "GIẤY MỜI",
            f"Kính gửi: Ông (Bà) Nguyễn Thị Ước {number}",
            "Giám đốc, Sở Nội vụ",
            "trân trọng kính mời",
            "Thời gian: từ 07:30",
            "08:00 – 08:20 Khai mạc",
            "Rất hân hạnh được đón tiếp./.",
            "- Như trên;",
            "TM. BAN TỔ CHỨC",
        ):
            assert part in words, part
        assert "Liên hệ" not in words
        assert "Số: 12/GM-BTC" in words


@needs_poppler
def test_letters_can_have_numbers_of_their_own():
    to = [replace(it, number=f"{at}/GM") for at, it in enumerate(people(3), 31)]
    pages = text_of(written(addressees=to)).split("\f")
    assert ["31/GM" in pages[0], "32/GM" in pages[1], "33/GM" in pages[2]] == [True] * 3


@needs_poppler
def test_a_long_letter_is_numbered_for_itself_and_signed_under_some_text():
    sessions = tuple((f"{hour:02}:00 – {hour + 1:02}:00", TITLE) for hour in range(7, 19))
    long = replace(INVITATION, programme=(("Thứ Sáu:", sessions), ("Thứ Bảy:", sessions)))
    pages = text_of(written(long, people(2))).split("\f")[:-1]
    each = len(pages) // 2
    assert each > 1
    for page in (pages[each - 1], pages[-1]):
        assert f"{each}/{each}" in page.replace(" ", "")
        assert "Rất hân hạnh" in page
        assert "TRƯỞNG BAN" in page


def test_title_author_and_language():
    pdf = opened(written())
    assert str(pdf.docinfo["/Title"]) == f"Giấy mời: Dự {TITLE}"
    assert str(pdf.docinfo["/Author"]) == "Ban Tổ chức Hội nghị"
    assert str(pdf.Root.Lang) == "vi"


def test_the_same_letters_give_the_same_bytes():
    assert written() == written()
    one, two = io.BytesIO(), io.BytesIO()
    assert write_invitations_apart(INVITATION, people(2), one) == 2
    write_invitations_apart(INVITATION, people(2), two)
    assert one.getvalue() == two.getvalue()


@needs_poppler
def test_each_in_a_file_of_its_own():
    stream = io.BytesIO()
    write_invitations_apart(INVITATION, people(2), stream)
    with zipfile.ZipFile(stream) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == [
            "giay-moi-Bac-Ninh-Nguyen-Thi-Uoc-1.pdf",
            "giay-moi-Bac-Ninh-Nguyen-Thi-Uoc-2.pdf",
        ]
        second = archive.read(archive.namelist()[1])
    opened(second)
    assert "Nguyễn Thị Ước 2" in text_of(second)
    assert "Nguyễn Thị Ước 1" not in text_of(second)


@pytest.mark.parametrize(
    ("stem", "name"),
    [
        ("Điện Biên H'Hen Niê", "giay-moi-Dien-Bien-H-Hen-Nie.pdf"),
        ("../../etc/passwd", "giay-moi-etc-passwd.pdf"),
        ('a:b*c?"<>|', "giay-moi-a-b-c.pdf"),
        ("CON", "giay-moi-CON.pdf"),
        ("🙂", "giay-moi.pdf"),
        ("", "giay-moi.pdf"),
    ],
)
def test_names_of_files_are_safe_anywhere(stem, name):
    assert file_name("Giấy mời", stem, set()) == name


def test_no_name_is_given_twice_not_even_in_other_capitals():
    taken = set()
    stems = [
        "Nguyễn Văn An",
        "nguyen van an",
        "Nguyen Van An 2",
        "Nguyễn Văn Ân",
        "x" * 300,
        "x" * 301,
    ]
    names = [file_name("Giấy mời", stem, taken) for stem in stems]
    assert len({name.casefold() for name in names}) == len(stems)
    assert max(map(len, names)) <= 120


@needs_poppler
@pytest.mark.parametrize("text", ["W" * 300, "từ " * 100, "🙂\x00<b>&", ""])
def test_odd_texts_never_break_the_file(text):
    odd = replace(
        INVITATION,
        subject=text,
        opening=text,
        closing=text,
        facts=((text, text),),
        programme=((text, ((text, text),) * 3),),
    )
    written(odd, [Addressee((text, text), text), *people(1)])


def test_letters_are_written_as_they_are_read():
    stream, seen = io.BytesIO(), []

    def counted():
        for addressee in people(200):
            seen.append(len(stream.getvalue()))
            yield addressee

    write_invitations(INVITATION, counted(), stream)
    assert seen[0] < seen[100] < seen[-1]
    # What they share is in the file once.
    assert (len(stream.getvalue()) - seen[100]) / 100 < 3_000

"""What the cells of a column look like: addresses, numbers, names of people, posts, offices."""

import re
from collections.abc import Sequence
from enum import StrEnum

from eventapp.text import fold

_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,255}\.[^@\s.]{2,}")
_PHONE = re.compile(r"\+?\(?\d(?:[ .()/-]{0,2}\d){7,14}")
_NAME = re.compile(r"[^\W\d_][\w'’.-]*(?: [^\W\d_][\w'’.-]*){1,6}")
_GIVEN = re.compile(r"[^\W\d_][\w'’-]*")
# Families of nine Vietnamese in ten, and the commonest of the northern mountains; folded.
_FAMILIES = frozenset(
    """
    nguyen tran le pham hoang huynh phan vu vo dang bui do ho ngo duong ly dinh trinh dao luong mai
    ta ha nong vi lo giang trieu quang ca ban sung ma hua truong doan lam phung cao to chu thai
    luu quach thach kieu la mac tong vang lu cu tho than chau ton khong kim au ninh nghiem
    phi bach dam lai tang cong luc vuong hau dong thao mua ha hang deo cam bien be hoac
    """.split()  # noqa: SIM905
)


def _words(text: str) -> frozenset[str]:
    return frozenset(re.split(r";\s+", text.strip()))


# How posts and offices begin. The marks count: "Trưởng phòng" is a post and "Trường Chính trị" an
# office, "Vụ" an office and "Vũ" a family. Text without any mark is compared without.
_POSTS = _words(
    """
    phó; quyền; nguyên; trợ lý; chủ tịch; chủ nhiệm; bí thư; giám đốc; tổng giám đốc; chánh;
    bộ trưởng; thứ trưởng; vụ trưởng; cục trưởng; chi cục trưởng; tổng cục trưởng; viện trưởng;
    hiệu trưởng; đội trưởng; tổ trưởng; trưởng; chuyên viên; chuyên gia; cán bộ; công chức;
    viên chức; nhân viên; kỹ sư; kỹ thuật viên; kế toán; thủ quỹ; văn thư; thư ký; lái xe;
    phóng viên; biên tập viên; quay phim; lễ tân; ủy viên; uỷ viên; thành viên; giảng viên;
    giáo viên; bác sĩ; thanh tra viên; gđ; pgđ; tp; ptp; ct; pct; cv; cvc; cvcc; cvp; pcvp; bt; pbt;
    director; deputy; vice; head; chief; chair; chairman; chairwoman; manager; officer; senior;
    specialist; expert; secretary; minister; staff; engineer; lecturer
    """
)
_OFFICES = _words(
    """
    sở; văn phòng; ubnd; hđnd; ủy ban; uỷ ban; hội đồng; trung tâm; phòng; ban; cục; chi cục;
    tổng cục; bộ; vụ; viện; học viện; tỉnh ủy; tỉnh uỷ; thành ủy; thành uỷ; huyện ủy; huyện uỷ;
    đảng ủy; đảng uỷ; tỉnh đoàn; trường; bệnh viện; công ty; tập đoàn; tổng công ty; hội; liên đoàn;
    liên hiệp; mttq; mặt trận; công an; tòa án; toà án; bưu điện; đài; báo; ngân hàng; kho bạc;
    bảo hiểm; hải quan; thanh tra; department; ministry; office; centre; center; institute;
    university; agency; division
    """
)
_UNMARKED = {words: frozenset(map(fold, words)) for words in (_POSTS, _OFFICES)}


class Content(StrEnum):
    EMAIL = "email"
    PHONE = "phone"
    NAME = "name"
    """A person's full name, the family first."""
    POST = "post"
    """Somebody's post: Phó Giám đốc, CV, Head of division."""
    OFFICE = "office"
    """Sở Nội vụ, Chi cục Thuế, Department of Finance."""
    GIVEN_NAME = "given_name"
    """One word of letters."""


def share(content: Content, texts: Sequence[str]) -> float:
    """How many of the texts look so, from 0 to 1; 0 for no texts."""
    return sum(_looks(content, text) for text in texts) / len(texts) if texts else 0.0


def _looks(content: Content, text: str) -> bool:
    if content is Content.EMAIL:
        return _EMAIL.fullmatch(text) is not None
    if content is Content.PHONE:
        return _PHONE.fullmatch(text) is not None
    if content is Content.GIVEN_NAME:
        return _GIVEN.fullmatch(text) is not None
    if content is Content.POST:
        return _begins(text, _POSTS)
    if content is Content.OFFICE:
        return _begins(text, _OFFICES)
    words = text.split()
    return (
        _NAME.fullmatch(text) is not None
        and fold(words[0]) in _FAMILIES
        and all(word[0].isupper() for word in words)
    )


def _begins(text: str, beginnings: frozenset[str]) -> bool:
    words = re.findall(r"\w+", text.casefold())[:3]
    known = _UNMARKED[beginnings] if text.isascii() else beginnings
    return any(" ".join(words[:number]) in known for number in range(1, len(words) + 1))

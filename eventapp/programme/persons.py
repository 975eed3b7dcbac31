"""Who is meant by the free text of a chair or a speaker, and which spellings mean one person.

A programme names people as it likes: "Thứ trưởng Nguyễn Minh Hồng", "Ông Hòa, Giám đốc Sở", "Ban
Tổ chức". What names a body, a role or nobody in particular is no person, and a doubtful one is
none either: a warning that is wrong once is not read again.
"""

import re
from collections import defaultdict
from collections.abc import Iterable

from eventapp.text import canonical_tone_placement, clean, fold

_NOTES = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_PIECES = re.compile(r"[,;:/&\n]|\s[-–—]\s")
_AND = re.compile(r"\s(?:và|cùng|and|with)\s", re.IGNORECASE)
_MOST_WORDS = 6
# Names are often typed "Nguyễn văn An".
_SMALL = frozenset({"văn", "thị"})

# What stands before a name and is no part of it, folded; a title may be several of these.
_TITLES = frozenset(
    {
        *("ong", "ba", "anh", "chi", "thay", "co", "dong chi", "d c", "mr", "mrs", "ms", "dr"),
        *("prof", "gs", "pgs", "ts", "tskh", "ths", "bs", "ks", "cn", "th s", "giao su"),
        *("pho giao su", "tien si", "thac si", "bac si", "ky su", "luat su", "nha bao"),
        *("thu tuong", "pho thu tuong", "bo truong", "thu truong", "bi thu", "pho bi thu"),
        *("chu tich", "pho chu tich", "giam doc", "pho giam doc", "tong giam doc"),
        *("pho tong giam doc", "vu truong", "pho vu truong", "cuc truong", "pho cuc truong"),
        *("tong cuc truong", "chanh van phong", "pho chanh van phong", "truong ban"),
        *("pho truong ban", "truong phong", "pho truong phong", "vien truong", "hieu truong"),
        *("dai tuong", "thuong tuong", "trung tuong", "thieu tuong", "dai ta", "thuong ta"),
        *("trung ta", "thieu ta", "uy vien", "dai dien", "giang vien", "bao cao vien"),
        *("chu toa", "chu tri", "thu ky", "mc", "chair", "moderator", "trainer", "lecturer"),
    }
)
_LONGEST_TITLE = max(len(it.split()) for it in _TITLES)
# Of those that are family or given names with other marks (Bá, Chí), and so are told by theirs.
_BY_THEIR_MARKS = {"ong": "ông", "ba": "bà", "chi": "chị", "thay": "thầy", "co": "cô"}

# What begins with one of these is a body or speaks of many. With its marks, for "vụ" (a
# department) is not the family name Vũ, nor "tổ" (a team) the family name Tô.
_BODIES = (
    *("ban", "tiểu ban", "ủy ban", "ubnd", "hđnd", "mttq", "btc", "bộ", "sở", "vụ", "cục"),
    *("chi cục", "tổng cục", "văn phòng", "phòng", "tổ", "nhóm", "hội", "hội đồng", "hội nghị"),
    *("trung tâm", "trường", "học viện", "viện", "khoa", "đại học", "bệnh viện", "ngân hàng"),
    *("công ty", "tổng công ty", "tập đoàn", "báo", "đài", "liên đoàn", "đoàn đại biểu"),
    *("đoàn chủ tịch", "đoàn thanh niên", "đoàn công tác", "quốc hội", "chính phủ", "tỉnh"),
    *("tỉnh ủy", "thành ủy", "thành phố", "tp", "tp.", "tw", "quận", "huyện", "thị xã", "xã"),
    *("phường", "đơn vị", "cơ quan", "lãnh đạo", "các", "toàn thể", "đại biểu", "lễ tân"),
    *("người dẫn chương trình", "the", "all", "ministry", "department", "office", "committee"),
    *("secretariat", "steering", "organising", "organizing", "ban to chuc", "so noi vu"),
)
_ANY_BODY = "|".join(map(re.escape, _BODIES))
_BODY = re.compile(rf"(?:{_ANY_BODY})(?:\s|$)")
_BODY_WITHIN = re.compile(rf"(?:^|\s)(?:{_ANY_BODY})(?:\s|$)")
_PLACES = frozenset({"hồ chí minh", "thừa thiên huế", "bà rịa vũng tàu"})


def named_in(text: str) -> list[str]:
    """The people whom a free text names, as it spells them, each without titles and position.

    >>> named_in("Phó Chủ tịch UBND tỉnh Nguyễn Tiến Nhường; bà Lê Na, Vụ trưởng")
    ['Nguyễn Tiến Nhường', 'Lê Na']
    >>> named_in("Ban Tổ chức")
    []
    """
    return [
        name
        for piece in _PIECES.split(_NOTES.sub(" ", text))
        if not _names_a_body(clean(piece))
        for part in _AND.split(piece)
        if (name := _within(clean(part)))
    ]


def speaker(text: str) -> str:
    """The name in a field that asks for one person's name; empty when it names a body."""
    name = _without_titles(clean(_NOTES.sub(" ", text)))
    return "" if _names_a_body(name) else name


def identities(names: Iterable[str]) -> dict[str, str]:
    """A key for each name; equal keys mean one person.

    Case and the place of a tone mark (Hòa, Hoà) do not matter. A name typed without any mark means
    the one of these names that it can be read as; where it can be read as several, it means none
    of them.
    """
    keys = {name: canonical_tone_placement(name).casefold() for name in names}
    marked: defaultdict[str, set[str]] = defaultdict(set)
    for key in keys.values():
        if not _is_bare(key):
            marked[fold(key)].add(key)
    return {
        name: next(iter(known))
        if _is_bare(key) and len(known := marked.get(fold(key), set())) == 1
        else key
        for name, key in keys.items()
    }


def _within(piece: str) -> str:
    """The name at the end of "Phó Chủ tịch UBND tỉnh Nguyễn Tiến Nhường"."""
    if _names_a_body(piece) or any(map(str.isdigit, piece)):
        return ""
    words = piece.split()
    start = 0 if piece == piece.lower() else len(words)
    while start and (words[start - 1][:1].isupper() or words[start - 1] in _SMALL):
        start -= 1
    before, name = " ".join(words[:start]), _without_titles(" ".join(words[start:]))
    if _names_a_body(name) or not 2 <= len(name.split()) <= _MOST_WORDS:
        return ""
    # "Giám đốc Sở Nội vụ Hà Giang": two words after a body are as likely a province.
    is_after_body = _BODY_WITHIN.search(_lower(before)) is not None
    if is_after_body and (len(name.split()) == 2 or _lower(name) in _PLACES):
        return ""
    return name


def _without_titles(name: str) -> str:
    words = re.sub(r"\.(?=\w)", ". ", name).split()
    while words:
        longest = min(len(words), _LONGEST_TITLE)
        cut = next((n for n in range(longest, 0, -1) if _is_title(words[:n])), 0)
        if not cut:
            break
        words = words[cut:]
    return " ".join(words)


def _is_title(words: list[str]) -> bool:
    text = " ".join(words)
    folded = fold(text)
    if folded in _BY_THEIR_MARKS:
        return _lower(text) == _BY_THEIR_MARKS[folded]
    return folded in _TITLES


def _names_a_body(text: str) -> bool:
    return _BODY.match(_lower(text)) is not None


def _lower(text: str) -> str:
    return canonical_tone_placement(text).lower()


def _is_bare(key: str) -> bool:
    return key.isascii()

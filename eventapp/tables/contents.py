"""What the cells of a column look like: addresses, telephone numbers, names of people."""

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


class Content(StrEnum):
    EMAIL = "email"
    PHONE = "phone"
    NAME = "name"
    """A person's full name, the family first."""
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
    words = text.split()
    return (
        _NAME.fullmatch(text) is not None
        and fold(words[0]) in _FAMILIES
        and all(word[0].isupper() for word in words)
    )

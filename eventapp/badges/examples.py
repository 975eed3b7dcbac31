"""Badges of people who do not exist, for trying a template: as long and as short as they come.

Knows neither Flask nor the database.
"""

from collections.abc import Iterable, Mapping

from eventapp.badges.layout import BadgeRecord

CODE = "0123456789AB"

# Names and offices of the lengths that lists of such conferences have.
_LONGEST = {
    "name": "Công Tằng Tôn Nữ Nguyễn Thị Hoàng Phương Khánh Huyền",
    "position": "Phó Trưởng phòng phụ trách Phòng Ứng dụng công nghệ thông tin và Chuyển đổi số",
    "organisation": "Văn phòng Đoàn đại biểu Quốc hội và Hội đồng nhân dân tỉnh Thừa Thiên Huế",
    "province": "Thừa Thiên Huế",
    "group": "A",
    "group_colour": "#b3261e",
    "bus": "Xe số 12, biển số 99B-123.45, bãi xe phía Đông",
    "site": "Trung tâm Phục vụ hành chính công và Điều hành đô thị thông minh",
    "class": "Tập huấn nâng cao kỹ năng quản lý, điều hành trong môi trường số · Tập huấn lớp B",
    "days": "16/11, 17/11, 18/11",
    "further": "Ăn chay, không hành tỏi · Cỡ áo XXL · Đi cùng phiên dịch tiếng Anh",
}
_SHORTEST = {
    "name": "Lê An",
    "position": "Chuyên viên",
    "organisation": "Sở Y tế",
    "province": "Hà Nội",
    "days": "16/11",
}
_USUAL = {
    "name": "Nguyễn Thị Minh Phương",
    "position": "Phó Giám đốc",
    "organisation": "Sở Thông tin và Truyền thông",
    "province": "Bắc Ninh",
    "group": "A",
    "group_colour": "#b3261e",
    "bus": "Xe 1",
    "site": "Trung tâm Phục vụ hành chính công",
    "class": "Tập huấn lớp A",
    "days": "16/11, 17/11",
}
_ANSWER = "Một câu trả lời dài, như người ta vẫn viết khi còn chỗ"


def longest(
    category: tuple[str, str], common: Mapping[str, str], keys: Iterable[str] = ()
) -> BadgeRecord:
    """A badge that has everything, and much of it; ``category`` is its name and colour.

    ``common`` are the texts that all badges of the event have; other ``keys``, such as the event's
    own questions, are answered at length.
    """
    answers = {key: _ANSWER for key in keys if key.startswith("question:")}
    return _badge(category, {**_LONGEST, **answers}, common)


def shortest(category: tuple[str, str], common: Mapping[str, str]) -> BadgeRecord:
    """A badge that has only what everybody has, and that in few letters."""
    return _badge(category, _SHORTEST, common)


def usual(category: tuple[str, str], common: Mapping[str, str]) -> BadgeRecord:
    """A badge as most of them are."""
    return _badge(category, _USUAL, common)


def _badge(
    category: tuple[str, str], own: Mapping[str, str], common: Mapping[str, str]
) -> BadgeRecord:
    named = {"category": category[0], "category@en": category[0], "code": CODE}
    return BadgeRecord(CODE, category[0], category[1], {**_in_both(own), **named, **common})


def _in_both(values: Mapping[str, str]) -> dict[str, str]:
    return {**values, **{f"{key}@en": text for key, text in values.items()}}

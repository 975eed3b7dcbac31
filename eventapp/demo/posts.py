"""Which posts people hold, by the kind of office; customary titles of Vietnamese authorities."""

from typing import NamedTuple


class Post(NamedTuple):
    """A post at an office."""

    title: str
    weight: float
    """How often somebody who comes holds it."""
    weight_first: float
    """The same for the first to come from the office."""
    holders: int | None
    """How many an office has; None is any number."""


_OFFICIALS = (
    Post("Trưởng phòng", 20, 18, 12),
    Post("Phó Trưởng phòng", 20, 10, 20),
    Post("Chuyên viên chính", 12, 6, None),
    Post("Chuyên viên", 32, 10, None),
)

DEPARTMENT = (
    Post("Giám đốc Sở", 5, 28, 1),
    Post("Phó Giám đốc Sở", 11, 28, 3),
    *_OFFICIALS,
)

CHANCERY = (
    Post("Chủ tịch UBND tỉnh", 0.3, 1, 1),
    Post("Phó Chủ tịch UBND tỉnh", 4, 14, 2),
    Post("Chánh Văn phòng", 6, 22, 1),
    Post("Phó Chánh Văn phòng", 11, 22, 3),
    *_OFFICIALS,
)

MINISTRY = (
    Post("Thứ trưởng", 1, 20, 2),
    Post("Cục trưởng", 4, 14, 4),
    Post("Vụ trưởng", 5, 20, 6),
    Post("Phó Cục trưởng", 8, 14, 10),
    Post("Phó Vụ trưởng", 9, 14, 14),
    Post("Trưởng phòng", 18, 8, 60),
    Post("Phó Trưởng phòng", 14, 4, 60),
    Post("Chuyên viên chính", 17, 4, None),
    Post("Chuyên viên", 24, 2, None),
)

PARTY = (
    Post("Bí thư Tỉnh ủy", 1, 2, 1),
    Post("Ủy viên Ban Thường vụ Tỉnh ủy", 8, 30, 3),
    Post("Chánh Văn phòng", 6, 20, 1),
    Post("Phó Chánh Văn phòng", 15, 20, 3),
    Post("Trưởng phòng", 30, 20, 12),
    Post("Chuyên viên", 40, 8, None),
)

PRESS = (
    Post("Phóng viên", 60, 60, None),
    Post("Biên tập viên", 20, 20, None),
    Post("Quay phim", 20, 20, None),
)

STAFF = (
    Post("Lễ tân", 30, 30, None),
    Post("Kỹ thuật viên", 25, 25, None),
    Post("Nhân viên phục vụ", 25, 25, None),
    Post("Lái xe", 15, 15, None),
    Post("Nhân viên y tế", 5, 5, None),
)


def posts_of_office(name: str) -> tuple[Post, ...]:
    """The posts of a provincial office: of the People's Committee's own, or of a department."""
    return CHANCERY if name.startswith("Văn phòng") else DEPARTMENT

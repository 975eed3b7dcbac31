"""Badges that are hard to set, for every shipped template."""

import json
import random
from pathlib import Path

from eventapp.badges import shipped
from eventapp.badges.layout import BadgeRecord, Design, Stack, design_of

TRICKY = json.loads(
    (Path(__file__).parents[1] / "data" / "tricky-names.json").read_text(encoding="utf-8")
)
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
EVENT = "Hội nghị tổng kết 5 năm NĐ 64/2007 và tập huấn NĐ 102/2009"
LONG_EVENT = (
    "Hội nghị Tổng kết 5 năm thực hiện Nghị định số 64/2007/NĐ-CP về ứng dụng công nghệ thông tin "
    "trong hoạt động của cơ quan Nhà nước và tập huấn về quản lý đầu tư ứng dụng CNTT theo Nghị "
    "định số 102/2009/NĐ-CP khu vực miền Bắc, tại tỉnh Bắc Ninh, năm 2012"
)
# Those of the preset, and a yellow.
CATEGORIES = (
    ("Đại biểu", "Delegate", "#1d4e89"),
    ("Khách mời", "Guest", "#a4161a"),
    ("Báo cáo viên", "Speaker", "#6a4c93"),
    ("Ban Tổ chức", "Organiser", "#2d6a4f"),
    ("Báo chí", "Press", "#b5651d"),
    ("Phục vụ", "Staff", "#495057"),
    ("Tình nguyện viên", "Volunteer", "#ffd60a"),
)
COLOURS = tuple(colour for _, _, colour in CATEGORIES)


def designs() -> dict[str, Design]:
    """All shipped templates by name."""
    return {name: design_of(shipped.find(name)) for name in shipped.names()}


def stacks(design: Design) -> list[tuple[int, Stack]]:
    """The texts of a design, with the number of their side."""
    return [
        (number, element)
        for number, side in enumerate(design.sides)
        for element in side.elements
        if isinstance(element, Stack)
    ]


def badge(name: str = "Nguyễn Thị Minh Hạnh", *, seed: int = 0, **texts: str) -> BadgeRecord:
    """A badge on which everything is said; an empty text takes something away."""
    chance = random.Random(seed)
    category, english, colour = CATEGORIES[seed % len(CATEGORIES)]
    values = {
        "name": name,
        "position": "Phó Giám đốc",
        "organisation": "Sở Thông tin và Truyền thông",
        "province": "Tỉnh Bắc Ninh",
        "category": category,
        "category@en": english,
        "event": EVENT,
        "event@en": "Conference on five years of Decree 64/2007",
        "dates": "16–17/11/2012",
        "venue": "Trung tâm văn hóa Kinh Bắc, tỉnh Bắc Ninh",
        "organiser": "Bộ Thông tin và Truyền thông",
        "contact": "Nguyễn Thị Lan · 0912 345 678 · lienhe@example.vn",
        "web": "hoinghi.example.vn/e/bac-ninh-2012",
        "group": "B",
        "bus": "Xe 2 · 29B-123.45",
        "site": "Khu di tích đền Đô và làng tranh dân gian Đông Hồ",
        "days": "16/11, 17/11",
        "class": "Quản lý dự án đầu tư ứng dụng CNTT",
        "further": "Tiếng Anh",
    } | texts
    code = values["code"] = "".join(chance.choices(ALPHABET, k=12))
    values = {key: text for key, text in values.items() if text}
    return BadgeRecord(code, category, colour, values, values.get("photo", ""))


def nastiest() -> list[BadgeRecord]:
    """The names that break badges, each with another of the positions, offices and titles."""
    positions, offices = TRICKY["positions"], TRICKY["organisations"]
    return [
        badge(
            name,
            seed=number,
            position="" if number % 4 == 3 else positions[number % len(positions)],
            organisation=offices[number % len(offices)],
            group="" if number % 3 == 0 else "ABC"[number % 3],
            bus="" if number % 5 == 0 else "Xe 2",
            photo="photo" if number % 2 else "",
            event=LONG_EVENT if number % 6 == 5 else EVENT,
        )
        for number, name in enumerate(TRICKY["names"])
    ]

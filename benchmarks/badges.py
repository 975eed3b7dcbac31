"""How fast badges are printed, and how much room they take.

    python benchmarks/badges.py [--counts 1000 10000] [--baseline 500]

Prints badges a second, bytes a badge and the most memory the process held, for one badge a page
and for A4 sheets, each in a process of its own; beside them, in the same run, the same badges as
a first attempt would draw them: a Paragraph for each text and ReportLab's QrCodeWidget.
"""

import io
import random
import resource
import time
from collections.abc import Iterator

from _apart import BASELINE, run
from reportlab.graphics import renderPDF
from reportlab.graphics.barcode.qr import QrCodeWidget
from reportlab.graphics.shapes import Drawing
from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_CENTER
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph

from eventapp.badges.layout import CONFERENCE, BadgeRecord
from eventapp.badges.render import write_badges
from eventapp.pdf import MM, fonts

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_FAMILY = ("Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Phan", "Vũ", "Đặng", "Bùi", "Đỗ", "Ngô", "Lý")
_MIDDLE = ("Thị", "Văn", "Đức", "Minh", "Thanh", "Ngọc", "Quốc", "Hữu", "Thu", "Xuân", "Hải", "Bảo")
_GIVEN = ("An", "Bình", "Châu", "Dũng", "Giang", "Hạnh", "Hoa", "Hùng", "Linh", "Mai", "Phương")
_POSITIONS = ("Giám đốc", "Phó Giám đốc", "Chánh Văn phòng", "Trưởng phòng", "Chuyên viên chính")
_OFFICES = (
    "Sở Thông tin và Truyền thông",
    "Sở Kế hoạch và Đầu tư",
    "Sở Tài chính",
    "Sở Nội vụ",
    "Văn phòng Ủy ban nhân dân tỉnh",
    "Trung tâm Công nghệ thông tin và Truyền thông trực thuộc Sở Thông tin và Truyền thông",
)
_PROVINCES = tuple(f"Tỉnh {name}" for name in ("Bắc Ninh", "Lào Cai", "Hà Giang", "Thái Nguyên"))
_CATEGORIES = (("Đại biểu", "#1d4e89"), ("Khách mời", "#a4161a"), ("Ban Tổ chức", "#2d6a4f"))


def records(count: int) -> Iterator[BadgeRecord]:
    """Believable people, the same each time."""
    chance = random.Random(20121116)
    for _ in range(count):
        middle = chance.sample(_MIDDLE, chance.choice((1, 1, 2)))
        category, colour = chance.choice(_CATEGORIES)
        yield BadgeRecord(
            name=" ".join((chance.choice(_FAMILY), *middle, chance.choice(_GIVEN))),
            code="".join(chance.choices(_ALPHABET, k=12)),
            category=category,
            colour=colour,
            event="Hội nghị tổng kết 5 năm NĐ 64/2007 và tập huấn NĐ 102/2009",
            dates="16–17/11/2012 · Trung tâm văn hóa Kinh Bắc",
            position=chance.choice(_POSITIONS),
            organisation=chance.choice(_OFFICES),
            province=chance.choice(_PROVINCES),
            group=chance.choice(("", "A", "B", "C", "D")),
            bus="Xe 2",
        )


def write_plainly(people: Iterator[BadgeRecord], stream: io.BytesIO) -> int:
    """The baseline: what the manual of ReportLab leads to, with the same fonts."""
    fonts.register_families()
    size = CONFERENCE.width * MM, CONFERENCE.height * MM
    canvas = Canvas(stream, pagesize=size)
    number = 0
    for person in people:
        number += 1
        canvas.setFillColor(HexColor(person.colour))
        canvas.rect(0, size[1] - 66, size[0], 66, stroke=0, fill=1)
        canvas.rect(0, 0, size[0], 34, stroke=0, fill=1)
        top = size[1] - 4
        for text, font, points, colour in (
            (person.event, fonts.SANS_SEMIBOLD, 12, "#ffffff"),
            (person.dates, fonts.SANS, 9, "#ffffff"),
            (person.name, fonts.SANS_BOLD, 28, "#16202b"),
            (person.position, fonts.SANS_MEDIUM, 12, "#16202b"),
            (person.organisation, fonts.SANS, 12, "#16202b"),
            (person.province, fonts.SANS_SEMIBOLD, 12, person.colour),
        ):
            style = ParagraphStyle(
                "part",
                fontName=font,
                fontSize=points,
                leading=points * 1.2,
                alignment=TA_CENTER,
                textColor=HexColor(colour),
            )
            paragraph = Paragraph(text, style)
            _, height = paragraph.wrap(size[0] - 34, size[1])
            top -= height + 4
            paragraph.drawOn(canvas, 17, top)
        code = QrCodeWidget(person.code, barLevel="Q", barWidth=100, barHeight=100)
        drawing = Drawing(100, 100)
        drawing.add(code)
        renderPDF.draw(drawing, canvas, 10, 50)
        canvas.setFillColor(HexColor("#16202b"))
        canvas.setFont(fonts.SANS_MEDIUM, 9)
        canvas.drawCentredString(60, 40, person.code)
        canvas.setFont(fonts.SANS_BOLD, 40)
        canvas.drawCentredString(190, 90, person.group)
        canvas.setFillColor(HexColor("#ffffff"))
        canvas.setFont(fonts.SANS_BOLD, 20)
        canvas.drawCentredString(size[0] / 2, 10, person.category.upper())
        canvas.showPage()
    canvas.save()
    return number


def measure(kind: str, count: int) -> None:
    """Print one line for one way and number."""
    stream = io.BytesIO()
    people = list(records(count))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.perf_counter()
    if kind == BASELINE:
        write_plainly(iter(people), stream)
    elif kind == "a4":
        write_badges(people, stream, sheet="a4", title="Thẻ", author="Ban Tổ chức")
    else:
        write_badges(people, stream, sheet="single", title="Thẻ", author="Ban Tổ chức")
    took = time.perf_counter() - start
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(
        f"{kind:>10} {count:>7,} {count / took:>12,.0f} {len(stream.getbuffer()) / count:>12,.0f}"
        f" {most / 1024:>9.0f} {(most - before) / 1024:>9.0f}",
        flush=True,
    )


def main() -> None:
    """Measure each in a process of its own."""
    run(
        measure,
        about=__doc__,
        ways=("single", "a4"),
        counts=(1_000, 10_000),
        baseline=1_000,
        head=f"{'way':>10} {'badges':>7} {'badges/s':>12} {'bytes/badge':>12}"
        f" {'peak MB':>9} {'grew MB':>9}",
    )


if __name__ == "__main__":
    main()

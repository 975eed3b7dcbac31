"""How fast certificates are printed, and how much room they take.

    python benchmarks/certificates.py [--count 2000] [--baseline 300]

Prints certificates a second, seconds for that many, bytes each and the most memory the process
held, each way in a process of its own; beside them, in the same run, "plain platypus": the same
certificate as ReportLab's manual leads to it, a Paragraph for each text, the frame drawn on every
page and ReportLab's QrCodeWidget.
"""

import argparse
import io
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from typing import Any, BinaryIO

from reportlab.graphics.barcode.qr import QrCodeWidget
from reportlab.graphics.shapes import Drawing
from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_CENTER
from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import BaseDocTemplate, Frame, PageBreak, PageTemplate, Paragraph, Spacer

from eventapp.certificates.certificate_pdf import (
    HEIGHT,
    WIDTH,
    Form,
    Holder,
    write_certificates,
)
from eventapp.pdf import MM, fonts

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_FAMILY = ("Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Phan", "Vũ", "Đặng", "Bùi", "Đỗ", "Ngô", "Lý")
_MIDDLE = ("Thị", "Văn", "Đức", "Minh", "Thanh", "Ngọc", "Quốc", "Hữu", "Thu", "Xuân", "Hải", "Bảo")
_GIVEN = ("An", "Bình", "Châu", "Dũng", "Giang", "Hạnh", "Hoa", "Hùng", "Linh", "Mai", "Phương")
_POSITIONS = ("Giám đốc", "Phó Giám đốc", "Chánh Văn phòng", "Trưởng phòng", "Chuyên viên chính")
_OFFICES = ("Sở Thông tin và Truyền thông", "Sở Tài chính", "Sở Nội vụ", "Văn phòng UBND")
_PROVINCES = tuple(f"tỉnh {it}" for it in ("Bắc Ninh", "Lào Cai", "Hà Giang", "Thái Nguyên"))
_TITLE = (
    "Hội nghị tổng kết 5 năm thực hiện Nghị định số 64/2007/NĐ-CP về ứng dụng công nghệ thông tin "
    "trong hoạt động của cơ quan Nhà nước và tập huấn về quản lý đầu tư ứng dụng công nghệ thông "
    "tin theo Nghị định số 102/2009/NĐ-CP khu vực miền Bắc"
)
_FORM = Form(
    issuer="Bộ Thông tin và Truyền thông",
    address="https://hoi-nghi.bacninh.example/c/",
    signature=("TM. Ban Tổ chức", "Trưởng ban"),
    signatory="Nguyễn Minh Hồng",
)


def holders(count: int) -> Iterator[Holder]:
    """Believable people, the same each time."""
    chance = random.Random(20121116)
    for number in range(1, count + 1):
        middle = chance.sample(_MIDDLE, chance.choice((1, 1, 2)))
        name = " ".join((chance.choice(_FAMILY), *middle, chance.choice(_GIVEN)))
        yield Holder(
            name=name,
            number=f"{number}/GCN-BTC",
            code="".join(chance.choices(_ALPHABET, k=12)),
            place_and_date="Bắc Ninh, ngày 17 tháng 11 năm 2012",
            file_stem=name,
            title=_TITLE,
            position=chance.choice(_POSITIONS),
            organisation=f"{chance.choice(_OFFICES)}, {chance.choice(_PROVINCES)}",
            when="Thời gian: 16–17/11/2012; thời lượng: 4 giờ 30 phút",
        )


def write_plainly(people: Iterator[Holder], stream: BinaryIO) -> int:
    """The baseline, "plain platypus": what the manual of ReportLab leads to, in the same fonts."""
    fonts.register_families()
    size = WIDTH * MM, HEIGHT * MM

    def frame(canvas: Any, _: BaseDocTemplate) -> None:
        canvas.setStrokeColor(HexColor("#8f1d1d"))
        for edge in (22, 26, 45):
            canvas.rect(edge, edge, size[0] - 2 * edge, size[1] - 2 * edge)
        for at in range(60):  # as many ornaments as the braid has eyes along one side
            canvas.circle(50 + at * 12.5, 35, 3)
            canvas.circle(50 + at * 12.5, size[1] - 35, 3)

    def text(words: str, font: str, points: float) -> Paragraph:
        style = ParagraphStyle(
            "part", fontName=font, fontSize=points, leading=points * 1.2, alignment=TA_CENTER
        )
        return Paragraph(words, style)

    story: list[Any] = []
    for it in people:
        code = Drawing(70, 70)
        code.add(QrCodeWidget(_FORM.address + it.code, barLevel="M", barWidth=70, barHeight=70))
        story += [
            text("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", fonts.SERIF_BOLD, 13),
            text("Độc lập - Tự do - Hạnh phúc", fonts.SERIF_BOLD, 13.5),
            text(_FORM.issuer.upper(), fonts.SERIF_BOLD, 12.5),
            text("GIẤY CHỨNG NHẬN", fonts.SERIF_BOLD, 34),
            text("Chứng nhận ông/bà:", fonts.SERIF_ITALIC, 14),
            text(it.name, fonts.SERIF_BOLD, 36),
            text(f"Chức vụ: {it.position}", fonts.SERIF, 15),
            text(f"Đơn vị: {it.organisation}", fonts.SERIF, 15),
            text("đã hoàn thành chương trình tập huấn", fonts.SERIF_ITALIC, 14),
            text(it.title, fonts.SERIF_BOLD, 14),
            text(it.when, fonts.SERIF, 13),
            text(it.place_and_date, fonts.SERIF_ITALIC, 13),
            *(text(line.upper(), fonts.SERIF_BOLD, 12.5) for line in _FORM.signature),
            Spacer(0, 10),
            text(_FORM.signatory, fonts.SERIF_BOLD, 13),
            text(f"Số vào sổ: {it.number} · {it.code}", fonts.SERIF, 11),
            code,
            PageBreak(),
        ]
    document = BaseDocTemplate(stream, pagesize=size)
    box = Frame(48, 48, size[0] - 96, size[1] - 96)
    document.addPageTemplates([PageTemplate(id="page", frames=[box], onPage=frame)])
    document.build(story)
    return document.page


def measure(way: str, count: int) -> None:
    """Print one line for one way and number."""
    write_plainly(holders(1), io.BytesIO())  # whatever is read once is read
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with tempfile.TemporaryFile() as stream:
        start, used = time.perf_counter(), time.process_time()
        if way == "plain platypus":
            write_plainly(holders(count), stream)
        else:
            write_certificates(_FORM, holders(count), stream)
        took, worked = time.perf_counter() - start, time.process_time() - used
        size = stream.tell()
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(
        f"{way:>15} {count:>12,} {took:>8.2f} {worked:>8.2f} {count / took:>14,.0f}"
        f" {size / count:>11,.0f} {most / 1024:>8.0f} {(most - before) / 1024:>8.0f}",
        flush=True,
    )


def main() -> None:
    """Measure each in a process of its own, so that memory and caches are its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=2_000)
    parser.add_argument("--baseline", type=int, default=300, help="certificates of the baseline")
    parser.add_argument("--only", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.only:
        measure(options.only, options.count)
        return
    print(
        f"{'way':>15} {'certificates':>12} {'seconds':>8} {'of CPU':>8} {'certificates/s':>14}"
        f" {'bytes each':>11} {'peak MB':>8} {'grew MB':>8}"
    )
    for way, count in (("eventapp", options.count), ("plain platypus", options.baseline)):
        subprocess.run(
            [sys.executable, __file__, "--only", way, "--count", str(count)],
            check=True,
            env=os.environ,
        )


if __name__ == "__main__":
    main()

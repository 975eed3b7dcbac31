"""How fast badges are printed, and how much room they take.

    python benchmarks/badges.py [--counts 1000 10000] [--baseline 500] [--ways single a4 …]

Prints badges a second by the clock and by the processor (of all processes together), bytes a badge,
the most memory that the process held (a helper's is added) and by how much it grew, each way in a
process of its own that writes to a file:

    single      one badge a page          a4          four on A4 with crop marks
    duplex      four on A4, both sides    fold        both sides beside one another
    image       one a page, with a background image
    a4-image    the same, four on A4
    2 workers   single, by two processes  2 + image   image, by two processes

Beside them, in the same run, the same badges as a first attempt would draw them: a Paragraph for
each text and ReportLab's QrCodeWidget. The last column is the share of the time that is spent
outside ReportLab and the QR encoder, by samples of what runs, in a run of its own.
"""

import argparse
import io
import os
import random
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import BinaryIO

from PIL import Image
from reportlab.graphics import renderPDF
from reportlab.graphics.barcode.qr import QrCodeWidget
from reportlab.graphics.shapes import Drawing
from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_CENTER
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph

from eventapp.badges import render, shipped
from eventapp.badges.layout import BadgeRecord, Design, design_of
from eventapp.badges.sheets import Duplex, Settings
from eventapp.badges.template import Ground, Template
from eventapp.pdf import MM, artwork, fonts
from eventapp.pdf.stream import About

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


_ABOUT = About("Thẻ", "Ban Tổ chức")
_CONFERENCE = shipped.find("conference-90x130")
_GROUND = "0" * 64


def records(count: int) -> Iterator[BadgeRecord]:
    """Believable people, the same each time."""
    chance = random.Random(20121116)
    for _ in range(count):
        middle = chance.sample(_MIDDLE, chance.choice((1, 1, 2)))
        category, colour = chance.choice(_CATEGORIES)
        code = "".join(chance.choices(_ALPHABET, k=12))
        values = {
            "name": " ".join((chance.choice(_FAMILY), *middle, chance.choice(_GIVEN))),
            "code": code,
            "category": category,
            "event": "Hội nghị tổng kết 5 năm NĐ 64/2007 và tập huấn NĐ 102/2009",
            "dates": "16–17/11/2012",
            "venue": "Trung tâm văn hóa Kinh Bắc",
            "position": chance.choice(_POSITIONS),
            "organisation": chance.choice(_OFFICES),
            "province": chance.choice(_PROVINCES),
            "group": chance.choice(("", "A", "B", "C", "D")),
            "bus": "Xe 2",
        }
        yield BadgeRecord(code, category, colour, {key: it for key, it in values.items() if it})


@dataclass(frozen=True, slots=True)
class Way:
    """How badges are printed: with a back or an image or not, on which sheets, by how many."""

    settings: Settings
    image: bool = False
    workers: int = 1

    def design(self) -> Design:
        """The shipped design for text and code, as this way needs it."""
        front = _CONFERENCE.sides[0]
        if self.image:
            # Without the areas that would cover it.
            texts = tuple(it for it in front.elements if type(it).__name__ != "Box")
            front = type(front)(texts, Ground(image=_GROUND))
        sides = (front,) if self.settings.duplex == Duplex.OFF else (front, front)
        return design_of(Template(_CONFERENCE.name, _CONFERENCE.size, sides))

    def write(
        self,
        people: Iterable[BadgeRecord],
        stream: BinaryIO,
        report: Callable[[int], None] = render.nothing_to_report,
    ) -> None:
        """Write the badges."""
        picture = background() if self.image else None
        render.write(
            people,
            stream,
            design=self.design(),
            settings=self.settings,
            about=_ABOUT,
            pictures=lambda key: picture if key == _GROUND else None,
            workers=self.workers,
            report=report,
        )


_SINGLE, _A4 = Settings(paper="single"), Settings(paper="a4")
WAYS = {
    "single": Way(_SINGLE),
    "a4": Way(_A4),
    "duplex": Way(Settings(paper="a4", duplex=Duplex.LONG)),
    "fold": Way(Settings(paper="a4", duplex=Duplex.FOLD)),
    "image": Way(_SINGLE, image=True),
    "a4-image": Way(_A4, image=True),
    "2 workers": Way(_SINGLE, workers=2),
    "2 + image": Way(_SINGLE, image=True, workers=2),
}


def background() -> artwork.Artwork:
    """A picture of 90 × 130 mm at 300 dpi, as hard to pack as a photograph."""
    chance = random.Random(1)
    noise = Image.frombytes("RGB", (106, 154), chance.randbytes(3 * 106 * 154))
    stream = io.BytesIO()
    noise.resize((1063, 1535), Image.Resampling.BICUBIC).save(stream, "JPEG", quality=85)
    return artwork.of(stream.getvalue(), artwork.JPEG)


def write_plainly(people: Iterable[BadgeRecord], stream: BinaryIO) -> None:
    """The baseline: what the manual of ReportLab leads to, with the same fonts."""
    fonts.register_families()
    size = _CONFERENCE.size.width * MM, _CONFERENCE.size.height * MM
    canvas = Canvas(stream, pagesize=size)
    for person in people:
        said = person.values
        canvas.setFillColor(HexColor(person.colour))
        canvas.rect(0, size[1] - 66, size[0], 66, stroke=0, fill=1)
        canvas.rect(0, 0, size[0], 34, stroke=0, fill=1)
        top = size[1] - 4
        for text, font, points, colour in (
            (said["event"], fonts.SANS_SEMIBOLD, 12, "#ffffff"),
            (said["dates"], fonts.SANS, 9, "#ffffff"),
            (said["name"], fonts.SANS_BOLD, 28, "#16202b"),
            (said["position"], fonts.SANS_MEDIUM, 12, "#16202b"),
            (said["organisation"], fonts.SANS, 12, "#16202b"),
            (said["province"], fonts.SANS_SEMIBOLD, 12, person.colour),
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
        canvas.drawCentredString(190, 90, said.get("group", ""))
        canvas.setFillColor(HexColor("#ffffff"))
        canvas.setFont(fonts.SANS_BOLD, 20)
        canvas.drawCentredString(size[0] / 2, 10, person.category.upper())
        canvas.showPage()
    canvas.save()


def ways() -> dict[str, Callable[[Iterable[BadgeRecord], BinaryIO], None]]:
    """Every way, the baseline last."""
    return {name: way.write for name, way in WAYS.items()} | {"baseline": write_plainly}


def measure(name: str, count: int) -> None:
    """Print one line, without its end, for one way and number."""
    people = list(records(count))
    with tempfile.TemporaryFile() as stream:
        before = _memory()
        helpers = _Helpers()
        start, used = time.perf_counter(), _processor()
        if name in WAYS:
            WAYS[name].write(people, stream, helpers.look)
        else:
            write_plainly(people, stream)
        took, used = time.perf_counter() - start, _processor() - used
        size = stream.tell()
    most = _memory()
    print(
        f"{name:>10} {count:>7,} {count / took:>9,.0f} {count / used:>9,.0f}"
        f" {size / count:>12,.0f} {most + helpers.most:>9.0f} {most - before + helpers.most:>9.0f}",
        end="",
        flush=True,
    )


def _processor() -> float:
    """Seconds of the processor that this process and the helpers that ended have used."""
    return sum(os.times()[:4])


def _memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


class _Helpers:
    """The most memory of helpers (MB), looked up where Linux tells: now and then, as they run."""

    def __init__(self) -> None:
        self.most, self._looks = 0.0, 0

    def look(self, _badges: int) -> None:
        """Called with each batch."""
        self._looks += 1
        if self._looks % 32 == 0:
            children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
            found = [
                int(line.split()[1]) / 1024
                for child in children
                for line in Path(f"/proc/{child}/status").read_text().splitlines()
                if line.startswith("VmHWM")
            ]
            self.most = max(self.most, sum(found))


def share(name: str, count: int) -> None:
    """Print the share of the time outside ReportLab and the QR encoder."""
    inside = samples = 0

    def look(_signal: int, frame: FrameType | None) -> None:
        nonlocal inside, samples
        samples += 1
        while frame is not None:
            file = frame.f_code.co_filename
            if "reportlab" in file or "segno" in file or file.endswith("pdf/qr.py"):
                inside += 1
                return
            frame = frame.f_back

    people = list(records(count))
    with tempfile.TemporaryFile() as stream:
        signal.signal(signal.SIGPROF, look)
        signal.setitimer(signal.ITIMER_PROF, 0.001, 0.001)
        ways()[name](people, stream)
        signal.setitimer(signal.ITIMER_PROF, 0)
    print(f" {1 - inside / samples:>7.0%}", flush=True)


def main() -> None:
    """Measure each in a process of its own, so that memory and caches are its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--counts", type=int, nargs="+", default=[1_000, 10_000])
    parser.add_argument("--baseline", type=int, default=1_000, help="badges of the baseline")
    parser.add_argument("--ways", nargs="+", choices=list(WAYS), default=list(WAYS))
    parser.add_argument("--only", help=argparse.SUPPRESS)
    parser.add_argument("--share", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.only:
        measure(options.only, options.counts[0])
        return
    if options.share:
        share(options.share, options.counts[0])
        return
    print(
        f"{'way':>10} {'badges':>7} {'badges/s':>9} {'of CPU':>9} {'bytes/badge':>12}"
        f" {'peak MB':>9} {'grew MB':>9} {'outside':>7}",
        flush=True,
    )
    runs = [(name, count) for count in options.counts for name in options.ways]
    for name, count in [*runs, ("baseline", options.baseline)]:
        # A helper's time is not seen here: it draws as this process does.
        is_alone = name not in WAYS or WAYS[name].workers == 1
        for asked in ("--only", "--share") if is_alone else ("--only",):
            subprocess.run(
                [sys.executable, __file__, asked, name, "--counts", str(count)],
                check=True,
                env=os.environ,
            )
        if not is_alone:
            print(flush=True)


if __name__ == "__main__":
    main()

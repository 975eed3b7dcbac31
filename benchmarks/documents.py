"""How fast papers are written, and how much memory that takes.

    python benchmarks/documents.py [--only KIND]

Prints seconds by the clock and by the processor (the machine may be busy with other things), how
many a second of the latter, megabytes written, and the most memory for each kind of paper, each in
a process of its own; beside the list of delegates, in the same run, the same table as ReportLab's
manual leads to it: one LongTable of Paragraphs.
"""

import argparse
import resource
import subprocess
import sys
import tempfile
import time as clock
from collections.abc import Callable, Iterator
from datetime import time
from typing import BinaryIO

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.platypus import LongTable, Paragraph, SimpleDocTemplate

from eventapp.documents.agenda_pdf import (
    AgendaDay,
    AgendaDocument,
    AgendaItem,
    Edition,
    write_agenda,
)
from eventapp.documents.compact_pdf import write_compact
from eventapp.documents.invitation_pdf import (
    Addressee,
    Invitation,
    write_invitations,
    write_invitations_apart,
)
from eventapp.documents.list_pdf import Heading, ListDocument, Person, write_list
from eventapp.pdf import document, fonts
from eventapp.pdf.letterhead import Letterhead, Signature

TITLE = (
    "Hội nghị Tổng kết 5 năm thực hiện Nghị định số 64/2007/NĐ-CP về ứng dụng công nghệ thông tin "
    "trong hoạt động của cơ quan Nhà nước và tập huấn về quản lý đầu tư ứng dụng CNTT theo "
    "Nghị định số 102/2009/NĐ-CP khu vực miền Bắc"
)
HEAD = Letterhead("Ban Tổ chức Hội nghị", "Bộ Thông tin và Truyền thông", "12/BTC", "Bắc Ninh")
SIGNATURE = Signature("Trưởng ban", "Nguyễn Minh Hồng", "TM. Ban Tổ chức", ("Lưu: VT",))
_NAMES = ("Nguyễn Thị Ước", "Trần Văn Đức", "Lê Quốc Khánh", "Nông Thị Thùy Dương", "Hà Ân")
_POSITIONS = ("Giám đốc", "Phó Giám đốc", "Trưởng phòng", "Chuyên viên chính")
_OFFICES = (
    "Sở Thông tin và Truyền thông",
    "Sở Kế hoạch và Đầu tư",
    "Văn phòng Ủy ban nhân dân tỉnh",
    "Trung tâm Công nghệ thông tin và Truyền thông trực thuộc Sở Thông tin và Truyền thông",
)

Write = Callable[[int, BinaryIO], object]


def people(count: int) -> Iterator[Person]:
    """So many people, the same each time, no two of one name."""
    for at in range(count):
        yield Person(
            f"{_NAMES[at % len(_NAMES)]} {at}",
            _POSITIONS[at % len(_POSITIONS)],
            _OFFICES[at % len(_OFFICES)],
        )


def agenda_of(count: int) -> AgendaDocument:
    """An agenda of so many sessions on four days."""
    items = tuple(
        AgendaItem(
            time(8 + at // 10 % 10, at % 10 * 5),
            time(18),
            f"Phiên {at}: {TITLE[:90]}",
            chair="Nguyễn Minh Hồng, Thứ trưởng",
            speakers=("Trần Văn Đức, Cục trưởng, Cục Ứng dụng công nghệ thông tin",),
            room="Hội trường lớn",
        )
        for at in range(count)
    )
    part = -(-count // 4)
    return AgendaDocument(
        HEAD,
        TITLE,
        tuple(AgendaDay(f"Ngày {n}", items[n * part : (n + 1) * part]) for n in range(4)),
        signature=SIGNATURE,
        edition=Edition("Phiên bản 3", "https://hoinghi.example/e/x/agenda/version/3", "Quét mã."),
    )


def invitation() -> Invitation:
    """The letter."""
    return Invitation(
        letterhead=HEAD,
        kind="Giấy mời",
        subject=f"Dự {TITLE}",
        to="Kính gửi:",
        opening=f"Ban Tổ chức trân trọng kính mời Ông (Bà) tới dự {TITLE}.",
        facts=(("Thời gian:", "từ 07:30, ngày 16/11/2012."), ("Địa điểm:", "Kinh Bắc.")),
        closing="Rất hân hạnh được đón tiếp./.",
        signature=SIGNATURE,
        programme_heading="Nội dung chính:",
        programme=(("Thứ Sáu:", (("08:00 – 08:20", "Khai mạc"), ("08:20 – 09:40", "Báo cáo"))),),
    )


def addressees(count: int) -> Iterator[Addressee]:
    """To whom it goes."""
    for it in people(count):
        yield Addressee((f"Ông (Bà) {it.name}", f"{it.position}, {it.office}"), it.name)


def list_of(count: int) -> ListDocument:
    """A list of so many delegates, for signing."""

    def rows() -> Iterator[Person | Heading]:
        for at, person in enumerate(people(count)):
            if at % 200 == 0:
                yield Heading(f"Tỉnh {at // 200}")
            yield person

    return ListDocument(
        HEAD, (TITLE,), rows(), f"{count} đại biểu.", for_signing=True, signature=SIGNATURE
    )


def plain_table(count: int, stream: BinaryIO) -> None:
    """The baseline: one table of paragraphs, of the same texts in the same fonts."""
    fonts.register_families()
    style = document.style(size=12)
    rows: list[list[object]] = [["TT", "Họ và tên", "Chức vụ", "Đơn vị công tác", "Ký nhận"]]
    for at, it in enumerate(people(count), 1):
        texts = (it.name, it.position, it.office)
        rows.append([str(at), *(Paragraph(text, style) for text in texts), ""])
    table = LongTable(
        rows,
        colWidths=[31, 136, 113, 113, 74],
        repeatRows=1,
        style=[
            ("FONT", (0, 0), (-1, -1), fonts.SERIF, 12),
            ("GRID", (0, 0), (-1, -1), 0.5, colors.black),
        ],
    )
    SimpleDocTemplate(stream, pagesize=A4).build([table])


KINDS: dict[str, tuple[int, Write]] = {
    "agenda, official": (200, lambda count, stream: write_agenda(agenda_of(count), stream)),
    "agenda, compact": (200, lambda count, stream: write_compact(agenda_of(count), stream)),
    "invitations": (
        2_000,
        lambda count, stream: write_invitations(invitation(), addressees(count), stream),
    ),
    "invitations of 5,000": (
        5_000,
        lambda count, stream: write_invitations(invitation(), addressees(count), stream),
    ),
    "invitations, ZIP": (
        500,
        lambda count, stream: write_invitations_apart(invitation(), addressees(count), stream),
    ),
    "list of delegates": (5_000, lambda count, stream: write_list(list_of(count), stream)),
    "the same, LongTable": (5_000, plain_table),
}


def measure(kind: str) -> None:
    """Print one line for one kind of paper."""
    count, write = KINDS[kind]
    fonts.register_families()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with tempfile.TemporaryFile() as stream:
        start, worked = clock.perf_counter(), clock.process_time()
        write(count, stream)
        took, worked = clock.perf_counter() - start, clock.process_time() - worked
        size = stream.tell()
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(
        f"{kind:>22} {count:>6,} {took:>8.2f} {worked:>8.2f} {count / worked:>9,.0f}"
        f" {size / 1e6:>7.1f} {most / 1024:>8.0f} {(most - before) / 1024:>8.0f}",
        flush=True,
    )


def main() -> None:
    """Measure each in a process of its own, so that memory and caches are its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=list(KINDS))
    options = parser.parse_args()
    if options.only:
        measure(options.only)
        return
    print(
        f"{'paper':>22} {'of':>6} {'seconds':>8} {'CPU':>8} {'per CPU s':>9} {'MB':>7}"
        f" {'peak MB':>8} {'its own':>8}"
    )
    for kind in KINDS:
        subprocess.run([sys.executable, __file__, "--only", kind], check=True)


if __name__ == "__main__":
    main()

"""How long a badge takes that is printed at the desk, from the click to the last byte.

    python benchmarks/desk.py [--delegates 10000] [--times 60]

Through the whole application, in one process and without a network: the request is read, the
person found, the badge drawn, the run of the day written to disk, the PDF sent. Beside it, in the
same run, the drawing alone: ours, and what the manual of ReportLab leads to for the same badge (a
Paragraph for each text and its QrCodeWidget), each with fonts that are loaded. The first badge
after the start of a process is shown by itself.
"""

import argparse
import io
import random
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import current_app, g
from flask.testing import FlaskClient
from reportlab.graphics import renderPDF
from reportlab.graphics.barcode.qr import QrCodeWidget
from reportlab.graphics.shapes import Drawing
from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_CENTER
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph
from sqlalchemy import select
from werkzeug.test import TestResponse

sys.path.insert(0, str(Path(__file__).parent))

from _filled import fill, scratch_app

from eventapp.accounts import service as accounts
from eventapp.accounts.permissions import Role
from eventapp.badges import render, templates
from eventapp.badges.desk import SHEET
from eventapp.badges.layout import BadgeRecord, Design, design_of
from eventapp.badges.records import Reader
from eventapp.database import db
from eventapp.events.models import Event
from eventapp.pdf import MM, fonts
from eventapp.pdf.stream import About
from eventapp.registration.models import Delegate, Status

_PASSWORD = "một câu dài dễ nhớ"


def write_plainly(record: BadgeRecord, design: Design, stream: io.BytesIO) -> None:
    """The baseline: the same texts, colours and code on a page of the same size."""
    fonts.register_families()
    width, height = design.width * MM, design.height * MM
    canvas = Canvas(stream, pagesize=(width, height))
    canvas.setFillColor(HexColor(record.colour))
    canvas.rect(0, height - 66, width, 66, stroke=0, fill=1)
    canvas.rect(0, 0, width, 34, stroke=0, fill=1)
    top = height - 4.0
    for key, font, points, colour in (
        ("event", fonts.SANS_SEMIBOLD, 12, "#ffffff"),
        ("dates", fonts.SANS, 9, "#ffffff"),
        ("name", fonts.SANS_BOLD, 28, "#16202b"),
        ("position", fonts.SANS_MEDIUM, 12, "#16202b"),
        ("organisation", fonts.SANS, 12, "#16202b"),
        ("province", fonts.SANS_SEMIBOLD, 12, record.colour),
    ):
        style = ParagraphStyle(
            "part",
            fontName=font,
            fontSize=points,
            leading=points * 1.2,
            alignment=TA_CENTER,
            textColor=HexColor(colour),
        )
        paragraph = Paragraph(record.values.get(key, ""), style)
        _, taken = paragraph.wrap(width - 34, height)
        top -= taken + 4
        paragraph.drawOn(canvas, 17, top)
    drawing = Drawing(100, 100)
    drawing.add(QrCodeWidget(record.code, barLevel="Q", barWidth=100, barHeight=100))
    renderPDF.draw(drawing, canvas, 10, 50)
    canvas.setFillColor(HexColor("#ffffff"))
    canvas.setFont(fonts.SANS_BOLD, 20)
    canvas.drawCentredString(width / 2, 10, record.category.upper())
    canvas.showPage()
    canvas.save()


class _Browser(FlaskClient):
    """Every request has a context of its own, as on a server."""

    def open(self, *arguments: Any, **options: Any) -> TestResponse:
        """Send a request."""
        for name in list(g):
            g.pop(name)
        return super().open(*arguments, **options)


def sign_in(client: FlaskClient, address: str) -> str:
    """Sign a member of the staff in; the token of the check-in page's form."""
    page = client.get("/account/sign-in").text
    client.post(
        "/account/sign-in",
        data={"csrf_token": _token(page), "email": "cua@benchmark.example", "password": _PASSWORD},
    )
    return _token(client.get(address).text)


def _token(page: str) -> str:
    return re.findall(r'name="csrf_token"[^>]*value="([^"]+)"', page)[0]


def timed(work: Callable[..., object], *arguments: object) -> float:
    """Milliseconds."""
    start = time.perf_counter()
    work(*arguments)
    return (time.perf_counter() - start) * 1000


def show(what: str, taken: list[float]) -> None:
    """One line."""
    taken = sorted(taken)
    late = taken[int(len(taken) * 0.95)]
    print(f"{what:<46} {statistics.median(taken):>8.1f} {late:>8.1f} {taken[-1]:>8.1f}", flush=True)


def main() -> None:
    """Print medians, 95th percentiles and the worst, in milliseconds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--delegates", type=int, default=10_000)
    parser.add_argument("--times", type=int, default=60)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, scratch_app(folder):
        app, event = current_app, db.session.get_one(Event, fill(options.delegates))
        user = accounts.create_user("cua@benchmark.example", _PASSWORD)
        accounts.set_role(user.id, event.id, Role.STAFF)
        approved = (Delegate.event_id == event.id) & (Delegate.status == Status.APPROVED)
        codes = list(db.session.scalars(select(Delegate.code).where(approved).limit(2000)))
        random.Random(1).shuffle(codes)
        app.test_client_class = _Browser
        client = app.test_client()
        page = f"/manage/{event.slug}"
        token = sign_in(client, f"{page}/checkin")

        def at_the_desk(code: str) -> None:
            answer = client.post(f"{page}/badges/desk", data={"csrf_token": token, "code": code})
            assert answer.data.startswith(b"%PDF"), (answer.status, answer.text[:300])

        print(f"{options.delegates:,} delegates\n{'ms':<46} {'median':>8} {'95 %':>8} {'worst':>8}")
        show("at the desk, the first of a process", [timed(at_the_desk, codes[0])])
        some = codes[1 : options.times + 1]
        show("at the desk, click to last byte", [timed(at_the_desk, it) for it in some])
        draw(event, some)


def draw(event: Event, codes: list[str]) -> None:
    """The drawing alone, ours and the baseline's, of the same people."""
    content = templates.content_of(templates.default_version(event))
    design = design_of(content)
    people = select(Delegate).where(Delegate.code.in_(codes))
    records = [it.record for it in Reader(event, content.sources()).some(people)]

    def ours(record: BadgeRecord) -> None:
        about = About("", "", "vi")
        render.write([record], io.BytesIO(), design=design, settings=SHEET, about=about)

    write_plainly(records[0], design, io.BytesIO())
    show("drawing alone", [timed(ours, it) for it in records])
    show(
        "drawing alone, Paragraphs and QrCodeWidget",
        [timed(write_plainly, it, design, io.BytesIO()) for it in records],
    )


if __name__ == "__main__":
    main()

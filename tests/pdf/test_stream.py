import io
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone

from reportlab.platypus import PageBreak, Paragraph

from eventapp.pdf import document, fonts
from eventapp.pdf.stream import About, PageStream
from tests.pdf.pictures import needs_poppler, opened, text_of

ABOUT = About("Thẻ (đại biểu)", "Bộ TT&TT", "vi")


class Recorder(io.BytesIO):
    """A stream that cannot be read or wound back, as a socket."""

    def seek(self, *_):
        raise io.UnsupportedOperation

    def tell(self):
        raise io.UnsupportedOperation


def write(pages, stream, about=ABOUT):
    out = PageStream(stream, about)
    form = out.add_form(100, 100, b"0.5 g 0 0 10 10 re f\n")
    for page in range(pages):
        text = out.show(f"Trang ({page}) \\ Đỗ Ω 🙂", fonts.SANS, 12)
        out.add_page(200, 100, form + b"BT 10 50 Td " + text + b"ET\n")
    out.close()


def written(pages, about=ABOUT):
    stream = Recorder()
    write(pages, stream, about)
    return stream.getvalue()


def test_pages_are_sound_with_title_author_and_language():
    pdf = opened(written(3))
    assert len(pdf.pages) == 3
    assert str(pdf.docinfo["/Title"]) == "Thẻ (đại biểu)"
    assert str(pdf.docinfo["/Author"]) == "Bộ TT&TT"
    assert str(pdf.Root.Lang) == "vi"
    assert bool(pdf.Root.ViewerPreferences.DisplayDocTitle)


@needs_poppler
def test_texts_can_be_copied():
    assert "Trang (1) \\ Đỗ Ω" in text_of(written(2))


def test_the_same_input_gives_the_same_bytes_from_many_threads_too():
    with ThreadPoolExecutor(4) as pool:
        files = set(pool.map(written, [20] * 8))
    assert len(files) == 1
    assert written(19) not in files


def test_pages_leave_at_once():
    stream = Recorder()
    out = PageStream(stream, ABOUT)
    before = len(stream.getvalue())
    out.add_page(200, 100, b"0 g 1 1 5 5 re f\n")
    assert len(stream.getvalue()) > before


def test_a_date_is_there_only_when_given():
    assert b"CreationDate" not in written(1)
    created = datetime(2012, 11, 16, 7, 30, tzinfo=timezone(timedelta(hours=7)))
    dated = opened(written(1, About("A", "B", created=created)))
    assert str(dated.docinfo["/CreationDate"]) == "D:20121116073000+07'00'"


@needs_poppler
def test_flowing_text_has_page_x_of_y_from_the_second_page_on():
    story = []
    for part in range(12):
        story += [Paragraph(f"Phần {part}", document.style()), PageBreak()]
    stream = Recorder()
    assert document.write(story, stream, about=ABOUT) == 12
    opened(stream.getvalue())
    pages = text_of(stream.getvalue()).split("\f")
    assert "/12" not in pages[0]
    assert "2/12" in pages[1].replace(" ", "")
    assert "12/12" in pages[11].replace(" ", "")

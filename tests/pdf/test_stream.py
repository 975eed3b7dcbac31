import io
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from xml.sax.saxutils import escape

from reportlab.platypus import Flowable, PageBreak, Paragraph

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


def test_each_paper_of_a_file_has_numbers_of_its_own():
    story = []
    for pages in (3, 1, 2):
        story += document.next_paper() if story else []
        for page in range(pages):
            story += [PageBreak()] if page else []
            story.append(Paragraph("Nội dung", document.style()))
    stream = Recorder()
    assert document.write(iter(story), stream, about=ABOUT) == 6
    opened(stream.getvalue())
    pages = text_of(stream.getvalue()).split("\f")[:6]
    found = [re.findall(r"\d ?/ ?\d", page) for page in pages]
    assert found == [[], ["2/3"], ["3/3"], [], [], ["2/2"]]


def test_a_story_is_read_as_it_is_laid_out():
    stream, seen = Recorder(), []

    def story():
        for _ in range(200):
            seen.append(len(stream.getvalue()))
            yield Paragraph("Nội dung", document.style())
            yield PageBreak()

    document.write(story(), stream, about=ABOUT)
    assert seen[0] < seen[100] < seen[-1]


def test_lines_can_be_drawn_at_their_places():
    class Lines(Flowable):
        def wrap(self, width, height):
            return width, 40

        def draw(self):
            self.canv.show_lines([(0, 20, "Đỗ (Ω) \\ 🙂 Ử", fonts.SERIF, 12.5)])

    # More letters than one subset of a font has room for.
    letters = "".join(chr(code) for code in (*range(0x21, 0x7F), *range(0x1EA0, 0x1EFA)))
    story = [Paragraph(escape(letters), document.style()), Lines()]
    stream = Recorder()
    document.write(story, stream, about=ABOUT)
    assert "Đỗ (Ω) \\ Ử" in text_of(stream.getvalue())
    opened(stream.getvalue())


def test_what_the_file_says_about_itself_is_there_for_archives_too():
    about = About("Thẻ <1> & \x00", "Bộ TT&TT", "vi", "Tham dự", datetime(2012, 11, 16, 7, 30))
    with opened(written(1, about)).open_metadata() as metadata:
        assert metadata["dc:title"] == "Thẻ <1> & "
        assert metadata["dc:creator"] == ["Bộ TT&TT"]
        assert metadata["dc:language"] == {"vi"}
        assert metadata["dc:description"] == "Tham dự"
        assert metadata["xmp:CreateDate"] == "2012-11-16T07:30:00"
        assert metadata.pdfa_status == "2B"

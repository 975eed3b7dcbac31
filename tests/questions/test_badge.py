"""Answers on badges: below the organisation, never over the code."""

import io

import pytest

from eventapp.badges import placing, service, shipped
from eventapp.badges.drawing import SidePrinter
from eventapp.badges.layout import BadgeRecord, Stack, design_of
from eventapp.pdf import MM
from eventapp.pdf.fitting import Measure
from eventapp.pdf.stream import About, PageStream
from eventapp.questions import service as questions
from eventapp.questions.models import QuestionKind
from eventapp.questions.service import QuestionData
from eventapp.registration.search import Filters, Selection
from eventapp.registration.service import register
from tests.pdf.pictures import codes
from tests.registration.filled import details

EVERYBODY = Selection(None, Filters())
CODE = "0123456789AB"
DESIGNS = {name: design_of(shipped.find(name)) for name in shipped.names()}


def stacks_with(design, key):
    return [
        it
        for side in design.sides
        for it in side.elements
        if isinstance(it, Stack) and any(part.key == key for part in it.parts)
    ]


WITH_ANSWERS = [name for name, design in DESIGNS.items() if stacks_with(design, "further")]


def record(**values):
    values = {"name": "Nguyễn Đình Ân", "event": "Hội nghị", "code": CODE, **values}
    return BadgeRecord(CODE, "Đại biểu", "#1d4e89", {key: it for key, it in values.items() if it})


@pytest.fixture
def asked(event):
    def ask(kind, label, **values):
        options = (("Tiếng Anh", "English"), ("Tiếng Pháp", "")) if "choice" in kind else ()
        return questions.save(event, None, QuestionData(kind, label, options=options, **values)).id

    return ask


def test_a_badge_says_what_was_answered(event, asked):
    speaks = asked(QuestionKind.CHOICES, "Ngôn ngữ", on_badge=True)
    room = asked(QuestionKind.TEXT, "Phòng", on_badge=True)
    asked(QuestionKind.TEXT, "Biển số xe")
    given = {speaks: ["1", "2"], room: "Phòng 12"}
    register(event, details(event, answers=given), submission=None, consent=None)
    register(event, details(event, name="Hai", email="b@x.vn"), submission=None, consent=None)
    records = [it.values for it in service.print_run(event, EVERYBODY)]
    further = {it["name"]: it.get("further") for it in records}
    assert further == {"Nguyễn Đình Ân": "Tiếng Anh; Tiếng Pháp · Phòng 12", "Hai": None}


def test_an_event_without_such_questions_asks_the_database_no_more(event, asked, count_queries):
    asked(QuestionKind.TEXT, "Biển số xe")
    register(event, details(event), submission=None, consent=None)
    with count_queries() as queries:
        assert ["further" in it.values for it in service.print_run(event, EVERYBODY)] == [False]
    assert not any("FROM answer" in it for it in queries)


def test_the_conference_badges_show_answers():
    assert shipped.DEFAULT in WITH_ANSWERS
    assert len(WITH_ANSWERS) >= 3


@pytest.mark.parametrize("name", WITH_ANSWERS)
@pytest.mark.parametrize("further", ["Tiếng Anh", "Phiên dịch tiếng Anh và tiếng Pháp " * 12])
def test_an_answer_shrinks_and_wraps_inside_its_box(name, further):
    for stack in stacks_with(DESIGNS[name], "further"):
        texts = {"name": "Nguyễn Thị Thanh Phương", "further": further}
        placed, worst = placing.place(
            stack, tuple(texts.get(it.key, "Sở Nội vụ") for it in stack.parts)
        )
        assert worst < Measure.TOO_SMALL or len(further) > 100
        height = stack.box.height * placing.MM
        for lines in placed:
            assert lines.baseline - lines.fitted.size * 0.5 >= 0
            assert lines.baseline + (len(lines.fitted.lines) - 1) * lines.leading <= height


@pytest.mark.parametrize("name", WITH_ANSWERS)
@pytest.mark.parametrize("group", ["", "B"])
def test_the_code_is_read_below_a_long_answer(tmp_path, name, group):
    stream = io.BytesIO()
    long = record(further="Phiên dịch " * 40, organisation="Trung tâm " * 20, group=group)
    design = DESIGNS[name]
    pages = PageStream(stream, About("", "", "vi"))
    front = SidePrinter(pages, design, design.sides[0])
    pages.add_page(design.width * MM, design.height * MM, front.badge(long))
    pages.close()
    assert CODE in codes(stream.getvalue(), tmp_path)

"""The columns that can be imported: every name by which offices call them, and a template."""

from collections.abc import Sequence
from typing import IO

from flask_babel import force_locale
from flask_babel import gettext as _

from eventapp.database import now
from eventapp.events.models import Event
from eventapp.questions.answers import options_in
from eventapp.questions.models import Question, QuestionKind
from eventapp.registration.choices import Choices
from eventapp.registration.exporting import COLUMNS, SEPARATOR, one_line
from eventapp.registration.models import Delegation
from eventapp.tables.columns import KnownColumn
from eventapp.tables.contents import Content
from eventapp.tables.template import TemplateColumn, write_template
from eventapp.text import fold
from eventapp.web.language import LANGUAGES, current_language

EXAMPLE = "Ví dụ"
"""The example row of the template begins with it, and is left out when it comes back."""

KEYS = (
    "name",
    "position",
    "delegation",
    "office",
    "category",
    "email",
    "phone",
    "days",
    "training",
    "wishes",
    "diet",
    "needs",
    "needs_step_free",
)
"""What can be typed about a person, in the order of grids and templates."""

_ALSO: dict[str, tuple[str, ...]] = {
    "name": (
        "Họ tên",
        "Họ và tên",
        "Tên đại biểu",
        "Họ tên đại biểu",
        "Họ và tên đại biểu",
        "Name",
        "Full name",
    ),
    "position": (
        "Chức vụ",
        "Chức danh",
        "Chức vụ, chức danh",
        "Chức vụ/Chức danh",
        "Chức vụ công tác",
        "Job title",
        "Title",
        "Role",
    ),
    "delegation": (
        "Tỉnh",
        "Tỉnh, thành phố",
        "Tỉnh/Thành phố",
        "Tỉnh/TP",
        "Đoàn",
        "Đoàn đại biểu",
        "Tỉnh, bộ, ngành",
        "Bộ, ngành",
        "Địa phương",
        "Province",
        "Delegation",
        "Ministry",
    ),
    "office": (
        "Cơ quan",
        "Đơn vị",
        "Cơ quan, đơn vị",
        "Cơ quan/Đơn vị",
        "Đơn vị công tác",
        "Cơ quan công tác",
        "Nơi công tác",
        "Sở, ban, ngành",
        "Tổ chức",
        "Organisation",
        "Organization",
        "Office",
        "Department",
        "Company",
    ),
    "category": ("Thành phần", "Loại đại biểu", "Đối tượng", "Diện đại biểu", "Type", "Attends as"),
    "email": ("Email", "Thư điện tử", "Địa chỉ email", "Địa chỉ thư điện tử", "Hộp thư", "Mail"),
    "phone": (
        "Điện thoại",
        "Số điện thoại",
        "ĐT",
        "SĐT",
        "Di động",
        "Điện thoại di động",
        "Số di động",
        "ĐTDĐ",
        "ĐT di động",
        "Phone",
        "Phone number",
        "Mobile",
        "Mobile phone",
        "Cell",
        "Tel",
    ),
    "days": ("Ngày dự", "Ngày tham dự", "Ngày tham gia", "Days attended", "Day"),
    "training": ("Lớp tập huấn", "Tập huấn", "Training class", "Class"),
    "wishes": (
        "Nguyện vọng tham quan",
        "Đăng ký tham quan",
        "Điểm tham quan",
        "Tham quan",
        "Wishes",
        "Site visit",
        "Visits",
    ),
    "diet": ("Chế độ ăn", "Ăn uống", "Suất ăn", "Food", "Meals"),
    "needs": ("Nhu cầu đặc biệt", "Nhu cầu hỗ trợ", "Yêu cầu đặc biệt", "Hỗ trợ", "Needs"),
    "needs_step_free": ("Lối không bậc", "Xe lăn", "Đi xe lăn", "Step-free", "Wheelchair"),
}
_PARTS = (("Họ đệm", "Họ và đệm", "Họ và tên đệm", "Họ lót", "Họ và chữ đệm", "Họ"), ("Tên",))
_CONTENT = {
    "name": Content.NAME,
    "position": Content.POST,
    "office": Content.OFFICE,
    "email": Content.EMAIL,
    "phone": Content.PHONE,
}


def known_columns(choices: Choices, scope: Delegation | None) -> list[KnownColumn]:
    """What a table may hold; in a delegation's own, the delegation need not be named."""
    headings: dict[str, list[str]] = {}
    for language in LANGUAGES:
        with force_locale(language):
            for column in COLUMNS:
                headings.setdefault(column.key, []).append(str(column.heading))
    offices = {fold(office.name) for it in choices.delegations for office in choices.offices(it)}
    values = {
        "delegation": frozenset(fold(it.name) for it in choices.delegations),
        "office": frozenset(offices),
        "category": frozenset(
            fold(name) for it in choices.categories for name in (it.name, it.name_en) if name
        ),
        "training": frozenset(
            fold(one_line(title)) for it in choices.classes for title in it.names
        ),
        "wishes": frozenset(fold(it.name) for it in choices.sites),
    }
    for question in choices.written_questions:
        headings[question_key(question)] = [question.label, *filter(None, [question.label_en])]
    needed = {"name"} if scope else {"name", "delegation"}
    return [
        KnownColumn(
            key,
            (*names, *_ALSO.get(key, ())),
            needed=key in needed,
            parts=_PARTS if key == "name" else (),
            content=_CONTENT.get(key),
            values=values.get(key, frozenset()),
            is_rest=key in ("name", "position"),
        )
        for key, names in headings.items()
        if key != "wishes" or not wishes_are_over(choices, scope)
    ]


def wishes_are_over(choices: Choices, scope: Delegation | None) -> bool:
    """Whether a table is a delegation's own, and too late to change wishes."""
    return scope is not None and choices.wishing.are_over(now())


def question_key(question: Question) -> str:
    """The column of a question of the event's own."""
    return f"q{question.id}"


def heading(key: str) -> str:
    """The heading of a column in the language of the page; its key where it is a question's."""
    return next((str(column.heading) for column in COLUMNS if column.key == key), key)


def headings_of(choices: Choices) -> dict[str, str]:
    """The headings of all columns, those of questions too, in the language of the page."""
    language = current_language()
    return {
        **{column.key: str(column.heading) for column in COLUMNS},
        **{question_key(it): it.label_in(language) for it in choices.written_questions},
    }


def keys_for(choices: Choices, scope: Delegation | None) -> list[str]:
    """The columns that a grid shows: without those that offer no choice."""
    left_out = set()
    if scope is not None:
        left_out.add("delegation")
    if len(choices.days) < 2:
        left_out.add("days")
    if not choices.classes:
        left_out.add("training")
    if not choices.sites or wishes_are_over(choices, scope):
        left_out.add("wishes")
    return [
        *(key for key in KEYS if key not in left_out),
        *(question_key(it) for it in choices.written_questions),
    ]


def write_form(stream: IO[bytes], event: Event, choices: Choices, scope: Delegation | None) -> None:
    """A workbook to fill in, with lists to choose from (eventapp.tables.template)."""
    language = current_language()
    offices = {
        it.name: [office.name for office in choices.offices(it)] for it in choices.delegations
    }
    lists: dict[str, Sequence[str]] = {
        "delegation": [it.name for it in choices.delegations],
        "category": [it.name_in(language) for it in choices.categories],
        "training": [one_line(it.title_in(language)) for it in choices.classes],
        "wishes": [it.name for it in choices.sites],
        **{
            question_key(it): [label for _key, label in options_in(it, language)]
            for it in choices.written_questions
            if it.kind in (QuestionKind.CHOICE, QuestionKind.CHOICES)
        },
    }
    names = headings_of(choices)
    if scope is not None:
        lists["office"] = offices[scope.name]
    days = SEPARATOR.join(f"{day.date:%d/%m/%Y}" for day in choices.days)
    examples = {
        "name": f"{EXAMPLE}: Nguyễn Văn An",
        "position": "Trưởng phòng",
        "email": "an.nguyen@example.gov.vn",
        "phone": "0912 345 678",
        "days": days,
        **{key: values[0] for key, values in lists.items() if values},
    }
    helps = {
        "days": _("Days as dd/mm/yyyy, divided by ; – empty means every day."),
        "wishes": _("The first wish, or several divided by ; – the best first."),
        "office": _("Choose from the list; another office may be typed."),
        "phone": _("All digits, such as 0912 345 678."),
    }
    widths = {column.key: column.width for column in COLUMNS}
    write_template(
        stream,
        scope.name if scope else event.short_title,
        [
            TemplateColumn(
                names[key],
                widths.get(key, 24),
                help=helps.get(key, ""),
                example=examples.get(key, ""),
                needed=key in {"name", "position", "delegation", "office"},
                choices=lists.get(key, ()),
                choices_by=(
                    (heading("delegation"), offices) if key == "office" and not scope else None
                ),
                strict=key in {"delegation", "category", "training"},
            )
            for key in keys_for(choices, scope)
        ],
    )

"""Wordings and what becomes of their placeholders: one pass, nothing evaluated, all escaped."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import escape

from eventapp.mail.placeholders import (
    MAX_PLACEHOLDERS,
    Facts,
    Problem,
    Wording,
    blocks_of,
    body_problems,
    fill,
    fill_html,
    subject_of,
    subject_problems,
    text_of,
    used,
)

ALLOWED = {"name", "event", "link", "details", "qr", "changes", "reason"}
names = st.sampled_from(["name", "event", "reason"])
# What people type, and what wants to be something else.
tricky = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        ["{name}", "{link}", "{{", "}}", "{", "}", "%s", "<script>", "&amp;", "\\g<0>"]
    ),
)


@given(st.lists(st.one_of(tricky, names.map("{{{}}}".format))), st.dictionaries(names, tricky))
def test_each_placeholder_is_replaced_once_and_what_replaces_it_is_not_looked_at(pieces, values):
    text = "".join(pieces)
    expected = "".join(
        values.get(piece[1:-1], piece) if re.fullmatch(r"\{[a-z_]+\}", piece) else piece
        for piece in re.split(r"(\{[a-z_]+\})", text)
    )
    assert fill(text, values) == expected
    assert fill_html(text, {k: escape(v) for k, v in values.items()}) == fill_html(text, values)


@given(tricky, tricky)
def test_html_of_a_text_is_its_escaped_text(text, value):
    assert str(fill_html(text + "{name}", {"name": value})) == str(
        escape(fill(text + "{name}", {"name": value}))
    )


@given(st.text(max_size=300), tricky, tricky)
def test_whatever_is_typed_gives_a_letter_of_which_no_tag_is_typed(body, value, link):
    facts = Facts({"name": value, "event": "", "reason": ""}, link=link, details=[("A", value)])
    text_of(Wording("", body), facts)
    for block in blocks_of(Wording("", body + "\n{name} {link}"), facts):
        tags = set(re.findall(r"<[^>]*>", str(block.html)))
        assert tags <= {"<br>", "</a>", f'<a href="{escape(link)}">'}


@pytest.mark.parametrize(
    "trick", ["{__class__}", "{{7*7}}", "{name.__class__}", "{name!r}", "{0}", "{}", "{ name }"]
)
def test_what_looks_like_code_is_no_placeholder(trick):
    found = [problem for problem, _ in body_problems(f"Kính gửi {trick}", ALLOWED, ())]
    assert found == [Problem.UNKNOWN]
    assert fill(trick, {"name": "An"}) == trick


def test_signs_of_other_template_languages_are_text():
    body = "%s %(name)s ${name} <%= 1 %> {% if x"
    assert [it for it, _ in body_problems(body, ALLOWED, ())] == []
    assert fill(body, {"name": "An"}) == "%s %(name)s $An <%= 1 %> {% if x"


@pytest.mark.parametrize(
    ("body", "problem", "where"),
    [
        ("{nmae}", Problem.UNKNOWN, "{nmae}"),
        ("{NAME} {link}", Problem.UNKNOWN, "{NAME}"),
        ("xem {details}", Problem.ALONE, "{details}"),
        ("{qr} {link}", Problem.ALONE, "{qr}"),
        ("{details}\n{details}", Problem.TWICE, "{details}"),
        ("{changes} {changes}", Problem.TWICE, "{changes}"),
        ("{name}" * (MAX_PLACEHOLDERS + 1), Problem.TOO_MANY, ""),
    ],
)
def test_what_is_wrong_with_a_body(body, problem, where):
    assert (problem, where) in list(body_problems(body, ALLOWED, ()))


def test_what_a_letter_needs():
    assert list(body_problems("Kính gửi {name}", ALLOWED, {"link"})) == [
        (Problem.MISSING, "{link}")
    ]
    assert list(body_problems("{name}\n\n{link}", ALLOWED, {"link"})) == []


@pytest.mark.parametrize(
    ("subject", "problem"),
    [
        ("Thư\r\nBcc: ai@do.vn", Problem.LINE_END),
        ("Thư\nBcc: ai@do.vn", Problem.LINE_END),
        ("Thư\u2028Bcc", Problem.LINE_END),
        ("Thư\0", Problem.LINE_END),
        ("Mở {link}", Problem.NOT_IN_SUBJECT),
        ("{details}", Problem.NOT_IN_SUBJECT),
        ("{x}", Problem.UNKNOWN),
    ],
)
def test_what_is_wrong_with_a_subject(subject, problem):
    assert problem in [it for it, _ in subject_problems(subject, ALLOWED)]


def test_a_value_cannot_end_the_line_of_a_subject():
    facts = Facts({"name": "An\r\nBcc: ai@do.vn"})
    assert subject_of(Wording("Kính gửi {name}", ""), facts) == "Kính gửi An Bcc: ai@do.vn"


def test_lines_without_anything_to_say_are_left_out():
    wording = Wording("", "Kính gửi {name}\n\nLý do: {reason}\n\nHết\nLý do: {reason}")
    facts = Facts({"name": "An", "reason": ""})
    assert text_of(wording, facts) == "Kính gửi An\n\nHết\n"
    assert [str(it.html) for it in blocks_of(wording, facts)] == ["Kính gửi An", "Hết"]


def test_blocks():
    wording = Wording("", "A\r\n{link}\r\nB {link}\n\n{changes}\n\n{qr}\n{details}\nC: {changes}")
    facts = Facts(
        {"code": "ABCD"},
        link="https://x.vn/p/1",
        details=[("Họ tên", "An")],
        changes=["a → b", "c → d"],
        pass_code="ABCD",
        pass_label="Mã thẻ: ABCD",
        footer=["Ban Tổ chức"],
    )
    assert [it.kind for it in blocks_of(wording, facts)] == [
        *("paragraph", "link", "paragraph", "changes", "qr", "details", "paragraph")
    ]
    assert text_of(wording, facts) == (
        "A\nhttps://x.vn/p/1\nB https://x.vn/p/1\n\n- a → b\n- c → d\n\n"
        "Mã thẻ: ABCD\nHọ tên: An\nC: a → b; c → d\n\nBan Tổ chức\n"
    )
    linked = blocks_of(wording, facts)[2].html
    assert linked == 'B <a href="https://x.vn/p/1">https://x.vn/p/1</a>'


def test_used():
    assert used("{name} {{event}} {x y} {name}") == ["name", "event", "name"]

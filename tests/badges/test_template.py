"""Templates as JSON: read, refused by name, written again, described by a schema."""

import base64
import hashlib
import json
import re
from importlib.resources import files
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eventapp.badges import shipped, template, template_json
from eventapp.badges.faults import Fault, problems
from eventapp.badges.template import (
    Box,
    Code,
    Condition,
    Face,
    Ground,
    Image,
    Language,
    Part,
    Size,
    Template,
    Text,
    Words,
)
from eventapp.badges.template_json import NotATemplate, Wrong, read, written

PICTURE = b"not looked at here"
DIGEST = hashlib.sha256(PICTURE).hexdigest()


def data(*elements, **changed):
    return {
        "name": {"vi": "Thẻ"},
        "size": {"width": 90, "height": 130},
        "sides": [{"elements": list(elements)}],
    } | changed


def text(**changed):
    return {
        "type": "text",
        "x": 5,
        "y": 5,
        "width": 40,
        "height": 20,
        "parts": [{"source": "name"}],
    } | changed


def code(**changed):
    return {"type": "code", "x": 20, "y": 60, "size": 30} | changed


def of(*elements, **changed):
    return read(json.dumps(data(*elements, **changed)).encode())


def refusal(content):
    with pytest.raises(NotATemplate) as refused:
        read(content if isinstance(content, bytes) else json.dumps(content).encode())
    return refused.value.kind, refused.value.path


def faults(*elements, **changed):
    return [(it.fault, it.element) for it in problems(of(*elements, **changed))]


# --- Shipped templates --------------------------------------------------------------------------


def test_there_is_a_good_set():
    assert len(shipped.names()) >= 8
    assert shipped.names()[0] == shipped.DEFAULT
    assert len({shipped.find(it).name for it in shipped.names()}) == len(shipped.names())
    assert any(shipped.find(it).has_back for it in shipped.names())
    with pytest.raises(KeyError):
        shipped.find("../template")


@pytest.mark.parametrize("name", shipped.names())
def test_shipped_templates_are_sound_and_written_as_they_are_kept(name):
    found = shipped.find(name)
    assert problems(found) == []
    assert found.name.vi and found.name.en
    kept = (files(shipped) / f"{name}.json").read_bytes()
    assert written(found) + b"\n" == kept


@pytest.mark.parametrize("name", shipped.names())
def test_every_side_has_a_code_that_says_whose_it_is(name):
    for side in shipped.find(name).sides:
        assert any(isinstance(it, Code) for it in side.elements)


# --- What is read is what was written -----------------------------------------------------------

words = st.text(st.sampled_from("Hội nghị 2012,–"), max_size=12).map(
    lambda it: " ".join(it.split())
)
both = st.builds(Words, words, words)
lengths = st.floats(0, 450).map(lambda it: round(it, 2))
sides = st.floats(20, 450).map(lambda it: round(it, 2))
sources = st.sampled_from(["text", "question:12", "photo", *template.SOURCES])
conditions = st.builds(Condition, st.none() | sources, st.none() | sources)
colours = st.sampled_from(["#1d4e89", "text", "category", "on_category", "category_light"])
digests = st.sampled_from([DIGEST, "0" * 64])
parts = st.builds(
    Part,
    sources,
    both,
    size=st.floats(3, 300),
    lines=st.integers(1, 12),
    italic=st.booleans(),
    weight=st.sampled_from(["regular", "medium", "semibold", "bold"]),
    colour=colours,
    language=st.sampled_from(list(Language)),
    yielding=st.floats(0.1, 1),
)
elements = st.one_of(
    st.builds(Box, lengths, lengths, lengths, lengths, st.none() | colours, show=conditions),
    st.builds(
        Text,
        lengths,
        lengths,
        st.floats(3, 450),
        st.floats(1.5, 450),
        st.lists(parts, min_size=1, max_size=3).map(tuple),
        show=conditions,
    ),
    st.builds(Code, lengths, lengths, st.floats(13, 300), show=conditions),
    st.builds(
        Image,
        lengths,
        lengths,
        st.floats(1, 450),
        st.floats(1, 450),
        st.sampled_from(["logo", "photo", DIGEST]),
        show=conditions,
    ),
)
grounds = st.builds(Ground, st.none() | colours, st.none() | digests)
faces = st.builds(
    Face,
    st.lists(elements, max_size=4).map(tuple),
    grounds,
    st.dictionaries(words.filter(bool), grounds, max_size=2),
)
templates = st.builds(
    Template,
    both,
    st.builds(Size, sides, sides),
    st.lists(faces, min_size=1, max_size=2).map(tuple),
    images=st.sampled_from([{}, {DIGEST: PICTURE}]),
)


@settings(max_examples=150, deadline=None)
@given(templates)
def test_what_is_written_is_read_again(found):
    once = written(found)
    assert read(once) == found
    assert written(read(once)) == once
    assert isinstance(problems(found), list)


@settings(max_examples=150, deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["name", "size", "sides", "elements", "x"]), inner)
        ),
        max_leaves=20,
    )
)
def test_any_other_json_is_refused_by_name(found):
    with pytest.raises(NotATemplate):
        read(json.dumps(found).encode())


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=80))
def test_any_bytes_are_refused_by_name(content):
    with pytest.raises(NotATemplate):
        read(content)


def test_a_mark_of_byte_order_is_no_matter():
    plain = json.dumps(data(text())).encode()
    assert read(b"\xef\xbb\xbf" + plain) == read(plain)


def test_texts_are_cleaned_as_everywhere():
    said = {"source": "text", "text": {"vi": " Tie\u0302\u0301p\u200b  \u202eđón\n"}}
    before = {"source": "bus", "before": {"vi": " Xe\tsố  "}, "after": {"vi": "\u0000"}}
    (found,) = of(text(parts=[said, before])).sides[0].elements
    assert found.parts[0].text.vi == "Tiếp đón"
    assert found.parts[1].before.vi == " Xe số "
    assert found.parts[1].after.vi == ""


def test_categories_are_known_however_their_names_were_typed():
    names = {"Kha\u0301ch mo\u031b\u0300i": {"colour": "#ffffff"}, "\u200b": {"colour": "#000000"}}
    (side,) = of(sides=[{"by_category": names}]).sides
    assert {name: it.colour for name, it in side.by_category.items()} == {"Khách mời": "#ffffff"}


# --- Refusals by name ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", (Wrong.NO_JSON, "")),
        (b"{", (Wrong.NO_JSON, "")),
        (b"\xff\xfe{\x00}\x00", (Wrong.NO_JSON, "")),
        (b'{"name": {"vi": "\xff"}}', (Wrong.NO_JSON, "")),
        (b"[]", (Wrong.OTHER_TYPE, "")),
        (b"null", (Wrong.OTHER_TYPE, "")),
        (b"{}", (Wrong.MISSING_FIELD, "")),
        (data(size={"width": 90}), (Wrong.MISSING_FIELD, "size")),
        (data(size={"width": "90", "height": 130}), (Wrong.OTHER_TYPE, "size.width")),
        (data(size={"width": -90, "height": 130}), (Wrong.TOO_SMALL_NUMBER, "size.width")),
        (data(size={"width": 90, "height": 4000}), (Wrong.TOO_LARGE_NUMBER, "size.height")),
        (data(sides=[]), (Wrong.TOO_SHORT, "sides")),
        (data(sides=[{}, {}, {}]), (Wrong.TOO_LONG, "sides")),
        (data(format="pretix"), (Wrong.OTHER_FORMAT, "format")),
        (data(version=2), (Wrong.OTHER_FORMAT, "version")),
        (data(wings=1), (Wrong.UNKNOWN_FIELD, "")),
        (data(text(shadow=1)), (Wrong.UNKNOWN_FIELD, "sides[0].elements[0]")),
        (data({"type": "star"}), (Wrong.OTHER_VALUE, "sides[0].elements[0].type")),
        (data({"x": 1}), (Wrong.MISSING_FIELD, "sides[0].elements[0]")),
        (data(text(x=-1)), (Wrong.TOO_SMALL_NUMBER, "sides[0].elements[0].x")),
        (data(text(width=-20)), (Wrong.TOO_SMALL_NUMBER, "sides[0].elements[0].width")),
        (data(text(x=10**400)), (Wrong.BEYOND_NUMBERS, "sides[0].elements[0].x")),
        (
            data(sides=[{"ground": {"colour": "#ffffff\n"}}]),
            (Wrong.OTHER_VALUE, "sides[0].ground.colour"),
        ),
        (
            data(sides=[{"ground": {"image": DIGEST + "\n"}}]),
            (Wrong.OTHER_VALUE, "sides[0].ground.image"),
        ),
        (
            data(text(parts=[{"source": "name\n"}])),
            (Wrong.OTHER_VALUE, "sides[0].elements[0].parts[0].source"),
        ),
        # NFC makes two letters of one: what is kept must be short enough to be read again.
        (data(name={"vi": "\u0958" * 500}), (Wrong.TOO_LONG, "name.vi")),
        (data(text(parts=[])), (Wrong.TOO_SHORT, "sides[0].elements[0].parts")),
        (
            data(text(parts=[{"source": "name", "lines": 2.5}])),
            (Wrong.OTHER_TYPE, "sides[0].elements[0].parts[0].lines"),
        ),
        (
            data(text(parts=[{"source": "name", "colour": "red"}])),
            (Wrong.OTHER_VALUE, "sides[0].elements[0].parts[0].colour"),
        ),
        (
            data(text(parts=[{"source": "text", "text": {"vi": "x" * 501}}])),
            (Wrong.TOO_LONG, "sides[0].elements[0].parts[0].text.vi"),
        ),
        (
            data({"type": "image", "x": 0, "y": 0, "width": 9, "height": 9, "image": "../logo"}),
            (Wrong.OTHER_VALUE, "sides[0].elements[0].image"),
        ),
        (data(code(size=12)), (Wrong.TOO_SMALL_NUMBER, "sides[0].elements[0].size")),
        (data(sides=[{"ground": {"image": "ABC"}}]), (Wrong.OTHER_VALUE, "sides[0].ground.image")),
        # Names of elements are none: nothing refers to anything, so nothing can go in circles.
        (
            data(sides=[{"elements": [{"$ref": "#/sides/0/elements"}]}]),
            (Wrong.MISSING_FIELD, "sides[0].elements[0]"),
        ),
        (data(sides=[{"$ref": "#/sides/0"}]), (Wrong.UNKNOWN_FIELD, "sides[0]")),
        ({"$ref": "#"}, (Wrong.UNKNOWN_FIELD, "")),
    ],
)
def test_what_is_wrong_is_said_by_name_and_place(content, expected):
    assert refusal(content) == expected


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999", "-1e999", "0x10"])
def test_what_is_no_number_is_refused(number):
    content = json.dumps(data(text(x=7777))).replace("7777", number).encode()
    assert refusal(content)[0] in (
        Wrong.NO_JSON,
        Wrong.BEYOND_NUMBERS,
        Wrong.TOO_SMALL_NUMBER,
    )


def test_huge_json_is_refused_before_it_is_read():
    content = json.dumps(data(name={"vi": "x" * template_json.MAX_BYTES})).encode()
    assert refusal(content) == (Wrong.TOO_LARGE, "")
    many = data(*[text()] * 61)
    assert refusal(many) == (Wrong.TOO_LONG, "sides[0].elements")


@pytest.mark.parametrize("opening", ["[", '{"name":'])
def test_deep_json_is_refused(opening):
    content = (opening * 100_000).encode()
    with pytest.raises(NotATemplate):
        read(content, max_bytes=10_000_000)
    # Where anything may stand, an unknown field is passed over first.
    closing = {"[": "]", '{"name":': "}"}[opening]
    deep = f'{{"wings": {opening * 50_000}1{closing * 50_000}}}'.encode()
    with pytest.raises(NotATemplate):
        read(deep, max_bytes=10_000_000)


def test_an_image_is_what_its_digest_says():
    packed = base64.b64encode(PICTURE).decode()
    assert of(images={DIGEST: packed}).images == {DIGEST: PICTURE}
    assert refusal(data(images={"0" * 64: packed})) == (Wrong.OTHER_IMAGE, "images[000000000000…]")
    assert refusal(data(images={"logo": packed}))[0] is Wrong.OTHER_VALUE
    assert refusal(data(images={DIGEST: "%%%"}))[0] in (Wrong.OTHER_TYPE, Wrong.OTHER_VALUE)


# --- What is of the right form, and wrong all the same ------------------------------------------


def test_a_sound_template_has_no_problems():
    assert faults(text(), code()) == []


@pytest.mark.parametrize("place", [{"x": 51}, {"y": 111}, {"width": 86}, {"height": 126}])
def test_what_reaches_off_the_badge(place):
    assert faults(text(**place)) == [(Fault.OFF_THE_BADGE, 0)]


def test_what_lies_on_the_code():
    assert faults(text(y=50), code()) == [(Fault.ON_THE_CODE, 0)]
    assert faults(code(), text(y=50)) == [(Fault.ON_THE_CODE, 1)]
    box = {"type": "box", "x": 0, "y": 0, "width": 90, "height": 130, "fill": "category"}
    assert faults(box, code()) == []
    assert faults(code(), box) == [(Fault.ON_THE_CODE, 1)]
    logo = {"type": "image", "x": 0, "y": 0, "width": 90, "height": 130, "image": "logo"}
    assert faults(logo, code()) == [(Fault.ON_THE_CODE, 0)]


def test_two_codes_on_one_place():
    assert faults(code(), code(x=30)) == [(Fault.TWO_CODES, 1)]
    one, other = {"show": {"with": "group"}}, {"show": {"without": "group"}}
    assert faults(code(**one), code(x=30, **other)) == []
    assert faults(code(**one), text(y=50, **other)) == []


def test_a_template_has_a_name():
    assert faults(name={"vi": " \u200b"}) == [(Fault.NO_NAME, None)]


def test_what_there_is_nothing_of():
    assert faults(text(parts=[{"source": "salary"}])) == [(Fault.UNKNOWN_SOURCE, 0)]
    assert faults(text(parts=[{"source": "photo"}])) == [(Fault.UNKNOWN_SOURCE, 0)]
    assert faults(text(show={"with": "salary"})) == [(Fault.UNKNOWN_SOURCE, 0)]
    assert faults(text(show={"without": "text"})) == [(Fault.UNKNOWN_SOURCE, 0)]
    assert faults(text(show={"without": "photo"})) == []
    assert faults(text(parts=[{"source": "text"}])) == [(Fault.NO_WORDS, 0)]
    picture = {"type": "image", "x": 0, "y": 0, "width": 9, "height": 9, "image": DIGEST}
    assert faults(picture) == [(Fault.NO_SUCH_IMAGE, 0)]
    assert problems(of(picture), images=frozenset({DIGEST})) == []
    assert faults(picture, images={DIGEST: base64.b64encode(PICTURE).decode()}) == []
    grounds = [{"by_category": {"Báo chí": {"image": DIGEST}}}]
    assert faults(sides=grounds) == [(Fault.NO_SUCH_IMAGE, None)]


def test_what_shrinks_upwards_and_what_is_empty():
    assert faults(text(parts=[{"source": "name", "size": 8, "smallest": 9}])) == [
        (Fault.SMALLEST_IS_LARGER, 0)
    ]
    box = {"type": "box", "x": 0, "y": 0, "width": 0, "height": 5}
    assert faults(box) == [(Fault.EMPTY_BOX, 0)]


def test_images_change_their_names_everywhere():
    ground = {"ground": {"image": DIGEST}, "by_category": {"a": {"image": DIGEST}}}
    picture = {"type": "image", "x": 0, "y": 0, "width": 9, "height": 9, "image": DIGEST}
    found = of(sides=[{"elements": [picture], **ground}], images={})
    changed = template.with_images(found, {DIGEST: "1" * 64})
    assert found.image_digests() == {DIGEST}
    assert changed.image_digests() == {"1" * 64}
    assert template.with_images(changed, {"1" * 64: DIGEST}) == found


# --- The schema ---------------------------------------------------------------------------------


def resolved(schema, root):
    while "$ref" in schema:
        beside = {"$ref", "default", "description", "title", "$schema", "$defs"}
        assert set(schema) <= beside, schema
        found = root
        for step in schema["$ref"].removeprefix("#/").split("/"):
            found = found[step.replace("~1", "/").replace("~0", "~")]
        schema = found
    return schema


TYPES = {
    "object": dict,
    "array": list,
    "string": str,
    "number": (int, float),
    "integer": int,
    "boolean": bool,
    "null": type(None),
}
KEYWORDS = {
    *("$schema", "$defs", "$ref", "title", "description", "default", "discriminator"),
    *("type", "properties", "required", "additionalProperties", "propertyNames", "anyOf", "enum"),
    *("const", "items", "prefixItems", "minItems", "maxItems", "minProperties", "maxProperties"),
    *("minimum", "maximum", "minLength", "maxLength", "pattern", "contentEncoding"),
}


def accepts(schema, value, root):
    """Whether a value is of a schema, as far as ours goes (draft 2020-12)."""
    schema = resolved(schema, root)
    assert set(schema) <= KEYWORDS, set(schema) - KEYWORDS
    if "anyOf" in schema and not any(accepts(it, value, root) for it in schema["anyOf"]):
        return False
    if "enum" in schema and value not in schema["enum"]:
        return False
    if "const" in schema and value != schema["const"]:
        return False
    kind = schema.get("type")
    if kind and (
        not isinstance(value, TYPES[kind]) or (isinstance(value, bool) and kind != "boolean")
    ):
        return False
    if isinstance(value, dict):
        known = schema.get("properties", {})
        more = schema.get("additionalProperties", True)
        names = schema.get("propertyNames", {})
        return set(schema.get("required", [])) <= set(value) and all(
            accepts(names, key, root)
            and (accepts(known[key], it, root) if key in known else _more(more, it, root))
            for key, it in value.items()
        )
    if isinstance(value, list):
        return (schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", 1e9)) and all(
            accepts(schema.get("items", {}), it, root) for it in value
        )
    if isinstance(value, str):
        return (
            schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", 1e9)
        ) and re.search(schema.get("pattern", ""), value) is not None
    if isinstance(value, int | float) and not isinstance(value, bool):
        return schema.get("minimum", -1e9) <= value <= schema.get("maximum", 1e9)
    return True


def _more(more, value, root):
    return more if isinstance(more, bool) else accepts(more, value, root)


def test_the_schema_is_one_and_describes_what_it_holds():
    schema = template_json.schema()
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    json.dumps(schema)
    for name in ("Template", "Text", "Part", "Code", "Image", "Box", "Ground"):
        assert schema["$defs"][name]["description"]
        assert schema["$defs"][name]["additionalProperties"] is False


@pytest.mark.parametrize("name", shipped.names())
def test_the_schema_accepts_what_is_shipped(name):
    schema = template_json.schema()
    assert accepts(schema, json.loads(written(shipped.find(name))), schema)
    assert accepts(schema, template_json.as_data(shipped.find(name)), schema)


@pytest.mark.parametrize(
    "wrong",
    [
        [],
        {},
        data(wings=1),
        data(text(x=-1)),
        data(text(shadow=1)),
        data({"type": "star"}),
        data(size={"width": "90", "height": 130}),
        data(text(parts=[{"source": "name", "colour": "red"}])),
        data(code(size=12)),
        data(sides=[]),
        data(version=2),
    ],
)
def test_the_schema_refuses_what_is_refused(wrong):
    schema = template_json.schema()
    assert not accepts(schema, wrong, schema)
    assert accepts(schema, data(text(), code()), schema)


def test_the_guide_says_what_there_is():
    guide = (Path(__file__).parents[2] / "docs" / "badge-templates.md").read_text(encoding="utf-8")
    example = guide.partition("```json\n")[2].partition("```")[0]
    assert problems(read(example.encode())) == []
    defined = template_json.schema()["$defs"]
    named = {it for name in ("Part", "Text", "Code", "Image") for it in defined[name]["properties"]}
    for said in (*template.SOURCES, *named - {"type"}):
        assert f"`{said}`" in guide or f'"{said}"' in guide, said
    colours = defined["Box"]["properties"]["fill"]["anyOf"]
    pattern = next(it["pattern"] for it in colours if "pattern" in it)
    for colour in re.findall("[a-z_]{4,}", pattern.partition("|")[2]):
        assert f"`{colour}`" in guide, colour


def test_the_schema_is_published(client):
    answer = client.get("/api/v1/badge-template.schema.json")
    assert answer.status_code == 200
    assert answer.mimetype == "application/schema+json"
    assert answer.get_json(force=True) == template_json.schema()
    assert "public" in answer.headers["Cache-Control"]
    assert msgspec.json.decode(answer.data) == template_json.schema()

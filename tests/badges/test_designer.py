"""The designer's page, its previews, its saving and its images, as its scripts use them."""

import base64
import io
import json

import msgspec
import pytest
from PIL import Image

from eventapp.badges import (
    examples,
    images,
    layout,
    previews,
    samples,
    shipped,
    sketch,
    template,
    template_json,
    templates,
)
from eventapp.badges.drawing import no_pictures
from eventapp.badges.template import Words
from eventapp.pdf import MM
from eventapp.pdf.stream import About, PageStream
from eventapp.registration.models import Status
from tests.badges.test_templates import LIST, SHIPPED, named, png, with_image
from tests.builders import build_delegate, build_event, organisation
from tests.conftest import csrf_token, post
from tests.pdf.pictures import lines_of
from tests.visits.groups import build_group, chosen

CATEGORY = ("Đại biểu", "#1d4e89")
COMMON = {"event": "Hội nghị", "dates": "26/11/2026", "venue": "Bắc Ninh"}


@pytest.fixture
def made(event):
    return templates.add(event, SHIPPED)


def data_of(page):
    """What a designer's page gives its scripts."""
    return json.loads(page.text.split('id="designer-data">')[1].split("</script>")[0])


def send(client, address, data, *, at=LIST):
    """JSON as the designer sends it, with the token in the header."""
    headers = {"X-CSRFToken": csrf_token(client, at)}
    body = data if isinstance(data, bytes) else json.dumps(data)
    return client.post(address, data=body, content_type="application/json", headers=headers)


def as_data(content):
    return json.loads(template_json.written(content))


# --- Whose badges ---------------------------------------------------------------------------------


def test_the_hardest_badges_of_the_event_are_found_in_one_query(event, count_queries):
    from eventapp.visits import service as visits

    an = build_delegate(event, "An", position="Phó Giám đốc phụ trách Sở Thông tin")
    long = build_delegate(event, "Nguyễn Thị Hoàng Phương", position="Chuyên viên")
    guest = build_delegate(event, "Lê Khách", position="Ủy viên", category=event.categories[1])
    build_delegate(event, "Nguyễn Văn Không Đến Nữa Đâu Nhé", status=Status.CANCELLED)
    build_delegate(build_event("khac"), "Nguyễn Văn Của Hội Nghị Khác Hẳn")
    visits.assign(event, build_group(event, "B", bus="Xe 2").id, chosen(guest.id))
    assert event.categories
    with count_queries() as queries:
        found = samples.chosen(event)
    assert sum("UNION ALL" in it for it in queries) == 1
    why = {it.key: set(it.why) for it in found}
    assert {"longest_position", "shortest_name"} <= why[f"delegate:{an.id}"]
    assert "longest_name" in why[f"delegate:{long.id}"]
    assert {"with_group", "shortest_position", f"category:{event.categories[1].id}"} <= why[
        f"delegate:{guest.id}"
    ]
    assert [it.key for it in found][-2:] == ["longest", "shortest"]


def test_where_nobody_has_registered_there_are_made_up_ones_of_each_category(event):
    found = [it.key for it in samples.chosen(event)]
    assert found == [
        "longest",
        "shortest",
        *(f"category:{it.id}" for it in event.categories),
    ]
    records = samples.records_of(event, found, SHIPPED.sources() | {"question:7"})
    assert list(records) == found
    assert records[found[3]].category == "Khách mời"
    assert records["longest"].values["question:7"]
    assert "group" not in records["shortest"].values
    assert records["longest"].values["event"] == "Hội nghị tổng kết"


def test_who_is_no_longer_coming_or_of_another_event_is_left_out(event):
    gone = build_delegate(event, status=Status.CANCELLED)
    stranger = build_delegate(build_event("khac"))
    here = build_delegate(event, "Lê An", organisation=organisation(event, "Bộ Tài chính"))
    keys = [f"delegate:{it.id}" for it in (gone, stranger, here)]
    odd = ["delegate:x", "delegate:", "category:999", "none", "category:²"]
    assert list(samples.records_of(event, [*keys, *odd], ["name"])) == [keys[2]]


# --- The canvas and the PDF -----------------------------------------------------------------------


@pytest.mark.parametrize("name", shipped.names())
def test_the_canvas_has_every_line_where_the_pdf_has_it(name):
    content = shipped.find(name)
    record = examples.longest(CATEGORY, COMMON, content.sources())
    drawn = sketch.sketch(content, record)
    design = layout.design_of(content)
    for number, side in enumerate(design.sides):
        stream = io.BytesIO()
        pages = PageStream(stream, About("", "", "vi"))
        printer = previews.SidePrinter(pages, design, side, no_pictures)
        pages.add_page(design.width * MM, design.height * MM, printer.badge(record))
        pages.close()
        found = [(it.text, it.left, it.baseline) for it in lines_of(stream.getvalue())]
        shown = [
            line
            for is_shown, lines in zip(drawn.shown[number], drawn.lines[number], strict=True)
            if is_shown
            for line in lines
        ]
        assert shown or number
        for line in shown:
            near = [
                text
                for text, left, baseline in found
                if abs(left - line["x"]) < 0.8 and abs(baseline - line["y"]) < 0.1
            ]
            assert any(line["text"].split()[0] in it for it in near), (line, found)


def test_the_code_on_the_canvas_is_the_one_in_the_pdf():
    record = examples.longest(CATEGORY, COMMON)
    rows = sketch.sketch(SHIPPED, record).code
    assert len(rows) == 21
    assert rows[0].startswith("1111111")


# --- The preview ----------------------------------------------------------------------------------


def test_a_preview_is_a_picture_of_the_pdf_with_a_real_name(organiser, event):
    an = build_delegate(event, "Nguyễn Đình Ấn")
    answer = send(
        organiser,
        f"{LIST}/preview",
        {
            "content": as_data(SHIPPED),
            "samples": [f"delegate:{an.id}", "longest"],
            "shown": f"delegate:{an.id}",
        },
    )
    assert answer.status_code == 200
    (found,) = answer.json["pictures"]
    assert found["sample"] == f"delegate:{an.id}"
    (front,) = found["sides"]
    picture = Image.open(io.BytesIO(base64.b64decode(front.partition(",")[2])))
    assert picture.width == previews.LARGE
    assert picture.height == pytest.approx(previews.LARGE * 130 / 90, abs=1)
    lines = [it["text"] for side in answer.json["sketch"]["lines"] for e in side for it in e]
    assert "Đình Ấn" in lines
    assert answer.json["problems"] == []


def test_every_sample_small(organiser, event):
    keys = [it.key for it in samples.chosen(event)]
    data = {"content": as_data(SHIPPED), "samples": keys, "every": True}
    found = send(organiser, f"{LIST}/preview", data).json["pictures"]
    assert [it["sample"] for it in found] == keys


def test_texts_that_needed_more_than_a_smaller_size_are_listed(organiser, event):
    content = {
        "name": {"vi": "Hẹp"},
        "size": {"width": 60, "height": 40},
        "sides": [
            {
                "elements": [
                    {
                        **{"type": "text", "x": 2, "y": 2, "width": 14, "height": 20},
                        "parts": [{"source": "position", "size": 12, "smallest": 11, "lines": 2}],
                    }
                ]
            }
        ],
    }
    organiser.get(f"{LIST}?lang=en")
    data = {"content": content, "samples": ["longest", "shortest"], "shown": "shortest"}
    remarks = send(organiser, f"{LIST}/preview", data).json["remarks"]
    (long,) = [it for it in remarks if it["samples"] == ["longest"]]
    assert (long["side"], long["element"], long["is_hard"]) == (0, 0, True)
    assert long["said"] == "is smaller than the smallest size you allow"


def test_problems_are_told_by_element(organiser, event):
    content = as_data(SHIPPED)
    content["sides"][0]["elements"][5]["x"] = 70
    organiser.get(f"{LIST}?lang=en")
    data = {"content": content, "samples": ["longest"]}
    (problem, *_) = send(organiser, f"{LIST}/preview", data).json["problems"]
    assert (problem["side"], problem["element"]) == (0, 5)
    assert problem["text"].startswith("Part of this lies outside the badge")


def test_a_preview_of_no_template_says_what_is_wrong(organiser, event):
    organiser.get(f"{LIST}?lang=en")
    data = {"content": {"name": {}}, "samples": []}
    answer = send(organiser, f"{LIST}/preview", data)
    assert answer.status_code == 422
    assert "“size” is missing" in answer.json["message"]
    assert send(organiser, f"{LIST}/preview", b"{").status_code == 422
    assert send(organiser, f"{LIST}/preview", b"[" * 50_000).status_code == 400
    deep = b'{"samples": [], "content": ' + b"[" * 50_000 + b"]" * 50_000 + b"}"
    assert send(organiser, f"{LIST}/preview", deep).status_code == 422
    assert send(organiser, f"{LIST}/preview", {"samples": []}).status_code == 400
    too_many = {"content": as_data(SHIPPED), "samples": ["longest"] * 33}
    assert send(organiser, f"{LIST}/preview", too_many).status_code == 400


def test_a_preview_that_is_too_large_is_refused_unread(organiser, event):
    answer = send(organiser, f"{LIST}/preview", b" " * (template_json.MAX_BYTES + 20_000))
    assert answer.status_code == 422
    assert "256" in answer.json["message"]


def test_previews_are_limited(second_app, organiser, event):
    from tests.conftest import PASSWORD

    app = second_app(testing=False)
    client = app.test_client()
    token = csrf_token(client, "/account/sign-in")
    client.post(
        "/account/sign-in",
        data={"csrf_token": token, "email": "organiser@bacninh.example", "password": PASSWORD},
    )
    headers = {"X-CSRFToken": csrf_token(client, LIST)}
    statuses = {
        client.post(
            f"{LIST}/preview", data="{", content_type="application/json", headers=headers
        ).status_code
        for _ in range(245)
    }
    assert statuses == {422, 429}


# --- The page and saving --------------------------------------------------------------------------


def test_the_page_says_all_that_the_designer_needs(organiser, event, made):
    build_delegate(event, "Trần Thị </script><b>")
    found = data_of(organiser.get(f"{LIST}/{made}"))
    assert found["template"] == as_data(SHIPPED)
    assert found["revision"] == 1
    assert found["defaults"]["part"]["weight"] == "regular"
    assert [it["called"] for it in found["categories"]] == ["Đại biểu", "Khách mời"]
    assert any("Trần Thị </script><b>" in it["called"] for it in found["samples"])


def test_own_questions_can_be_shown(organiser, event, made):
    from eventapp.questions import service as questions
    from eventapp.questions.models import QuestionKind
    from eventapp.questions.service import QuestionData

    questions.save(event, None, QuestionData(QuestionKind.TEXT, "Cỡ áo"))
    sources = dict(data_of(organiser.get(f"{LIST}/{made}"))["sources"])
    assert "Cỡ áo" in sources.values()
    assert sources["name"] == "Họ và tên"


def test_saving_is_a_new_version_by_whoever_is_signed_in(organiser, event, made):
    content = as_data(named("Tên khác"))
    data = {"content": content, "revision": 1, "note": "đổi tên"}
    answer = send(organiser, f"{LIST}/{made}", data)
    assert answer.json == {"revision": 2, "version": 2}
    version = templates.find(event.id, made).versions[0]
    assert (version.note, version.saved_by.email) == ("đổi tên", "organiser@bacninh.example")
    assert send(organiser, f"{LIST}/{made}", {"content": content, "revision": 2}).json == {
        "revision": 2,
        "version": 2,
    }


def test_of_two_organisers_the_second_is_told_and_can_keep_a_copy(organiser, event, made):
    templates.save(event, made, named("Của người kia"), revision=1)
    organiser.get(f"{LIST}?lang=en")
    data = {"content": as_data(named("Của tôi")), "revision": 1}
    answer = send(organiser, f"{LIST}/{made}", data)
    assert answer.status_code == 409
    assert answer.json["message"] == "Somebody else has saved version 2 meanwhile."
    assert templates.find(event.id, made).latest == 2
    answer = send(organiser, f"{LIST}/{made}", {**data, "copy": True})
    assert answer.status_code == 200
    names = {it.name for it in templates.of_event(event.id)}
    assert names == {"Của người kia", "Của tôi (bản sao)"}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ({"name": {}}, "“size” is missing"),
        (as_data(msgspec.structs.replace(SHIPPED, name=Words())), "The template has no name"),
        ({**with_image(), "images": {}}, "The event has no such image"),
    ],
)
def test_what_is_faulty_is_not_saved_and_it_is_said_why(organiser, event, made, content, said):
    organiser.get(f"{LIST}?lang=en")
    answer = send(organiser, f"{LIST}/{made}", {"content": content, "revision": 1})
    assert answer.status_code == 422
    assert said in answer.json["message"]
    assert templates.find(event.id, made).latest == 1


def test_a_file_of_this_event_can_be_pasted_and_one_of_another_is_refused(organiser, event, made):
    """As text no images come along: a template that says it has them would be printed without."""
    organiser.get(f"{LIST}?lang=en")
    data = {"content": with_image(), "revision": 1}
    answer = send(organiser, f"{LIST}/{made}", data)
    assert (answer.status_code, "no such image" in answer.json["message"]) == (422, True)
    tried = send(organiser, f"{LIST}/preview", {"content": with_image(), "samples": []})
    assert "no such image" in tried.json["problems"][0]["text"]
    digest = images.add(event, "a.png", png()).digest
    (shown,) = with_image()["images"]
    content = json.loads(json.dumps(with_image()).replace(shown, digest))
    content["images"] = {digest: base64.b64encode(images.find(event.id, digest).content).decode()}
    answer = send(organiser, f"{LIST}/{made}", {"content": content, "revision": 1})
    assert answer.status_code == 200
    saved = templates.content_of(templates.version(event.id, made))
    assert (saved.image_digests(), saved.images) == ({digest}, {})


def test_a_template_that_is_not_there(organiser, event, made):
    assert organiser.get(f"{LIST}/999").status_code == 404
    data = {"content": as_data(SHIPPED), "revision": 1}
    assert send(organiser, f"{LIST}/999", data).status_code == 404
    other = templates.add(build_event("khac"), SHIPPED)
    assert organiser.get(f"{LIST}/{other}").status_code == 404
    assert send(organiser, f"{LIST}/{other}", data).status_code == 404


def test_as_text_without_scripts(organiser, event, made):
    at = f"{LIST}/{made}"
    typed = json.dumps(as_data(named("Bằng chữ")))
    data = {"content": typed, "revision": 1, "note": "tay"}
    assert post(organiser, at, data).status_code == 303
    assert templates.find(event.id, made).name == "Bằng chữ"
    answer = post(organiser, at, {"content": typed, "revision": 2, "copy": "1"})
    assert answer.status_code == 303
    assert not answer.location.endswith(at)


def test_as_text_what_is_wrong_is_said_at_the_field_and_nothing_is_lost(organiser, event, made):
    at = f"{LIST}/{made}"
    organiser.get(f"{LIST}?lang=en")
    wrong = post(organiser, at, {"content": '{"name": {"vi": "Dở dang"', "revision": 1})
    assert wrong.status_code == 422
    assert 'id="template-text-errors"' in wrong.text
    assert "Dở dang" in wrong.text
    templates.save(event, made, named("Của người kia"), revision=1)
    typed = json.dumps(as_data(named("Của tôi")), ensure_ascii=False)
    stale = post(organiser, at, {"content": typed, "revision": 1})
    assert stale.status_code == 409
    assert "has saved version 2 meanwhile" in stale.text
    assert "Của tôi" in stale.text
    # Sent again it is still refused, not obeyed.
    assert 'name="revision" value="1"' in stale.text


# --- Images ---------------------------------------------------------------------------------------


def upload(client, content, name="anh.png"):
    headers = {"X-CSRFToken": csrf_token(client, LIST)}
    return client.post(
        f"{LIST}/images", data={"file": (io.BytesIO(content), name)}, headers=headers
    )


def test_an_image_is_kept_and_shown(organiser, event, made):
    found = upload(organiser, png()).json
    assert found["name"] == "anh"
    answer = organiser.get(found["url"])
    assert answer.mimetype in {"image/png", "image/jpeg"}
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert [it["digest"] for it in data_of(organiser.get(f"{LIST}/{made}"))["images"]] == [
        found["digest"]
    ]


@pytest.mark.parametrize("content", [b"", b"GIF89a", b"\x89PNG\r\n\x1a\nbroken"])
def test_what_is_no_image_is_refused_in_words(organiser, event, content):
    answer = upload(organiser, content)
    assert answer.status_code == 422
    assert answer.json["message"]


def test_another_event_s_image_is_not_found(organiser, event):
    from eventapp.badges import images

    other = images.add(build_event("khac"), "x.png", png())
    assert organiser.get(f"{LIST}/images/{other.digest}").status_code == 404
    assert organiser.get(f"{LIST}/images/x").status_code == 404
    assert organiser.get(f"{LIST}/logo.png").status_code == 404


def test_an_image_that_nothing_shows_can_be_deleted(organiser, event):
    digest = upload(organiser, png()).json["digest"]
    assert f"images/{digest}/delete" in organiser.get(LIST).text
    answer = post(organiser, f"{LIST}/images/{digest}/delete", {}, form_at=LIST)
    assert answer.status_code == 303
    assert organiser.get(f"{LIST}/images/{digest}").status_code == 404
    assert post(organiser, f"{LIST}/images/{digest}/delete", {}, form_at=LIST).status_code == 404


def test_an_image_that_a_template_shows_stays_and_it_is_said_which(organiser, event):
    digest = upload(organiser, png()).json["digest"]
    side = msgspec.structs.replace(SHIPPED.sides[0], ground=template.Ground(image=digest))
    templates.add(event, msgspec.structs.replace(SHIPPED, sides=(side,)))
    post(organiser, f"{LIST}/images/{digest}/delete", {}, form_at=LIST)
    page = organiser.get(LIST).text
    assert "notice-warning" in page
    assert SHIPPED.name.vi in page
    assert organiser.get(f"{LIST}/images/{digest}").status_code == 200


def test_what_lies_on_a_text_is_printed_over_it():
    """As the canvas has it: whether badges have it in common or not."""
    name = template.Text(5, 5, 80, 40, (template.Part("name", size=60, colour="#000000"),))
    box = template.Box(0, 0, 86, 54, fill="#ff0000")
    people = [examples.shortest(CATEGORY, COMMON)]

    def blacks(*elements):
        side = template.Face(elements)
        content = template.Template(Words("Thẻ"), template.Size(86, 54), (side,))
        ((picture,),) = previews.pictures_of(content, people, no_pictures, 200)
        drawn = Image.open(io.BytesIO(picture)).convert("RGB")
        return sum(number for number, colour in drawn.getcolors(99_999) if sum(colour) < 60)

    assert blacks(box, name) > 1000
    assert blacks(name, box) == 0


def test_pictures_are_as_large_as_asked(event):
    content = previews.example(event, SHIPPED, pixels=180)
    width, height = Image.open(io.BytesIO(content)).size
    assert width == 180
    assert height == pytest.approx(260, abs=1)

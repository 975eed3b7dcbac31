"""An event's badge templates: versions, the default, copies, files, and two organisers at once."""

import base64
import hashlib
import io
import json

import msgspec
import pytest
from PIL import Image
from sqlalchemy import func, select
from werkzeug.datastructures import FileStorage

from eventapp.accounts.models import AuditEntry
from eventapp.accounts.permissions import Role
from eventapp.badges import faults, images, shipped, template_json, templates, transfer
from eventapp.badges.models import BadgeImage, BadgeTemplate
from eventapp.badges.template import Words
from eventapp.badges.template_json import NotATemplate, Wrong
from eventapp.badges.templates import (
    TemplateChanged,
    TemplateFaulty,
    TemplateNotFound,
    TooManyTemplates,
)
from eventapp.extensions import db
from eventapp.registration.models import Status
from tests.builders import build_delegate, build_event
from tests.conftest import post

LIST = "/manage/hoi-nghi/badges/templates"
SHIPPED = shipped.find(shipped.DEFAULT)


def named(name, content=SHIPPED):
    return msgspec.structs.replace(content, name=Words(name))


def png(colour="red"):
    stream = io.BytesIO()
    Image.new("RGB", (20, 10), colour).save(stream, "PNG")
    return stream.getvalue()


def with_image(content=b""):
    """A small template that shows an image, which it brings along; its data."""
    content = content or png()
    digest = hashlib.sha256(content).hexdigest()
    picture = {"type": "image", "x": 5, "y": 5, "width": 20, "height": 10, "image": digest}
    return {
        "name": {"vi": "Có ảnh"},
        "size": {"width": 86, "height": 54},
        "sides": [{"elements": [picture], "ground": {"image": digest}}],
        "images": {digest: base64.b64encode(content).decode()},
    }


def file(data, name="mau.json"):
    content = data if isinstance(data, bytes) else json.dumps(data).encode()
    return {"file": FileStorage(io.BytesIO(content), name)}


# --- Versions -------------------------------------------------------------------------------------


def test_each_save_is_a_version_and_none_is_changed(event):
    made = templates.add(event, named("Một"), note="lúc đầu")
    templates.save(event, made, named("Hai"), revision=1, note=" đổi tên ")
    found = templates.find(event.id, made)
    assert [(it.number, it.note) for it in found.versions] == [(2, "đổi tên"), (1, "lúc đầu")]
    assert found.name == "Hai"
    assert templates.content_of(templates.version(event.id, made, 1)).name.vi == "Một"
    assert templates.content_of(templates.version(event.id, made)).name.vi == "Hai"


def test_a_note_is_kept_without_what_cannot_be_seen(event):
    made = templates.add(event, SHIPPED, note=" lúc\0\x07 đầu\u202e " + "x" * 300)
    kept = templates.version(event.id, made).note
    assert kept.startswith("lúc đầu x") and len(kept) == templates.MAX_NOTE


def test_what_is_the_same_is_no_new_version(event):
    made = templates.add(event, SHIPPED)
    templates.save(event, made, SHIPPED, revision=1)
    assert templates.find(event.id, made).latest == 1


def test_an_earlier_version_becomes_the_latest_again(event):
    made = templates.add(event, named("Một"))
    templates.save(event, made, named("Hai"), revision=1)
    revision = templates.find(event.id, made).revision
    templates.restore(event, made, 1, revision=revision, note="như cũ")
    found = templates.find(event.id, made)
    assert (found.latest, found.name, found.versions[0].note) == (3, "Một", "như cũ")


def test_the_second_of_two_to_save_is_told_and_nothing_is_written(event):
    made = templates.add(event, named("Một"))
    templates.save(event, made, named("Của người thứ nhất"), revision=1)
    with pytest.raises(TemplateChanged):
        templates.save(event, made, named("Của người thứ hai"), revision=1)
    found = templates.find(event.id, made)
    assert (found.latest, found.name) == (2, "Của người thứ nhất")


def test_one_is_the_default(event):
    first, second = templates.add(event, named("Một")), templates.add(event, named("Hai"))
    assert templates.default_version(event).template_id == first
    templates.make_default(event, second)
    templates.make_default(event, second)
    assert templates.default_version(event).template_id == second
    assert [it.is_default for it in templates.of_event(event.id)] == [True, False]  # Hai, Một


def test_the_default_is_no_change_of_a_template_that_somebody_has_open(event):
    templates.add(event, named("Một"))
    made = templates.add(event, named("Hai"))
    opened = templates.find(event.id, made).revision
    templates.make_default(event, made)
    templates.save(event, made, named("Đã mở từ trước"), revision=opened)
    assert templates.find(event.id, made).is_default


def test_when_the_default_goes_the_oldest_of_the_others_is_it(event):
    first, *others = [templates.add(event, named(name)) for name in ("A", "C", "B")]
    templates.delete(event, first)
    assert [it.id for it in templates.of_event(event.id) if it.is_default] == [min(others)]
    assert templates.default_version(event).template_id == min(others)
    templates.delete(event, max(others))
    templates.delete(event, min(others))
    assert templates.of_event(event.id) == []


def test_a_deleted_one_is_not_there_any_more(event):
    made = templates.add(event, SHIPPED)
    templates.delete(event, made)
    assert templates.of_event(event.id) == []
    for call in (
        lambda: templates.find(event.id, made),
        lambda: templates.version(event.id, made),
        lambda: templates.delete(event, made),
        lambda: templates.make_default(event, made),
        lambda: templates.save(event, made, SHIPPED, revision=1),
    ):
        with pytest.raises(TemplateNotFound):
            call()


def test_another_event_s_is_not_found(event):
    made = templates.add(build_event("khac"), SHIPPED)
    with pytest.raises(TemplateNotFound):
        templates.version(event.id, made)
    with pytest.raises(TemplateNotFound):
        templates.save(event, made, SHIPPED, revision=1)


def test_a_copy_has_a_name_of_its_own(event):
    made = templates.copy(event, SHIPPED, Words("Bản của tôi", "Mine"))
    content = templates.content_of(templates.version(event.id, made))
    assert (content.name.vi, content.name.en) == ("Bản của tôi", "Mine")
    assert content.sides == SHIPPED.sides


def test_what_cannot_be_printed_is_not_saved(event):
    data = with_image()
    del data["images"]
    content = template_json.read(json.dumps(data).encode())
    with pytest.raises(TemplateFaulty) as refused:
        templates.add(event, content)
    assert {it.fault for it in refused.value.problems} == {faults.Fault.NO_SUCH_IMAGE}
    assert refused.value.content is content


def test_there_is_an_end_to_how_many_an_event_has(event, monkeypatch):
    monkeypatch.setattr(templates, "MAX_TEMPLATES", 2)
    templates.add(event, SHIPPED)
    templates.add(event, SHIPPED)
    with pytest.raises(TooManyTemplates):
        templates.add(event, SHIPPED)


def test_every_change_is_on_record(event):
    made = templates.add(event, named("Một"))
    templates.save(event, made, named("Hai"), revision=1)
    other = templates.add(event, SHIPPED)
    templates.make_default(event, other)
    templates.delete(event, made)
    entries = db.session.scalars(
        select(AuditEntry).filter_by(subject="badge_template").order_by(AuditEntry.id)
    )
    assert [it.action for it in entries] == [
        *("create", "update", "create", "make_default", "delete"),
    ]


# --- Files ----------------------------------------------------------------------------------------


def test_a_file_brings_its_images_along(event):
    data = with_image()
    made = transfer.imported(event, json.dumps(data).encode())
    content = templates.content_of(templates.version(event.id, made))
    assert content.image_digests() == templates.digests_of(event.id)
    assert content.images == {}
    written = transfer.exported(event, content)
    elsewhere = build_event("khac")
    again = transfer.imported(elsewhere, written)
    assert templates.content_of(templates.version(elsewhere.id, again)).size.width == 86
    assert len(templates.digests_of(elsewhere.id)) == 1


def test_a_shipped_template_goes_out_and_comes_in_as_it_is(event):
    made = transfer.imported(event, transfer.exported(event, SHIPPED))
    assert templates.content_of(templates.version(event.id, made)) == SHIPPED


def test_an_image_that_is_none_stops_the_whole_file(event):
    data = with_image(b"<svg onload=alert(1)>")
    with pytest.raises(images.ImageRefused):
        transfer.imported(event, json.dumps(data).encode())
    assert templates.of_event(event.id) == []


@pytest.mark.parametrize("limit", [0, 1])
def test_of_a_file_that_is_refused_no_image_is_kept(event, monkeypatch, limit):
    """Whether what is in the way is the event's templates, or its images."""
    monkeypatch.setattr(*((templates, "MAX_TEMPLATES", 0), (images, "MAX_IMAGES", 1))[limit])
    data = with_image()
    blue = png("blue")
    digest = hashlib.sha256(blue).hexdigest()
    data["images"][digest] = base64.b64encode(blue).decode()
    data["sides"][0]["by_category"] = {"Khách mời": {"image": digest}}
    with pytest.raises((TooManyTemplates, images.TooManyImages)):
        transfer.imported(event, json.dumps(data).encode())
    assert templates.digests_of(event.id) == frozenset()
    assert templates.of_event(event.id) == []


def test_images_that_are_not_shown_are_not_kept(event):
    data = with_image()
    data["sides"] = [{"elements": []}]
    transfer.imported(event, json.dumps(data).encode())
    assert db.session.scalar(select(func.count(BadgeImage.id))) == 0


def test_a_file_is_bounded_with_its_images_and_without(event, monkeypatch):
    data = json.dumps(with_image()).encode()
    monkeypatch.setattr(template_json, "MAX_BYTES", 100)
    with pytest.raises(NotATemplate) as refused:
        transfer.imported(event, data)
    assert refused.value.kind == Wrong.TOO_LARGE
    monkeypatch.setattr(template_json, "MAX_FILE_BYTES", 200)
    with pytest.raises(NotATemplate):
        transfer.imported(event, data)


# --- The pages ------------------------------------------------------------------------------------


def test_the_list_without_templates_of_its_own_offers_the_shipped_ones(organiser, event):
    page = organiser.get(LIST)
    assert page.status_code == 200
    for name in shipped.names():
        assert f'value="{name}"' in page.text
        assert organiser.get(f"{LIST}/shipped/{name}.png").mimetype == "image/png"
    assert db.session.scalar(select(func.count(BadgeTemplate.id))) == 0


def test_the_list_says_what_there_is(organiser, event):
    first = templates.add(event, named("Thẻ <b>một</b>"))
    templates.add(event, named("Thẻ hai"))
    page = organiser.get(f"{LIST}?lang=en").text
    assert "Thẻ &lt;b&gt;một&lt;/b&gt;" in page
    assert "<b>một</b>" not in page
    assert page.count("printed by default") == 1
    assert "90 × 130 mm" in page
    assert organiser.get(f"{LIST}/{first}/versions/1/1.png").data.startswith(b"\x89PNG")
    assert organiser.get(f"{LIST}/{first}/versions/1/2.png").status_code == 404
    assert organiser.get(f"{LIST}/{first}/versions/9/1.png").status_code == 404


def test_the_list_takes_as_many_queries_for_ten_as_for_one(organiser, event, count_queries):
    templates.add(event, SHIPPED)
    organiser.get(LIST)
    with count_queries() as one:
        organiser.get(LIST)
    for _ in range(9):
        templates.add(event, SHIPPED)
    organiser.get(LIST)
    with count_queries() as ten:
        organiser.get(LIST)
    assert len(ten) == len(one)


def test_a_new_one_from_the_shipped(organiser, event):
    answer = post(organiser, f"{LIST}/new", {"shipped": "conference-a6"}, form_at=LIST)
    (made,) = templates.of_event(event.id)
    assert answer.location.endswith(f"{LIST}/{made.id}")
    content = templates.content_of(templates.version(event.id, made.id))
    assert content == shipped.find("conference-a6")
    entry = templates.find(event.id, made.id).versions[0]
    assert entry.saved_by.email == "organiser@bacninh.example"


def test_a_new_empty_one(organiser, event):
    data = {"name": "Trống", "width": "74", "height": "105.5", "back": "y"}
    assert post(organiser, f"{LIST}/new", data, form_at=LIST).status_code == 303
    (made,) = templates.of_event(event.id)
    content = templates.content_of(templates.version(event.id, made.id))
    assert (content.size.width, content.size.height) == (74, 105.5)
    assert content.has_back


@pytest.mark.parametrize(
    "change", [{"name": ""}, {"width": "19"}, {"height": "451"}, {"width": "x"}, {"width": "nan"}]
)
def test_a_new_one_of_no_size_or_name_is_refused_at_its_field(organiser, event, change):
    data = {"name": "Trống", "width": "74", "height": "105", **change}
    answer = post(organiser, f"{LIST}/new", data, form_at=LIST)
    assert answer.status_code == 422
    assert "field-errors" in answer.text
    assert templates.of_event(event.id) == []


def test_a_shipped_one_that_is_unknown(organiser, event):
    data = {"shipped": "../models"}
    assert post(organiser, f"{LIST}/new", data, form_at=LIST).status_code == 404
    assert organiser.get(f"{LIST}/shipped/none.png").status_code == 404


def test_import_and_export(organiser, event):
    answer = post(organiser, f"{LIST}/import", file(with_image()), form_at=LIST)
    (made,) = templates.of_event(event.id)
    assert answer.location.endswith(f"{LIST}/{made.id}")
    written = organiser.get(f"{LIST}/{made.id}.json")
    assert 'filename="badge-co-anh-v1.json"' in written.headers["Content-Disposition"]
    assert list(written.json["images"]) == [written.json["sides"][0]["ground"]["image"]]
    assert organiser.get(f"{LIST}/{made.id}.json?version=2").status_code == 404


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"{", "a bracket, a comma or a quotation mark is missing"),
        (b"[" * 100_000, "This value is of another kind"),
        (b'{"name": ' + b"[" * 100_000, "This value is of another kind"),
        ({"name": {}}, "The field “size” is missing here"),
        ({**with_image(), "extra": 1}, "no field “extra”"),
        ({**with_image(), "size": {"width": -1, "height": 54}}, "size.width: This number"),
        (
            {
                **with_image(),
                "sides": [{"elements": [{"type": "box", "x": 0, "y": 0, "width": 5}]}],
            },
            "Front side, element 1 (sides[0].elements[0]): The field “height” is missing here",
        ),
        (
            {
                **with_image(),
                "sides": [
                    {"elements": [{"type": "box", "x": 80, "y": 0, "width": 50, "height": 9}]}
                ],
            },
            "Front side, element 1 (Box): Part of this lies outside the badge",
        ),
        ({**with_image(), "images": {}}, "The event has no such image"),
        (with_image(b"GIF89a"), "This is no picture of a kind that can be printed"),
    ],
)
def test_what_is_wrong_with_a_file_is_said_at_its_field(organiser, event, data, said):
    organiser.get(f"{LIST}?lang=en")
    answer = post(organiser, f"{LIST}/import", file(data), form_at=LIST)
    assert answer.status_code == 422
    errors = answer.text.split('id="file-errors"')[1].split("</ul>")[0]
    assert said in errors.replace("&#34;", '"')
    assert templates.of_event(event.id) == []


def test_an_import_of_nothing_is_refused(organiser, event):
    answer = post(organiser, f"{LIST}/import", {}, form_at=LIST)
    assert answer.status_code == 422
    assert 'id="file-errors"' in answer.text


def test_a_copy_the_default_and_deleting(organiser, event):
    first = templates.add(event, named("Một"))
    post(organiser, f"{LIST}/{first}/copy", {}, form_at=LIST)
    copied = next(it for it in templates.of_event(event.id) if it.id != first)
    assert (copied.name, copied.name_en) == ("Một (bản sao)", "")
    both = templates.add(event, msgspec.structs.replace(SHIPPED, name=Words("Thẻ", "Badge")))
    post(organiser, f"{LIST}/{both}/copy", {}, form_at=LIST)
    names = {(it.name, it.name_en) for it in templates.of_event(event.id)}
    assert ("Thẻ (bản sao)", "Badge (copy)") in names
    (again,) = (it for it in templates.of_event(event.id) if it.name_en == "Badge (copy)")
    for it in (both, again.id):
        post(organiser, f"{LIST}/{it}/delete", {}, form_at=LIST)
    post(organiser, f"{LIST}/{copied.id}/default", {}, form_at=LIST)
    assert templates.default_version(event).template_id == copied.id
    post(organiser, f"{LIST}/{first}/delete", {}, form_at=LIST)
    assert [it.id for it in templates.of_event(event.id)] == [copied.id]
    for what in ("copy", "default", "delete"):
        gone = post(organiser, f"{LIST}/{first}/{what}", {}, form_at=LIST)
        assert gone.status_code == 404


def test_versions_side_by_side_and_restored(organiser, event):
    made = templates.add(event, named("Một"))
    templates.save(event, made, named("Hai"), revision=1)
    page = organiser.get(f"{LIST}/{made}/versions?from=1&to=2").text
    assert page.count("large=1") == 2
    answer = post(
        organiser,
        f"{LIST}/{made}/versions/1",
        {"revision": templates.find(event.id, made).revision},
        form_at=f"{LIST}/{made}/versions",
    )
    assert answer.status_code == 303
    assert templates.find(event.id, made).name == "Một"
    assert organiser.get(f"{LIST}/{made}/versions?from=7&to=1").status_code == 404


def test_restoring_what_has_been_saved_since_is_refused(organiser, event):
    made = templates.add(event, named("Một"))
    templates.save(event, made, named("Hai"), revision=1)
    at = f"{LIST}/{made}/versions"
    post(organiser, f"{at}/1", {"revision": 1}, form_at=at)
    assert templates.find(event.id, made).name == "Hai"
    assert "notice-danger" in organiser.get(at).text


def test_pictures_show_nobody_real(organiser, event, monkeypatch):
    from eventapp.badges import samples

    build_delegate(event, "Trần Văn Thật", status=Status.APPROVED)
    made = templates.add(event, SHIPPED)
    monkeypatch.setattr(samples.records, "read", lambda *_: pytest.fail("a real person"))
    assert organiser.get(f"{LIST}/{made}/versions/1/1.png").status_code == 200


@pytest.mark.parametrize("role", [Role.STAFF, Role.LEADER])
def test_only_organisers(sign_in, event, role):
    made = templates.add(event, SHIPPED)
    client = sign_in(role, event)
    for address in (LIST, f"{LIST}/{made}", f"{LIST}/{made}.json", f"{LIST}/{made}/versions"):
        assert client.get(address).status_code == 403


def test_without_the_token_nothing_is_changed(organiser, event):
    made = templates.add(event, SHIPPED)
    for address in (
        f"{LIST}/new",
        f"{LIST}/import",
        f"{LIST}/{made}",
        f"{LIST}/{made}/copy",
        f"{LIST}/{made}/default",
        f"{LIST}/{made}/delete",
        f"{LIST}/{made}/versions/1",
        f"{LIST}/preview",
        f"{LIST}/images",
    ):
        assert organiser.post(address, data={"shipped": shipped.DEFAULT}).status_code == 400
    assert [(it.id, it.latest) for it in templates.of_event(event.id)] == [(made, 1)]


def test_a_slow_picture_does_not_take_back_what_was_said_meanwhile(organiser, event):
    made = templates.add(event, SHIPPED)
    answer = organiser.get(f"{LIST}/{made}/versions/1/1.png")
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["Cache-Control"] == "private, max-age=60"

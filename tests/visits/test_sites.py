"""Pages of sites for everybody, and the form of a site with its picture."""

import io
from html import unescape

import pytest
from PIL import Image

from eventapp.extensions import db
from eventapp.visits.models import Bus, SitePicture, Stop
from tests.builders import at
from tests.conftest import post
from tests.visits.groups import build_group

INDEX = "/manage/hoi-nghi/visits"


def photo(size=(2400, 1200), kind="JPEG"):
    """A photo that says where it was taken."""
    found, stream = Image.new("RGB", size, "#8a5a2b"), io.BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "Máy ảnh của Lan"
    found.save(stream, kind, exif=exif)
    return stream.getvalue()


def typed(**changes):
    return {
        "name": "Làng gốm Phù Lãng",
        "address": "Quế Võ",
        "map_url": "https://maps.example/phu-lang",
        "description": "Lò gốm\nvà bến sông",
        "languages": "Tiếng Việt, English",
        "safety": "Không chạm vào lò nung.",
        "capacity": "60",
        "is_step_free": "y",
        **changes,
    }


def picture(content, name="lo.jpg"):
    return {"picture": (io.BytesIO(content), name), "picture_text": "Lò nung bên sông"}


def add(organiser, **changes):
    address = f"{INDEX}/sites/new?lang=en"
    return post(organiser, address, typed(**changes))


def added(event):
    db.session.rollback()
    db.session.refresh(event)
    return next(it for it in event.sites if it.name == "Làng gốm Phù Lãng")


def test_add_a_site_with_all_that_is_known(organiser, event):
    assert add(organiser).status_code == 302
    site = added(event)
    assert (site.map_url, site.languages) == ("https://maps.example/phu-lang", typed()["languages"])
    assert (site.capacity, site.is_step_free) == (60, True)
    assert site.safety == "Không chạm vào lò nung."


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"map_url": "http://maps.example/"}, "Enter an address that begins with https://."),
        ({"map_url": "javascript:alert(1)"}, "Enter an address that begins with https://."),
        ({"map_url": "https://a@maps.example/"}, "Enter an address that begins with https://."),
        ({"map_url": "https:///x"}, "Enter an address that begins with https://."),
        ({"capacity": "-5"}, "Enter a number from 0 to 100,000."),
        ({"name": "Trung tâm dữ liệu tỉnh"}, "Another site has this name."),
    ],
)
def test_a_wrong_site_is_refused_beside_the_field(organiser, event, changes, message):
    answer = add(organiser, **changes)
    assert answer.status_code == 422
    assert message in unescape(answer.text)
    assert "Tiếng Việt, English" in answer.text


def test_the_picture_is_smaller_and_says_nothing_of_the_camera(organiser, event, client):
    add(organiser, **picture(photo()))
    site = added(event)
    found = db.session.get_one(SitePicture, site.id)
    assert (found.width, found.height) == (1600, 800)
    address = f"/e/hoi-nghi/sites/{site.id}/{found.digest}.jpg"
    page = client.get(f"/e/hoi-nghi/sites/{site.id}").text
    assert f'src="{address}" alt="Lò nung bên sông"' in page
    answer = client.get(address)
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.content_type == "image/jpeg"
    assert b"Lan" not in answer.data
    assert not Image.open(io.BytesIO(answer.data)).getexif()
    assert client.get(address, headers={"If-None-Match": f'"{found.digest}"'}).status_code == 304
    # Nothing of another site or another event.
    other = f"/e/hoi-nghi/sites/{event.sites[0].id}/{found.digest}.jpg"
    assert client.get(other).status_code == 404
    assert client.get(f"/e/hoi-nghi/sites/{site.id}/{'0' * 64}.jpg").status_code == 404


def test_another_picture_and_none(organiser, event):
    add(organiser, **picture(photo()))
    site_id = added(event).id
    address, first = f"{INDEX}/sites/{site_id}", db.session.get_one(SitePicture, site_id).digest
    post(organiser, address, typed(**picture(photo((40, 30), "PNG"))))
    db.session.rollback()
    assert db.session.get_one(SitePicture, site_id).digest != first
    post(organiser, address, typed(picture_text="Bến sông"))
    db.session.rollback()
    assert db.session.get_one(SitePicture, site_id).description == "Bến sông"
    assert post(organiser, address, typed(picture_text="")).status_code == 422
    post(organiser, address, typed(removes_picture="y"))
    db.session.rollback()
    assert db.session.get(SitePicture, site_id) is None


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"%PDF-1.7 ...", "This is no picture of a kind that can be shown: PNG, JPEG, WebP."),
        (photo()[:500], "This file is damaged or incomplete."),
        (b"\xff\xd8\xff" + bytes(10 * 1024 * 1024), "Choose one of at most 10 MB."),
    ],
)
def test_what_is_no_picture_is_refused_and_the_site_is_not_added(
    organiser, event, content, message
):
    answer = add(organiser, **picture(content))
    assert answer.status_code == 422
    assert message in unescape(answer.text)
    assert len(event.sites) == 2


def test_a_picture_needs_words(organiser, event):
    answer = add(organiser, **{**picture(photo()), "picture_text": ""})
    assert answer.status_code == 422
    assert "Say in a few words what the picture shows." in answer.text


def test_the_page_of_a_site_tells_of_its_groups_and_of_nobody(organiser, event, client):
    add(organiser)
    site, day = added(event), event.days[1].date
    build_group(
        event,
        "A",
        site_id=site.id,
        leader_name="Trần Thị Lê",
        leader_phone="+84912345678",
        guide_name="Vũ Hướng",
        departs_at=at(day, 8),
        returns_at=at(day, 11),
        buses=[Bus(label="Xe 1", driver_name="Lê Lái", driver_phone="+84912345670")],
        stops=[Stop(name="Bến sông", name_en="River landing", arrives_at=at(day, 9))],
    )
    page = client.get(f"/e/hoi-nghi/sites/{site.id}?lang=en").text
    for said in (
        *("Làng gốm Phù Lãng", "https://maps.example/phu-lang", "Tiếng Việt, English", "08:00"),
        *("River landing", "09:00", "11:00", "Không chạm vào lò nung.", "cannot climb steps"),
    ):
        assert said in page
    assert "Bến sông" in client.get(f"/e/hoi-nghi/sites/{site.id}?lang=vi").text
    for kept in ("Trần Thị Lê", "+84912", "0912", "Vũ Hướng", "Lê Lái"):
        assert kept not in page


def test_the_list_of_sites_is_linked_from_the_event(event, client):
    site = event.sites[0]
    assert 'href="/e/hoi-nghi/sites"' in client.get("/e/hoi-nghi/").text
    assert f'href="/e/hoi-nghi/sites/{site.id}"' in client.get("/e/hoi-nghi/sites").text
    assert 'href="/e/hoi-nghi/sites"' in client.get("/e/hoi-nghi/register").text
    assert client.get("/e/hoi-nghi/sites/999").status_code == 404

"""An event's badge templates when two change them at the same moment."""

import threading
from concurrent.futures import ThreadPoolExecutor

import msgspec
import pytest

from eventapp.badges import images, shipped, template_json, templates
from eventapp.badges.template import Words
from eventapp.badges.templates import TemplateFaulty
from eventapp.database import transaction
from eventapp.events import service as events
from eventapp.extensions import db
from tests.badges.test_templates import SHIPPED, png, with_image


def in_thread(app, task):
    with app.app_context():
        try:
            return task(events.find("hoi-nghi"))
        except TemplateFaulty as error:
            return type(error)
        finally:
            db.session.remove()


def test_two_desks_at_once_make_one_default_template(app, event, monkeypatch):
    both_found_none = threading.Barrier(2)

    def after_both():
        both_found_none.wait(timeout=60)
        return transaction()

    monkeypatch.setattr(templates, "transaction", after_both)
    db.session.rollback()
    with ThreadPoolExecutor(2) as pool:
        tasks = [lambda it: templates.default_version(it).template_id] * 2
        first, second = pool.map(lambda task: in_thread(app, task), tasks)
    db.session.rollback()
    (kept,) = templates.of_event(event.id)
    assert first == second == kept.id
    assert kept.is_default and kept.name == shipped.find(shipped.DEFAULT).name.vi


@pytest.mark.parametrize("is_new", [True, False])
def test_an_image_is_not_deleted_while_a_template_that_shows_it_is_saved(
    app, event, monkeypatch, is_new
):
    digest = images.add(event, "a.png", png()).digest
    data = msgspec.json.encode({**with_image(), "images": {}})
    shows = template_json.read(
        data.replace(with_image()["sides"][0]["ground"]["image"].encode(), digest.encode())
    )
    made = templates.add(event, msgspec.structs.replace(SHIPPED, name=Words("Một")))
    used_by, saved = images._used_by, threading.Event()

    def save(it):
        try:
            if is_new:
                return templates.add(it, shows)
            return templates.save(it, made, shows, revision=1).id
        finally:
            saved.set()

    with ThreadPoolExecutor(1) as pool:
        saving = []

        def found_unused(*arguments):
            found = used_by(*arguments)
            saving.append(pool.submit(in_thread, app, save))
            saved.wait(timeout=1)  # it cannot be: it waits for the image to be gone
            return found

        monkeypatch.setattr(images, "_used_by", found_unused)
        images.remove(event, digest)
        assert saving[0].result(timeout=60) is TemplateFaulty

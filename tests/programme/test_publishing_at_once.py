"""Many organisers publish, edit and restore at the very same time."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from eventapp.events import service as events
from eventapp.extensions import db
from eventapp.mail.models import Message
from eventapp.programme import published, restoring
from tests.builders import build_delegate
from tests.programme.drafts import add, change

ORGANISERS = 8


def at_once(app, work):
    """What each of them gets: ``work(number)``, all from the same moment on."""
    start = Barrier(ORGANISERS)

    def run(number):
        with app.app_context():
            try:
                start.wait(timeout=60)
                return work(number)
            finally:
                db.session.remove()

    with ThreadPoolExecutor(ORGANISERS) as executor:
        return list(executor.map(run, range(ORGANISERS)))


def numbers_of(event_id):
    db.session.rollback()
    return sorted(it.number for it in published.versions_of(event_id))


def test_no_two_get_the_same_number(app, event):
    published.publish(event)
    sessions = [add(event, f"Phiên {n}", 8 + n) for n in range(ORGANISERS)]
    event_id = event.id
    db.session.rollback()

    def edit_and_publish(number):
        own = events.find("hoi-nghi")
        change(own, sessions[number], title=f"Phiên {number}, đã sửa")
        try:
            return published.publish(events.find("hoi-nghi"))[0]
        except published.NothingToPublish:
            return None  # another has published it together with theirs

    given = [it for it in at_once(app, edit_and_publish) if it is not None]
    assert given
    assert len(set(given)) == len(given)
    assert numbers_of(event_id) == [1, *sorted(given)] == list(range(1, len(given) + 2))
    assert not published.draft_of(event_id).can_be_published
    assert all("đã sửa" in it.title for it in published.latest(event_id).records[:3])


def test_of_those_who_looked_at_the_same_draft_one_publishes(app, event):
    published.publish(event)
    add(event)
    delegates = [build_delegate(event, f"Người {n}").id for n in range(3)]
    seen, event_id = published.draft_of(event.id).state, event.id
    db.session.rollback()

    def publish(number):
        try:
            return published.publish(events.find("hoi-nghi"), seen=seen)
        except published.DraftChanged:
            return None

    assert [it for it in at_once(app, publish) if it] == [(2, len(delegates))]
    assert numbers_of(event_id) == [1, 2]
    written = db.session.query(Message).all()
    assert sorted(it.delegate_id for it in written) == sorted(delegates)


def test_publishing_and_restoring_at_once_leaves_whole_versions(app, event):
    session_id = add(event)
    published.publish(event)
    change(event, session_id, title="Hai", hour=9)
    published.publish(event)
    event_id = event.id
    was = {
        it.number: published.version(event_id, it.number).records
        for it in published.versions_of(event_id)
    }
    db.session.rollback()

    def work(number):
        own = events.find("hoi-nghi")
        try:
            if number % 2:
                restoring.restore(own, 1 + number % 4 // 2)
            else:
                published.publish(own)
        except published.NothingToPublish:
            pass

    at_once(app, work)
    whole = [[it.shown for it in records] for records in was.values()]
    for number in numbers_of(event_id):
        assert [it.shown for it in published.version(event_id, number).records] in whole

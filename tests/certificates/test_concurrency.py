"""Many organisers issue at once: every number once, none left out, nobody with two."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from sqlalchemy import select

from eventapp.certificates import service
from eventapp.certificates.errors import AlreadyWithdrawn, NobodyToIssue
from eventapp.certificates.models import Certificate, CertificateRule
from eventapp.events import service as events
from eventapp.extensions import db
from tests.certificates.attended import attend_all, coming, prepare

WORKERS = 8


def _together(app, tasks):
    """What comes of each task, all begun at the same moment in threads of their own."""
    start = Barrier(len(tasks))

    def run(task):
        start.wait(timeout=60)
        with app.app_context():
            try:
                return task()
            except (NobodyToIssue, AlreadyWithdrawn) as error:
                return type(error)
            finally:
                db.session.remove()

    with ThreadPoolExecutor(len(tasks)) as executor:
        return list(executor.map(run, tasks))


def _issue(ids=None):
    return lambda: service.issue(events.find("hoi-nghi"), ids).count


def _numbers():
    db.session.rollback()
    rows = db.session.execute(select(Certificate.number, Certificate.delegate_id)).all()
    return sorted(it.number for it in rows), {it.delegate_id for it in rows}


def _people(event, count):
    prepare(event)
    people = [coming(event, f"Đại biểu {number}", number % 2) for number in range(count)]
    for it in people:
        attend_all(event, it)
    ids = [it.id for it in people]
    db.session.rollback()
    return ids


def test_each_issues_to_somebody_else(app, event):
    ids = _people(event, 2 * WORKERS)
    done = _together(app, [_issue(ids[at::WORKERS]) for at in range(WORKERS)])
    assert done == [2] * WORKERS
    assert _numbers() == (list(range(1, 2 * WORKERS + 1)), set(ids))


def test_all_issue_to_everybody(app, event):
    ids = _people(event, 6)
    done = _together(app, [_issue()] * WORKERS)
    assert sorted(done, key=str) == [6] + [NobodyToIssue] * (WORKERS - 1)
    assert _numbers() == (list(range(1, 7)), set(ids))
    assert db.session.scalar(select(CertificateRule.last_number)) == 6


def test_one_certificate_is_withdrawn_once(app, event):
    _people(event, 1)
    service.issue(event)
    id_ = db.session.scalar(select(Certificate.id))
    db.session.rollback()
    done = _together(
        app,
        [lambda: service.withdraw(events.find("hoi-nghi"), id_, "nhầm").number] * WORKERS,
    )
    assert sorted(done, key=str) == [1] + [AlreadyWithdrawn] * (WORKERS - 1)

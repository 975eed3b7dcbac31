"""What print runs hold of people, and its end."""

import json

from sqlalchemy import select

from eventapp.badges import reprinting, running, runs, templates
from eventapp.badges.models import PrintedBadge, PrintRun
from eventapp.badges.runs import By
from eventapp.badges.selection import Order
from eventapp.badges.sheets import Settings
from eventapp.extensions import db
from eventapp.privacy import disclosure, erasing
from eventapp.registration.models import Delegate
from eventapp.registration.search import Filters, Selection
from tests.builders import build_delegate


def print_all(event, filters=None):
    """A run that was fetched, with a remark on each badge."""
    number = runs.create(
        event,
        By(),
        templates.default_version(event),
        Selection(None, filters or Filters()),
        Order.NAME,
        Settings(paper="single"),
    )
    b"".join(running.pdf(running.start(event, number)))
    return number


def kept():
    rows = db.session.scalars(select(PrintedBadge).order_by(PrintedBadge.place)).all()
    return [(it.fingerprint, it.worst, it.remarks) for it in rows]


def test_a_close_out_leaves_numbers_and_no_fingerprints(event):
    build_delegate(event, "Đỗ Kiều Oanh ☃")
    print_all(event, Filters(q="kieu oanh", category=event.categories[0].id))
    ((fingerprint, worst, remarks),) = kept()
    assert fingerprint and worst and remarks
    held = erasing.held(event.id)
    assert (held["printed_badges"], held["print_runs"]) == (1, 1)
    before = erasing.digest(event)
    record = erasing.close_out(event, early="thử")
    assert record.sha256 == before[0]
    assert (record.counts["printed_badges"], record.counts["print_runs"]) == (1, 1)
    assert kept() == [("", 0, None)]
    run = runs.find(event.id, 1)
    assert run.badges == 1
    assert "oanh" not in json.dumps(run.selection)
    assert run.selection["filters"] == {"category": str(event.categories[0].id)}
    assert erasing.held(event.id)["printed_badges"] == 0


def test_who_withdraws_takes_only_what_is_theirs(event):
    build_delegate(event, "Lê An ☃")
    gone = build_delegate(event, "Lê Ba ☃").id
    print_all(event)
    erasing.withdraw(event, gone)
    (an, ba) = kept()
    assert an[0] and an[2]
    assert ba == ("", 0, None)
    found = reprinting.since(event, 1)
    assert (found.changed, found.gone) == (0, 1)
    assert [it.name for it in found.names["changed"]] == []


def test_who_withdraws_takes_the_words_by_which_they_were_found(event):
    gone = build_delegate(event, "Lê Ba").id
    build_delegate(event, "Lê An")
    print_all(event, Filters(q="le ba"))
    print_all(event, Filters(q="le an"))
    erasing.withdraw(event, gone)
    filters = db.session.scalars(select(PrintRun.selection).order_by(PrintRun.number)).all()
    assert [it.get("filters", {}).get("q") for it in filters] == [None, "le an"]


def test_people_see_which_badges_were_printed_for_them(event):
    an = build_delegate(event, "Lê An ☃").id
    print_all(event)
    build_delegate(event, "Lê Ba")
    shown = disclosure.everything(db.session.get_one(Delegate, an), "vi")["printed_badges"]
    assert [it["run"] for it in shown] == [1]
    assert shown[0]["printed_at"] is not None


def test_the_privacy_page_names_print_runs(organiser, event):
    build_delegate(event)
    print_all(event)
    assert (
        "fingerprints of printed badges" in organiser.get("/manage/hoi-nghi/privacy?lang=en").text
    )

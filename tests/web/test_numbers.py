"""Numbers that no database holds: an answer like any other for what does not exist."""

import pytest

from eventapp.badges import runs, samples, templates
from eventapp.badges.runs import By
from eventapp.badges.selection import Order
from eventapp.badges.sheets import Settings
from eventapp.registration.search import Filters, Selection
from tests.builders import build_delegate
from tests.conftest import post

HUGE = (2**31, 2**63, 10**30)
BADGES = "/manage/hoi-nghi/badges"


@pytest.fixture
def run(event):
    build_delegate(event)
    return runs.create(
        event,
        By(),
        templates.default_version(event),
        Selection(None, Filters()),
        Order.NAME,
        Settings(paper="single"),
    )


def test_what_has_such_a_number_does_not_exist(organiser):
    for address in (f"{BADGES}/runs", "/manage/hoi-nghi/programme/versions"):
        for number in (*HUGE, "9" * 5000):  # the last is longer than Python reads
            assert organiser.get(f"{address}/{number}").status_code == 404


def test_neither_does_such_a_version_of_a_template(organiser, run):
    for field in ("templates/1.json?version", "templates/1/versions?from"):
        for number in HUGE:
            assert organiser.get(f"{BADGES}/{field}={number}").status_code == 404


def test_the_last_page_is_shown_for_one_beyond_it(organiser, run):
    for number in HUGE:
        for of in ("", f"/{run}", f"/{run}/report"):
            assert organiser.get(f"{BADGES}/runs{of}?page={number}").status_code == 200


def test_a_badge_that_a_run_has_not_is_not_printed(organiser, run):
    page = f"{BADGES}/runs/{run}"
    organiser.get(f"{page}?lang=en")
    for number in (-1, 1, *HUGE):
        answer = post(organiser, f"{page}/again", {"what": "one", "place": number}, form_at=page)
        assert answer.headers["Location"].endswith(page)
        assert "Nothing to print" in organiser.get(page).text


def test_samples_with_such_a_number_are_left_out(event):
    for number in HUGE:
        keys = [f"delegate:{number}", f"category:{number}"]
        assert samples.records_of(event, keys, set()) == {}

"""Print runs: numbered, streamed, cancelled, printed again, and what is remembered of them."""

import io
import json
import re
import threading
import zipfile
from datetime import datetime, timedelta

import pikepdf
import pytest
from sqlalchemy import select

from eventapp.accounts.models import AuditEntry, User
from eventapp.accounts.permissions import Role
from eventapp.badges import (
    covers,
    reprinting,
    run_words,
    running,
    runs,
    template,
    template_json,
    templates,
    transfer,
)
from eventapp.badges.models import PrintedBadge, PrintRun, RunState
from eventapp.badges.runs import By, NothingToPrint, RunNotFound
from eventapp.badges.selection import Kind, Order
from eventapp.badges.sheets import Settings
from eventapp.database import now, transaction
from eventapp.extensions import db
from eventapp.pdf.fitting import Measure
from eventapp.questions.models import Answer, Question, QuestionKind
from eventapp.registration import service as registration
from eventapp.registration import substitution
from eventapp.registration.importing import import_table
from eventapp.registration.models import Delegate, Status
from eventapp.registration.search import Filters, Selection
from eventapp.registration.substitution import Substitute
from eventapp.tables.writing import write_csv
from tests.badges.test_templates import with_image
from tests.builders import build_delegate, build_event, organisation
from tests.conftest import post
from tests.pdf.pictures import codes, text_of
from tests.registration.filled import details

EVERYBODY = Selection(None, Filters())
MARKED = Selection(None, Filters(reprint="1"))
RUNS = "/manage/hoi-nghi/badges/runs"
ONE_A_PAGE = Settings(paper="single")


def make(event, whom=EVERYBODY, order=Order.NAME, sheet=ONE_A_PAGE, by=None):
    return runs.create(event, by or By(), templates.default_version(event), whom, order, sheet)


def fetch(event, number):
    """The whole file, as whoever downloads it gets it."""
    return b"".join(running.pdf(running.start(event, number)))


def badges(number):
    return db.session.scalars(
        select(PrintedBadge).join(PrintRun).where(PrintRun.number == number).order_by("place")
    ).all()


def names(number):
    return [db.session.get(Delegate, it.delegate_id).name for it in badges(number)]


@pytest.fixture
def in_steps(monkeypatch):
    """Files come in small parts, each of which says how far it is."""
    monkeypatch.setattr("eventapp.badges.render._AT_ONCE", 1)
    monkeypatch.setattr(running, "REPORT_EVERY_S", 0)


# --- A run and its file -------------------------------------------------------------------------


def test_a_run_remembers_who_when_what_and_whose(event, make_user):
    user = make_user(Role.ORGANISER, event)
    ba, an = build_delegate(event, "Lê Ba").id, build_delegate(event, "Lê An").id
    before = now()
    number = make(event, by=By(user.id))
    run = runs.find(event.id, number)
    assert (run.number, run.badges, run.done, run.state) == (1, 2, 0, RunState.WAITING)
    assert run.made_by == db.session.get(User, user.id)
    assert before <= run.made_at <= now()
    assert run.version.number == 1
    assert Settings.from_data(run.sheet) == ONE_A_PAGE
    assert run.selection == {"kind": "list", "order": "name"}
    assert [it.delegate_id for it in badges(1)] == [an, ba]
    assert len({it.fingerprint for it in badges(1)}) == 2
    entry = db.session.scalars(select(AuditEntry).filter_by(action="print")).one()
    assert (entry.subject_id, entry.changes) == ("1", {"badges": [None, 2]})


def test_the_file_has_every_badge_and_the_run_is_done(event, tmp_path):
    expected = [build_delegate(event, f"Lê {name}").code for name in ("An", "Ba", "Cử")]
    file = fetch(event, make(event))
    assert codes(file, tmp_path) == expected
    run = runs.find(event.id, 1)
    assert (run.state, run.done) == (RunState.DONE, 3)
    assert run.started_at <= run.finished_at
    # Once more, and the same.
    assert fetch(event, 1) == file
    assert runs.find(event.id, 1).attempt == 2


def test_nobody_is_no_run(event):
    build_delegate(event, status=Status.CANCELLED)
    with pytest.raises(NothingToPrint):
        make(event)
    assert runs.count(event.id) == 0


def test_numbers_are_the_events_own(event):
    build_delegate(event)
    other = build_event("khac")
    build_delegate(other)
    assert [make(event), make(other), make(event)] == [1, 1, 2]
    with pytest.raises(RunNotFound):
        runs.find(other.id, 2)


def test_two_at_once_get_two_numbers(app, event):
    for _ in range(3):
        build_delegate(event)
    event_id, version_id = event.id, templates.default_version(event).id
    ready, made = threading.Barrier(6), []

    def organiser():
        with app.app_context():
            mine = db.session.get_one(type(event), event_id)
            version = db.session.get_one(templates.BadgeTemplateVersion, version_id)
            ready.wait()
            for _ in range(4):
                made.append(runs.create(mine, By(), version, EVERYBODY, Order.NAME, ONE_A_PAGE))

    threads = [threading.Thread(target=organiser) for _ in range(6)]
    for it in threads:
        it.start()
    for it in threads:
        it.join()
    assert sorted(made) == list(range(1, 25))
    db.session.rollback()
    assert {run.badges for run in runs.page(event_id, 1)} == {3}


def test_making_and_writing_a_run_takes_few_queries(event, count_queries):
    for number in range(12):
        build_delegate(event, f"Lê {number}")
    templates.default_version(event)
    counts = []
    for size in (3, 12):
        ids = db.session.scalars(select(Delegate.id).limit(size)).all()
        with count_queries() as queries:
            number = make(event, Selection(tuple(ids), Filters()))
            fetch(event, number)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_what_changes_before_the_file_is_written_is_on_the_badge_and_remembered(event):
    an = build_delegate(event, "Lê An")
    number = make(event)
    (before,) = badges(number)
    first = before.fingerprint
    an.position = "Vụ trưởng"
    db.session.commit()
    assert "Vụ trưởng" in text_of(fetch(event, number))
    (after,) = badges(number)
    assert after.fingerprint != first
    assert reprinting.since(event, number).changed == 0


def test_the_request_that_begins_a_file_may_be_over_before_it_is_written(event):
    an = build_delegate(event, "Lê An").id
    question = Question(event_id=event.id, kind=QuestionKind.TEXT, label="Tham luận", on_badge=True)
    db.session.add(question)
    db.session.flush()
    db.session.add(Answer(delegate_id=an, question_id=question.id, value="Chữ ký số", text=""))
    db.session.commit()
    make(event)
    job = running.start(event, 1)
    db.session.remove()
    text = text_of(b"".join(running.pdf(job)))
    assert "Lê An" in text
    assert "Chữ ký số" in text


def test_who_cancels_before_the_file_is_written_is_not_in_it(event, tmp_path):
    an, ba = build_delegate(event, "Lê An"), build_delegate(event, "Lê Ba")
    code, gone = an.code, ba.id
    make(event)
    registration.cancel(event, gone)
    assert codes(fetch(event, 1), tmp_path) == [code]
    run = runs.find(event.id, 1)
    assert (run.state, run.done, run.badges) == (RunState.DONE, 1, 2)
    assert reprinting.count_gone(run) == 1


def test_a_run_of_people_who_have_all_cancelled_is_refused(event):
    an = build_delegate(event)
    make(event)
    registration.cancel(event, an.id)
    with pytest.raises(NothingToPrint):
        running.start(event, 1)
    assert runs.find(event.id, 1).state == RunState.WAITING


# --- Progress and cancelling --------------------------------------------------------------------


def test_it_says_how_far_it_is(event, in_steps):
    for _ in range(5):
        build_delegate(event)
    make(event)
    seen = []
    for _ in running.pdf(running.start(event, 1)):
        run = runs.find(event.id, 1)
        db.session.rollback()
        seen.append((run.state, run.done))
    assert {state for state, _ in seen} == {RunState.RUNNING}
    assert [done for _, done in seen] == [0, 1, 2, 3, 4, 5]


def test_cancelling_stops_it_in_the_midst(app, event, in_steps):
    for _ in range(50):
        build_delegate(event)
    make(event)
    event_id = event.id
    parts, cancelled = running.pdf(running.start(event, 1)), []

    def another_process():
        with app.app_context():
            cancelled.append(runs.cancel(event_id, 1))

    got = [next(parts), next(parts)]
    it = threading.Thread(target=another_process)
    it.start()
    it.join()
    with pytest.raises(running.Cancelled):
        got.extend(parts)
    assert cancelled == [True]
    assert len(got) < 5
    run = runs.find(event.id, 1)
    assert (run.state, run.finished_at) == (RunState.CANCELLED, None)
    assert run.done < 50


def test_a_cancelled_run_can_be_fetched_after_all(event, tmp_path):
    code = build_delegate(event).code
    make(event)
    assert runs.cancel(event.id, 1)
    assert not runs.cancel(event.id, 1)
    assert codes(fetch(event, 1), tmp_path) == [code]
    assert runs.find(event.id, 1).state == RunState.DONE
    assert not runs.cancel(event.id, 1)


def test_whoever_leaves_before_the_end_has_no_file(event, in_steps):
    for _ in range(5):
        build_delegate(event, reprint_since=now())
    make(event, MARKED)
    parts = running.pdf(running.start(event, 1))
    next(parts)
    parts.close()
    run = runs.find(event.id, 1)
    assert (run.state, run.finished_at) == (RunState.FAILED, None)
    assert all(it.reprint_since for it in db.session.scalars(select(Delegate)))


def test_what_goes_wrong_is_a_failed_run(event, monkeypatch):
    build_delegate(event)
    make(event)
    job = running.start(event, 1)
    monkeypatch.setattr(running.Reader, "some", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        list(running.pdf(job))
    assert runs.find(event.id, 1).state == RunState.FAILED


def test_begun_twice_both_files_are_whole(event, tmp_path, in_steps):
    expected = [build_delegate(event, f"Lê {name}").code for name in ("An", "Ba", "Cử")]
    make(event)
    first = running.pdf(running.start(event, 1))
    got = [next(first)]
    second = fetch(event, 1)
    assert codes(second, tmp_path) == expected
    assert codes(b"".join([*got, *first]), tmp_path) == expected
    assert runs.find(event.id, 1).state == RunState.DONE


def test_whoever_leaves_ends_nobody_elses_file(event, tmp_path, in_steps):
    expected = [build_delegate(event, f"Lê {name}").code for name in ("An", "Ba", "Cử")]
    make(event)
    first = running.pdf(running.start(event, 1))
    got = [next(first)]
    second = running.pdf(running.start(event, 1))
    next(second)
    second.close()
    assert codes(b"".join([*got, *first]), tmp_path) == expected
    run = runs.find(event.id, 1)
    assert (run.state, run.done) == (RunState.DONE, 3)


def test_when_a_later_attempt_fails_the_earlier_one_can_be_cancelled(event, in_steps):
    for _ in range(9):
        build_delegate(event)
    make(event)
    first = running.pdf(running.start(event, 1))
    next(first)
    middle, last = (running.pdf(running.start(event, 1)) for _ in range(2))
    next(middle)
    next(last)
    last.close()
    assert runs.find(event.id, 1).state == RunState.FAILED
    next(first), next(first)
    next(middle), next(middle)
    run = runs.find(event.id, 1)
    assert (run.state, run.done > 0) == (RunState.RUNNING, True)  # the page shows it again
    attempt = run.attempt
    middle.close()  # does not speak for the run, so ends nothing
    assert runs.find(event.id, 1).state == RunState.RUNNING
    assert running.start(event, 1).attempt > attempt
    assert runs.cancel(event.id, 1)
    with pytest.raises(running.Cancelled):
        list(first)
    assert runs.find(event.id, 1).state == RunState.CANCELLED


def test_no_transaction_lasts_while_somebody_takes_a_part(event, in_steps):
    build_delegate(event)
    version = templates.version(
        event.id, transfer.imported(event, json.dumps(with_image()).encode())
    )
    runs.create(event, By(), version, EVERYBODY, Order.NAME, ONE_A_PAGE)
    parts = running.pdf(running.start(event, 1))
    assert not any(db.session().in_transaction() for _ in parts)


def test_a_run_of_which_nothing_is_heard_is_interrupted(organiser, event):
    build_delegate(event)
    make(event)
    with transaction():
        run = runs.find(event.id, 1)
        run.state, run.reported_at = RunState.RUNNING, now() - timedelta(minutes=2)
    assert "Interrupted" in organiser.get(f"{RUNS}/1?lang=en").text


# --- Again --------------------------------------------------------------------------------------


def test_only_what_has_changed_and_who_is_new(event, tmp_path):
    an, ba = build_delegate(event, "Lê An"), build_delegate(event, "Lê Ba")
    fetch(event, make(event))
    assert (reprinting.since(event, 1).changed, reprinting.since(event, 1).newcomers) == (0, 0)
    with pytest.raises(NothingToPrint):
        reprinting.changed(event, By(), 1, with_newcomers=True)
    db.session.get(Delegate, ba.id).position = "Vụ trưởng"
    db.session.commit()
    cu = build_delegate(event, "Lê Cử")
    found = reprinting.since(event, 1)
    assert [it.name for it in found.names["changed"]] == ["Lê Ba"]
    assert [it.name for it in found.names["newcomers"]] == ["Lê Cử"]
    assert reprinting.changed(event, By(), 1, with_newcomers=False) == 2
    assert names(2) == ["Lê Ba"]
    assert reprinting.changed(event, By(), 1, with_newcomers=True) == 3
    assert codes(fetch(event, 3), tmp_path) == [ba.code, cu.code]
    run = runs.find(event.id, 3)
    assert run.after_id == runs.find(event.id, 1).id
    assert run.selection == {"kind": Kind.CHANGED, "order": "name", "run": 1}
    # What was printed since is not offered again, as long as it stays so.
    assert (reprinting.since(event, 1).changed, reprinting.since(event, 1).newcomers) == (0, 0)
    db.session.get(Delegate, an.id).name = "Lê An Nhiên"
    db.session.commit()
    assert [it.name for it in reprinting.since(event, 1).names["changed"]] == ["Lê An Nhiên"]


def test_a_later_run_that_nobody_fetched_counts_for_nothing(event):
    an = build_delegate(event, "Lê An")
    fetch(event, make(event))
    an.position = "Vụ trưởng"
    db.session.commit()
    reprinting.changed(event, By(), 1, with_newcomers=True)
    assert reprinting.since(event, 1).changed == 1


def test_newcomers_are_those_of_the_same_filters(event):
    build_delegate(event, "Lê An")
    make(event, Selection(None, Filters(category=event.categories[0].id)))
    build_delegate(event, "Lê Ba", category=event.categories[1])
    build_delegate(event, "Lê Cử")
    assert [it.name for it in reprinting.since(event, 1).names["newcomers"]] == ["Lê Cử"]


def test_who_was_ticked_has_no_newcomers(event):
    an = build_delegate(event)
    make(event, Selection((an.id,), Filters()))
    build_delegate(event)
    assert reprinting.since(event, 1).newcomers == 0


def test_the_whole_run_and_one_badge_of_it(event, tmp_path):
    an, ba = (build_delegate(event, f"Lê {name}").code for name in ("An", "Ba"))
    make(event, sheet=Settings(paper="a4", first=3))
    assert reprinting.again(event, By(), 1) == 2
    assert codes(fetch(event, 2), tmp_path) == [an, ba]
    assert reprinting.one(event, By(), 1, 1) == 3
    assert codes(fetch(event, 3), tmp_path) == [ba]
    assert [runs.find(event.id, it).sheet["first"] for it in (1, 2, 3)] == [3, 1, 1]
    with pytest.raises(NothingToPrint):
        reprinting.one(event, By(), 1, 2)
    with pytest.raises(RunNotFound):
        reprinting.again(event, By(), 99)


def test_a_substitutes_badge_shows_only_the_new_code(event, tmp_path):
    old = build_delegate(event, "Lê Cũ")
    revoked = old.code
    fetch(event, make(event))
    new = substitution.substitute(event, old.id, Substitute("Trần Mới", "Chuyên viên"))
    found = reprinting.since(event, 1)
    assert (found.gone, [it.name for it in found.names["gone"]]) == (1, ["Lê Cũ"])
    with pytest.raises(NothingToPrint):
        reprinting.again(event, By(), 1)
    make(event, MARKED, Order.REPRINT)
    file = fetch(event, 2)
    assert codes(file, tmp_path) == [new.code]
    assert revoked not in text_of(file).replace(" ", "")
    assert db.session.get_one(Delegate, new.id).reprint_since is None


def test_a_new_code_is_another_badge(event, tmp_path):
    an = build_delegate(event)
    fetch(event, make(event))
    an.code = "7" * 12
    db.session.commit()
    assert reprinting.since(event, 1).changed == 1
    reprinting.changed(event, By(), 1, with_newcomers=False)
    assert codes(fetch(event, 2), tmp_path) == ["7" * 12]


# --- Marks --------------------------------------------------------------------------------------


def test_printing_the_marked_ones_takes_the_mark_off(event):
    an = build_delegate(event, "Lê An", reprint_since=now()).id
    build_delegate(event, "Lê Ba")
    make(event, MARKED, Order.REPRINT)
    assert names(1) == ["Lê An"]
    assert db.session.get(Delegate, an).reprint_since is not None
    fetch(event, 1)
    assert db.session.get(Delegate, an).reprint_since is None
    assert db.session.scalars(
        select(AuditEntry.subject_id).filter_by(action="reprinted")
    ).all() == [str(an)]


def correct(event, delegate_id, **values):
    """Change a registration as its form does."""
    now_is = db.session.get(Delegate, delegate_id)
    kept = {name: getattr(now_is, name) for name in ("name", "position", "email", "phone")}
    kept["organisation_id"] = now_is.organisation_id
    registration.update(
        event, delegate_id, details(event, **{**kept, **values}), revision=now_is.revision
    )


@pytest.mark.parametrize(
    ("values", "is_marked"),
    [({"name": "Lê Văn An"}, True), ({"position": "Giám đốc"}, True), ({"phone": ""}, False)],
)
def test_a_correction_of_what_the_badge_says_marks_it_once_it_was_printed(event, values, is_marked):
    an = build_delegate(event, "Lê An", phone="+84912345678").id
    build_delegate(event, "Lê Ba")
    make(event)
    fetch(event, 1)
    new = build_delegate(event, "Lê Cả").id
    correct(event, an, **values)
    correct(event, new, name="Lê Văn Cả")
    marked = db.session.scalars(select(Delegate.id).where(Delegate.reprint_since.is_not(None)))
    assert marked.all() == ([an] if is_marked else [])


def test_a_correction_by_a_table_marks_the_badge(event):
    an = build_delegate(event, "Lê An", position="Chuyên viên")
    an_id, office = an.id, an.organisation
    make(event)
    fetch(event, 1)
    stream = io.BytesIO()
    headings = ["Mã", "Họ và tên", "Chức vụ", "Tỉnh, bộ, ngành", "Đơn vị"]
    row = [an.code, "Lê An", "Chánh Văn phòng", office.delegation.name, office.name]
    write_csv(stream, headings, [row])
    assert import_table(event, stream.getvalue()).changed == 1
    assert db.session.get(Delegate, an_id).reprint_since is not None


def test_a_mark_from_after_the_file_was_begun_stays(event, in_steps):
    an = build_delegate(event, reprint_since=now()).id
    make(event, MARKED)
    parts = running.pdf(running.start(event, 1))
    next(parts)
    registration.mark_for_reprint(event, [an], is_needed=False)
    registration.mark_for_reprint(event, [an], is_needed=True)
    list(parts)
    assert db.session.get(Delegate, an).reprint_since is not None


def test_who_is_corrected_again_while_a_file_is_written_stays_marked(event, in_steps):
    an = build_delegate(event, reprint_since=now()).id
    make(event, MARKED)
    parts = running.pdf(running.start(event, 1))
    next(parts)
    assert registration.mark_for_reprint(event, [an], is_needed=True) == 0
    list(parts)
    assert db.session.get(Delegate, an).reprint_since is not None
    assert db.session.scalars(select(AuditEntry).filter_by(action="mark_reprint")).all() == []


def test_a_mark_that_was_dated_before_the_file_and_seen_after_it_stays(event, in_steps):
    earlier = now() - timedelta(minutes=2)
    an = build_delegate(event, reprint_since=earlier).id
    make(event, MARKED)
    parts = running.pdf(running.start(event, 1))
    next(parts)
    with transaction():
        db.session.get(Delegate, an).reprint_since = earlier + timedelta(minutes=1)
    list(parts)
    assert db.session.get(Delegate, an).reprint_since is not None


def test_an_attempt_that_is_not_finished_has_printed_nothing(event, in_steps):
    an = build_delegate(event, reprint_since=now()).id
    fetch(event, make(event))
    registration.mark_for_reprint(event, [an], is_needed=True)
    parts = running.pdf(running.start(event, 1))
    next(parts)
    assert runs.count_marked(runs.find(event.id, 1)) == 0
    assert runs.mark_printed(event.id, 1) == 0
    list(parts)
    assert runs.mark_printed(event.id, 1) == 1


def test_another_run_leaves_marks_until_somebody_says_so(event):
    an = build_delegate(event, reprint_since=now()).id
    fetch(event, make(event))
    assert db.session.get(Delegate, an).reprint_since is not None
    assert runs.count_marked(runs.find(event.id, 1)) == 1
    assert runs.mark_printed(event.id, 1) == 1
    assert db.session.get(Delegate, an).reprint_since is None
    assert runs.mark_printed(event.id, 1) == 0


def test_two_people_print_the_marked_ones_at_once(app, event):
    for _ in range(8):
        build_delegate(event, reprint_since=now())
    event_id, version_id = event.id, templates.default_version(event).id
    ready, made = threading.Barrier(2), []

    def organiser():
        with app.app_context():
            mine = db.session.get_one(type(event), event_id)
            version = db.session.get_one(templates.BadgeTemplateVersion, version_id)
            ready.wait()
            number = runs.create(mine, By(), version, MARKED, Order.REPRINT, ONE_A_PAGE)
            ready.wait()  # both have their runs before either is fetched
            made.append((number, len(fetch(mine, number))))

    threads = [threading.Thread(target=organiser) for _ in range(2)]
    for it in threads:
        it.start()
    for it in threads:
        it.join()
    assert sorted(number for number, _ in made) == [1, 2]
    db.session.rollback()
    assert {run.state for run in runs.page(event_id, 1)} == {RunState.DONE}
    assert not any(it.reprint_since for it in db.session.scalars(select(Delegate)))
    # Each mark was taken off once.
    entries = db.session.scalars(select(AuditEntry.subject_id).filter_by(action="reprinted")).all()
    assert len(entries) == len(set(entries)) == 8


# --- Remarks ------------------------------------------------------------------------------------


LONG = ("Phó Trưởng phòng phụ trách Công nghệ thông tin và Chuyển đổi số " * 6)[:300]


def test_the_report_has_the_worst_first_and_no_texts(organiser, event):
    build_delegate(event, "Lê An")
    build_delegate(event, "Lê Ba", position=LONG)
    build_delegate(event, "Lê Cử ☃☃")
    fetch(event, make(event))
    run = runs.find(event.id, 1)
    rows, total, _page = runs.remarked(run, 1, with_wrapped=False)
    assert total == len(rows) >= 1
    assert rows[0].name == "Lê Cử ☃☃"
    assert [it.worst for it in rows] == sorted((it.worst for it in rows), reverse=True)
    assert rows[0].remarks[0][3] == "☃"
    kept = str([it.remarks for it in badges(1)])
    assert "Phó" not in kept and "Lê" not in kept
    everything, more, _page = runs.remarked(run, 1, with_wrapped=True)
    assert more >= total
    page = organiser.get(f"{RUNS}/1/report?lang=en").text
    assert "U+2603" in page
    assert "Lê An" not in page
    assert "Lê Ba" in organiser.get(f"{RUNS}/1/report?lang=en&all=1").text
    assert everything


@pytest.mark.parametrize("source", template.SOURCES)
def test_remarks_call_every_source_by_its_name(app, source):
    content = with_image()
    content["sides"][0]["elements"] = [
        {
            "type": "text",
            "x": 5,
            "y": 5,
            "width": 40,
            "height": 10,
            "parts": [{"source": source, "size": 10}],
        }
    ]
    content = template_json.read(json.dumps(content).encode())
    with app.test_request_context("/?lang=en"):
        said = run_words.remark(content, [0, 0, int(Measure.CONDENSED), "☃"])
    assert said.endswith(": is condensed, has characters that the font lacks: ☃ (U+2603)")
    assert not said.startswith("Answer")


def test_a_remark_that_no_longer_holds_is_gone_when_the_run_is_fetched_again(event):
    an = build_delegate(event, "Lê An ☃")
    fetch(event, make(event))
    an.name = "Lê An"
    db.session.commit()
    fetch(event, 1)
    assert runs.remarked(runs.find(event.id, 1), 1, with_wrapped=True)[1] == 0


# --- Envelopes ----------------------------------------------------------------------------------


def test_a_zip_has_a_file_for_each_delegation_and_its_cover(organiser, event, tmp_path):
    an = build_delegate(event, "Lê An").code
    ba = build_delegate(event, "Lê Ba", organisation=organisation(event, "Bộ Tài chính")).code
    cu = build_delegate(event, "Lê Cử").code
    delegation = organisation(event).delegation
    delegation.lead_name, delegation.lead_phone = "Cao Lãnh Đạo", "+84912345678"
    db.session.commit()
    code = delegation.code
    make(event)
    answer = organiser.get(f"{RUNS}/1.zip?covers=a5")
    assert answer.mimetype == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.data)) as found:
        assert found.testzip() is None
        assert found.namelist() == [
            "01 Bắc Ninh.pdf",
            "01 Bắc Ninh - Phong bì thẻ đại biểu.pdf",
            "02 Bộ Tài chính.pdf",
            "02 Bộ Tài chính - Phong bì thẻ đại biểu.pdf",
        ]
        files = {name: found.read(name) for name in found.namelist()}
        written = {datetime(*it.date_time) for it in found.infolist()}
    here = now().astimezone(event.zone).replace(tzinfo=None)
    assert all(timedelta(0) <= here - it < timedelta(minutes=5) for it in written)
    assert codes(files["01 Bắc Ninh.pdf"], tmp_path) == [an, cu]
    assert codes(files["02 Bộ Tài chính.pdf"], tmp_path) == [ba]
    cover = files["01 Bắc Ninh - Phong bì thẻ đại biểu.pdf"]
    assert codes(cover, tmp_path) == [f"D-{code}"]
    text = text_of(cover)
    assert "Cao Lãnh Đạo" in text and "0912 345 678" in text
    assert "2 (Đại biểu 2)" in text
    db.session.rollback()
    assert runs.find(event.id, 1).state == RunState.DONE
    with zipfile.ZipFile(io.BytesIO(organiser.get(f"{RUNS}/1.zip").data)) as found:
        assert found.namelist() == ["01 Bắc Ninh.pdf", "02 Bộ Tài chính.pdf"]


def delegations_in(steps):
    with zipfile.ZipFile(io.BytesIO(b"".join(steps))) as found:
        return {name: found.read(name) for name in found.namelist()}


def test_only_the_first_file_of_a_zip_begins_on_the_half_used_sheet(event):
    for office in ("Sở Nội vụ", "Bộ Tài chính"):
        build_delegate(event, organisation=organisation(event, office))
    make(event, sheet=Settings(paper="a4", first=2))
    job = running.start(event, 1)
    found = covers.envelopes(event, runs.find(event.id, 1))
    files = list(delegations_in(covers.archive(job, found, None)).values())
    make(event, sheet=Settings(paper="a4"))
    job = running.start(event, 2)
    from_the_first = list(delegations_in(covers.archive(job, found, None)).values())
    assert files[0] != from_the_first[0]
    assert files[1] == from_the_first[1]


@pytest.mark.parametrize("gone", [0, 1])
def test_a_delegation_that_cancels_meanwhile_is_not_in_the_zip(event, gone):
    offices = ("Sở Nội vụ", "Bộ Tài chính")
    people = [
        build_delegate(event, organisation=organisation(event, office)).id for office in offices
    ]
    make(event)
    job = running.start(event, 1)
    found = covers.envelopes(event, runs.find(event.id, 1))
    sheets = covers.covers_of(event, is_small=True)
    registration.cancel(event, people[gone])
    names = list(delegations_in(covers.archive(job, found, sheets)))
    left = "02 Bộ Tài chính" if gone == 0 else "01 Bắc Ninh"
    assert names == [f"{left}.pdf", f"{left} - Phong bì thẻ đại biểu.pdf"]
    assert runs.find(event.id, 1).state == RunState.DONE


def test_covers_list_what_is_in_the_envelope_and_as_it_is_printed(event, tmp_path):
    gone, stays = build_delegate(event, "Lê Hủy").id, build_delegate(event, "Lê Cũ")
    stays, code = stays.id, stays.code
    make(event)
    job = running.start(event, 1)
    found = covers.envelopes(event, runs.find(event.id, 1))
    steps = covers.archive(job, found, covers.covers_of(event, is_small=True))
    registration.cancel(event, gone)
    with transaction():
        db.session.get(Delegate, stays).name = "Lê Mới"
    files = delegations_in(steps)
    assert codes(files["01 Bắc Ninh.pdf"], tmp_path) == [code]
    cover = text_of(files["01 Bắc Ninh - Phong bì thẻ đại biểu.pdf"])
    assert "Lê Mới" in cover and "Lê Cũ" not in cover and "Lê Hủy" not in cover
    assert "1 (Đại biểu 1)" in cover


def test_a_zip_of_which_everybody_cancels_meanwhile_is_no_file(event):
    an = build_delegate(event).id
    make(event)
    job = running.start(event, 1)
    found = covers.envelopes(event, runs.find(event.id, 1))
    registration.cancel(event, an)
    with pytest.raises(running.Cancelled):
        list(covers.archive(job, found, None))
    assert runs.find(event.id, 1).state == RunState.FAILED


def test_who_changes_delegation_meanwhile_is_in_the_envelope_that_names_them(event, tmp_path):
    an = build_delegate(event)
    code, an = an.code, an.id
    make(event)
    job = running.start(event, 1)
    with transaction():
        db.session.get(Delegate, an).organisation = organisation(event, "Bộ Tài chính")
    found = covers.envelopes(event, runs.find(event.id, 1))
    files = delegations_in(covers.archive(job, found, None))
    assert list(files) == ["01 Bộ Tài chính.pdf"]
    assert codes(files["01 Bộ Tài chính.pdf"], tmp_path) == [code]


def test_covers_name_people_in_protocol_order_with_their_marks(organiser, event):
    build_delegate(event, "Lê An", protocol_rank=5)
    build_delegate(event, "Trần Ba", protocol_rank=2, reprint_since=now())
    old = build_delegate(event, "Lê Cũ", status=Status.CANCELLED)
    build_delegate(event, "Vũ Mới", protocol_rank=9, substitutes_id=old.id)
    make(event)
    file = organiser.get(f"{RUNS}/1/covers.pdf").data
    text = text_of(file)
    assert text.index("Trần Ba") < text.index("Lê An") < text.index("Vũ Mới")
    assert "in lại" in text and "thay thế" in text
    with pikepdf.open(io.BytesIO(file)) as pdf:
        assert [round(float(it) / 72 * 25.4) for it in pdf.pages[0].MediaBox][2:] == [210, 297]
    small = organiser.get(f"{RUNS}/1/covers.pdf?size=a5").data
    with pikepdf.open(io.BytesIO(small)) as pdf:
        assert [round(float(it) / 72 * 25.4) for it in pdf.pages[0].MediaBox][2:] == [148, 210]


def test_envelopes_take_two_queries(event, count_queries):
    for office in ("Sở Nội vụ", "Bộ Tài chính", "Văn phòng UBND"):
        build_delegate(event, organisation=organisation(event, office))
    make(event)
    run = runs.find(event.id, 1)
    with count_queries() as queries:
        assert len(covers.envelopes(event, run)) == 2
    assert sum(q.startswith("SELECT") for q in queries) == 2


# --- Pages --------------------------------------------------------------------------------------


def test_the_pages_of_runs(organiser, event):
    assert "Nothing has been printed yet" in organiser.get(f"{RUNS}?lang=en").text
    build_delegate(event, "Lê An")
    make(event, Selection(None, Filters(q="le an", category=event.categories[0].id)))
    listed = organiser.get(f"{RUNS}?lang=en").text
    assert "Run 1" in listed and "Not fetched yet" in listed and "Delegate" in listed
    page = organiser.get(f"{RUNS}/1?lang=en").text
    assert "Lê An" in page and "“le an”" in page
    assert 'hx-trigger="every 2s"' in page
    assert organiser.get(f"{RUNS}/1.pdf").data
    db.session.rollback()
    page = organiser.get(f"{RUNS}/1?lang=en").text
    assert "Complete" in page and "hx-trigger" not in page
    assert "Nobody has come" in organiser.get(f"{RUNS}/1/since?lang=en").text


def test_looking_at_the_address_of_a_file_does_not_begin_it(organiser, event):
    build_delegate(event)
    make(event)
    assert organiser.head(f"{RUNS}/1.pdf").status_code == 200
    assert runs.find(event.id, 1).state == RunState.WAITING


def test_on_a_phone_each_cell_has_one_thing_beside_its_label(organiser, event):
    build_delegate(event)
    make(event)
    for address in (RUNS, f"{RUNS}/1"):
        page = organiser.get(address).text
        assert 'class="data-sub"' in page
        assert not re.search(r'<td data-label="[^"]*">[^<]+<span class="data-sub"', page)


def test_cancel_and_again_by_their_buttons(organiser, event):
    build_delegate(event)
    make(event)
    page = f"{RUNS}/1"
    organiser.get(f"{page}?lang=en")
    assert post(organiser, f"{page}/cancel", {}, form_at=page).status_code == 303
    assert runs.find(event.id, 1).state == RunState.CANCELLED
    post(organiser, f"{page}/cancel", {}, form_at=page)
    assert "nothing to cancel" in organiser.get(f"{page}?lang=en").text
    for what, number in (({"what": "all"}, 2), ({"what": "one", "place": 0}, 3)):
        answer = post(organiser, f"{page}/again", what, form_at=page)
        assert answer.headers["Location"].endswith(f"/runs/{number}")
    answer = post(organiser, f"{page}/again", {"what": "changed"}, form_at=page)
    assert answer.headers["Location"].endswith("/runs/1")
    assert "Nothing to print" in organiser.get(f"{page}?lang=en").text
    assert post(organiser, f"{page}/again", {"what": "sing"}, form_at=page).status_code == 400
    assert post(organiser, f"{page}/printed", {}, form_at=page).status_code == 303


def test_a_run_of_nobody_any_more_says_so(organiser, event):
    an = build_delegate(event)
    make(event)
    registration.cancel(event, an.id)
    organiser.get(f"{RUNS}?lang=en")
    for file in ("1.pdf", "1.zip", "1/covers.pdf"):
        answer = organiser.get(f"{RUNS}/{file}")
        assert (answer.status_code, answer.headers["Location"]) == (303, f"{RUNS}/1")
    assert "Everybody in this run has cancelled" in organiser.get(f"{RUNS}/1?lang=en").text


@pytest.mark.parametrize("path", ["7", "7.pdf", "7.zip", "7/covers.pdf", "7/since", "7/report"])
def test_a_run_that_is_not_there(organiser, event, path):
    assert organiser.get(f"{RUNS}/{path}").status_code == 404


def test_the_run_page_takes_few_queries(organiser, event, count_queries):
    for _ in range(9):
        build_delegate(event)
    make(event)
    organiser.get(f"{RUNS}/1")
    with count_queries() as queries:
        organiser.get(f"{RUNS}/1")
    assert sum(q.startswith("SELECT") for q in queries) <= 12

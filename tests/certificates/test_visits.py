"""Site visits on certificates: what counts, what is named, and what is corrected by hand."""

from datetime import timedelta

import pytest

from eventapp.certificates import judging, person, service
from eventapp.certificates.errors import NotOfThisEvent
from eventapp.certificates.rule import Standing, Training, slots, visited
from eventapp.certificates.service import RuleData
from eventapp.duplicates import merging
from tests.builders import build_delegate, build_event
from tests.certificates.attended import attend_all, coming, prepare
from tests.conftest import post
from tests.feedback.visits import NOW, board, build_visit, seat


@pytest.fixture
def group(event):
    return build_visit(event)


@pytest.fixture
def an(event, group):
    """Somebody who attended all sessions and has a seat in the group."""
    prepare(event)
    an = coming(event)
    attend_all(event, an)
    seat(event, group, an)
    return an


def of(event, delegate):
    return judging.judge(event, judging.rule_of(event.id), [delegate.id])[delegate.id]


def says(event, delegate):
    rule = judging.rule_of(event.id)
    judged = judging.judge(event, rule, [delegate.id])
    return judging.snapshots(event, rule, judged, [delegate.id])[delegate.id]


def test_a_certificate_names_the_site_that_was_visited(event, group, an):
    assert says(event, an).visited == ""
    board(event, group, an)
    assert says(event, an).visited == "Trung tâm dữ liệu tỉnh"
    service.issue(event)
    assert judging.certificates(event.id)[an.id].visited == "Trung tâm dữ liệu tỉnh"


def test_organisers_may_leave_the_sites_out(event, group, an):
    board(event, group, an)
    service.save_rule(event, RuleData(80, names_visits=False))
    assert says(event, an).visited == ""


def test_a_visit_counts_as_training_only_where_organisers_say_so(event, group, an):
    assert (of(event, an).share.attended, of(event, an).share.needed) == (2, 2)
    service.save_rule(event, RuleData(100, visits_count=True))
    judged = of(event, an)
    assert (judged.share.attended, judged.share.needed) == (2, 3)
    assert judged.standing is Standing.TOO_LITTLE
    before = judged.share.minutes
    board(event, group, an)
    judged = of(event, an)
    assert (judged.standing, judged.share.minutes - before) == (Standing.QUALIFIES, 240)


def test_whoever_has_no_seat_need_not_go(event, group, an):
    service.save_rule(event, RuleData(100, visits_count=True))
    binh = coming(event, "Trần Thị Bình", 1)
    attend_all(event, binh)
    assert of(event, binh).standing is Standing.QUALIFIES


def test_groups_at_the_same_time_are_alternatives():
    """A guest of another bus has made the visit."""
    one = Training(1, NOW, NOW + timedelta(hours=4))
    two = Training(2, NOW, NOW + timedelta(hours=3))
    share = visited(slots([one, two]), seats=(1,), attended=(2,))
    assert (share.attended, share.needed, share.minutes) == (1, 1, 180)


def test_a_visit_is_corrected_by_hand_and_back(event, group, an):
    service.correct(event, an.id, group_id=group.id, present=True, reason="Điểm danh trên giấy")
    assert of(event, an).visits == {group.id}
    [line] = person.load(event, judging.rule_of(event.id), an.id).visits
    assert (line.attended, line.scanned_at, line.is_own) == (True, None, True)
    board(event, group, an)
    service.correct(event, an.id, group_id=group.id, present=False, reason="Quét nhầm")
    assert of(event, an).visits == frozenset()
    service.correct(event, an.id, group_id=group.id, present=None, reason="Như đã quét")
    assert of(event, an).visits == {group.id}


def test_a_group_of_another_event_is_refused(event, an):
    theirs = build_visit(build_event("hoi-thao"))
    with pytest.raises(NotOfThisEvent):
        service.correct(event, an.id, group_id=theirs.id, present=True, reason="Nhầm")


def test_two_subjects_at_once_are_refused(event, group, an):
    with pytest.raises(NotOfThisEvent):
        service.correct(
            event, an.id, group_id=group.id, day_id=event.days[0].id, present=True, reason="Nhầm"
        )


def test_corrections_of_visits_go_to_the_registration_that_is_kept(event, group, an):
    again = build_delegate(event, "Nguyễn Văn An", email="an2@example.com")
    service.correct(event, an.id, group_id=group.id, present=True, reason="Trên giấy")
    merging.merge(event, again.id, an.id)
    assert of(event, again).visits == {group.id}


def test_the_page_of_a_person_corrects_the_visit(organiser, event, group, an):
    page = f"/manage/hoi-nghi/certificates/people/{an.id}"
    shown = organiser.get(f"{page}?lang=en")
    assert "Group A: Trung tâm dữ liệu tỉnh" in shown.text
    given = {"group_id": group.id, "present": "present", "reason": ""}
    refused = post(organiser, f"{page}/attendance?lang=en", given, form_at=page)
    assert refused.status_code == 422 and "Say why." in refused.text
    post(organiser, f"{page}/attendance", {**given, "reason": "Trên giấy"}, form_at=page)
    assert of(event, an).visits == {group.id}


def test_what_was_visited_is_verified(client, event, group, an):
    board(event, group, an)
    service.issue(event)
    code = judging.certificates(event.id)[an.id].code
    assert "Trung tâm dữ liệu tỉnh" in client.get(f"/c/{code}").text

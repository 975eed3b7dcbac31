"""The organisers' pages of certificates, and the delegate's own."""

import io
import re
import zipfile
from datetime import date

import pytest
from sqlalchemy import select

from eventapp.certificates import listing, service
from eventapp.certificates.models import AttendanceCorrection, Certificate, CertificateRule
from eventapp.certificates.service import RuleData
from eventapp.documents import people
from eventapp.documents.paper import KINDS
from eventapp.extensions import db
from eventapp.programme.models import Session
from eventapp.registration import links
from tests.certificates.attended import attend_all, coming, prepare, scan
from tests.conftest import post
from tests.pdf.pictures import codes, opened, text_of, texts_of

ON = date(2026, 11, 27)


@pytest.fixture
def common(event):
    return prepare(event)


@pytest.fixture
def an(event, common):
    """Somebody who attended everything."""
    delegate = coming(event)
    attend_all(event, delegate)
    return delegate


@pytest.fixture
def late(event, common):
    """Somebody who attended their class alone."""
    delegate = coming(event, "Lê Thị Muộn", 1)
    scan(event, delegate, session_id=delegate.enrolments[0].id)
    return delegate


def home(event, *parts):
    return "/".join([f"/manage/{event.slug}/certificates", *map(str, parts)])


def send(client, event, address, **data):
    return post(client, home(event, address), data, form_at=f"{home(event)}?lang=en")


def issued():
    db.session.rollback()
    return db.session.scalars(select(Certificate).order_by(Certificate.number)).all()


# --- The list -----------------------------------------------------------------------------------


def test_who_qualifies_and_why_others_do_not(organiser, event, an, late):
    page = organiser.get(f"{home(event)}?lang=en").text
    assert "Nguyễn Văn An" in page and "2 of 2" in page and "Qualifies" in page
    assert "Lê Thị Muộn" in page and "1 of 2" in page and "Attended too little" in page
    assert "counted by the main door of the day" in page
    assert "scanned at its own checkpoint" in page


def test_the_list_is_narrowed(organiser, event, an, late):
    ready = organiser.get(f"{home(event)}?state=ready").text
    assert "Nguyễn Văn An" in ready and "Lê Thị Muộn" not in ready
    elsewhere = organiser.get(f"{home(event)}?delegation=999").text
    assert "Nguyễn Văn An" not in elsewhere
    strange = organiser.get(f"{home(event)}?state=nonsense&page=99&delegation=x")
    assert "Nguyễn Văn An" in strange.text


def test_an_event_without_training_says_so(organiser, event):
    for it in db.session.scalars(select(Session)).all():
        db.session.delete(it)
    db.session.commit()
    coming_to_nothing = organiser.get(f"{home(event)}?lang=en").text
    assert "The programme has no session of the kind training." in coming_to_nothing


def test_queries_do_not_grow_with_people(organiser, event, common, count_queries):
    def queries():
        organiser.get(home(event))
        with count_queries() as seen:
            organiser.get(home(event))
        return len(seen)

    for number in range(3):
        attend_all(event, coming(event, f"Đại biểu {number}"))
    service.issue(event, on=ON)
    few = queries()
    for number in range(12):
        attend_all(event, coming(event, f"Người khác {number}", number % 2))
    assert queries() == few <= 24


def test_queries_of_one_person_are_few(organiser, event, an, count_queries):
    service.issue(event, on=ON)
    organiser.get(home(event, "people", an.id))
    with count_queries() as seen:
        assert organiser.get(home(event, "people", an.id)).status_code == 200
    assert len(seen) <= 30, seen


# --- Issuing ------------------------------------------------------------------------------------


def test_issued_to_everybody_who_qualifies(organiser, event, an, late):
    answer = send(organiser, event, "issue", scope="all", issued_on="2026-11-28")
    assert answer.status_code == 303
    assert [(it.delegate_id, it.issued_on) for it in issued()] == [(an.id, date(2026, 11, 28))]
    page = organiser.get(f"{home(event)}?lang=en").text
    assert "Certificates issued: 1" in page and "1/GCN" in page


def test_issued_to_those_ticked(organiser, event, an, late):
    other = coming(event, "Đỗ Thị Khác")
    attend_all(event, other)
    send(organiser, event, "issue", scope="selected", ids=[other.id, late.id], issued_on=str(ON))
    assert [it.delegate_id for it in issued()] == [other.id]
    assert "1 of those ticked got none" in organiser.get(f"{home(event)}?lang=en").text


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"scope": "selected", "issued_on": "2026-11-27"}, "Tick somebody first"),
        ({"scope": "all", "issued_on": ""}, "Enter the date"),
        ({"scope": "all", "issued_on": "2026-02-30"}, "Enter the date"),
        ({"scope": "selected", "ids": ["999999"], "issued_on": "2026-11-27"}, "Nobody among them"),
    ],
)
def test_what_cannot_be_issued_is_said(organiser, event, an, data, said):
    send(organiser, event, "issue", **data)
    assert said in organiser.get(f"{home(event)}?lang=en").text
    assert issued() == []


def test_issued_from_the_persons_page_leads_back_there(organiser, event, an):
    answer = send(
        organiser, event, "issue", scope="selected", ids=an.id, issued_on=str(ON), back=an.id
    )
    assert answer.location == home(event, "people", an.id)


# --- Files --------------------------------------------------------------------------------------


def test_all_in_one_pdf(organiser, event, an):
    service.issue(event, on=ON)
    answer = send(organiser, event, "file", scope="all", format="pdf", language="both")
    assert f"certificates-{event.slug}-both.pdf" in answer.headers["Content-Disposition"]
    assert len(opened(answer.data).pages) == 1
    answer.close()


@pytest.mark.parametrize("english", ["", "Tập huấn"])
def test_a_title_that_both_languages_share_is_said_once(organiser, event, an, english):
    event.title, event.title_en = "Tập huấn", english
    db.session.commit()
    service.issue(event, on=ON)
    answer = send(organiser, event, "file", scope="all", format="pdf", language="both")
    (page,) = texts_of(answer.data)
    assert page.splitlines().count("Tập huấn") == 1
    answer.close()


def test_those_ticked_each_in_a_file(organiser, event, an):
    other = coming(event, "Đỗ Thị Khác")
    attend_all(event, other)
    service.issue(event, on=ON)
    answer = send(
        organiser, event, "file", scope="selected", ids=other.id, format="zip", language="vi"
    )
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        assert archive.namelist() == ["giay-chung-nhan-Bac-Ninh-Do-Thi-Khac.pdf"]
    answer.close()


def test_without_a_certificate_there_is_no_file(organiser, event, an):
    assert send(organiser, event, "file", scope="all").status_code == 303
    assert "Nobody among them has a valid" in organiser.get(f"{home(event)}?lang=en").text


def test_a_withdrawn_one_is_not_printed(organiser, event, an):
    service.issue(event, on=ON)
    service.withdraw(event, issued()[0].id, "nhầm")
    assert send(organiser, event, "file", scope="all").status_code == 303


def test_the_kind_of_paper_and_its_code(organiser, event, an, tmp_path):
    assert "certificates" in KINDS
    address = f"/manage/{event.slug}/documents/certificates"
    assert "Chưa cấp giấy chứng nhận nào" in organiser.get(address).text
    service.issue(event, on=ON)
    assert "preview.png" in organiser.get(address).text
    answer = organiser.get(f"{address}/file?language=vi")
    code = issued()[0].code
    assert codes(answer.data, tmp_path) == [f"http://localhost/c/{code}"]
    text = " ".join(text_of(answer.data).split())
    assert "Nguyễn Văn An" in text and "thời lượng: 4 giờ 30 phút" in text
    assert "Sở Nội vụ, tỉnh Bắc Ninh" in text and "Số vào sổ: 1/GCN" in text
    answer.close()
    apart = organiser.get(f"{address}/file?language=en&apart=y")
    assert apart.mimetype == "application/zip"
    apart.close()


def test_those_of_one_delegation(organiser, event, an):
    service.issue(event, on=ON)
    other = next(
        id_ for id_, _ in people.delegations(event) if id_ != an.organisation.delegation_id
    )
    address = f"/manage/{event.slug}/documents/certificates?delegation="
    assert "preview.png" in organiser.get(f"{address}{an.organisation.delegation_id}").text
    assert "preview.png" not in organiser.get(f"{address}{other}").text


# --- The rule -----------------------------------------------------------------------------------


def test_the_rule_is_changed(organiser, event, late):
    data = {"threshold": "50", "door_counts": "y", "title": "Lớp tập huấn", "title_en": ""}
    answer = post(organiser, home(event, "rule"), data)
    assert answer.status_code == 303
    rule = db.session.scalars(select(CertificateRule)).one()
    assert (rule.threshold, rule.door_counts, rule.title) == (50, True, "Lớp tập huấn")
    assert "Đủ điều kiện" in organiser.get(home(event)).text


@pytest.mark.parametrize("threshold", ["0", "101", "", "viel"])
def test_an_impossible_share_is_refused(organiser, event, threshold):
    answer = post(organiser, home(event, "rule"), {"threshold": threshold})
    assert answer.status_code == 422
    assert db.session.scalar(select(CertificateRule.threshold)) is None


def test_a_category_that_there_is_not_is_refused(organiser, event):
    answer = post(organiser, home(event, "rule"), {"threshold": "80", "excluded": "999999"})
    assert answer.status_code == 422


def test_whoever_is_excluded_is_said_to_be(organiser, event, an):
    service.save_rule(event, RuleData(80, (an.category_id,)))
    assert "Category without certificates" in organiser.get(f"{home(event)}?lang=en").text


# --- One person ---------------------------------------------------------------------------------


def test_attendance_is_corrected_with_a_reason(organiser, event, late, common):
    address = home(event, "people", late.id)
    data = {"session_id": common.id, "present": "present", "reason": "ký trên giấy"}
    answer = post(organiser, f"{address}/attendance", data, form_at=address)
    assert answer.status_code == 303
    it = db.session.scalars(select(AttendanceCorrection)).one()
    assert (it.session_id, it.present, it.made_by) == (
        common.id,
        True,
        "user:organiser@bacninh.example",
    )
    page = organiser.get(f"{address}?lang=en").text
    assert "organiser@bacninh.example" in page and "ký trên giấy" in page and "2 of 2" in page
    log = organiser.get(f"/manage/{event.slug}/delegates/{late.id}?lang=en").text
    assert "corrected the attendance" in log and "Tập huấn chung" in log
    back = {"session_id": common.id, "present": "scans", "reason": "nhầm người"}
    post(organiser, f"{address}/attendance", back, form_at=address)
    assert db.session.scalar(select(AttendanceCorrection.id)) is None


def test_a_day_is_corrected(organiser, event, late):
    address = home(event, "people", late.id)
    data = {"day_id": event.days[1].id, "present": "present", "reason": "máy hỏng"}
    post(organiser, f"{address}/attendance", data, form_at=address)
    assert db.session.scalar(select(AttendanceCorrection.day_id)) == event.days[1].id


def test_without_a_reason_nothing_is_corrected(organiser, event, late, common):
    address = home(event, "people", late.id)
    data = {"session_id": common.id, "present": "present", "reason": " "}
    answer = post(organiser, f"{address}/attendance", data, form_at=address)
    assert answer.status_code == 422 and "Hãy nêu lý do" in answer.text
    assert db.session.scalar(select(AttendanceCorrection.id)) is None


@pytest.mark.parametrize("what", [{"session_id": "999999"}, {"day_id": "x"}, {}])
def test_what_the_event_does_not_have_is_not_found(organiser, event, late, what):
    address = home(event, "people", late.id)
    data = {"present": "present", "reason": "thử", **what}
    answer = post(organiser, f"{address}/attendance", data, form_at=address)
    assert answer.status_code == 404


def test_a_person_of_another_event_is_not_found(organiser, event):
    assert organiser.get(home(event, "people", 999_999)).status_code == 404


def test_a_changed_name_is_offered_and_issued_anew(organiser, event, an):
    service.issue(event, on=ON)
    an.name = "Nguyễn Văn Ân"
    db.session.commit()
    id_, address = issued()[0].id, home(event, "people", an.id)
    assert "details have changed since" in organiser.get(f"{home(event)}?lang=en").text
    assert "Issue anew under the same number" in organiser.get(f"{address}?lang=en").text
    data = {"reason": "sai dấu", "delegate": an.id}
    empty = {"reason": "", "delegate": an.id}
    assert post(organiser, home(event, id_, "reissue"), empty, form_at=address).status_code == 422
    post(organiser, home(event, id_, "reissue"), data, form_at=address)
    assert (issued()[0].name, issued()[0].reissues) == ("Nguyễn Văn Ân", 1)
    post(organiser, home(event, id_, "reissue"), data, form_at=address)
    assert "nothing was changed" in organiser.get(f"{address}?lang=en").text


def test_a_new_print_says_that_it_is_one(organiser, event, an):
    service.issue(event, on=ON)
    an.name = "Nguyễn Văn Ân"
    db.session.commit()
    service.reissue(event, issued()[0].id, "sai dấu", on=date(2026, 12, 1))
    answer = send(organiser, event, "file", scope="all", language="vi")
    assert "Cấp lại lần 1, ngày 01/12/2026" in " ".join(text_of(answer.data).split())
    answer.close()


def test_withdrawn_with_a_reason_and_once(organiser, event, an):
    service.issue(event, on=ON)
    id_, address = issued()[0].id, home(event, "people", an.id)
    empty = {"reason": "", "delegate": an.id}
    assert post(organiser, home(event, id_, "withdraw"), empty, form_at=address).status_code == 422
    data = {"reason": "cấp nhầm", "delegate": an.id}
    post(organiser, home(event, id_, "withdraw"), data, form_at=address)
    assert issued()[0].is_withdrawn
    page = organiser.get(f"{address}?lang=en").text
    assert "cấp nhầm" in page and "Issue a certificate" in page
    post(organiser, home(event, id_, "withdraw"), data, form_at=address)
    assert "withdrawn already" in organiser.get(f"{address}?lang=en").text
    answer = post(organiser, home(event, 999_999, "withdraw"), data, form_at=address)
    assert answer.status_code == 404


# --- The delegate's own page --------------------------------------------------------------------


def test_ones_own_certificate(client, event, an):
    secret = links.renew(event, an.id)
    assert client.get(f"/p/{secret}/certificate.pdf").status_code == 302
    assert "certificate.pdf" not in client.get(f"/p/{secret}").text
    service.issue(event, on=ON)
    assert f"/p/{secret}/certificate.pdf" in client.get(f"/p/{secret}").text
    answer = client.get(f"/p/{secret}/certificate.pdf")
    assert answer.mimetype == "application/pdf" and len(opened(answer.data).pages) == 1
    assert "noindex" in answer.headers["X-Robots-Tag"]
    service.withdraw(event, issued()[0].id, "nhầm")
    assert client.get(f"/p/{secret}/certificate.pdf").status_code == 302


def test_nobodys_link(client, event):
    assert client.get("/p/no-such-secret/certificate.pdf").status_code == 404


# --- Finding somebody ---------------------------------------------------------------------------


@pytest.mark.parametrize("words", ["an nguyen", "Nguyễn  VĂN An", "van"])
def test_somebody_is_found_by_name_without_marks_in_any_order(organiser, event, an, late, words):
    page = organiser.get(home(event), query_string={"q": words}).text
    assert "Nguyễn Văn An" in page and "Lê Thị Muộn" not in page
    assert f'value="{" ".join(words.split())}"' in page


def test_a_search_and_a_filter_hold_together(organiser, event, an, late):
    page = organiser.get(home(event), query_string={"q": "an", "state": "too_little"}).text
    assert "Nguyễn Văn An" not in page
    assert "Nguyễn Văn An" not in organiser.get(home(event), query_string={"q": "!?"}).text


def test_somebody_is_found_by_the_number_of_their_certificate(organiser, event, an, late):
    service.issue(event, None, on=ON)
    [certificate] = issued()
    page = organiser.get(home(event), query_string={"q": certificate.number_text.lower()}).text
    assert "Nguyễn Văn An" in page and "Lê Thị Muộn" not in page


def test_what_is_found_is_paged_and_the_next_page_keeps_the_words(
    organiser, event, common, monkeypatch
):
    monkeypatch.setattr(listing, "PER_PAGE", 2)
    for number in ["Một", "Hai", "Ba"]:
        coming(event, f"Trần Thị {number}", 1)
    coming(event, "Lê Văn Tư", 1)
    first = organiser.get(home(event), query_string={"q": "thi tran", "lang": "en"}).text
    assert "Page 1 of 2" in first and first.count("Trần Thị") < 2 * 3
    address = re.search(r'rel="next" href="([^"]+)"', first).group(1).replace("&amp;", "&")
    second = organiser.get(address).text
    assert "Trần Thị" in second and "Lê Văn Tư" not in second


def test_the_tiles_count_what_their_lists_show(organiser, event, an):
    service.issue(event, None, on=ON)
    an.name = "Nguyễn Văn Ân"
    db.session.commit()
    page = organiser.get(f"{home(event)}?lang=en").text
    tiles = dict(re.findall(r'state=(\w+)".*?class="tile-figure">(\d+)', page, re.DOTALL))
    assert (tiles["issued"], tiles["outdated"]) == ("0", "1")
    for state, figure in tiles.items():
        shown = organiser.get(home(event), query_string={"state": state, "lang": "en"}).text
        if figure == "0":
            assert "Nobody is in this list." in shown
        else:
            assert f"People in this list: {figure}" in shown

"""What the form refuses, field by field, and what it makes of what is typed."""

import unicodedata

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from eventapp.events.models import Category, Site
from eventapp.extensions import db
from eventapp.registration import contact
from eventapp.registration.choices import choices_for
from eventapp.registration.forms import ANOTHER, EditForm, RegistrationForm
from eventapp.registration.models import Delegation
from eventapp.registration.service import Consent, register
from tests.builders import build_event, organisation
from tests.registration.filled import classes, details, form_data


@pytest.fixture
def fill(app, event):
    """Send a form with some fields changed; the form, already validated."""

    def filled(**changes):
        values = MultiDict(form_data(event, **changes))
        app.config["WTF_CSRF_ENABLED"] = False
        try:
            with app.test_request_context("/?lang=en", method="POST", data=values):
                form = RegistrationForm(choices_for(event))
                form.validate_on_submit()
                form.data_as_sent = form.data_of() if not form.errors else None
                str(form.errors)  # lazy texts are made in this context
                return form
        finally:
            app.config["WTF_CSRF_ENABLED"] = True

    return filled


def test_a_good_form(fill, event):
    form = fill()
    assert form.errors == {}
    assert form.data_as_sent == details(
        event,
        site_ids=(event.sites[1].id, event.sites[0].id),
        day_ids=tuple(day.id for day in event.days),
        delegation_id=organisation(event).delegation_id,
        diet="Ăn chay",
        language="en",
    )


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "   "),
        ("name", "12345"),
        ("name", "\u200b\u200b"),
        ("name", "a" * 121),
        ("position", ""),
        ("position", "a" * 301),
        ("delegation_id", 0),
        ("delegation_id", 999_999),
        ("delegation_id", "x"),
        ("delegation_id", None),
        ("organisation_id", 0),
        ("organisation_id", 999_999),
        ("organisation_id", "x"),
        ("category_id", 0),
        ("category_id", 999_999),
        ("email", ""),
        ("email", "khong-phai-thu"),
        ("email", "a@b"),
        ("email", "a@@bacninh.vn"),
        ("email", "nguyễn@bacninh.vn"),
        ("phone", ""),
        ("phone", "12"),
        ("phone", "0912 345 67"),
        ("phone", "không có"),
        ("phone", "0912345678 ext. 5"),
        ("day_ids", None),
        ("diet", "a" * 301),
        ("needs", "a" * 501),
        ("consent", None),
    ],
)
def test_each_refusal_is_beside_its_field(fill, field, value):
    assert set(fill(**{field: value}).errors) == {field}


def test_both_required_fields_are_told_at_once(fill):
    assert set(fill(name="", email="", consent=None).errors) == {"name", "email", "consent"}


# --- organisation ---


def test_an_office_of_another_province(fill, event):
    ministry = organisation(event, "Bộ Tài chính").delegation
    form = fill(delegation_id=ministry.id)
    assert ministry.name in form.errors["organisation_id"][0]


def test_a_ministry_is_its_own_office(fill, event):
    ministry = organisation(event, "Bộ Tài chính")
    form = fill(delegation_id=ministry.delegation_id, organisation_id=0)
    assert form.data_as_sent.organisation_id == ministry.id


def test_another_office_is_typed(fill):
    form = fill(organisation_id=ANOTHER, organisation_typed=" Viện  Công nghệ ")
    assert form.data_as_sent.organisation_id is None
    assert form.data_as_sent.organisation_typed == "Viện Công nghệ"


def test_typed_without_choosing_another(fill):
    form = fill(organisation_id=0, organisation_typed="Viện Công nghệ")
    assert form.data_as_sent.organisation_typed == "Viện Công nghệ"


def test_another_office_without_a_name(fill):
    assert set(fill(organisation_id=ANOTHER).errors) == {"organisation_typed"}
    assert set(fill(organisation_id=ANOTHER, organisation_typed="!!").errors) == {
        "organisation_typed"
    }


def test_from_elsewhere_with_and_without_a_name(fill, event):
    other = db.session.query(Delegation).filter_by(event_id=event.id, is_other=True).one().id
    form = fill(delegation_id=other, organisation_id=0)
    assert set(form.errors) == {"organisation_typed"}
    form = fill(delegation_id=other, organisation_id=0, organisation_typed="Đại học Kinh Bắc")
    assert form.data_as_sent.delegation_id == other


def test_chosen_and_typed(fill):
    assert set(fill(organisation_typed="Viện khác").errors) == {"organisation_id"}
    assert fill(organisation_typed="so noi vu").errors == {}, "the same, typed again"


# --- days, classes, wishes ---


def test_a_class_on_a_day_that_is_missed(fill, event):
    form = fill(class_id=classes(event)[0].id, day_ids=[event.days[1].id])
    assert set(form.errors) == {"class_id"}
    assert "26/11/2026" in form.errors["class_id"][0]


def test_a_place_is_wished_for_once(fill, event):
    site = event.sites[0].id
    assert set(fill(wish_1=site, wish_2=site).errors) == {"wish_2"}
    assert fill(wish_1=0, wish_2=0).data_as_sent.site_ids == ()
    assert fill(wish_1=0, wish_2=site).data_as_sent.site_ids == (site,)


def test_as_many_wishes_as_there_are_places(fill, event):
    assert len(fill().wishes) == 2
    db.session.add_all([Site(event_id=event.id, name=f"Điểm {i}", position=9) for i in range(5)])
    db.session.commit()
    assert len(fill().wishes) == 3


def test_categories_that_organisers_keep_for_themselves(fill, event):
    kept = Category(event_id=event.id, name="Ban Tổ chức", colour="#000000", is_public=False)
    db.session.add(kept)
    db.session.commit()
    assert set(fill(category_id=kept.id).errors) == {"category_id"}


def test_a_wrong_token_counts_as_a_new_form(fill):
    for token in ("", "x", "<script>", "a" * 65):
        form = fill(submission=token)
        assert form.errors == {}
        assert len(form.submission.data) == 32


# --- somebody who is registered ---


def test_an_edit_form_shows_what_is_registered(app, event):
    made = register(
        event,
        details(event, organisation_id=None, organisation_typed="Viện Công nghệ"),
        submission=None,
        consent=Consent("1"),
    ).delegate
    with app.test_request_context("/"):
        form = EditForm(choices_for(event, delegate=made), made)
        assert form.name.data == "Nguyễn Đình Ân"
        assert form.organisation_id.data == made.organisation_id
        offered = form.choices.offices(form.choices.delegation(form.delegation_id.data))
        assert "Viện Công nghệ" in [office.name for office in offered]
        assert [field.data for field in form.wishes] == [site.id for site in event.sites]
        assert form.revision.data == 1


def test_what_others_typed_is_not_offered(app, event):
    register(
        event,
        details(event, organisation_id=None, organisation_typed="Viện Công nghệ"),
        submission=None,
        consent=Consent("1"),
    )
    db.session.expire_all()
    with app.test_request_context("/"):
        form = RegistrationForm(choices_for(event))
        offered = [it for of in form.choices.delegations for it in form.choices.offices(of)]
        assert "Viện Công nghệ" not in [office.name for office in offered]


def test_an_event_without_sites_or_classes(app):
    event = build_event("nho")
    for row in [*classes(event), *event.sites]:
        db.session.delete(row)
    db.session.commit()
    with app.test_request_context("/"):
        form = RegistrationForm(choices_for(event))
        assert form.wishes == []
        assert "class_id" not in form


# --- contacts ---


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("0912345678", "+84912345678"),
        (" 0912 345 678 ", "+84912345678"),
        ("0912.345.678", "+84912345678"),
        ("(+84) 912-345-678", "+84912345678"),
        ("84912345678", "+84912345678"),
        ("0222 3822 222", "+842223822222"),
        ("+33 1 42 68 53 00", "+33142685300"),
        ("０９１２３４５６７８", "+84912345678"),
        ("", ""),
    ],
)
def test_phones_are_stored_in_one_form(typed, stored):
    assert contact.normalise_phone(typed) == stored


@given(
    st.sampled_from(["90", "91", "96", "98", "86", "70", "35", "58"]),
    st.text("0123456789", min_size=7, max_size=7),
    st.sampled_from(["0{}", "+84{}", "84 {}", "0 {}", "(0){}"]),
)
def test_any_mobile_number_however_written(prefix, digits, style):
    written = style.format(f"{prefix}{digits[:3]} {digits[3:]}")
    assert contact.normalise_phone(written) == f"+84{prefix}{digits}"


@given(st.text(max_size=30))
def test_whatever_is_typed_is_a_number_or_refused(typed):
    try:
        stored = contact.normalise_phone(typed)
    except contact.InvalidPhone:
        return
    assert stored == "" or phonenumbers.is_valid_number(phonenumbers.parse(stored))
    assert contact.normalise_phone(stored) == stored


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        (" An.Nguyen@BacNinh.GOV.vn ", "an.nguyen@bacninh.gov.vn"),
        (unicodedata.normalize("NFD", "an@việt.vn"), "an@việt.vn"),
        ("", ""),
    ],
)
def test_addresses_are_stored_in_one_form(typed, stored):
    assert contact.normalise_email(typed) == stored

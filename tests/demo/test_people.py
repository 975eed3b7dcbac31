"""Synthetic people: believable, reproducible, and safe to show."""

import re
from collections import Counter
from datetime import timedelta

import phonenumbers
import pytest

from eventapp.demo.people import Person, make_people
from eventapp.events.presets import Preset, load_preset
from eventapp.text import clean, fold, sort_key


@pytest.fixture(scope="module")
def preset() -> Preset:
    return load_preset("bac-ninh-2012")


@pytest.fixture(scope="module")
def crowd(preset: Preset) -> list[Person]:
    return list(make_people(preset, 3000, seed=1))


def test_the_same_seed_gives_the_same_people(preset: Preset, crowd: list[Person]) -> None:
    assert list(make_people(preset, 600, seed=1)) == crowd[:600]
    assert list(make_people(preset, 600, seed=2)) != crowd[:600]


def test_nobody_and_fewer(preset: Preset) -> None:
    assert list(make_people(preset, 0, seed=1)) == []
    with pytest.raises(ValueError, match="-1"):
        make_people(preset, -1, seed=1)


def test_even_a_few_come_from_everywhere(preset: Preset) -> None:
    few = list(make_people(preset, 28, seed=5))
    assert {it.organisation.province_code for it in few} == {
        None,
        *(province.code for province in preset.provinces),
    }
    ministries = {it.organisation.name for it in few if it.organisation.kind == "central"}
    assert ministries == set(preset.central_organisations)


def test_organisations_are_the_presets(preset: Preset, crowd: list[Person]) -> None:
    codes = {province.code for province in preset.provinces}
    offices = Counter()
    for person in crowd:
        where = person.organisation
        if where.kind == "central":
            assert where.name in preset.central_organisations
            assert where.province_code is None
        elif where.kind == "provincial":
            assert where.name in preset.provincial_organisations
            assert where.province_code in codes
            offices[where] += 1
        else:
            assert where.name not in preset.central_organisations
    assert len(offices) == 25 * 5


def test_names_are_vietnamese_and_plausible(preset: Preset, crowd: list[Person]) -> None:
    families = Counter(it.name.split()[0] for it in crowd)
    assert 0.28 < families["Nguyễn"] / len(crowd) < 0.42
    assert families["Trần"] > families["Bùi"]
    spoken_for = {speaker.name for speaker in preset.speakers}
    for person in crowd:
        assert person.name == clean(person.name)
        assert sort_key(person.name)
        assert 2 < len(person.name) <= 120
        assert person.name not in spoken_for
        words = person.name.split()
        assert len(set(words)) == len(words) >= 3
    assert len({it.name for it in crowd}) > len(crowd) * 0.6


def test_the_mountains_send_mountain_names(preset: Preset, crowd: list[Person]) -> None:
    region = {it.code: it.region for it in preset.provinces}
    share = {}
    for name in ("Tây Bắc", "Đồng bằng sông Hồng"):
        there = [it for it in crowd if region.get(it.organisation.province_code or "") == name]
        thai_or_mong = [
            it for it in there if it.name.split()[0] in ("Lò", "Quàng", "Giàng", "Sùng")
        ]
        share[name] = len(thai_or_mong) / len(there)
    assert share["Tây Bắc"] > 3 * share["Đồng bằng sông Hồng"]


def test_positions_fit_the_organisation(preset: Preset, crowd: list[Person]) -> None:
    leaders = Counter()
    for person in crowd:
        where = person.organisation
        if "UBND" in person.position:
            assert where.name == "Văn phòng UBND"
        if person.position in ("Thứ trưởng", "Cục trưởng", "Vụ trưởng"):
            assert where.kind == "central"
        if person.position in ("Giám đốc Sở", "Chánh Văn phòng", "Bí thư Tỉnh ủy"):
            leaders[where, person.position] += 1
        if person.position == "Giám đốc Sở":
            assert where.name.startswith("Sở")
        if person.protocol_position:
            assert person.protocol_position in preset.positions_by_protocol_rank
    assert leaders
    assert max(leaders.values()) == 1


def test_a_city_has_no_provincial_titles(preset: Preset) -> None:
    cities = {it.code for it in preset.provinces if it.kind == "thành phố"}
    people = [
        it
        for it in make_people(preset, 6000, seed=3)
        if it.organisation.province_code in cities and it.protocol_position != it.position
    ]
    renamed = [it for it in people if it.protocol_position]
    assert renamed
    for person in renamed:
        assert "tỉnh" not in person.position.lower()
        assert person.protocol_position in preset.positions_by_protocol_rank


def test_most_are_delegates_and_every_category_occurs(preset: Preset, crowd: list[Person]) -> None:
    categories = Counter(it.category for it in crowd)
    assert set(categories) == {it.name for it in preset.categories}
    assert 0.8 < categories["Đại biểu"] / len(crowd) < 0.9


def test_addresses_are_unique_and_reach_nobody(crowd: list[Person]) -> None:
    emails = [it.email for it in crowd]
    assert len(set(emails)) == len(emails)
    for person in crowd:
        assert re.fullmatch(r"[a-z]+(\.[a-z]+)*\.\d+@[a-z]+\.example", person.email)
        assert person.email.startswith(fold(person.name).replace(" ", "."))


def test_phone_numbers_are_valid_mobile_numbers(crowd: list[Person]) -> None:
    assert len({it.phone for it in crowd}) == len(crowd)
    for person in crowd:
        assert re.fullmatch(r"0[35789]\d{8}", person.phone)
        number = phonenumbers.parse(person.phone_e164)
        assert phonenumbers.is_valid_number_for_region(number, "VN")
        assert phonenumbers.number_type(number) == phonenumbers.PhoneNumberType.MOBILE


def test_wishes_and_classes_are_on_days_they_attend(preset: Preset, crowd: list[Person]) -> None:
    for person in crowd:
        assert person.days
        assert set(person.days) <= set(range(len(preset.days)))
        if person.training_class is not None:
            assert preset.training_classes[person.training_class].day in person.days
        if person.site_wishes:
            assert set(preset.visit_days) & set(person.days)
            assert len(set(person.site_wishes)) == len(person.site_wishes) <= 3
            assert set(person.site_wishes) <= set(range(len(preset.sites)))
    assert sum(bool(it.site_wishes) for it in crowd) > len(crowd) / 2


def test_diets_and_needs_are_few(crowd: list[Person]) -> None:
    assert 0.025 < sum(bool(it.diet) for it in crowd) / len(crowd) < 0.055
    assert 0.003 < sum(bool(it.needs) for it in crowd) / len(crowd) < 0.02


def test_registrations_come_in_humps_before_the_event(crowd: list[Person]) -> None:
    for person in crowd:
        assert timedelta(0) < person.registered_before < timedelta(days=43)
    weeks = Counter(it.registered_before.days // 7 for it in crowd)
    # Around the deadline there are more than in the quiet week before it.
    assert weeks[1] > weeks[3]

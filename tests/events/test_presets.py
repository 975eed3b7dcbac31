"""The presets that ship with the program."""

import csv
import json
from datetime import date, time
from importlib.resources import files

import pytest

from eventapp.events.presets import PresetNotFound, available_presets, load_preset
from eventapp.text import fold

SLUG = "bac-ninh-2012"


def test_it_loads() -> None:
    preset = load_preset(SLUG)
    assert preset.slug == SLUG
    assert preset.days == (date(2012, 11, 16), date(2012, 11, 17))
    assert preset.organiser == "Bộ Thông tin và Truyền thông"
    assert len(preset.provinces) == 25
    assert len(preset.provincial_organisations) == 5
    assert len(preset.central_organisations) == 3
    assert [it.name for it in preset.speakers] == ["Nguyễn Minh Hồng", "Nguyễn Tiến Nhường"]
    first = preset.sessions[0]
    assert (first.day, first.start, first.end) == (0, time(7, 30), time(8))


def test_what_is_made_up_is_marked() -> None:
    preset = load_preset(SLUG)
    for part in ("rooms", "sessions", "sites", "categories", "positions_by_protocol_rank"):
        assert preset.is_illustrative(part)
    for part in ("title", "venue", "days", "speakers", "central_organisations", "provinces"):
        assert not preset.is_illustrative(part)
    with pytest.raises(AttributeError):
        preset.is_illustrative("weather")


def test_what_follows_from_it() -> None:
    preset = load_preset(SLUG)
    assert preset.host_province is not None
    assert preset.host_province.full_name == "tỉnh Bắc Ninh"
    assert [it.room for it in preset.training_classes] == ["Phòng tập huấn A", "Phòng tập huấn B"]
    assert preset.visit_days == (1,)


def test_an_unknown_preset_is_refused() -> None:
    with pytest.raises(PresetNotFound, match=SLUG):
        load_preset("hoi-nghi-khac")
    with pytest.raises(PresetNotFound):
        load_preset("../presets/bac-ninh-2012")


@pytest.mark.parametrize("slug", available_presets())
def test_every_preset_is_whole(slug: str) -> None:
    preset = load_preset(slug)
    assert preset.slug == slug
    for session in preset.sessions:
        assert session.day in range(len(preset.days))
        assert session.start < session.end
        assert session.room == "" or session.room in preset.rooms
    for names in (
        preset.rooms,
        preset.positions_by_protocol_rank,
        [it.name for it in preset.sites],
        [it.name for it in preset.categories],
    ):
        assert len(set(names)) == len(names) > 0
    assert all(it.capacity > 0 and it.buses > 0 for it in preset.sites)


@pytest.mark.parametrize("slug", available_presets())
def test_source_and_illustration_share_nothing(slug: str) -> None:
    folder = files("eventapp.events.presets") / slug
    source, made_up = (
        json.loads((folder / name).read_text(encoding="utf-8"))
        for name in ("source.json", "illustrative.json")
    )
    assert not source.keys() & made_up.keys()


def test_the_provinces() -> None:
    provinces = load_preset(SLUG).provinces
    assert len({it.code for it in provinces}) == len(provinces)
    for province in provinces:
        assert len(province.code) == 2
        assert province.kind in ("tỉnh", "thành phố")
        assert fold(province.name) == province.ascii_name.lower()
    listed = (files("eventapp.events.presets") / "provinces.csv").read_text(encoding="utf-8")
    assert len(list(csv.reader(listed.splitlines()))) == len(provinces) + 1

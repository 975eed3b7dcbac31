"""When it was, though clocks are wrong or the time stands on paper."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Live
from tests.browser.door import Door, fresh_codes, log_of, provision

pytestmark = pytest.mark.browser


def test_times_are_right_though_the_clock_was_moved_by_hours(
    open_page: Callable[..., Page], live: Live
) -> None:
    page = open_page("/healthz")
    page.add_init_script(
        "const now = Date.now; window.shift = 0; Date.now = () => now() + window.shift;"
    )
    door, [ahead, behind] = provision(page, live, "Đồng hồ sai"), fresh_codes(live, 2)
    page.context.set_offline(True)
    hours = 3_600_000
    for code, shift in ((ahead, 3 * hours), (behind, -5 * hours)):
        page.evaluate("(shift) => { window.shift = shift; }", shift)
        assert door.scan(code)["verdict"] == "admitted"
    page.context.set_offline(False)
    door.wait_until("state.unsent === 0")
    for code, shift in ((ahead, 3), (behind, -5)):
        [entry] = log_of(live, code)
        read, happened, received = (
            datetime.fromisoformat(it)
            for it in (entry.read_at, entry.happened_at, entry.received_at)
        )
        assert abs(read - timedelta(hours=shift) - happened) < timedelta(seconds=3)
        assert timedelta() <= received - happened < timedelta(minutes=2)
        assert abs(entry.offset_ms + shift * hours) < 3000


def test_a_time_from_paper_is_the_halls(open_door: Callable[..., Door], live: Live) -> None:
    door, [code] = open_door(), fresh_codes(live)
    at = 1_353_000_000_000  # 16 November 2012, before anybody read it in
    result = door.scan(code, readAt=at, source="paper")
    assert result["at"] == at
    door.wait_until("state.unsent === 0")
    [entry] = log_of(live, code)
    assert entry.happened_at.startswith("2012-11-15 17:20:00")

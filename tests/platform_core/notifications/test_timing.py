"""When a mail may go, by a person's own clock."""

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest

from platform_core.notifications.models import NotificationSchedule
from platform_core.notifications.timing import due, zone_of

LIMA, MADRID = ZoneInfo("America/Lima"), ZoneInfo("Europe/Madrid")


def at(*moment):
    return datetime(*moment, tzinfo=UTC)


def quiet(begins, ends, **more):
    return NotificationSchedule(quiet_from=time(begins), quiet_until=time(ends), **more)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (at(2026, 11, 24, 2, 59), (at(2026, 11, 24, 2, 59), "")),  # 21:59 in Lima
        (at(2026, 11, 24, 3, 0), (at(2026, 11, 24, 12, 0), "quiet")),  # 22:00 sharp begins
        (at(2026, 11, 24, 8, 0), (at(2026, 11, 24, 12, 0), "quiet")),  # 03:00, past midnight
        (at(2026, 11, 24, 12, 0), (at(2026, 11, 24, 12, 0), "")),  # 07:00 sharp ends
    ],
)
def test_quiet_hours_reach_over_midnight(now, expected):
    assert due(now, zone=LIMA, schedule=quiet(22, 7)) == expected


def test_quiet_hours_within_a_day_hold_until_their_end():
    assert due(at(2026, 11, 24, 12, 30), zone=MADRID, schedule=quiet(13, 15)) == (at(2026, 11, 24, 14), "quiet")


def test_without_a_schedule_or_with_equal_ends_nothing_is_held():
    now = at(2026, 11, 24, 3)
    assert due(now, zone=LIMA, schedule=None) == (now, "")
    assert due(now, zone=LIMA, schedule=quiet(22, 22)) == (now, "")


def test_quiet_hours_end_by_the_clock_of_the_day_on_which_it_jumps_forward():
    # 2026-03-29: 02:00 becomes 03:00 in Madrid; 07:00 is 05:00 UTC, the day before it was 06:00 UTC
    assert due(at(2026, 3, 28, 3), zone=MADRID, schedule=quiet(22, 7)) == (at(2026, 3, 28, 6), "quiet")
    assert due(at(2026, 3, 29, 0, 30), zone=MADRID, schedule=quiet(22, 7)) == (at(2026, 3, 29, 5), "quiet")


def test_quiet_hours_that_end_in_the_skipped_hour_end_when_the_clock_has_jumped():
    schedule = NotificationSchedule(quiet_from=time(22), quiet_until=time(2, 30))
    assert due(at(2026, 3, 28, 23), zone=MADRID, schedule=schedule) == (at(2026, 3, 29, 1, 30), "quiet")


def test_a_daily_digest_in_the_repeated_hour_comes_once():
    daily = NotificationSchedule(digest="daily", digest_hour=2)
    first = at(2026, 10, 25, 0)  # 02:00 summer time in Madrid; at 01:00 UTC the clock says 02:00 again
    assert due(at(2026, 10, 24, 20), zone=MADRID, schedule=daily) == (first, "digest")
    assert due(at(2026, 10, 25, 0, 30), zone=MADRID, schedule=daily) == (at(2026, 10, 26, 1), "digest")


def test_a_weekly_digest_comes_on_monday():
    weekly = NotificationSchedule(digest="weekly", digest_hour=8)
    assert due(at(2026, 11, 24, 12), zone=LIMA, schedule=weekly) == (at(2026, 11, 30, 13), "digest")
    assert due(at(2026, 11, 30, 13), zone=LIMA, schedule=weekly) == (at(2026, 12, 7, 13), "digest")


def test_a_digest_inside_of_quiet_hours_waits_for_their_end():
    daily = quiet(22, 7, digest="daily", digest_hour=6)
    assert due(at(2026, 11, 24, 1), zone=LIMA, schedule=daily) == (at(2026, 11, 24, 12), "digest")


def test_an_unknown_time_zone_counts_as_utc():
    assert zone_of("Mars/Base").key == "UTC"

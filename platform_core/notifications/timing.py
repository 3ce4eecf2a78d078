"""When a mail may go out: quiet hours and digest by a person's own clock. Pure: instants in, instants out.

Local hours that a clock skips in spring come an hour later, those it repeats in autumn count once, the first time.
"""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from platform_core.notifications.models import NotificationSchedule

MONDAY, DIGEST, QUIET = 0, "digest", "quiet"


def zone_of(name: str) -> ZoneInfo:
    """This will return the time zone, UTC where the name is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def due(
    now: datetime, *, zone: ZoneInfo, schedule: NotificationSchedule | None, digests: bool = True
) -> tuple[datetime, str]:
    """This will say when a message of now may go, and what holds it: nothing, the digest or quiet hours.

    Without ``digests`` only quiet hours hold it: a text message once a day would be no news.
    """
    if schedule is None:
        return now, ""
    if digests and schedule.digest != NotificationSchedule.Digest.OFF:
        weekday = MONDAY if schedule.digest == NotificationSchedule.Digest.WEEKLY else None
        moment = _next(now, time(schedule.digest_hour), zone, weekday)
        return _after_quiet(moment, zone, schedule), DIGEST
    moment = _after_quiet(now, zone, schedule)
    return moment, "" if moment == now else QUIET


def _after_quiet(moment: datetime, zone: ZoneInfo, schedule: NotificationSchedule) -> datetime:
    begins, ends = schedule.quiet_from, schedule.quiet_until
    if begins is None or ends is None or begins == ends:
        return moment
    here = moment.astimezone(zone).time()
    is_quiet = begins <= here < ends if begins < ends else here >= begins or here < ends
    return _next(moment, ends, zone, None) if is_quiet else moment


def _next(now: datetime, at: time, zone: ZoneInfo, weekday: int | None) -> datetime:
    day = now.astimezone(zone).date()
    for ahead in range(9):
        found = datetime.combine(day + timedelta(days=ahead), at, tzinfo=zone).astimezone(UTC)
        if found > now and weekday in (None, (day + timedelta(days=ahead)).weekday()):
            return found
    raise AssertionError("a week has every weekday")

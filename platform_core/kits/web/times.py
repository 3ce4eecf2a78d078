"""Instants as people say them: a clock time today, "yesterday", then the day; always in the person's time zone."""

import datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext, pgettext


def clock(instant: datetime.datetime, *, seconds: bool = False) -> str:
    """This will write the time of day: 11:41, or 11:41:09."""
    return timezone.localtime(instant).strftime("%H:%M:%S" if seconds else "%H:%M")


def day(date: datetime.date, *, today: datetime.date | None = None) -> str:
    """This will write a day: today, yesterday, 24 Nov, 24 Nov 2025."""
    today = today or timezone.localdate()
    match (today - date).days:
        case 0:
            return gettext("today")
        case 1:
            return gettext("yesterday")
        case -1:
            return gettext("tomorrow")
    short, full = pgettext("date format", "j M"), pgettext("date format", "j M Y")
    return date_format(date, short if date.year == today.year else full)


def when(instant: datetime.datetime, *, now: datetime.datetime | None = None) -> str:
    """This will write an instant as shortly as it stays clear: 11:41, yesterday 11:41, 24 Nov 11:41, 24 Nov 2025."""
    local = timezone.localtime(instant)
    today = timezone.localtime(now).date() if now else timezone.localdate()
    if local.date() == today:
        return clock(instant)
    if local.year != today.year:
        return day(local.date(), today=today)
    return f"{day(local.date(), today=today)} {clock(instant)}"

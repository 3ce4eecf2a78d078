"""Which day it is where an organization is: figures by day are cut at its midnight."""

from datetime import date, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from platform_core.organizations.models import Organization


def day_of(organization: Organization, now: datetime) -> date:
    """This will say which day it is where the organization is."""
    return day_in(organization.time_zone, now)


def day_in(time_zone: str, now: datetime) -> date:
    """This will say which day it is in a time zone; in UTC where that is none."""
    try:
        zone = ZoneInfo(time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        zone = ZoneInfo("UTC")
    return now.astimezone(zone).date()

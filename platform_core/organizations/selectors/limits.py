"""What an organization may use and what it has used. Defaults are declared by the app that counts; billing writes others.

``limit_of`` answers from ``PlanLimit`` or the default. Booking is a write and lives in ``services.limits``.
"""

import datetime
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from platform_core.organizations.models import Membership, Organization, PlanLimit, Usage

Per = Literal["month", "standing", "each"]
STANDING = datetime.date(2000, 1, 1)  # the period of what does not start over
UNLIMITED = -1


@dataclass(frozen=True, slots=True)
class Limit:
    """One limit: per month, standing (storage), or for each single thing (rows of one run: nothing is booked)."""

    name: str
    label: Any
    default: int
    per: Per = "month"
    unit: Literal["count", "bytes"] = "count"


@dataclass(frozen=True, slots=True)
class Level:
    """A limit with what is used of it; ``limit`` is None where there is none."""

    name: str
    label: Any
    per: Per
    unit: str
    used: int
    limit: int | None

    @property
    def percent(self) -> float:
        """How much is used, 0 to 100."""
        return min(100.0, 100 * self.used / self.limit) if self.limit else 0.0


DEFAULTS: dict[str, Limit] = {}


def declare_limit(limit: Limit) -> str:
    """This will declare a limit ``<app>.<thing>`` with its default and return its name; raises ValueError if it exists."""
    if DEFAULTS.setdefault(limit.name, limit) != limit:
        raise ValueError(f"limit {limit.name} is declared twice")
    return limit.name


MEMBERS = declare_limit(Limit("members", _("Members"), 25, "standing"))
STORAGE = declare_limit(Limit("storage_bytes", _("Storage"), 50 * 10**9, "standing", "bytes"))


def limit_of(organization: Organization | UUID, name: str) -> int | None:
    """This will give the limit in force, None where there is none; raises KeyError for a name nobody declared."""
    default = DEFAULTS[name].default
    rows = PlanLimit.objects.for_organization(organization).filter(name=name)
    value = next(iter(rows.values_list("value", flat=True)), default)
    return None if value == UNLIMITED else value


def period_of(name: str, on: datetime.date | None = None) -> datetime.date:
    """This will give the period a booking of ``on`` falls into: the month's first day (UTC), or the one of standing limits."""
    day = on or timezone.now().astimezone(datetime.UTC).date()
    return day.replace(day=1) if DEFAULTS[name].per == "month" else STANDING


def used_of(organization: Organization | UUID, name: str) -> int:
    """This will give what is used in the running period; members are counted, everything else is booked."""
    if name == MEMBERS:
        return Membership.objects.for_organization(organization).count()
    rows = Usage.objects.for_organization(organization).filter(name=name, period=period_of(name))
    return next(iter(rows.values_list("used", flat=True)), 0)


def levels(organization: Organization | UUID) -> list[Level]:
    """This will list every limit with what is used of it, in three queries."""
    own = dict(PlanLimit.objects.for_organization(organization).values_list("name", "value"))
    booked = {
        (name, period): used
        for name, period, used in Usage.objects.for_organization(organization)
        .filter(period__in={period_of(name) for name in DEFAULTS})
        .values_list("name", "period", "used")
    }
    found = []
    for name, limit in DEFAULTS.items():
        value = own.get(name, limit.default)
        used = used_of(organization, name) if name == MEMBERS else booked.get((name, period_of(name)), 0)
        found.append(Level(name, limit.label, limit.per, limit.unit, used, None if value == UNLIMITED else value))
    return found

"""Active accounts by day or month, all products and each. A month counts an account once, however often it came."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from django.db.models import Count, Sum
from django.db.models.functions import TruncMonth

from platform_core.access.models import ApiDay
from platform_core.analytics.models import ActiveDay
from platform_core.organizations.models import Organization
from platform_core.organizations.selectors.days import day_of

By = Literal["day", "month"]
DAYS, MONTHS = 30, 12


@dataclass(frozen=True, slots=True)
class Period:
    """A day, or a month by its first day: accounts in all, and by product where there were any; calls of live API keys."""

    begins: date
    accounts: int
    products: Mapping[str, int]
    api_calls: int = 0


@dataclass(frozen=True, slots=True)
class Use:
    """What one organization used in a month, for staff."""

    organization_id: UUID
    name: str
    slug: str
    accounts: int
    products: Mapping[str, int]
    api_calls: int = 0


def active(organization: Organization, *, by: By, now: datetime) -> list[Period]:
    """This will count the last 30 days or 12 months, the running one last, those without anybody as zero. Three queries."""
    spans = _spans(by, day_of(organization, now))
    rows: Any = ActiveDay.objects.for_organization(organization).filter(day__gte=spans[0])
    if by == "month":
        rows = rows.annotate(span=TruncMonth("day")).values("span")
        column = "span"
    else:
        rows, column = rows.values("day"), "day"
    people = Count("user_id", distinct=True)
    totals = dict(rows.annotate(n=people).values_list(column, "n"))
    split: dict[date, dict[str, int]] = defaultdict(dict)
    for begins, product, n in rows.values(column, "product").annotate(n=people).values_list(column, "product", "n"):
        split[begins][product] = n
    calls = _calls(organization, by, spans[0])
    return [Period(begins, totals.get(begins, 0), split.get(begins, {}), calls.get(begins, 0)) for begins in spans]


def _calls(organization: Organization, by: By, since: date) -> dict[date, int]:
    rows: Any = ApiDay.objects.for_organization(organization).filter(day__gte=since)
    if by == "day":
        return dict(rows.values_list("day", "calls"))
    summed = rows.annotate(span=TruncMonth("day")).values("span").annotate(n=Sum("calls"))
    return dict(summed.values_list("span", "n"))


def uses(month: date) -> list[Use]:
    """This will count a month of every organization, the most active first; call it as the service. Three queries."""
    rows = ActiveDay.objects.filter(day__gte=month, day__lt=_next_month(month))
    people = Count("user_id", distinct=True)
    split: dict[UUID, dict[str, int]] = defaultdict(dict)
    counted = rows.values("organization_id", "product").annotate(n=people)
    for organization_id, product, n in counted.values_list("organization_id", "product", "n"):
        split[organization_id][product] = n
    names = ("organization_id", "organization__name", "organization__slug")
    found = rows.values(*names).annotate(n=people).order_by("-n", "organization__name").values_list(*names, "n")
    days = ApiDay.objects.filter(day__gte=month, day__lt=_next_month(month)).values(*names).annotate(n=Sum("calls"))
    calls = {pk: (name, slug, n) for pk, name, slug, n in days.order_by("-n").values_list(*names, "n")}
    used = [Use(pk, name, slug, n, split[pk], calls.pop(pk, ("", "", 0))[2]) for pk, name, slug, n in found]
    return used + [Use(pk, name, slug, 0, {}, n) for pk, (name, slug, n) in calls.items()]


def everybody(month: date) -> tuple[int, int]:
    """This will count a month's accounts over all organizations, each once, and the organizations; as the service."""
    rows = ActiveDay.objects.filter(day__gte=month, day__lt=_next_month(month))
    found = rows.aggregate(
        accounts=Count("user_id", distinct=True), organizations=Count("organization_id", distinct=True)
    )
    return found["accounts"], found["organizations"]


def months_until(now: datetime) -> list[date]:
    """This will list the first days of the last 12 months, the running one last."""
    return _spans("month", now.astimezone(UTC).date())


def _spans(by: By, today: date) -> list[date]:
    if by == "day":
        return [today - timedelta(days=ago) for ago in reversed(range(DAYS))]
    running = today.year * 12 + today.month - 1
    return [date((running - ago) // 12, (running - ago) % 12 + 1, 1) for ago in reversed(range(MONTHS))]


def _next_month(month: date) -> date:
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)

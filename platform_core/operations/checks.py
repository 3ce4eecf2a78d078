"""Our own checks: what ``/status`` says, and what each minute is kept of it. None of them raises."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import redis
from django.db import DatabaseError, InterfaceError, connection
from django.db.models import Count, Min, Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from platform_core.evidence.models import AuditPending
from platform_core.kits.observability.probes import broker
from platform_core.kits.observability.queues import QUEUES, age
from platform_core.kits.storage.room import room
from platform_core.kits.tenancy.scope import service
from platform_core.mail import services as mail
from platform_core.mail.models import OutgoingMail
from platform_core.operations.models import StatusDay, StatusSample

DAYS = 90
OK, SLOW, DOWN = StatusSample.State.OK.value, StatusSample.State.SLOW.value, StatusSample.State.DOWN.value
WORST = {OK: 0, "none": 0, SLOW: 1, DOWN: 2}
PARTS: dict[str, Any] = {
    "web": _("Pages and API"),
    "database": _("Database"),
    "fast": _("Quick work: documents, mail, webhooks"),
    "slow": _("Long work: archives, merging"),
    "mail": _("Handing mail over"),
    "storage": _("File storage"),
    "audit": _("Sealing the audit log"),
}
LIMITS = {"fast": (60, 600), "slow": (600, 3600), "mail": (300, 1800), "audit": (120, 300)}  # seconds: slow, down
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Day:
    """One bar: the worst that a tenth of the day's minutes, or ten of them, had to say; ``none`` where nothing is known."""

    day: date
    state: str
    minutes: int = 0
    bad: int = 0


def run() -> dict[str, str]:
    """This will look at each part now. Where the database is away, what lives in it is not known and not working."""
    states = {"web": OK, "database": _of(_database)}
    waits: dict[str, Callable[[], float]] = {
        **{queue: (lambda name=queue: _queue(name)) for queue in QUEUES},  # type: ignore[misc]
        "mail": _mail,
        "audit": sealing_seconds,
    }
    for part in PARTS:
        if part in waits:
            away = part in ("mail", "audit") and states["database"] == DOWN
            states[part] = DOWN if away else _of(lambda part=part: _late(part, waits[part]()))  # type: ignore[misc]
    states["storage"] = _of(lambda: SLOW if room().is_low else OK)
    return {part: states[part] for part in PARTS}


def keep() -> int:
    """This will store this minute and thin out days that are over. In the service's scope."""
    now = timezone.now()
    StatusSample.objects.bulk_create([StatusSample(at=now, part=part, state=state) for part, state in run().items()])
    return thin(now.date())


def thin(today: date) -> int:
    """This will turn samples of days before today into one row a day, and forget days past the page."""
    old = StatusSample.objects.filter(at__date__lt=today)
    counts = {state: Count("id", filter=Q(state=state)) for state in (OK, SLOW, DOWN)}
    days: list[Any] = list(old.values("at__date", "part").annotate(**counts))
    for found in days:
        numbers = {state: found[state] for state in (OK, SLOW, DOWN)}
        StatusDay.objects.update_or_create(day=found["at__date"], part=found["part"], defaults=numbers)
    if days:
        old.delete()
    StatusDay.objects.filter(day__lt=today - timedelta(days=DAYS)).delete()
    return len(days)


def history(today: date) -> dict[str, list[Day]]:
    """This will give each part ninety days, the oldest first."""
    found = {(row.part, row.day): (row.ok, row.slow, row.down) for row in StatusDay.objects.all()}
    counts = {state: Count("id", filter=Q(state=state)) for state in (OK, SLOW, DOWN)}
    samples: Any = StatusSample.objects.values("at__date", "part").annotate(**counts)
    for row in samples:
        found[row["part"], row["at__date"]] = (row[OK], row[SLOW], row[DOWN])
    days = [today - timedelta(days=n) for n in range(DAYS - 1, -1, -1)]
    return {part: [_day(day, found.get((part, day))) for day in days] for part in PARTS}


def _day(day: date, counts: tuple[int, int, int] | None) -> Day:
    if counts is None or not sum(counts):
        return Day(day, "none")
    minutes, bad = sum(counts), counts[1] + counts[2]
    many = min(10, max(1, minutes // 10))
    return Day(day, DOWN if counts[2] >= many else SLOW if bad >= many else OK, minutes, bad)


def _of(check: Callable[[], str]) -> str:
    try:
        return check()
    except (DatabaseError, InterfaceError, redis.RedisError, OSError) as error:
        logger.warning("status.check_failed", extra={"error": type(error).__name__})
        if isinstance(error, DatabaseError | InterfaceError):
            connection.close()
        return DOWN


def _late(part: str, seconds: float) -> str:
    slow, down = LIMITS[part]
    return DOWN if seconds >= down else SLOW if seconds >= slow else OK


def _database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return OK


def _queue(name: str) -> float:
    message: Any = broker().lindex(name, -1)
    return age(message)


def _mail() -> float:
    if mail.is_held():
        return float(LIMITS["mail"][1])
    with service("status: for how long the oldest due mail waits"):
        due = OutgoingMail.objects.filter(Q(due_at=None) | Q(due_at__lte=Now()), state="queued")
        return _since(due.aggregate(at=Min("created_at"))["at"])


def sealing_seconds() -> float:
    """This will say for how long the oldest event waits for its seal."""
    with service("status: how far sealing is behind"):
        return _since(AuditPending.objects.aggregate(at=Min("noted_at"))["at"])


def _since(at: Any) -> float:
    return max((timezone.now() - at).total_seconds(), 0.0) if at else 0.0

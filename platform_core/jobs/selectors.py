"""Reads of jobs: lists, logs, and how fast one goes."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext

from platform_core.jobs.models import Job, JobLogLine, JobQuerySet
from platform_core.kits.tenancy.searching import found_by
from platform_core.kits.web import numbers

MARKS = r"^(Started|Paused|Canceled|Parked|Finished)"
LEAST_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Pace:
    """Rows a minute while it ran, and when it will end at that rate; None where it cannot be said yet."""

    per_minute: float | None = None
    ends_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SaidLine:
    """One line of a log as a page shows it."""

    at: datetime
    level: str
    text: str


def jobs(organization: Any) -> JobQuerySet:
    """This will list an organization's jobs, the newest first."""
    return Job.objects.for_organization(organization).select_related("started_by").order_by("-created_at")


def titled(words: str, *, column: str = "pk") -> Q:
    """This will give the condition that a job, or the one that ``column`` names, has these words in its title."""
    title = "title" if column == "pk" else f"{column.removesuffix('_id')}__title"
    return found_by("find_jobs", words, column=column) or Q(**{f"{title}__icontains": words})


def log_lines(job: Job) -> Any:
    """This will list a job's log, the newest line first."""
    return JobLogLine.objects.for_organization(job.organization_id).filter(job=job).order_by("-at", "-id")


def pace(job: Job, *, done: int) -> Pace:
    """This will measure a job: ``done`` rows closed in the time it really ran, pauses left out (one query).

    It ends at a clock time only while it runs.
    """
    seconds = active_time(job).total_seconds()
    if done <= 0 or seconds < LEAST_SECONDS:
        return Pace()
    per_second = done / seconds
    left = max(job.total - done, 0)
    ends_at = timezone.now() + timedelta(seconds=left / per_second) if job.state == "running" and left else None
    return Pace(per_second * 60, ends_at)


def active_time(job: Job) -> timedelta:
    """This will add up the stretches between "Started" and whatever ended each: a pause, a failure, the end."""
    if job.started_at is None:
        return timedelta(0)
    marks = JobLogLine.objects.for_organization(job.organization_id).filter(job=job, message__regex=MARKS)
    total, since = timedelta(0), None
    for message, at in marks.order_by("at", "id").values_list("message", "at"):
        if message == "Started":
            since = since or at
        elif since:
            total, since = total + (at - since), None
    if since:
        total += (job.finished_at if job.ended and job.finished_at else timezone.now()) - since
    return total or (job.finished_at or timezone.now()) - job.started_at


def said_log(job: Job, *, limit: int = 100) -> list[SaidLine]:
    """This will give the newest lines of a job's log in the reader's language; persons are named where it says who."""
    lines = list(log_lines(job)[:limit])
    ids = {line.parameters["by"] for line in lines if line.parameters.get("by")}
    people = {str(user.pk): user.get_full_name() for user in get_user_model().objects.filter(pk__in=ids)} if ids else {}
    return [SaidLine(line.at, line.level, _said(line, people)) for line in lines]


def _said(line: JobLogLine, people: dict[str, str]) -> str:
    words = {name: _word(name, value, people) for name, value in line.parameters.items()}
    try:
        return gettext(line.message) % words
    except (KeyError, ValueError, TypeError):  # a line of an older version
        return gettext(line.message)


def _word(name: str, value: Any, people: dict[str, str]) -> str:
    if name == "by":
        return people.get(str(value)) or gettext("the platform")
    return numbers.write(value) if isinstance(value, int | float) else str(value)

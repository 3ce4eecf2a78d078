"""Kinds of jobs: a port. The slice that owns the work plugs in its name, its own page, its live counts and its buttons.

A kind that is not registered still has a page here; its buttons then move the job alone.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from platform_core.jobs.models import Job

PAUSE, RESUME, CANCEL, RETRY = STEPS = ("pause", "resume", "cancel", "retry")


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a job is: rows closed well, closed badly, and on a worker just now."""

    done: int
    failed: int
    running: int = 0


PageUrl = Callable[[Job, str], str]
Steer = Callable[..., None]
Measure = Callable[[Job], Progress]
Details = Callable[[Job], list[tuple[Any, int]]]


@dataclass(frozen=True, slots=True)
class Kind:
    """What a slice says about its jobs. ``steps`` names the buttons that make sense for them."""

    name: str
    label: Any = ""
    page_url: PageUrl | None = None
    steer: Steer | None = None
    progress: Measure | None = None
    steps: tuple[str, ...] = STEPS
    manage: str = ""  # permission for the buttons; JOB_MANAGE without
    details: Details | None = None


KINDS: dict[str, Kind] = {}


def register_kind(
    kind: str,
    *,
    label: Any = "",
    page_url: PageUrl | None = None,
    steer: Steer | None = None,
    progress: Measure | None = None,
    steps: tuple[str, ...] = STEPS,
    manage: str = "",
    details: Details | None = None,
) -> None:
    """This will plug a slice into the job pages; the later registration of a kind wins.

    ``page_url(job, organization_slug)`` gives the slice's own page, ``steer(actor=, job=, to=)`` pauses, resumes, cancels
    or retries, ``progress(job)`` counts rows of an open job, ``details(job)`` gives labels and counts for a card of its own.
    """
    KINDS[kind] = Kind(kind, label, page_url, steer, progress, steps, manage, details)


def kind_of(job: Job) -> Kind:
    """This will give what is known of the job's kind."""
    return KINDS.get(job.kind) or Kind(job.kind)


def progress_of(job: Job) -> Progress:
    """This will say how far a job is: an ended one has its counts, the rows of an open one are counted by its slice."""
    measure = kind_of(job).progress
    return measure(job) if measure and not job.ended else Progress(job.done, job.failed)

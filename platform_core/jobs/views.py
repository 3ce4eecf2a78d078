"""Pages of background work, whatever product it belongs to: all of it, and one with its progress, log and buttons."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_POST, require_safe

from platform_core.access.can import can
from platform_core.access.doors import organization_page, require
from platform_core.access.modes import MODES, choices_of, narrowed
from platform_core.jobs import selectors, services
from platform_core.jobs.models import Job
from platform_core.jobs.registry import CANCEL, KINDS, PAUSE, RESUME, RETRY, Progress, kind_of, progress_of
from platform_core.kits.storage.room import room
from platform_core.kits.web import numbers
from platform_core.kits.web.pagination import paginate
from platform_core.kits.web.requests import go, page_or_fragment
from platform_core.kits.web.toasts import toast
from platform_core.permissions import JOB_MANAGE, JOB_VIEW

if TYPE_CHECKING:
    from platform_core.organizations.models import Organization

GROUPS = {
    "open": ("queued", "running", "paused"),
    "attention": ("parked", "failed", "partial"),
    "ended": ("done", "canceled"),
}


@dataclass(frozen=True, slots=True)
class Card:
    """A job as a line of the list."""

    job: Job
    progress: Progress
    kind: Any

    @property
    def done_percent(self) -> float:
        return 100 * self.progress.done / max(self.job.total, 1)

    @property
    def failed_percent(self) -> float:
        return 100 * self.progress.failed / max(self.job.total, 1)

    @property
    def running_percent(self) -> float:
        return 100 * self.progress.running / max(self.job.total, 1)

    @property
    def left(self) -> int:
        return max(self.job.total - self.progress.done - self.progress.failed, 0)


@require_safe
@organization_page(JOB_VIEW)
def job_list(request: HttpRequest, organization: Organization) -> HttpResponse:
    """This will list jobs, the newest first; filters stand in the address."""
    group, words = request.GET.get("state", ""), request.GET.get("q", "").strip()
    mode = request.GET.get("test", "")
    every = selectors.jobs(organization)
    rows = narrowed(every, mode)
    if group in GROUPS:
        rows = rows.filter(state__in=GROUPS[group])
    if words:
        kinds = [name for name, kind in KINDS.items() if words.lower() in str(kind.label).lower()]
        rows = rows.filter(Q(title__icontains=words) | Q(kind__in=kinds) if kinds else selectors.titled(words))
    shown = paginate(request, rows)
    cards = [_card(job) for job in shown.rows]
    context = {
        "organization": organization,
        "shown": shown,
        "cards": cards,
        "group": group,
        "words": words,
        "is_filtered": bool(group or words or mode in MODES),
        "mode": mode,
        "modes": choices_of(every, mode),
        "is_live": any(not job.ended and job.state != "parked" for job in shown.rows),
        "chips": [("", _("All")), ("open", _("Open")), ("attention", _("Needs attention")), ("ended", _("Ended"))],
    }
    return page_or_fragment(request, "jobs/job_list.html", context, fragment="jobs")


@require_safe
@organization_page(JOB_VIEW)
def job_page(request: HttpRequest, organization: Organization, job_id: UUID) -> HttpResponse:
    """This will show one job; the page asks for its progress every two seconds until the job has ended."""
    return _page(request, organization, _job(organization, job_id))


@require_POST
@organization_page(JOB_VIEW)
def steer(request: HttpRequest, organization: Organization, job_id: UUID) -> HttpResponse:
    """This will pause, resume, cancel or retry a job; what its state does not allow changes nothing and says so."""
    job = _job(organization, job_id)
    require(request.principal, kind_of(job).manage or JOB_MANAGE, job)  # type: ignore[attr-defined]
    step = request.POST.get("to", "")
    try:
        services.take_step(job=job, actor=request.user, step=step)  # type: ignore[arg-type]
    except services.JobStateError as error:
        return _page(request, organization, _job(organization, job_id), error=str(error), status=409)
    toast(request, _done(step))
    return go(request, "job", slug=organization.slug, job_id=job.pk)


def _page(
    request: HttpRequest, organization: Organization, job: Job, *, error: str = "", status: int = 200
) -> HttpResponse:
    card, kind = _card(job), kind_of(job)
    may = can(request.principal, kind.manage or JOB_MANAGE)  # type: ignore[attr-defined]
    closed = card.progress.done + card.progress.failed
    context = {
        "organization": organization,
        "job": job,
        "kind": kind,
        "card": card,
        "closed": closed,
        "pace": selectors.pace(job, done=closed),
        "log": selectors.said_log(job),
        "details": kind.details(job) if kind.details else [],
        "own_page": kind.page_url(job, organization.slug) if kind.page_url else "",
        "buttons": [_button(step, job, card) for step in services.steps_of(job)] if may else [],
        "room": room() if job.state == "paused" and job.reason == services.NO_ROOM else None,
        "is_live": not job.ended and job.state != "parked",
        "today": timezone.localdate(),
        "error": error,
    }
    return page_or_fragment(request, "jobs/job.html", context, fragment="job", status=status)


def _job(organization: Organization, job_id: UUID) -> Job:
    return get_object_or_404(selectors.jobs(organization), id=job_id)


def _card(job: Job) -> Card:
    return Card(job, progress_of(job), kind_of(job))


def _button(step: str, job: Job, card: Card) -> dict[str, str]:
    icons = {PAUSE: "pause", RESUME: "play", CANCEL: "x", RETRY: "rotate-ccw"}
    if step == CANCEL and card.left:
        text = ngettext("Cancel job: %(n)s stays undone", "Cancel job: %(n)s stay undone", card.left)
        label = text % {"n": numbers.write(card.left)}
    elif step == RETRY and card.progress.failed:
        label = ngettext("Try %(n)s failed again", "Try %(n)s failed again", card.progress.failed)
        label %= {"n": numbers.write(card.progress.failed)}
    else:
        label = {
            PAUSE: _("Pause job"),
            RESUME: _("Resume job"),
            CANCEL: _("Cancel job"),
            RETRY: pgettext("job", "Try again"),
        }[step]
    return {"to": step, "label": label, "icon": icons[step]}


def _done(step: str) -> str:
    return {
        PAUSE: _("Job paused."),
        RESUME: _("Job goes on."),
        CANCEL: _("Job canceled. What is done stays."),
        RETRY: _("Job is tried again."),
    }[step]

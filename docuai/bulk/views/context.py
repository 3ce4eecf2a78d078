"""What the page of a run shows, also when a drawer stands open on it."""

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from docuai.bulk import bundling, selectors
from docuai.bulk.lanes import LANES
from docuai.bulk.models import BulkRun, RunRow
from docuai.permissions import RUN_MANAGE
from platform_core.access.can import can
from platform_core.jobs.models import Job
from platform_core.kits.web.pagination import Shown
from platform_core.kits.web.requests import whole
from platform_core.organizations.models import Organization

PAGE = 16
FILTERS = ("done", "failed", "running", "queued", "canceled", "corrected")
LOG_LINES = 7
FAILED_ROWS = 5


def run_of(organization: Organization, number: int) -> BulkRun:
    """This will find a run of the organization that is not deleted, or raise Http404."""
    runs = BulkRun.objects.for_organization(organization).filter(deleted_at=None)
    return get_object_or_404(
        runs.select_related("organization", "job__started_by", "template", "version"), number=number
    )


def picked(request: HttpRequest, most: int = 1000) -> list[int] | None:
    """This will read which rows were ticked (``row``, several times); None where the question is not about single rows."""
    given = request.POST if request.method == "POST" else request.GET
    if "row" not in given:
        return None
    numbers = (whole(text) for text in given.getlist("row")[:most])
    return sorted({number for number in numbers if number})


def run_at(organization: Organization, number: int, **_path: Any) -> BulkRun:
    """This will find the run of a page's path, for its door: it may be shared with who has not the role."""
    return run_of(organization, number)


def run_context(request: HttpRequest, organization: Organization, run: BulkRun, **more: Any) -> dict[str, Any]:
    """This will read everything the page shows; at most twelve queries with those of the shell."""
    progress = selectors.progress_of(run)
    bundle = bundling.bundle_of(run)
    follow_ups = selectors.follow_ups(run)
    state = request.GET.get("state", "") if request.GET.get("state", "") in FILTERS else ""
    words = request.GET.get("q", "").strip()[:100]
    return {
        "organization": organization,
        "run": run,
        "job": run.job,
        "progress": progress,
        "bundle": bundle,
        "account": run.job.result.get("account"),
        "accounted": progress.total - run.job.result.get("account", {}).get("missing", 0),
        "took": _duration(run.job.result.get("took_seconds")),
        "counters": _counters(run, progress, bundle, state),
        "follow_ups": follow_ups,
        "merged": _merged(follow_ups.merge, bundle),
        "is_live": _is_live(run, follow_ups),
        "log": selectors.said_log(run.job, limit=0 if request.GET.get("log") == "all" else LOG_LINES),
        "state": state,
        "words": words,
        "poll_url": _address(
            run, state=state, q=words, page=request.GET.get("page", ""), log=request.GET.get("log", "")
        ),
        "log_limit": LOG_LINES,
        "whole_log": request.GET.get("log") == "all",
        "can_manage": can(request.principal, RUN_MANAGE, run),  # type: ignore[attr-defined]
        "workers_configured": min(settings.WORKERS_FAST, LANES),
        "demo": settings.DEMO,
        "today": timezone.localdate(),
        **_rows(request, run, progress, state, words),
        **more,
    }


def _rows(request: HttpRequest, run: BulkRun, progress: selectors.Progress, state: str, words: str) -> dict[str, Any]:
    """One page of rows; how many there are is known from the counters unless words were searched."""
    newest_first = not run.job.ended
    found = selectors.find_rows(run, state=state, words=words, newest_first=newest_first)
    if words or state == "corrected":
        total = found.count()
    else:
        total = progress.counts[state] if state else progress.total - (progress.counts["queued"] if newest_first else 0)
    pages = max(1, -(-total // PAGE))
    number = min(max(whole(request.GET.get("page")) or 1, 1), pages)
    first = (number - 1) * PAGE
    rows = list(found[first : first + PAGE])
    path = selectors.label_path(run.version.schema)
    failed: list[RunRow] = []
    if run.job.ended and progress.counts["failed"] and not state and not run.purged_at:
        failed = list(selectors.find_rows(run, state="failed")[:FAILED_ROWS])
    shown = Shown(
        rows=[selectors.shown_row(row, path) for row in rows],
        number=number,
        first=first + 1 if rows else 0,
        last=first + len(rows),
        total=total,
        previous=number - 1 if number > 1 else None,
        next=number + 1 if number < pages else None,
    )
    failed_rows = [selectors.shown_row(row, path) for row in failed]
    return {"shown": shown, "newest_first": newest_first, "failed_rows": failed_rows}


def _counters(
    run: BulkRun, progress: selectors.Progress, bundle: bundling.Bundle, current: str
) -> list[dict[str, Any]]:
    """The counters under the bar: legend of its colors, and filter of the table."""
    counts = progress.counts
    known = [
        ("done", _("Done"), counts["done"], "", "--accent-fill", ""),
        ("failed", _("Failed"), counts["failed"], "", "--bad-fill", ""),
    ]
    if run.job.ended:
        known.append(("canceled", _("Canceled"), counts["canceled"], "ring", "", ""))
        known.append(("corrected", _("Corrected since"), bundle.void, "", "", "history"))
    else:
        known.append(("running", _("Running"), counts["running"], "work", "", ""))
        known.append(("queued", _("Waiting"), counts["queued"], "ring", "", ""))
    return [
        {
            "url": _address(run, state="" if state == current else state) + "#rows",
            "label": label,
            "count": count,
            "swatch": swatch or ("plain" if color else ""),
            "color": color,
            "icon": icon,
            "current": state == current,
        }
        for state, label, count, swatch, color, icon in known
        if count or state not in ("canceled", "corrected")
    ]


def _address(run: BulkRun, **query: str) -> str:
    path = reverse("run", kwargs={"slug": run.organization.slug, "number": run.number})
    chosen = urlencode({name: value for name, value in query.items() if value})
    return f"{path}?{chosen}" if chosen else path


def _duration(seconds: float | None) -> str:
    if seconds is None:
        return ""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return _("%(hours)s h %(minutes)s min") % {"hours": hours, "minutes": minutes}
    if minutes:
        return _("%(minutes)s min %(seconds)s s") % {"minutes": minutes, "seconds": rest}
    return _("%(seconds)s s") % {"seconds": rest}


def _merged(job: Job | None, bundle: bundling.Bundle) -> Job | None:
    """The merge job whose file still holds what the run holds."""
    return job if job and job.state == "done" and job.result.get("etag") == bundle.etag else None


def _is_live(run: BulkRun, follow_ups: selectors.FollowUps) -> bool:
    jobs = (run.job, follow_ups.verify, follow_ups.merge, follow_ups.mail)
    return any(job is not None and not job.ended and job.state != "parked" for job in jobs)

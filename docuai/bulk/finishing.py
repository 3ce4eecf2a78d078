"""How a run ends or stands still: who finds no open row finishes it, with the account of all rows; no room pauses it."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext_noop

from docuai.bulk import retention
from docuai.bulk.models import BulkRun, Document, RunRow
from platform_core.files import selectors as files
from platform_core.jobs import services as jobs
from platform_core.jobs.models import Job

ACCOUNT = gettext_noop(
    "%(accounted)s of %(total)s · workers lost: %(lost)s · rows taken up again: %(again)s · missing: %(missing)s · twice: %(twice)s"
)
POINTS = 40


def finish_if_complete(*, run: BulkRun) -> bool:
    """This will end the run's job when no row is open. Who finds none finishes it; the clock asks too. Locks the job."""
    rows = RunRow.objects.for_organization(run.organization_id).filter(run=run)
    if rows.filter(state__in=Job.OPEN).exists():
        return False
    with transaction.atomic():
        job = Job.objects.for_organization(run.organization_id).select_for_update().filter(id=run.job_id).first()
        if job is None or job.state not in Job.OPEN or rows.filter(state__in=Job.OPEN).exists():
            return False
        account = account_of(run)
        if "took_seconds" not in job.result:
            began = job.started_at or job.created_at
            job.result |= {"took_seconds": (timezone.now() - began).total_seconds(), "speed": speed_of(run)}
        job.result["account"] = account
        job.save(update_fields=["result"])
        ended = jobs.finish(job=job, done=account["done"], failed=account["failed"])
        if ended:
            _say(job, account)
    if ended and job.result.get("lost"):
        retention.sweep(run=run)
    return ended


def account_of(run: BulkRun) -> dict[str, int]:
    """This will count a run's rows and documents: ``missing`` rows have neither document nor reason, ``twice`` two valid ones."""
    rows = RunRow.objects.for_organization(run.organization_id).filter(run=run)
    documents = Document.objects.for_organization(run.organization_id).filter(run=run, state="valid")
    found = rows.aggregate(
        total=Count("id"),
        done=Count("id", filter=Q(state="done", document__state="valid")),
        failed=Count("id", filter=Q(state="failed", error__isnull=False)),
        canceled=Count("id", filter=Q(state="canceled")),
    )
    found["missing"] = found["total"] - found["done"] - found["failed"] - found["canceled"]
    found["twice"] = documents.count() - documents.values("row").distinct().count()
    return found


def speed_of(run: BulkRun) -> dict[str, Any]:
    """This will give documents a second over the run in at most POINTS steps: begin, step in seconds, rates."""
    rows = RunRow.objects.for_organization(run.organization_id).filter(run=run, state="done")
    instants = sorted(at.timestamp() for at in rows.values_list("finished_at", flat=True).iterator(5000) if at)
    if not instants:
        return {}
    begin, end = instants[0], instants[-1]
    step = max(1.0, (end - begin) / POINTS)
    counts = [0] * (int((end - begin) / step) + 1)
    for instant in instants:
        counts[int((instant - begin) / step)] += 1
    return {"begin": begin, "step": step, "rates": [round(count / step, 2) for count in counts]}


def pause_without_room(*, run: BulkRun) -> bool:
    """This will pause the run while storage is nearly full; True when it did."""
    if not files.room().is_low:
        return False
    pause_for_room(run=run)
    return True


def pause_for_room(*, run: BulkRun, token: UUID | None = None) -> None:
    """This will give back what is held and pause with the reason; the clock of jobs goes on when there is room again."""
    with transaction.atomic():
        Job.objects.for_organization(run.organization_id).select_for_update().get(id=run.job_id)
        if token is not None:
            RunRow.objects.for_organization(run.organization_id).release(token)
        jobs.pause_for_room(job=run.job)


def _say(job: Job, account: dict[str, int]) -> None:
    lost = job.result.get("lost", {})
    if not (lost or account["missing"] or account["twice"]):
        return
    jobs.log(
        job=job,
        level="warn" if account["missing"] or account["twice"] else "info",
        message=ACCOUNT,
        accounted=account["total"] - account["missing"],
        total=account["total"],
        lost=len(lost),
        again=sum(entry["rows"] for entry in lost.values()),
        missing=account["missing"],
        twice=account["twice"],
    )

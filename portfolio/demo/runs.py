"""Three runs of Universidad Andina, really made by the workers: letters, contracts paused in the middle, certificates.

All of it stands in one visible Job. Each run is there once by its Job's key, and every step can be done again, so a
start that was broken off is taken up by the next one; when the Job is done nothing happens any more.
"""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_noop

from docuai.bulk import selectors, services
from docuai.bulk.models import BulkRun
from docuai.bulk.services.typed_rows import request_run
from docuai.library.models import TemplateVersion
from platform_core.accounts.models import User
from platform_core.jobs import services as jobs
from platform_core.jobs.models import Job
from platform_core.kits.tenancy.scope import tenant
from platform_core.organizations.models import Organization
from portfolio.demo import tables
from portfolio.demo.people import OPERATOR

JOB_KIND = "portfolio.demo"
KEY = "demo"
PAUSED_AT = 212
LONG = timedelta(days=3650)
POLL_SECONDS, PATIENCE_SECONDS = 0.5, 900.0
STARTED = gettext_noop("Run %(number)s started: %(rows)s rows")
STANDS = gettext_noop("Run %(number)s stands: %(done)s ready, %(failed)s failed, %(waiting)s waiting")


@dataclass(frozen=True, slots=True)
class Planned:
    """One run of the demo: its starter, its rows, and after how many documents it is paused."""

    starter: str
    rows: Callable[[date], Iterable[Mapping[str, Any]]]
    file_name: str
    paused_at: int = 0


PLAN = (
    Planned("letter", tables.letters, "{row:02}-{recipient.name:slug}"),
    Planned("employment-contract", tables.contracts, "{number}-{employee.name:slug}", PAUSED_AT),
    Planned(
        "certificate",
        lambda today: tables.certificates(today, check_url=f"{settings.BASE_URL}{reverse('check')}"),
        "{row:04}-{name:slug}",
    ),
)


def load(
    organization: Organization, *, plans: Sequence[Planned] = PLAN, wait: Callable[[float], None] = time.sleep
) -> bool:
    """This will start what is missing and stay until all runs stand; False when it lost patience: the next start goes on."""
    with tenant(organization.pk):
        job = _job(organization, plans)
        if job.ended:
            return True
        today = timezone.localdate(job.created_at)
        runs = [(plan, _started(organization, job, plan, today)) for plan in plans]
        return _stay(job, runs, wait)


def _job(organization: Organization, plans: Sequence[Planned]) -> Job:
    found = Job.objects.for_organization(organization).filter(kind=JOB_KIND, idempotency_key=KEY).first()
    if found is None:
        today = timezone.localdate()
        total = sum(plan.paused_at or sum(1 for _row in plan.rows(today)) for plan in plans)
        with transaction.atomic():
            found = jobs.start_job(
                actor=None,
                organization=organization,
                kind=JOB_KIND,
                title="Demo data",
                total=total,
                idempotency_key=KEY,
            )
            jobs.log(job=found, message=gettext_noop("People, templates and keys are there"))
    jobs.begin(job=found)
    return found


def _started(organization: Organization, job: Job, plan: Planned, today: date) -> BulkRun:
    """The run, made once. Rows past the pause wait for ten years, until the run is paused and they are let go."""
    key = f"{KEY}:{plan.starter}"
    runs = BulkRun.objects.for_organization(organization).select_related("job")
    found = runs.filter(job__idempotency_key=key).first()
    if found is not None:
        return found
    versions = TemplateVersion.objects.for_organization(organization).select_related("template")
    version = versions.filter(template__starter=plan.starter, state="published").order_by("template__created_at")[0]
    with transaction.atomic():
        run = request_run(
            actor=User.objects.get(email=OPERATOR),
            organization=organization,
            version=version,
            rows=list(plan.rows(today)),
            options={"language": "es", "file_name": plan.file_name},
            today=today,
            idempotency_key=key,
        )
        run.options["brand"] = tables.sample_of("certificate")["brand"]
        run.save(update_fields=["options"])
        if plan.paused_at:
            run.rows.filter(number__gt=plan.paused_at).update(due_at=timezone.now() + LONG)
        jobs.log(job=job, message=STARTED, number=run.number, rows=run.job.total)
    return run


def _stay(job: Job, runs: list[tuple[Planned, BulkRun]], wait: Callable[[float], None]) -> bool:
    deadline = time.monotonic() + PATIENCE_SECONDS
    waiting = list(runs)
    while waiting:
        waiting = [(plan, run) for plan, run in waiting if not _stands(job, plan, run)]
        made = sum(sum(_closed(run)) for _plan, run in runs)
        Job.objects.for_organization(job.organization_id).filter(id=job.pk).update(done=min(made, job.total))
        if waiting and time.monotonic() > deadline:
            return False
        if waiting:
            wait(POLL_SECONDS)
    with transaction.atomic():
        return jobs.finish(job=job, done=job.total, failed=0)


def _stands(job: Job, plan: Planned, run: BulkRun) -> bool:
    """Whether a run is as the demo shows it. Pauses it when as many documents are there as it should stop at."""
    run.job.refresh_from_db()
    done, failed = _closed(run)
    if plan.paused_at and done + failed >= plan.paused_at and run.job.state in Job.OPEN:
        services.pause(actor=User.objects.get(email=OPERATOR), run=run)
        run.job.refresh_from_db()
    if run.job.state in Job.OPEN:
        return False
    if plan.paused_at:
        run.rows.filter(due_at__gt=timezone.now() + LONG / 2).update(due_at=None)
    jobs.log(
        job=job, message=STANDS, number=run.number, done=done, failed=failed, waiting=run.job.total - done - failed
    )
    return True


def _closed(run: BulkRun) -> tuple[int, int]:
    counts = selectors.counts(run)
    return counts["done"], counts["failed"]

"""Workers that were lost in mid-run: seen by their leases, written down with the run's job, told on its page."""

from collections.abc import Mapping
from datetime import UTC, datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop

from docuai.bulk.models import BulkRun
from platform_core.jobs import services as jobs
from platform_core.jobs.models import Job

WORKER_LOST = gettext_noop("Worker lost: no sign of life in time")
TAKEN_UP = gettext_noop("%(rows)s rows taken up again")


def note(*, run: BulkRun, lost: Mapping[UUID, int]) -> None:
    """This will write down that rows were taken up again. A worker whose rows several others took counts once.

    Locks the job.
    """
    with transaction.atomic():
        job = Job.objects.for_organization(run.organization_id).select_for_update().get(id=run.job_id)
        known = job.result.setdefault("lost", {})
        for token, rows in lost.items():
            entry = known.setdefault(str(token), {"at": datetime.now(UTC).isoformat(timespec="seconds"), "rows": 0})
            if not entry["rows"]:
                jobs.log(job=job, level="warn", message=WORKER_LOST)
            entry["rows"] += rows
            jobs.log(job=job, level="info", message=TAKEN_UP, rows=rows)
        job.save(update_fields=["result"])

"""Deleting all that tests left, as work: a batch a transaction, rows before bytes, and after a kill on from there.

What is deleted is what there was when somebody asked; what tests make meanwhile stays. The keys of bytes without a row
stand in the job until they are gone from storage. The audit log is not touched: it says what was done, also by tests.
"""

import time
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Coalesce, Now

from platform_core.audit.services import audit
from platform_core.files.services import delete_key
from platform_core.jobs import services as jobs
from platform_core.jobs.models import Job
from platform_core.testmode.registry import LEFTOVERS
from platform_core.testmode.selectors import JOB_KIND

LEASE = timedelta(seconds=30)
STEP_SECONDS = 2.0


def work(*, organization_id: UUID, job_id: UUID) -> bool:
    """This will delete for some seconds; True when there is more to do. A job that was canceled meanwhile changes nothing."""
    with jobs.step_of(organization_id=organization_id, job_id=job_id, kinds=[JOB_KIND], lease=LEASE) as taken:
        if taken is None:
            return False
        job, token = taken
        until = time.monotonic() + STEP_SECONDS
        more = True
        while more and time.monotonic() < until:
            _delete_bytes(job, token)
            more = _delete_rows(job, token)
        return _end(job, token, more=more)


def _delete_rows(job: Job, token: UUID) -> bool:
    """One batch of the first kind that has something left; False when nothing is, or the job is no longer ours."""
    with transaction.atomic():
        held = Job.objects.for_organization(job.organization_id).held(token).filter(id=job.pk)
        if not held.select_for_update().exists():
            return False
        for kind in LEFTOVERS.values():
            count, keys = kind.wipe(job.organization_id, job.created_at)
            if count:
                deleted = {**job.result.get("deleted", {})}
                deleted[kind.name] = deleted.get(kind.name, 0) + count
                job.result = {**job.result, "deleted": deleted, "keys": [*job.result.get("keys", ()), *keys]}
                held.update(result=job.result, done=sum(deleted.values()), attempts=0)
                return True
    return False


def _delete_bytes(job: Job, token: UUID) -> None:
    keys = job.result.get("keys", [])
    if not keys:
        return
    for key in keys:
        delete_key(key=key)
    job.result = {**job.result, "keys": []}
    Job.objects.for_organization(job.organization_id).held(token).filter(id=job.pk).update(result=job.result)


def _end(job: Job, token: UUID, *, more: bool) -> bool:
    """The job lets go, or ends with its account in the log."""
    held = Job.objects.for_organization(job.organization_id).held(token).filter(id=job.pk)
    if more:
        held.update(lease_until=Now() - LEASE, started_at=Coalesce(F("started_at"), Now()))
        return True
    _delete_bytes(job, token)
    with transaction.atomic():
        if not held.select_for_update().exists():
            return False
        deleted: dict[str, int] = job.result.get("deleted", {})
        done = sum(deleted.values())
        held.update(total=done, started_at=Coalesce(F("started_at"), Now()), lease_token=None, lease_until=None)
        jobs.finish(job=job, done=done, failed=0)
        changes: dict[str, Any] = {f"test_{name}": [count, 0] for name, count in deleted.items()}
        audit(action="test_data.wiped", target=job, actor=job.started_by, key_id=job.key_id, changes=changes)
    return False


__all__ = ["JOB_KIND", "work"]

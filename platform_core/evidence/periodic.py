"""The clock of the log: events are sealed, heads are signed, and somebody hears when that falls behind."""

import logging
import time
from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from celery import shared_task
from django.db import models
from django.db.models.functions import Now
from prometheus_client.core import GaugeMetricFamily, Metric

from platform_core.evidence import checking, checkpoints, history, sealing, streaming, tasks
from platform_core.jobs.models import Job
from platform_core.kits.tenancy.scope import service, tenant
from platform_core.kits.tenancy.tasks import PlatformTask
from platform_core.kits.work.queue import publish

SEAL_SECONDS, SIGN_SECONDS, STREAM_SECONDS = 5.0, 60.0, 10.0
WORKS_SECONDS = 4.0  # of one tick: the queue is shared
LAG_SECONDS = 300.0
logger = logging.getLogger(__name__)


@shared_task(base=PlatformTask, queue="fast")
def seal_audit() -> int:
    """This will seal what is settled and return how many events; five minutes behind it raises the alarm."""
    ends, sealed = time.monotonic() + WORKS_SECONDS, 0
    with service("seal the audit log of all organizations"):
        while (batch := sealing.seal_batch()) and time.monotonic() < ends:
            sealed += batch
        lag = sealing.lag_seconds()
    if lag > LAG_SECONDS:
        logger.error("audit.sealing_lags", extra={"seconds": round(lag)})
    return sealed + batch


@shared_task(base=PlatformTask, queue="fast")
def sign_audit() -> int:
    """This will sign the heads that have moved, outside the database, and return how many.

    It also tells each log of changes that were made past the platform, and wakes verifications whose message was lost.
    """
    with service("sign the audit chains of all organizations"):
        signed = checkpoints.sign_heads()
        outside = list(history.untold())
        lost = list(_lost())
    for change in outside:
        with tenant(change.organization_id):
            history.tell(change)
    for organization_id, job_id in lost:
        publish(tasks.verify_log, organization_id=str(organization_id), job_id=str(job_id))
    return signed


@shared_task(base=PlatformTask, queue="slow")
def stream_audit() -> int:
    """This will send each organization's collector what has been sealed since, and return how many records."""
    return streaming.work()


def _lost() -> models.QuerySet[Job, tuple[UUID, UUID]]:
    free = models.Q(lease_until=None) | models.Q(lease_until__lt=Now())
    waited = models.Q(created_at__lt=Now() - timedelta(seconds=SIGN_SECONDS))
    found = Job.objects.filter(free & waited, kind=checking.JOB_KIND, state__in=Job.OPEN)
    return found.values_list("organization_id", "id")


def sealing_metrics() -> Iterable[Metric]:
    """This will yield for how long the oldest event has waited for its seal, when scraped."""
    with service("measure how far sealing is behind"):
        lag = sealing.lag_seconds()
    yield GaugeMetricFamily("portfolio_audit_unsealed_seconds", "Age of the oldest audit event without a seal.", lag)

"""The clock of the log: events are sealed, heads are signed, and somebody hears when that falls behind."""

import logging
import time

from celery import shared_task

from platform_core.evidence import checkpoints, sealing
from platform_core.kits.tenancy.scope import service
from platform_core.kits.tenancy.tasks import PlatformTask

SEAL_SECONDS, SIGN_SECONDS = 5.0, 60.0
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
    """This will sign the heads that have moved, outside the database, and return how many."""
    with service("sign the audit chains of all organizations"):
        return checkpoints.sign_heads()

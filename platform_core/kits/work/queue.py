"""Wake-ups: the row is the truth, a message only says that there is something to do."""

import logging
from typing import Any

from django.db import transaction

logger = logging.getLogger(__name__)


def enqueue(task: Any, **kwargs: Any) -> None:
    """This will publish the task after commit, wait a second at most and swallow a dead broker.

    Nothing is lost by that: beat wakes every runnable row that nobody holds each five seconds.
    """
    transaction.on_commit(lambda: publish(task, **kwargs), robust=True)


def publish(task: Any, **kwargs: Any) -> bool:
    """This will publish now; False when the broker did not take it."""
    try:
        task.apply_async(kwargs=kwargs, retry=False)
    except Exception as error:  # noqa: BLE001  any transport error of any broker: the clock will wake the row
        logger.warning("queue.publish_failed", extra={"task": task.name, "error": type(error).__name__})
        return False
    return True

"""Observability of Celery: the same logs, the context of the request that enqueued a task, and times by outcome.

``install(app)`` once in ``portfolio/celery.py``.
"""

import time
from typing import Any

from celery import Celery, signals
from django_structlog.celery.steps import DjangoStructLogInitStep

from platform_core.kits.observability.metrics import TASKS

ENQUEUED_AT = "enqueued_at"
_begun: dict[str, float] = {}


def install(app: Celery) -> None:
    """This will make Celery log through Django's settings, stamp messages and observe tasks."""
    app.steps["worker"].add(DjangoStructLogInitStep)
    signals.setup_logging.connect(_keep_our_logging, weak=False)
    signals.before_task_publish.connect(_stamp, weak=False)
    signals.task_prerun.connect(_begin, weak=False)
    signals.task_postrun.connect(_observe, weak=False)


def _keep_our_logging(**_signal: Any) -> None:
    """A receiver is enough: Celery then leaves logging as Django has configured it."""


def _stamp(*, headers: dict[str, Any], **_signal: Any) -> None:
    headers[ENQUEUED_AT] = time.time()


def _begin(*, task_id: str, **_signal: Any) -> None:
    _begun[task_id] = time.perf_counter()


def _observe(*, task_id: str, task: Any, state: str | None = None, **_signal: Any) -> None:
    seconds = time.perf_counter() - _begun.pop(task_id, time.perf_counter())
    TASKS.labels(task=task.name, outcome=(state or "unknown").lower()).observe(seconds)

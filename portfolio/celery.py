"""The Celery application: JSON, late acknowledgement, no result backend. Our rows and leases decide what is done."""

import os
from typing import Any

from celery import Celery
from celery.signals import task_prerun, worker_process_init

from platform_core.kits.observability import workers
from portfolio.stack.kernel import die_with_parent

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portfolio.settings")

app = Celery("portfolio")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
workers.install(app)


@worker_process_init.connect
def end_with_worker(**kwargs: Any) -> None:
    """This will end a pool process with its worker: left alone after a kill -9 it would work on, unseen."""
    die_with_parent()


@task_prerun.connect
def fresh_connections(task: Any, **kwargs: Any) -> None:
    """This will drop connections that a restart of Postgres has killed: Celery keeps them open between tasks."""
    from django.db import close_old_connections

    if not task.request.is_eager:
        close_old_connections()

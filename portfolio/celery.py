"""The Celery application: JSON, late acknowledgement, no result backend. Our rows and leases decide what is done."""

import os
from typing import Any

from celery import Celery
from celery.signals import task_prerun

from platform_core.kits.observability import workers

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portfolio.settings")

app = Celery("portfolio")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
workers.install(app)


@task_prerun.connect
def fresh_connections(task: Any, **kwargs: Any) -> None:
    """This will drop connections that a restart of Postgres has killed: Celery keeps them open between tasks."""
    from django.db import close_old_connections

    if not task.request.is_eager:
        close_old_connections()

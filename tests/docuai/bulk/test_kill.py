"""kill -9 of a real worker in the middle of a run: every row ends with one document, none missing, none twice."""

import os
import signal
import subprocess
import time
from datetime import date, timedelta

import pytest
from django.conf import settings as project
from django.db import connection
from django.db.models import Count
from django.db.models.functions import Now

from docuai.bulk import services
from docuai.bulk.models import Document, RunRow
from docuai.library import services as library
from platform_core.kits.tenancy.scope import tenant, unscoped
from portfolio.stack.commands import command
from tests.docuai.bulk.test_rendering import SOURCE
from tests.factories.organizations import make_organization

ROWS = 400
DEADLINE_SECONDS = 120


@pytest.fixture
def worker(tmp_path, settings):
    """Starts a real Celery worker on the test database and a broker database of its own."""
    settings.STORAGE_URL = (tmp_path / "storage").as_uri()
    database = connection.settings_dict
    started = []
    environment = {
        **os.environ,
        "DATABASE_URL": f"postgresql://{database['USER']}@{database['HOST']}:{database['PORT']}/{database['NAME']}",
        "REDIS_URL": project.REDIS_URL,
        "STORAGE_URL": settings.STORAGE_URL,
        "WORKERS_FAST": "2",
    }

    def start():
        process = subprocess.Popen(
            command("worker-fast", environment),
            env=environment,
            start_new_session=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        kill(process)


def kill(process):
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(10)


def wait_until(condition):
    end = time.monotonic() + DEADLINE_SECONDS
    while not condition():
        assert time.monotonic() < end, "nothing happened in time"
        time.sleep(0.05)


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_in_mid_run_loses_nothing_and_repeats_nothing(worker):
    with unscoped():
        organization = make_organization("andina")
        with tenant(organization.pk):
            draft = library.create_template(
                actor=None, organization=organization, name="Greeting", engine="typst", sources={"en": SOURCE}
            )
            version = library.publish(actor=None, version=draft)
            first = worker()
            run = services.request_run(
                actor=None,
                organization=organization,
                version=version,
                rows=[{"name": f"Person {n}"} for n in range(ROWS)],
                today=date(2026, 11, 24),
            )
            rows = RunRow.objects.filter(run=run)
            wait_until(lambda: rows.filter(state="done").count() >= 25)

            kill(first)
            assert rows.exclude(state="done").exists(), "the run ended before the worker was killed"
            rows.filter(state="running").update(lease_until=Now() - timedelta(seconds=1))
            worker()
            services.enqueue(services.tasks.render_rows, organization_id=str(organization.pk), run_id=str(run.pk))

            wait_until(lambda: type(run.job).objects.get(pk=run.job_id).state == "done")
            assert rows.filter(state="done").count() == ROWS
            documents = Document.objects.filter(run=run)
            assert documents.filter(state="valid").count() == ROWS
            assert documents.values("row").annotate(n=Count("id")).filter(n__gt=1).count() == 0

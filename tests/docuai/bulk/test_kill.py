"""kill -9 of a real worker in the middle of a run: every row ends with one document, none missing, none twice."""

import os
import signal
import subprocess
import time
from datetime import timedelta

import pytest
from django.conf import settings as project
from django.core.cache import cache
from django.db import connection
from django.db.models import Count
from django.db.models.functions import Now

from docuai.bulk import periodic
from docuai.bulk.models import Document, RunRow
from platform_core.kits.tenancy.scope import tenant, unscoped
from portfolio.stack.commands import command
from tests.factories.organizations import make_organization
from tests.factories.runs import GREETING, make_run, make_version, work

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
            first = worker()
            run = make_run(organization, [{"name": f"Person {n}"} for n in range(ROWS)])
            rows = RunRow.objects.filter(run=run)
            wait_until(lambda: rows.filter(state="done").count() >= 25)

            kill(first)
            assert rows.exclude(state="done").exists(), "the run ended before the worker was killed"
            worker()
            periodic.wake_runs()  # the clock's tick
            wait_until(lambda: rows.filter(state="queued").count() == 0)
            rows.filter(state="running").update(lease_until=Now() - timedelta(seconds=1))
            cache.clear()
            periodic.wake_runs()

            wait_until(lambda: type(run.job).objects.get(pk=run.job_id).state == "done")
            assert rows.filter(state="done").count() == ROWS
            documents = Document.objects.filter(run=run)
            assert documents.filter(state="valid").count() == ROWS
            assert documents.values("row").annotate(n=Count("id")).filter(n__gt=1).count() == 0
            assert type(run.job).objects.get(pk=run.job_id).result["account"]["missing"] == 0


@pytest.mark.django_db(transaction=True)
def test_a_row_that_kills_its_child_is_marked_and_the_rest_are_made(settings, tmp_path):
    settings.STORAGE_URL = tmp_path.as_uri()
    endless = GREETING + b'#let again(n) = if row.name == "Bruno" { again(n + 1) + again(n + 2) }\n#again(0)\n'
    endless += b'#if row.name == "Bruno" { for x in range(100000000) [#x] }\n'
    with unscoped():
        organization = make_organization("andina")
        with tenant(organization.pk):
            run = work(make_run(organization, version=make_version(organization, endless)))

            assert list(run.rows.order_by("number").values_list("state", flat=True)) == ["done", "failed", "done"]
            assert run.rows.get(number=2).error["message"]
            assert run.job.result["account"]["missing"] == 0

"""kill -9 of a real worker in the middle of a run: every row ends with one document, none missing, none twice."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db.models import Count
from django.db.models.functions import Now

from docuai.bulk import periodic
from docuai.bulk.models import Document, RunRow
from platform_core.kits.tenancy.scope import tenant, unscoped
from tests.factories.organizations import make_organization
from tests.factories.runs import GREETING, make_run, make_version, work
from tests.portfolio.stack.deadlines import eventually
from tests.workers import kill, workers

ROWS = 400
DEADLINE_SECONDS = 120


@pytest.fixture
def worker(tmp_path, settings):
    settings.STORAGE_URL = (tmp_path / "storage").as_uri()
    with workers(WORKERS_FAST="2") as start:
        yield start


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_in_mid_run_loses_nothing_and_repeats_nothing(worker):
    with unscoped():
        organization = make_organization("andina")
        with tenant(organization.pk):
            first = worker()
            run = make_run(organization, [{"name": f"Person {n}"} for n in range(ROWS)])
            rows = RunRow.objects.filter(run=run)
            eventually(lambda: rows.filter(state="done").count() >= 25, "the first documents", seconds=DEADLINE_SECONDS)

            kill(first)
            assert rows.exclude(state="done").exists(), "the run ended before the worker was killed"
            worker()
            periodic.wake_runs()  # the clock's tick
            eventually(lambda: rows.filter(state="queued").count() == 0, "no row waits", seconds=DEADLINE_SECONDS)
            rows.filter(state="running").update(lease_until=Now() - timedelta(seconds=1))
            cache.clear()
            periodic.wake_runs()

            job = type(run.job).objects.filter(pk=run.job_id)
            eventually(lambda: job.get().state == "done", "the end", seconds=DEADLINE_SECONDS)
            assert rows.filter(state="done").count() == ROWS
            documents = Document.objects.filter(run=run)
            assert documents.filter(state="valid").count() == ROWS
            assert documents.values("row").annotate(n=Count("id")).filter(n__gt=1).count() == 0
            assert job.get().result["account"]["missing"] == 0


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

"""Nobody waits in a circle: whoever changes many rows of a run locks them in the order of their keys."""

import time
from datetime import timedelta
from threading import Thread
from uuid import UUID

import pytest
from django.db import connection, transaction
from django.utils import timezone

from docuai.bulk import retention, services
from docuai.bulk.models import RunRow
from docuai.bulk.services.keeping import delete_run
from platform_core.jobs.models import Job
from platform_core.kits.tenancy.scope import tenant, unscoped
from platform_core.kits.work.claiming import claim
from tests.factories.organizations import make_organization
from tests.factories.runs import make_run

WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
DEADLINE_SECONDS = 30


def purge(*, actor, run):
    now = timezone.now() + timedelta(days=365)
    retention.purge(organization_id=run.organization_id, run_id=run.pk, today=now.date(), now=now)


def renew(*, actor, run):
    token = RunRow.objects.filter(run=run).values_list("lease_token", flat=True)[0]
    RunRow.objects.for_organization(run.organization_id).renew(token)


def release(*, actor, run):
    token = RunRow.objects.filter(run=run).values_list("lease_token", flat=True)[0]
    RunRow.objects.for_organization(run.organization_id).release(token)


def retry_failed(*, actor, run):
    services.retry(actor=actor, run=run)


@pytest.fixture
def andina(transactional_db):
    with unscoped():
        organization = make_organization("andina")
        with tenant(organization.pk):
            yield organization


@pytest.fixture
def in_thread(andina):
    """Starts a function as another process would run it, with a connection of its own, and waits until it waits."""
    failures = []

    def run_in_scope(function, keywords):
        try:
            with tenant(andina.pk):
                function(**keywords)
        except Exception as error:
            failures.append(error)
        finally:
            connection.close()

    def start(function, **keywords):
        thread = Thread(target=run_in_scope, args=(function, keywords))
        thread.start()
        end = time.monotonic() + DEADLINE_SECONDS
        with connection.cursor() as cursor:
            while True:
                cursor.execute(WAITING)
                if cursor.fetchone()[0]:
                    return thread, failures
                assert not failures and time.monotonic() < end, f"it does not wait for the row: {failures}"
                time.sleep(0.02)

    return start


def found_backwards(run):
    """Rows whose keys fall as their numbers rise: an UPDATE of many finds them in the other order than their keys."""
    rows = list(RunRow.objects.filter(run=run).order_by("number"))
    for row in rows:
        RunRow.objects.filter(pk=row.pk).delete()
        row.pk = UUID(int=(1 << 100) - row.number)
    RunRow.objects.bulk_create(rows)
    return [row.pk for row in reversed(rows)]


@pytest.mark.parametrize(
    ("change", "state", "left"),
    [
        (services.cancel, "running", {"canceled"}),
        (delete_run, "running", {"canceled"}),
        (purge, "running", set()),
        (renew, "running", {"running"}),
        (release, "running", {"queued"}),
        (retry_failed, "failed", {"queued"}),
    ],
)
def test_a_change_of_many_rows_and_a_worker_that_marks_them_do_not_wait_for_each_other(
    andina, in_thread, change, state, left
):
    run = make_run(andina, [{"name": f"Person {number}"} for number in range(50)])
    keys = found_backwards(run)
    rows = RunRow.objects.for_organization(andina).filter(run=run)
    claim(rows, limit=50)
    if state == "failed":
        rows.update(state="failed", error={"code": "x"}, finished_at=timezone.now())
        Job.objects.filter(pk=run.job_id).update(state="failed")

    with transaction.atomic():  # a worker marks the first row …
        list(rows.filter(pk=keys[0]).select_for_update())
        thread, failures = in_thread(change, actor=None, run=run)
        list(rows.filter(pk__in=keys).order_by("id").select_for_update())  # … and then the others
    thread.join()

    assert failures == []
    assert set(rows.values_list("state", flat=True)) == left

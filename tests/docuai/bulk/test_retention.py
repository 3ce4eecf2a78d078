"""The end of a run's documents: on the day chosen, or when a deletion can no longer be taken back."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from docuai.bulk import losses, packing, periodic, retention, services
from docuai.bulk.models import BulkRun, Document, RunRow
from platform_core.audit.models import AuditEvent
from platform_core.files.services import write_bytes
from platform_core.kits.tenancy.scope import tenant, unscoped
from tests.factories.organizations import make_organization
from tests.factories.runs import TODAY, make_run, work


@pytest.fixture(autouse=True)
def frame(settings, tmp_path):
    settings.STORAGE_URL = tmp_path.as_uri()
    with unscoped():
        yield


@pytest.fixture
def organization(db):
    return make_organization("andina")


@pytest.fixture
def run(organization):
    with tenant(organization.pk):
        return work(make_run(organization))


def files_in(folder):
    return [path for path in folder.rglob("*") if path.is_file()]


def test_documents_go_when_their_time_is_over_and_the_counts_stay(run, organization, tmp_path):
    with tenant(organization.pk):
        BulkRun.objects.update(keep_until=timezone.now().date() - timedelta(days=1))

    assert periodic.purge_runs() == 1

    assert files_in(tmp_path) == []
    with tenant(organization.pk):
        assert (RunRow.objects.count(), Document.objects.count()) == (0, 0)
        kept = BulkRun.objects.select_related("job").get()
        assert (kept.job.done, kept.job.state, kept.purged_at is not None) == (3, "done", True)
        assert AuditEvent.objects.get(action="docuai.run.purge").changes == {"documents": [3, 0]}
    assert periodic.purge_runs() == 0


def test_documents_stay_until_the_end_of_their_last_day(run, organization, tmp_path):
    with tenant(organization.pk):
        BulkRun.objects.update(keep_until=timezone.now().date())

    assert periodic.purge_runs() == 0
    assert len(files_in(tmp_path)) == 1


def test_a_deleted_run_goes_when_it_cannot_be_brought_back_any_more(run, organization, tmp_path):
    with tenant(organization.pk):
        services.delete_run(actor=None, run=run)
    assert periodic.purge_runs() == 0

    with tenant(organization.pk):
        BulkRun.objects.update(deleted_at=timezone.now() - retention.UNDO - timedelta(minutes=1))
    assert periodic.purge_runs() == 1

    assert files_in(tmp_path) == []
    with tenant(organization.pk), pytest.raises(services.RunError, match="gone"):
        services.undelete_run(actor=None, run=run)


def test_a_run_that_is_kept_longer_while_others_are_purged_stays(run, organization, tmp_path):
    now = timezone.now()
    with tenant(organization.pk):
        BulkRun.objects.update(keep_until=TODAY + timedelta(days=1))

        gone = retention.purge(organization_id=organization.pk, run_id=run.pk, today=TODAY, now=now)

        assert (gone, run.rows.count(), BulkRun.objects.get().purged_at) == (0, 3, None)
    assert len(files_in(tmp_path)) == 1


def test_a_purged_run_takes_no_correction_from_a_page_that_was_open(run, organization):
    with tenant(organization.pk):
        row = run.rows.get(number=1)
        BulkRun.objects.update(purged_at=timezone.now())

        with pytest.raises(services.RunError, match="deleted"):
            services.correct_row(actor=None, run=run, row=row, data={"name": "Anna"})

        assert run.rows.get(number=1).data["name"] == "Ana"


def test_retention_is_changed_and_written_down(run, organization):
    until = date(2030, 1, 1)
    with tenant(organization.pk):
        services.change_retention(actor=None, run=run, keep_until=until, today=TODAY)

        event = AuditEvent.objects.get(action="docuai.run.keep")
        assert event.changes == {"keep_until": ["2027-02-22", "2030-01-01"]}
        with pytest.raises(services.RunError, match="has not passed"):
            services.change_retention(actor=None, run=run, keep_until=TODAY - timedelta(days=1), today=TODAY)
        assert BulkRun.objects.get().keep_until == until


def test_packs_that_lost_workers_left_behind_are_swept(organization, tmp_path):
    lost = uuid4()
    with tenant(organization.pk):
        run = make_run(organization)
        write_bytes(key=f"{packing.pack_folder(run)}/{lost}.pack", content=b"nobody's")
        losses.note(run=run, lost={lost: 2})

        work(run)

    assert len(files_in(tmp_path)) == 1
    assert str(lost) not in files_in(tmp_path)[0].name


def test_a_deleted_run_in_work_is_canceled(organization):
    with tenant(organization.pk):
        run = make_run(organization)

        services.delete_run(actor=None, run=run)

        run.job.refresh_from_db()
        assert (run.job.state, run.rows.filter(state="canceled").count()) == ("canceled", 3)

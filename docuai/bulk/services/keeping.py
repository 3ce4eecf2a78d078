"""How long a run is kept: change its retention, delete it, take the deletion back."""

from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from docuai.bulk.models import BulkRun
from docuai.bulk.services.requesting import RunError
from docuai.bulk.services.steering import cancel_rows
from platform_core.accounts.models import User
from platform_core.audit.services import audit
from platform_core.events.services import emit
from platform_core.jobs import services as jobs
from platform_core.jobs.models import Job

LONGEST_DAYS = 3650


def change_retention(*, actor: User | None, run: BulkRun, keep_until: date, today: date) -> None:
    """This will keep a run's documents until the end of that day. Raises RunError for a day that has passed."""
    if keep_until < today:
        raise RunError(_("Choose a day that has not passed. To remove the documents now, delete the run."))
    if (keep_until - today).days > LONGEST_DAYS:
        raise RunError(_("Documents are kept for ten years at most."))
    before = run.keep_until
    with transaction.atomic():
        BulkRun.objects.for_organization(run.organization_id).filter(id=run.pk).update(keep_until=keep_until)
        changes = {"keep_until": [before.isoformat() if before else None, keep_until.isoformat()]}
        audit(action="docuai.run.keep", target=run, actor=actor, changes=changes)
    run.keep_until = keep_until


def delete_run(*, actor: User | None, run: BulkRun) -> None:
    """This will put a run away; its documents go after 30 days, until then ``undelete_run`` brings it back.

    A run that is not finished is canceled.
    """
    with transaction.atomic():
        kept = BulkRun.objects.for_organization(run.organization_id).filter(id=run.pk, deleted_at=None)
        if not kept.update(deleted_at=timezone.now()):
            return
        if not run.job.ended and Job.objects.for_organization(run.organization_id).move(run.job_id, "canceled"):
            cancel_rows(run)
            jobs.log(job=run.job, message="Canceled")
        audit(action="docuai.run.delete", target=run, actor=actor)
        payload = {"run_id": str(run.pk)}
        emit(type="docuai.run.deleted", organization_id=run.organization_id, payload=payload, is_test=run.is_test)


def undelete_run(*, actor: User | None, run: BulkRun) -> None:
    """This will bring back a deleted run. Raises RunError when its documents are gone."""
    with transaction.atomic():
        away = BulkRun.objects.for_organization(run.organization_id).filter(id=run.pk, purged_at=None)
        if not away.exclude(deleted_at=None).update(deleted_at=None):
            raise RunError(_("The documents of this run are gone, so the deletion cannot be taken back."))
        audit(action="docuai.run.undelete", target=run, actor=actor)

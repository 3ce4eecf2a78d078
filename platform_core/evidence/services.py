"""What people do with the log: have it verified, say how long it is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from platform_core.audit.services import audit
from platform_core.evidence import checking, tasks, verifying
from platform_core.evidence.models import AuditRetention
from platform_core.jobs import services as jobs
from platform_core.jobs.models import Job
from platform_core.kits.work.queue import enqueue

if TYPE_CHECKING:
    from platform_core.accounts.models import User
    from platform_core.organizations.models import Organization

AT_ONCE = 10_000  # records: half a second
LEAST_DAYS = 90
TITLE = gettext_noop("Verify the audit log")


class RetentionError(Exception):
    """The log cannot be kept so short."""


def verify_log(*, actor: User | None, organization: Organization, key_id: UUID | None = None) -> Job:
    """This will verify the log: at once where it is short, else as a job. A second press finds the first one's job."""
    open_ones = Job.objects.for_organization(organization).filter(kind=checking.JOB_KIND, state__in=Job.OPEN)
    total = verifying.size(organization.pk)
    with transaction.atomic():
        AuditRetention.objects.get_or_create(organization=organization)
        AuditRetention.objects.select_for_update().get(organization=organization)  # of two presses the second waits
        if running := open_ones.first():
            return running
        job = jobs.start_job(
            actor=actor,
            organization=organization,
            kind=checking.JOB_KIND,
            title=TITLE,
            total=total,
            key_id=key_id,
        )
        if total > AT_ONCE:
            enqueue(tasks.verify_log, organization_id=str(organization.pk), job_id=str(job.pk))
    if total <= AT_ONCE:
        checking.check(organization_id=organization.pk, job_id=job.pk)
        job.refresh_from_db()
    return job


def note_export(*, actor: User | None, organization: Organization, count: int) -> None:
    """This will write down that the log was exported, before its first line leaves."""
    audit(
        action="audit.export",
        target=organization,
        organization_id=organization.pk,
        actor=actor,
        changes={"records": [None, count]},
    )


def set_retention(*, actor: User | None, organization: Organization, days: int | None) -> AuditRetention:
    """This will say for how many days the log is kept, None for ever. Raises RetentionError below 90 days."""
    if days is not None and days < LEAST_DAYS:
        raise RetentionError(_("Keep the log for %(days)s days at least.") % {"days": LEAST_DAYS})
    with transaction.atomic():
        AuditRetention.objects.get_or_create(organization=organization)
        found = AuditRetention.objects.select_for_update().get(organization=organization)
        before, found.days = found.days, days
        found.save(update_fields=["days"])
        changes = {"days": [before, days]}
        audit(action="audit.retention", target=found, target_label=str(organization), actor=actor, changes=changes)
    return found

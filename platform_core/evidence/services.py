"""What people do with the log: have it verified, say how long it is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from platform_core.audit.services import audit
from platform_core.evidence import checking, tasks, verifying
from platform_core.evidence.models import AuditRetention, AuditSeal, AuditStream
from platform_core.jobs import services as jobs
from platform_core.jobs.models import Job
from platform_core.kits.crypto import signing
from platform_core.kits.web import outbound
from platform_core.kits.work.queue import enqueue

if TYPE_CHECKING:
    from platform_core.accounts.models import User
    from platform_core.organizations.models import Organization

AT_ONCE = 10_000  # records: half a second
LEAST_DAYS = 365  # what auditors of a whole window ask for
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
    """This will say for how many days the log is kept, None for ever. Raises RetentionError below a year."""
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


class StreamError(Exception):
    """The log cannot be streamed there."""


def set_stream(
    *, actor: User | None, organization: Organization, url: str, from_start: bool
) -> tuple[AuditStream, str]:
    """This will stream the log to a collector; a new address begins with a new secret, which is shown once.

    ``from_start``: all of the log, else what is written from now on. Raises StreamError for an address we may not call.
    """
    try:
        outbound.target_of(url)
    except outbound.OutboundError as error:
        raise StreamError(str(error)) from error
    with transaction.atomic():
        now, secret = timezone.now(), signing.new_secret()
        seals = AuditSeal.objects.for_organization(organization).order_by("-sequence")
        last = 0 if from_start else seals.values_list("sequence", flat=True).first() or 0
        rows = AuditStream.objects.for_organization(organization).select_for_update()
        stream = rows.first() or AuditStream(organization=organization)
        before = stream.url or None
        stream.url, stream.sequence, stream.is_on, stream.due_at = url, last, True, now
        stream.failures, stream.last_error, stream.lease_until = 0, "", None
        stream.last_success_at = stream.last_failure_at = None
        stream.keep_secret(secret)
        stream.save()
        changes = {"url": [before, url], "is_on": [None, True]}
        audit(action="audit.stream", target=stream, target_label=str(organization), actor=actor, changes=changes)
    return stream, secret


def switch_stream(*, actor: User | None, stream: AuditStream, is_on: bool) -> None:
    """This will stop a stream where it is, or let it go on from there."""
    with transaction.atomic():
        rows = AuditStream.objects.for_organization(stream.organization_id).filter(pk=stream.pk, is_on=not is_on)
        if rows.update(is_on=is_on, due_at=timezone.now(), failures=0):
            changes = {"is_on": [not is_on, is_on]}
            audit(action="audit.stream", target=stream, target_label=stream.url, actor=actor, changes=changes)

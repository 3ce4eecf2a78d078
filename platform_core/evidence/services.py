"""What people do with the log: have it verified, say how long it is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction
from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from platform_core.access import services as keys
from platform_core.audit.models import AuditEvent
from platform_core.audit.services import audit, audit_view
from platform_core.evidence import checking, tasks, verifying
from platform_core.evidence.models import AuditRetention, AuditSeal, AuditStream
from platform_core.evidence.touching import Subject, living_keys
from platform_core.identity.services.sessions import end_other_sessions
from platform_core.jobs import services as jobs
from platform_core.jobs.models import Job
from platform_core.kits.crypto import signing
from platform_core.kits.web import outbound
from platform_core.kits.work.queue import enqueue
from platform_core.organizations.errors import NotAllowedError
from platform_core.organizations.selectors.ladder import may_touch
from platform_core.organizations.services.standing import lock, standing_of
from platform_core.permissions import KEY_MANAGE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from platform_core.accounts.models import User
    from platform_core.kits.tenancy.models import OrganizationOwnedQuerySet
    from platform_core.organizations.models import Membership, Organization

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


def note_look(*, actor: User | None, organization_id: UUID, events: Iterable[AuditEvent], part: str) -> None:
    """This will write down that somebody looked at a part of the log, and at the doings of how many people."""
    seen = {event.actor_id for event in events} | {event.as_person_id for event in events}
    audit_view(
        action="audit.view",
        organization_id=organization_id,
        actor=actor,
        count=len(seen - {None}),
        throttled=True,
        part=part,
    )


def note_export(*, actor: User | None, organization: Organization, rows: OrganizationOwnedQuerySet[AuditEvent]) -> None:
    """This will write down that the log was exported, before its first line leaves: records, and people in them."""
    found = rows.order_by().aggregate(records=Count("pk"), people=Count("actor_id", distinct=True))
    audit(
        action="audit.export",
        target=organization,
        organization_id=organization.pk,
        actor=actor,
        changes={"records": [None, found["records"]], "people": [None, found["people"]]},
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


def revoke_everything(
    *, actor: User | None, organization: Organization, subject: Subject, key_id: UUID | None = None, session: str = ""
) -> dict[str, int]:
    """This will end the keys of a subject, and of a member the sessions, trusted devices and shares; returns how many each.

    The actor's own ``session`` goes on. Raises NotAllowedError for a member whom the actor may not touch, or for a key
    that asks to shut out a person. What their teams hold stays with the teams: remove the member for that.
    """
    with transaction.atomic():
        done = {"keys": 0, "sessions": 0, "shares": 0}
        if subject.member:
            _refuse_untouchable(actor, organization, subject.member)
            keep = session if actor and actor.pk == subject.member.user_id else ""
            done["sessions"] = end_other_sessions(actor=subject.member.user, session_key=keep)
            done["shares"] = keys.end_shares_of(actor=actor, member=subject.member)
        living = list(living_keys(organization.pk, subject))
        for key in living:
            keys.revoke_key(actor=actor, key=key, key_id=key_id)
        done["keys"] = len(living)
        changes = {name: [None, count] for name, count in done.items()}
        audit(
            action="access.revoke_everything",
            target=subject.target,
            target_label=subject.name,
            actor=actor,
            changes=changes,
        )
    return done


def note_touched(*, actor: User | None, subject: Subject, part: str) -> None:
    """This will write down that somebody looked at all that a key or a member touched."""
    audit_view(
        action="access.evidence.view",
        organization_id=subject.target.organization_id,
        actor=actor,
        count=1,
        target=subject.target,
        target_label=subject.name,
        throttled=True,
        part=part,
    )


def note_evidence(*, actor: User | None, subject: Subject, events: int, calls: int) -> None:
    """This will write down that the evidence on a key or a member was taken along, before its first byte leaves."""
    changes = {"people": [None, 1], "records": [None, events], "calls_taken": [None, calls]}
    audit(
        action="access.evidence.download",
        target=subject.target,
        target_label=subject.name,
        actor=actor,
        changes=changes,
    )


def _refuse_untouchable(actor: User | None, organization: Organization, member: Membership) -> None:
    if actor is None:
        raise NotAllowedError(_("Keys shut out nobody: a person must do that."))
    lock(organization.pk)
    held = standing_of(actor, organization.pk).held
    if KEY_MANAGE not in held or not may_touch(held, member.held):
        raise NotAllowedError(_("You can shut out only members who may do no more than you."))


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

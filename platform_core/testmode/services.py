"""Asking for the deletion of all that tests left; writing down that somebody read the test inbox."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop

from platform_core.audit.services import audit, audit_view
from platform_core.jobs import services as jobs
from platform_core.jobs.models import Job
from platform_core.kits.work.queue import enqueue
from platform_core.organizations.models import Organization
from platform_core.testmode import selectors, tasks
from platform_core.testmode.registry import counts

if TYPE_CHECKING:
    from platform_core.accounts.models import User
    from platform_core.mail.models import OutgoingMail

TITLE = gettext_noop("Delete test data")


def wipe_test_data(*, actor: User | None, organization: Organization, key_id: UUID | None = None) -> Job:
    """This will have everything deleted that tests have made until now. While one deletion goes on, a second ask is that one."""
    with transaction.atomic():
        Organization.objects.select_for_update(no_key=True).get(pk=organization.pk)  # of two presses the second waits
        if running := selectors.open_wipe(organization.pk):
            return running
        found = counts(organization.pk)
        job = jobs.start_job(
            actor=actor,
            organization=organization,
            kind=selectors.JOB_KIND,
            title=TITLE,
            total=sum(found.values()),
            key_id=key_id,
        )
        changes = {f"test_{name}": [count, 0] for name, count in found.items() if count}
        audit(action="test_data.wipe", target=job, actor=actor, key_id=key_id, changes=changes)
        enqueue(tasks.wipe_test_data, organization_id=str(organization.pk), job_id=str(job.pk))
    return job


def note_read(*, actor: User | None, organization_id: UUID, mails: int) -> None:
    """This will write down that somebody looked at the list of test mails, once in ten minutes."""
    audit_view(action="test_inbox.list", organization_id=organization_id, actor=actor, count=mails, throttled=True)


def note_mail(*, actor: User | None, mail: OutgoingMail, attachment: str = "") -> None:
    """This will write down that somebody read a test mail or took an attachment; repeated looks are one."""
    audit_view(
        action="test_inbox.download" if attachment else "test_inbox.read",
        organization_id=mail.organization_id,
        actor=actor,
        count=1,
        target=mail,
        target_label=attachment or "Test mail",  # words of a mail are not for the log
        throttled=True,
    )

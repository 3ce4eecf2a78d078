"""Reads of the test inbox, and of the deletion that goes on."""

from uuid import UUID

from django.db.models import QuerySet

from platform_core.jobs.models import Job
from platform_core.mail.models import OutgoingMail

JOB_KIND = "test_data.wipe"


def inbox(organization_id: UUID) -> QuerySet[OutgoingMail]:
    """This will list what tests have mailed, the newest first; after 90 days a mail's words are gone, and it with them."""
    mails = OutgoingMail.objects.for_organization(organization_id).filter(is_test=True)
    return mails.exclude(to_address="").order_by("-id")


def open_wipe(organization_id: UUID) -> Job | None:
    """This will find the deletion that has not ended."""
    wipes = Job.objects.for_organization(organization_id).filter(kind=JOB_KIND)
    return wipes.exclude(state__in=Job.ENDED).order_by("-created_at").first()

"""Mail on its way out, and addresses that must not be written to."""

from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import pgettext_lazy

from platform_core.jobs.models import Job
from platform_core.kits.personal_data import PersonalData
from platform_core.kits.tenancy.fields import TenantForeignKey
from platform_core.kits.tenancy.models import OrganizationOwned
from platform_core.kits.work.leases import Leased


class OutgoingMail(Leased):
    """One mail to one address. ``handing_over_at`` is committed before anything leaves; a lost outcome is ``unknown``."""

    class State(models.TextChoices):
        QUEUED = "queued", pgettext_lazy("mail", "Queued")
        RUNNING = "running", pgettext_lazy("mail", "Handing over")
        SENT = "sent", pgettext_lazy("mail", "Sent")
        FAILED = "failed", pgettext_lazy("mail", "Failed")
        SUPPRESSED = "suppressed", pgettext_lazy("mail", "Left out")
        UNKNOWN = "unknown", pgettext_lazy("mail", "Outcome unknown")
        CANCELED = "canceled", pgettext_lazy("mail", "Canceled")

    personal_data = PersonalData(
        subject="to_address",
        purpose="delivering a message the organization sends",
        retention="words and address 90 days; that something was sent stays with what it was about",
        export=("to_address", "subject", "created_at", "state"),
        erasure="delete",
    )

    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    kind = models.CharField(max_length=40)
    is_test = models.BooleanField(default=False)  # goes to the test inbox instead of the mail server
    idempotency_key = models.CharField(max_length=160)
    to_address = models.EmailField()
    from_name = models.CharField(max_length=120, blank=True)
    subject = models.CharField(max_length=300)
    text_body = models.TextField()
    html_body = models.TextField(blank=True)
    attachments = models.JSONField(default=list)
    job = TenantForeignKey(Job, models.SET_NULL, null=True, blank=True, related_name="mails")
    subject_id = models.UUIDField(null=True, blank=True)
    message_id = models.CharField(max_length=200, blank=True)
    error = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    handing_over_at = models.DateTimeField(
        null=True, blank=True
    )  # of this attempt; cleared when it surely did not leave
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "idempotency_key"], name="mail_once")]
        indexes = [
            models.Index(
                fields=["organization", "created_at"],
                name="mail_open",
                condition=models.Q(state__in=["queued", "running"]),
            ),
            models.Index(fields=["organization", "job", "state"], name="mail_job"),
            models.Index(fields=["organization", "-id"], name="mail_test_inbox", condition=models.Q(is_test=True)),
        ]


class Suppression(OrganizationOwned):
    """An address this organization must not write to, with the reason."""

    class Reason(models.TextChoices):
        UNSUBSCRIBED = "unsubscribed", pgettext_lazy("suppression", "Unsubscribed")
        BOUNCED = "bounced", pgettext_lazy("suppression", "Bounced")
        COMPLAINED = "complained", pgettext_lazy("suppression", "Spam complaint")
        MANUAL = "manual", pgettext_lazy("suppression", "Added by hand")

    personal_data = PersonalData(
        subject="address",
        purpose="not writing to people against their will",
        retention="until the organization lifts it",
        export=("address", "reason", "created_at"),
        erasure="keep",
        basis="legal obligation",
    )

    address = models.EmailField()
    reason = models.CharField(max_length=20, choices=Reason, default=Reason.MANUAL)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint("organization", Lower("address"), name="suppression_once")]

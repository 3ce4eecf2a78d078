"""Text messages on their way out, and the numbers that people have proved to be theirs."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import pgettext_lazy

from platform_core.kits.personal_data import PersonalData
from platform_core.kits.work.leases import Leased


class OutgoingSms(Leased):
    """One text message to one number. ``handing_over_at`` is committed before it leaves; a lost outcome is ``unknown``.

    Written by ``services.queue_sms``, worked off by ``sending``. Number and words are emptied after 90 days.
    """

    class State(models.TextChoices):
        QUEUED = "queued", pgettext_lazy("sms", "Queued")
        RUNNING = "running", pgettext_lazy("sms", "Handing over")
        SENT = "sent", pgettext_lazy("sms", "Sent")
        FAILED = "failed", pgettext_lazy("sms", "Failed")
        EXPIRED = "expired", pgettext_lazy("sms", "Too old to send")
        UNKNOWN = "unknown", pgettext_lazy("sms", "Outcome unknown")

    personal_data = PersonalData(
        subject="user",
        purpose="telling a member what happened",
        retention="words and number 90 days; that something was sent stays with what it was about",
        export=("to_number", "text", "created_at", "state"),
        erasure="delete",
    )

    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    kind = models.CharField(max_length=40)
    idempotency_key = models.CharField(max_length=160)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    to_number = models.CharField(max_length=16, blank=True)
    text = models.CharField(max_length=480, blank=True)
    segments = models.PositiveSmallIntegerField(default=1)  # what the gateway charges: parts of 160 or 70 characters
    provider_id = models.CharField(max_length=120, blank=True)
    error = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    handing_over_at = models.DateTimeField(
        null=True, blank=True
    )  # of this attempt; cleared when it surely did not leave
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "outgoing SMS"
        constraints = [models.UniqueConstraint(fields=["organization", "idempotency_key"], name="sms_once")]
        indexes = [
            models.Index(
                fields=["organization", "created_at"],
                name="sms_open",
                condition=Q(state__in=["queued", "running"]),
            )
        ]


class MobileNumber(models.Model):
    """A person's mobile number, E.164: the one that is verified, and the one that waits for its code.

    The code is kept as an HMAC for ten minutes and five tries. Written by ``services`` only; deleted with the account.
    """

    tenancy_exempt = "belongs to a person"
    personal_data = PersonalData(
        subject="user",
        purpose="text messages that the person has asked for",
        retention="until the person removes it, or with the account",
        export=("number", "verified_at"),
        erasure="delete",
    )

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="+")
    number = models.CharField(max_length=16, blank=True, default="")
    verified_at = models.DateTimeField(null=True, blank=True)
    asked_number = models.CharField(max_length=16, blank=True, default="")
    code_hash = models.CharField(max_length=64, blank=True, default="")
    code_sent_at = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)  # wrong codes since the last one was sent
    codes = models.PositiveSmallIntegerField(default=0)  # sent since ``counted_from``
    counted_from = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(number="", verified_at=None) | (~Q(number="") & Q(verified_at__isnull=False)),
                name="mobile_number_is_verified",
            )
        ]

"""Addresses that receive our events, what goes to each of them and every try; and addresses of ours that receive theirs."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import pgettext_lazy

from platform_core.kits.crypto.fields import EncryptedField
from platform_core.kits.personal_data import NoPersonalData, PersonalData
from platform_core.kits.tenancy.fields import TenantForeignKey
from platform_core.kits.tenancy.models import OrganizationOwned
from platform_core.kits.work.leases import Leased

URL_LENGTH, NAME_LENGTH = 500, 200
EVERYTHING = "*"


class Secretive(OrganizationOwned):
    """A row with a secret for signatures, sealed to its cell; for a while after a rotation the former one counts too."""

    sealed_secret = EncryptedField()
    sealed_former = EncryptedField(null=True, blank=True)
    former_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True

    @property
    def secret(self) -> str:
        return str(self.sealed_secret)

    def keep_secret(self, secret: str) -> None:
        """This will seal a secret into this row; the caller saves."""
        self.sealed_secret = secret

    def rotate(self, secret: str, *, until: datetime) -> None:
        """This will put a new secret in force, and keep the present one until an instant; the caller saves."""
        self.sealed_former = self.secret
        self.former_until = until
        self.keep_secret(secret)

    def secrets(self, now: datetime) -> list[str]:
        """This will give the secrets that count now, the new one first."""
        found = [self.secret]
        if self.sealed_former is not None and self.former_until is not None and self.former_until > now:
            found.append(str(self.sealed_former))
        return found


class WebhookEndpoint(Secretive):
    """A customer's address that receives our events. ``event_types``: ``*``, a product (``docuai.``) or single types."""

    class State(models.TextChoices):
        ACTIVE = "active", pgettext_lazy("webhook endpoint", "Active")
        DISABLED = "disabled", pgettext_lazy("webhook endpoint", "Off")

    class Reason(models.TextChoices):
        MEMBER = "member", pgettext_lazy("webhook endpoint", "Switched off by a member")
        GONE = "gone", pgettext_lazy("webhook endpoint", "It answered 410 Gone")
        FAILING = "failing", pgettext_lazy("webhook endpoint", "Everything failed for three days")

    personal_data = PersonalData(
        subject="created_by",
        purpose="showing who set the endpoint up",
        retention="until the endpoint is deleted",
        export=("url", "description", "created_at"),
        erasure="anonymize",
    )

    url = models.CharField(max_length=URL_LENGTH)
    description = models.CharField(max_length=NAME_LENGTH, blank=True)
    event_types = ArrayField(models.CharField(max_length=80), default=list)
    state = models.CharField(max_length=10, choices=State, default=State.ACTIVE)
    disabled_reason = models.CharField(max_length=10, choices=Reason, blank=True)
    disabled_at = models.DateTimeField(null=True, blank=True)
    failing_since = models.DateTimeField(null=True, blank=True)  # first failure after the last success
    last_success_at = models.DateTimeField(null=True, blank=True)
    last_failure_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.description or self.url

    def wants(self, type: str) -> bool:
        """This will say whether the endpoint has subscribed to a type of event."""
        return any(
            name in (EVERYTHING, type) or (name[-1:] == "." and type.startswith(name)) for name in self.event_types
        )


class WebhookEvent(Leased):
    """One event for one endpoint, claimed and tried until it is delivered. The body is what is sent, byte for byte."""

    class State(models.TextChoices):
        QUEUED = "queued", pgettext_lazy("webhook event", "Waiting")
        RUNNING = "running", pgettext_lazy("webhook event", "Being sent")
        DELIVERED = "delivered", pgettext_lazy("webhook event", "Delivered")
        FAILED = "failed", pgettext_lazy("webhook event", "Failed")

    personal_data = NoPersonalData("ids and counts only, as in the outbox")

    endpoint: Any = TenantForeignKey(WebhookEndpoint, models.CASCADE, related_name="events")
    source_id = models.UUIDField(null=True, blank=True)  # of the outbox; none for a test
    type = models.CharField(max_length=80)
    body = models.TextField()
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    status_code = models.PositiveSmallIntegerField(null=True, blank=True)
    error = models.CharField(max_length=20, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    delivered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "endpoint", "source_id"], name="webhook_event_once")
        ]
        indexes = [
            models.Index(
                fields=["organization", "id"], name="webhook_open", condition=models.Q(state__in=["queued", "running"])
            ),
            models.Index(fields=["organization", "endpoint", "state", "id"], name="webhook_by_state"),
        ]

    def __str__(self) -> str:
        return self.type

    @property
    def message_id(self) -> str:
        """``webhook-id``: the same at every try, so that a receiver drops a second one."""
        return f"msg_{self.pk.hex}"


class WebhookAttempt(OrganizationOwned):
    """One try: what was sent, what came back and how long it took. Written once; kept 30 days."""

    class Cause(models.TextChoices):
        EVENT = "event", pgettext_lazy("webhook attempt", "Event")
        RETRY = "retry", pgettext_lazy("webhook attempt", "Retry")
        TEST = "test", pgettext_lazy("webhook attempt", "Test")

    personal_data = NoPersonalData("the customer's own server's answer, headers and first 4 kB, kept 30 days")

    event: Any = TenantForeignKey(WebhookEvent, models.CASCADE, related_name="tries")
    endpoint: Any = TenantForeignKey(WebhookEndpoint, models.CASCADE, related_name="tries")
    cause = models.CharField(max_length=10, choices=Cause, default=Cause.EVENT)
    at = models.DateTimeField()
    url = models.CharField(max_length=URL_LENGTH)
    address = models.CharField(max_length=45, blank=True)
    milliseconds = models.PositiveIntegerField(default=0)
    status_code = models.PositiveSmallIntegerField(null=True, blank=True)
    error = models.CharField(max_length=20, blank=True)
    detail = models.CharField(max_length=200, blank=True)
    request_headers = models.JSONField(default=dict)
    response_headers = models.JSONField(default=list)
    response_body = models.TextField(blank=True)

    class Meta:
        indexes = [models.Index(fields=["organization", "endpoint", "-id"], name="webhook_attempts")]

    def __str__(self) -> str:
        return str(self.status_code or self.error)

    @property
    def succeeded(self) -> bool:
        return not self.error


class WebhookSource(Secretive):
    """An address of ours, ``/hooks/in/<id>/``, to which somebody else's system sends signed events."""

    personal_data = PersonalData(
        subject="created_by",
        purpose="showing who set the source up",
        retention="until the source is deleted",
        export=("name", "created_at"),
        erasure="anonymize",
    )

    name = models.CharField(max_length=NAME_LENGTH)
    is_open = models.BooleanField(default=True)
    last_received_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name


class ReceivedWebhook(OrganizationOwned):
    """One event that came in, stored once however often it is sent; kept 30 days."""

    personal_data = PersonalData(
        subject="source__created_by",
        purpose="what the organization has another system send, for the organization to read",
        retention="30 days",
        export=("message_id", "received_at"),
        erasure="keep",
        basis="instruction of the organization",
    )

    source: Any = TenantForeignKey(WebhookSource, models.CASCADE, related_name="received")
    message_id = models.CharField(max_length=200)
    body = models.TextField()
    received_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "source", "message_id"], name="received_webhook_once")
        ]

    def __str__(self) -> str:
        return self.message_id

"""What makes the audit log checkable: the queue of the sealer, the chain of seals, the history of rows, the time kept.

All of it is written by the database or by the clock, never by a request. The migration takes UPDATE and DELETE from app
and service (the queue may be emptied by the service), and brings the two triggers.
"""

from django.conf import settings
from django.db import models
from django.utils.translation import pgettext_lazy

from platform_core.kits.personal_data import NoPersonalData, PersonalData
from platform_core.kits.tenancy.constraints import TenantPolicy
from platform_core.kits.tenancy.models import OrganizationOwned
from platform_core.kits.tenancy.roles import APP_ROLE
from platform_core.webhooks.models import Secretive


class AuditPending(models.Model):
    """One audit event that no seal covers yet. A trigger writes it with the event, the sealer deletes it.

    One index and no foreign keys: each audited change pays for this row. ``transaction_id`` counts within the cluster
    ``cluster_id`` alone: rows that a dump has brought from another one count as settled.
    """

    personal_data = NoPersonalData("ids of events and transactions")

    id = models.BigAutoField(primary_key=True)
    organization = models.ForeignKey(
        "platform_core.Organization", models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False
    )
    event_id = models.UUIDField()
    transaction_id = models.BigIntegerField()
    cluster_id = models.BigIntegerField()
    noted_at = models.DateTimeField()

    class Meta:
        constraints = [TenantPolicy()]


class AuditSeal(OrganizationOwned):
    """One link of an organization's chain; its id is the event's. Append-only, kept as long as the event.

    ``record_hash`` covers the event, ``seal_hash`` this link with the one before. What may speak of a person (label,
    changed values, address, program) is covered by ``personal_digest``: with the salt dropped it can be erased, and
    the chain holds.
    """

    personal_data = NoPersonalData("hashes; the salt goes when a person is erased")

    sequence = models.BigIntegerField()
    transaction_id = models.BigIntegerField()
    cluster_id = models.BigIntegerField()
    noted_at = models.DateTimeField()
    sealed_at = models.DateTimeField()
    salt = models.BinaryField(null=True)
    personal_digest = models.BinaryField()
    record_hash = models.BinaryField()
    previous_hash = models.BinaryField()
    seal_hash = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "sequence"], name="audit_seal_sequence")]


class RowHistory(OrganizationOwned):
    """One change of a row that decides who may do what, written by a trigger: raw SQL is seen. Append-only.

    ``old`` and ``new`` hold the row without secrets; the person is the scope's, ``database_role`` the login.
    """

    class Operation(models.TextChoices):
        INSERT = "INSERT", pgettext_lazy("row history", "Added")
        UPDATE = "UPDATE", pgettext_lazy("row history", "Changed")
        DELETE = "DELETE", pgettext_lazy("row history", "Removed")

    personal_data = PersonalData(
        subject="actor",
        purpose="showing who changed access to the organization, past the platform too",
        retention="as long as the organization keeps its log",
        export=("at", "table", "row_id", "operation"),
        erasure="keep",
        basis="legitimate interest; by reference, so the name goes with the account",
    )

    at = models.DateTimeField()
    table = models.CharField(max_length=63)
    row_id = models.UUIDField()
    operation = models.CharField(max_length=6, choices=Operation)
    old = models.JSONField(null=True)
    new = models.JSONField(null=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.DO_NOTHING, null=True, related_name="+", db_constraint=False, db_index=False
    )
    database_role = models.CharField(max_length=63)
    transaction_id = models.BigIntegerField()

    class Meta:
        indexes = [
            models.Index(fields=["organization", "row_id", "-at"], name="row_history_row"),
            models.Index(fields=["at"], name="row_history_outside", condition=~models.Q(database_role=APP_ROLE)),
        ]


class AuditStream(Secretive):
    """Where an organization collects its log: batches of JSON Lines, in the order of the chain, each signed.

    ``sequence`` is the last record that the collector has taken with a 2xx: it moves after that and never before.
    """

    personal_data = NoPersonalData("the address of a collector")

    url = models.CharField(max_length=500)
    is_on = models.BooleanField(default=True)
    sequence = models.BigIntegerField(default=0)
    failures = models.PositiveIntegerField(default=0)
    due_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True, blank=True)
    last_success_at = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=200, blank=True)
    last_failure_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization"], name="audit_stream_once")]
        indexes = [models.Index(fields=["due_at"], name="audit_stream_due", condition=models.Q(is_on=True))]


class AuditRetention(OrganizationOwned):
    """For how many days an organization keeps its log; without a row, or without a number: for ever."""

    personal_data = NoPersonalData("a number of an organization")

    days = models.PositiveIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization"], name="audit_retention_once")]

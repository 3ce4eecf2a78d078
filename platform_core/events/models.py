"""The outbox: news a service writes in its own transaction, read later in commit order."""

from django.db import models

from platform_core.kits.personal_data import NoPersonalData
from platform_core.kits.tenancy.models import OrganizationOwned


class CurrentTransactionId(models.Func):
    """The full (64 bit, never reused) id of the running transaction."""

    template = "(pg_current_xact_id()::text::bigint)"
    output_field = models.BigIntegerField()
    arity = 0
    allowed_default = True


class OutboxEvent(OrganizationOwned):
    """One piece of news. ``transaction_id`` (filled by the database) orders events by commit; kept 30 days."""

    personal_data = NoPersonalData("ids and counts only: payloads carry no names or addresses")

    type = models.CharField(max_length=80)
    payload = models.JSONField(default=dict)
    at = models.DateTimeField(auto_now_add=True)
    request_id = models.CharField(max_length=64, blank=True)
    transaction_id = models.BigIntegerField(db_default=CurrentTransactionId(), editable=False)

    class Meta:
        indexes = [models.Index(fields=["transaction_id", "id"], name="outbox_commit_order")]

    @property
    def is_test(self) -> bool:
        """Whether a test key's work is the news: nobody outside is told."""
        return self.payload.get("test") is True


class EventCursor(models.Model):
    """How far one consumer has read. Moved in the transaction that acts on the events."""

    tenancy_exempt = "the platform's own bookkeeping"
    personal_data = NoPersonalData("positions in the outbox")

    consumer = models.CharField(max_length=60, primary_key=True)
    transaction_id = models.BigIntegerField(default=0)
    event_id = models.UUIDField(null=True)

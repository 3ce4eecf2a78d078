"""The record of who did what. Append-only: the migration revokes UPDATE and DELETE from app and service."""

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models.functions import Upper
from django.utils.translation import pgettext_lazy

from platform_core.kits.personal_data import PersonalData
from platform_core.kits.tenancy.models import OrganizationOwned


class AuditEvent(OrganizationOwned):
    """Who did what, when, from where, on what, with what outcome. Persons stand here by reference only."""

    class ActorKind(models.TextChoices):
        PERSON = "person", pgettext_lazy("audit", "Member")
        KEY = "key", pgettext_lazy("audit", "API key")
        STAFF = "staff", pgettext_lazy("audit", "Platform staff")
        SYSTEM = "system", pgettext_lazy("audit", "Platform")
        ANONYMOUS = "anonymous", pgettext_lazy("audit", "Visitor")

    class Outcome(models.TextChoices):
        DONE = "done", pgettext_lazy("audit", "Done")
        DENIED = "denied", pgettext_lazy("audit", "Denied")
        FAILED = "failed", pgettext_lazy("audit", "Failed")

    personal_data = PersonalData(
        subject="actor",
        purpose="showing who did what",
        retention="as long as the organization keeps its log",
        export=("at", "action", "target_type", "target_id", "outcome", "ip"),
        erasure="keep",
        basis="legitimate interest; by reference, so the name goes with the account",
    )

    at = models.DateTimeField(auto_now_add=True)
    actor_kind = models.CharField(max_length=10, choices=ActorKind)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.DO_NOTHING, null=True, related_name="+", db_constraint=False
    )
    as_person = models.ForeignKey(  # as whom staff acted
        settings.AUTH_USER_MODEL, models.DO_NOTHING, null=True, related_name="+", db_constraint=False, db_index=False
    )
    key_id = models.UUIDField(null=True)
    action = models.CharField(max_length=80)
    outcome = models.CharField(max_length=10, choices=Outcome, default=Outcome.DONE)
    target_type = models.CharField(max_length=60, blank=True)
    target_id = models.CharField(max_length=64, blank=True)
    target_label = models.CharField(max_length=200, blank=True)
    changes = models.JSONField(default=dict)
    request_id = models.CharField(max_length=64, blank=True)
    ip = models.GenericIPAddressField(null=True)
    user_agent = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["organization", "-at"], name="audit_newest"),
            models.Index(fields=["organization", "target_type", "target_id"], name="audit_target"),
            models.Index(fields=["organization", "actor", "-at"], name="audit_actor"),
            models.Index(
                fields=["organization", "request_id"], name="audit_request", condition=~models.Q(request_id="")
            ),
            GinIndex(  # words of a search, by ``find_audit_events``; a short list of what is not sorted in yet
                "organization",
                OpClass(Upper("target_label"), name="gin_trgm_ops"),
                name="audit_words",
                gin_pending_list_limit=512,
            ),
        ]

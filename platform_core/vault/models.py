"""The data keys of organizations, wrapped. Whoever holds the database alone holds no key."""

from typing import Any

from django.db import models
from django.db.models import Q

from platform_core.kits.personal_data import NoPersonalData
from platform_core.kits.tenancy.models import OrganizationOwned


class DataKey(OrganizationOwned):
    """One key of one organization, wrapped by KMS or a key file. ``data`` keys have versions; ``index`` stays one for good.

    Written by the keyring at first use and by ``rotate_keys``. Never deleted: a destroyed key keeps its row as the proof.
    """

    class Purpose(models.TextChoices):
        DATA = "data", "data"
        INDEX = "index", "index"

    personal_data = NoPersonalData("keys, not what they encrypt")

    purpose = models.CharField(max_length=5, choices=Purpose)
    version = models.PositiveIntegerField()
    wrapped = models.BinaryField(max_length=1000)  # empty: destroyed
    wrapping_key = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    superseded_at = models.DateTimeField(null=True, blank=True)
    retired_at = models.DateTimeField(null=True, blank=True)
    destroyed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "purpose", "version"], name="data_key_version"),
            models.CheckConstraint(
                condition=Q(destroyed_at__isnull=True) & ~Q(wrapped=b"") | Q(destroyed_at__isnull=False, wrapped=b""),
                name="data_key_wrapped_or_destroyed",
            ),
            models.CheckConstraint(condition=Q(version__gte=1, version__lte=65535), name="data_key_two_bytes"),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.version}"

    @property
    def context(self) -> dict[str, Any]:
        """What wrapping binds the key to."""
        return context_of(str(self.organization_id), self.purpose, self.version)


def context_of(organization_id: str, purpose: str, version: int) -> dict[str, str]:
    """This will write what a wrapped key is bound to: it opens for no other organization, purpose or version."""
    return {"organization": organization_id, "purpose": purpose, "version": str(version)}

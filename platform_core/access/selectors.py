"""Reads of API keys."""

from typing import Any
from uuid import UUID

from django.db.models import F, QuerySet

from platform_core.access.models import ApiKey


def keys_of(organization_id: UUID) -> QuerySet[ApiKey]:
    """This will list an organization's keys: those that live first, the newest first."""
    rows = ApiKey.objects.for_organization(organization_id).select_related("created_by")
    return rows.order_by(F("revoked_at").desc(nulls_first=True), "-id")


def key_rows(organization_id: UUID) -> QuerySet[ApiKey, Any]:
    """This will list an organization's keys as the API shows them."""
    return ApiKey.objects.for_organization(organization_id).values(
        "id", "name", "prefix", "scopes", "created_at", "expires_at", "last_used_at", "revoked_at"
    )

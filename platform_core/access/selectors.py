"""Reads of API keys."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import F, Q, QuerySet

from platform_core.access.models import ApiKey, ApiRequest


def keys_of(organization_id: UUID) -> QuerySet[ApiKey]:
    """This will list an organization's keys: those that live first, the newest first."""
    rows = ApiKey.objects.for_organization(organization_id).select_related("created_by")
    return rows.order_by(F("revoked_at").desc(nulls_first=True), "-id")


def key_rows(organization_id: UUID) -> QuerySet[ApiKey, Any]:
    """This will list an organization's keys as the API shows them."""
    return ApiKey.objects.for_organization(organization_id).values(
        "id", "name", "prefix", "scopes", "created_at", "expires_at", "last_used_at", "revoked_at", test=F("is_test")
    )


def made_by(key_ids: Iterable[UUID], organization_id: UUID) -> dict[UUID, set[UUID]]:
    """This will name, for each of these keys, every key that it made, and those that they made in turn."""
    children: dict[UUID, list[UUID]] = defaultdict(list)
    rows = ApiKey.objects.for_organization(organization_id).exclude(made_by_key=None)
    for maker, made in rows.values_list("made_by_key_id", "id"):
        children[maker].append(made)
    found: dict[UUID, set[UUID]] = {}
    for key_id in key_ids:
        level = found[key_id] = set(children[key_id])
        while level := {made for maker in level for made in children[maker]} - found[key_id]:
            found[key_id] |= level
    return found


def living_made_by(key_ids: Iterable[UUID], organization_id: UUID) -> dict[UUID, int]:
    """This will count, for each of these keys, the living keys that are revoked with it."""
    living = set(ApiKey.objects.for_organization(organization_id).filter(revoked_at=None).values_list("id", flat=True))
    return {key_id: len(made & living) for key_id, made in made_by(key_ids, organization_id).items()}


def requests_of(
    organization_id: UUID, key_id: UUID, *, status: str = "", method: str = "", search: str = ""
) -> QuerySet[ApiRequest]:
    """This will list the calls of a key. ``status`` is the first digit of the answer's, ``search`` part of a path or a problem's code, or a request's id."""
    rows = ApiRequest.objects.for_organization(organization_id).filter(key_id=key_id)
    if status in ("2", "3", "4", "5"):
        rows = rows.filter(status__gte=int(status) * 100, status__lt=int(status) * 100 + 100)
    if method:
        rows = rows.filter(method=method)
    if search:
        rows = rows.filter(Q(path__icontains=search) | Q(code__icontains=search) | Q(request_id=search))
    return rows

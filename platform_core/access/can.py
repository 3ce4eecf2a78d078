"""The one place that decides access: ``can(principal, permission)``, and ``visible(queryset, principal)`` for lists."""

from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from platform_core.access.registry import PERMISSIONS
from platform_core.access.roles import allows
from platform_core.kits.tenancy.models import OrganizationOwnedQuerySet

Rows = TypeVar("Rows", bound=OrganizationOwnedQuerySet[Any])


class UnknownPermissionError(LookupError):
    """Code asks for a permission that no app declares. Always a bug in our code."""


@dataclass(frozen=True, slots=True)
class Principal:
    """Who asks: a person with a role, or a key with scopes, in one organization."""

    organization_id: UUID
    role: str = ""
    user_id: UUID | None = None
    key_id: UUID | None = None
    scopes: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        """The principal as a key of rate limits and of idempotency: ``key:<id>`` or ``user:<id>``."""
        return f"key:{self.key_id}" if self.key_id else f"user:{self.user_id}"


def known(permission: str) -> str:
    """This will return the name, or raise UnknownPermissionError: for decorators and classes, when they are loaded."""
    if permission not in PERMISSIONS:
        raise UnknownPermissionError(permission)
    return permission


def can(principal: Principal, permission: str, obj: Any = None) -> bool:
    """This will say whether the principal may; an object of another organization is nobody's. Raises for unknown names."""
    known(permission)
    if obj is not None and getattr(obj, "organization_id", principal.organization_id) != principal.organization_id:
        return False
    if principal.key_id is not None:
        return permission in principal.scopes
    return allows(principal.role, permission)


def permissions_of(principal: Principal) -> frozenset[str]:
    """This will name all that the principal may do."""
    return frozenset(name for name in PERMISSIONS if can(principal, name))


def visible(queryset: Rows, principal: Principal, permission: str = "") -> Rows:
    """This will narrow a list to what the principal may see: rows of the organization, none without ``permission``."""
    if permission and not can(principal, permission):
        return queryset.none()
    return queryset.for_organization(principal.organization_id)

"""The one place that decides access: ``can(principal, permission)``."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from platform_core.access.registry import PERMISSIONS
from platform_core.access.roles import allows


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


def can(principal: Principal, permission: str, obj: Any = None) -> bool:
    """This will say whether the principal may; an object of another organization is nobody's. Raises for unknown names."""
    if permission not in PERMISSIONS:
        raise UnknownPermissionError(permission)
    if obj is not None and getattr(obj, "organization_id", principal.organization_id) != principal.organization_id:
        return False
    if principal.key_id is not None:
        return permission in principal.scopes
    return allows(principal.role, permission)

"""The one place that decides access: ``can(principal, permission)``, and ``visible(queryset, principal)`` for lists."""

from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import QuerySet

from platform_core.access.plans import in_plan
from platform_core.access.registry import PERMISSIONS
from platform_core.access.roles import allows
from platform_core.access.shares import MODELS, has_shared, is_shared, shared_with
from platform_core.kits.tenancy.scope import tenant
from platform_core.organizations.models import CUSTOM, Membership

Rows = TypeVar("Rows", bound=QuerySet[Any, Any])


class UnknownPermissionError(LookupError):
    """Code asks for a permission that no app declares. Always a bug in our code."""


@dataclass(frozen=True, slots=True)
class Principal:
    """Who asks: a person with a role, or a key with scopes, in one organization. Made by ``principal_of``.

    ``role`` is a built-in one, or ``custom``: then ``held`` names what the custom role gives, at the time of asking.
    """

    organization_id: UUID
    role: str = ""
    user_id: UUID | None = None
    key_id: UUID | None = None
    scopes: frozenset[str] = frozenset()
    held: frozenset[str] = frozenset()
    role_name: str = ""  # of a custom role
    is_test: bool = False  # a test key: what it makes is marked, and does nothing in earnest

    @property
    def name(self) -> str:
        """The principal as a key of rate limits and of idempotency: ``key:<id>`` or ``user:<id>``."""
        return f"key:{self.key_id}" if self.key_id else f"user:{self.user_id}"


def principal_of(membership: Membership) -> Principal:
    """This will say who a member is to ``can``: the only way to build a person's principal.

    Built-in roles cost no query; a custom role is read here and now, in the organization's scope, and never kept: the
    request after an edit has the new permissions.
    """
    ids = membership.organization_id, membership.role, membership.user_id
    if membership.role != CUSTOM:
        return Principal(*ids)
    with tenant(membership.organization_id):
        role = membership.custom_role
    return Principal(*ids, held=role.held, role_name=role.name) if role else Principal(*ids)


def known(permission: str) -> str:
    """This will return the name, or raise UnknownPermissionError: for decorators and classes, when they are loaded."""
    if permission not in PERMISSIONS:
        raise UnknownPermissionError(permission)
    return permission


def can(principal: Principal, permission: str, obj: Any = None) -> bool:
    """This will say whether the principal may; an object of another organization is nobody's. Raises for unknown names.

    The role, or a share of ``obj``, cut by a key's scopes and by the plan. Only who lacks the role costs a query, and
    only where an object is named.
    """
    known(permission)
    if obj is not None and getattr(obj, "organization_id", principal.organization_id) != principal.organization_id:
        return False
    if not in_plan(principal.organization_id, permission):
        return False
    return holds(principal, permission) or (obj is not None and is_shared(principal.user_id, obj, permission))


def holds(principal: Principal, permission: str) -> bool:
    """This will say whether role or scopes alone give a permission."""
    if principal.key_id is not None:
        return permission in principal.scopes
    return permission in principal.held or allows(principal.role, permission)


def can_any(principal: Principal, permission: str, model: Any) -> bool:
    """This will say whether the principal may for at least one object of a model: whether its list opens."""
    if can(principal, permission):
        return True
    if not in_plan(principal.organization_id, permission):
        return False
    return has_shared(principal.user_id, principal.organization_id, model, permission)


def permissions_of(principal: Principal) -> frozenset[str]:
    """This will name all that the principal may do."""
    return frozenset(name for name in PERMISSIONS if can(principal, name))


def visible(queryset: Rows, principal: Principal, permission: str = "") -> Rows:
    """This will narrow a list to what the principal may see: all rows of the organization, or those shared with them."""
    rows = queryset.filter(organization_id=principal.organization_id)
    if not permission or can(principal, permission):
        return rows
    shareable = MODELS.get(queryset.model)
    if shareable is None or not in_plan(principal.organization_id, permission):
        return rows.none()
    condition = shared_with(principal.user_id, principal.organization_id, shareable, permission)
    return rows.filter(condition) if condition is not None else rows.none()

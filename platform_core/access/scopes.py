"""What may be given to an API key."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _

from platform_core.access.can import Principal, permissions_of
from platform_core.access.registry import PERMISSIONS, Permission
from platform_core.access.roles import composable

PRODUCTS: dict[str, Any] = {"platform_core": _("Organization"), "docuai": "DocuAI"}


def allowed_scopes(scopes: Iterable[str]) -> frozenset[str]:
    """This will narrow scopes to what a program may do: what exists, and is not an owner's alone."""
    return composable(scopes)


def grantable(principal: Principal) -> dict[str, list[Permission]]:
    """This will name what the principal may give a key, by product."""
    groups: dict[str, list[Permission]] = {}
    for name in sorted(allowed_scopes(permissions_of(principal)), key=list(PERMISSIONS).index):
        app = name.partition(".")[0]
        groups.setdefault(str(PRODUCTS.get(app, app)), []).append(PERMISSIONS[name])
    return groups

"""Permissions that a plan can switch off. Billing plugs a gate in; a permission without one is in every plan, at no query."""

from collections.abc import Callable
from typing import Any

Gate = Callable[[Any], bool]
GATES: dict[str, Gate] = {}


def register_gate(permission: str, gate: Gate) -> None:
    """This will ask ``gate(organization_id)`` before anybody gets the permission, owners included."""
    GATES[permission] = gate


def in_plan(organization_id: Any, permission: str) -> bool:
    """This will say whether the organization's plan includes a permission."""
    gate = GATES.get(permission)
    return gate is None or gate(organization_id)

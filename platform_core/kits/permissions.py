"""The register of permissions: each app declares its own in ``permissions.py``; a name that is not here does not exist.

Here, below all slices, because organizations ask it who may give which role and access who may do what.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

OWNER, ADMIN, EDITOR, VIEWER = LADDER = ("owner", "admin", "editor", "viewer")  # each may what those after it may


@dataclass(frozen=True, slots=True)
class Permission:
    """A name, its label, and the least of the built-in roles that holds it."""

    name: str
    label: Any
    least: str


PERMISSIONS: dict[str, Permission] = {}
SHAREABLE: set[str] = set()  # what a share of a single object can give; filled where products register their objects


def permission(name: str, label: Any, *, least: str) -> str:
    """This will declare a permission ``<app>.<thing>.<verb>`` and return its name; raises ValueError if it exists."""
    if name in PERMISSIONS:
        raise ValueError(f"permission {name} is declared twice")
    if least not in LADDER:
        raise ValueError(f"{least} is no built-in role")
    PERMISSIONS[name] = Permission(name, label, least)
    return name


def allows(role: str, name: str) -> bool:
    """This will say whether a built-in role holds a permission; a role that does not exist holds none."""
    return role in LADDER and LADDER.index(role) <= LADDER.index(PERMISSIONS[name].least)


def held_by(role: str) -> frozenset[str]:
    """This will name all that a built-in role holds."""
    return frozenset(name for name in PERMISSIONS if allows(role, name))


def composable(names: Iterable[str]) -> frozenset[str]:
    """This will narrow names to what a custom role or a key may hold: what exists, and is not an owner's alone."""
    return frozenset(name for name in names if name in PERMISSIONS and PERMISSIONS[name].least != OWNER)

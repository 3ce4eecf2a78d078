"""The register of permissions: each app declares its own in ``permissions.py``; a name that is not here does not exist."""

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


def permission(name: str, label: Any, *, least: str) -> str:
    """This will declare a permission ``<app>.<thing>.<verb>`` and return its name; raises ValueError if it exists."""
    if name in PERMISSIONS:
        raise ValueError(f"permission {name} is declared twice")
    if least not in LADDER:
        raise ValueError(f"{least} is no built-in role")
    PERMISSIONS[name] = Permission(name, label, least)
    return name

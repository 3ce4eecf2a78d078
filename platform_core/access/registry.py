"""The register of permissions: each app declares its own in ``permissions.py``; a name that is not here does not exist."""

from typing import Any

PERMISSIONS: dict[str, Any] = {}


def permission(name: str, label: Any) -> str:
    """This will declare a permission ``<app>.<thing>.<verb>`` and return its name; raises ValueError if it exists."""
    if name in PERMISSIONS:
        raise ValueError(f"permission {name} is declared twice")
    PERMISSIONS[name] = label
    return name

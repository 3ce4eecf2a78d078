"""What the built-in roles may do: each permission names the least role that holds it."""

from platform_core.access.registry import LADDER, PERMISSIONS


def allows(role: str, permission: str) -> bool:
    """This will say whether a built-in role holds a permission; a role that does not exist holds none."""
    return role in LADDER and LADDER.index(role) <= LADDER.index(PERMISSIONS[permission].least)

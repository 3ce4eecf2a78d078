"""What the built-in roles may do: each permission names the least role that holds it."""

from platform_core.kits.permissions import allows, composable, held_by

__all__ = ["allows", "composable", "held_by"]

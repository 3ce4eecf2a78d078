"""The register of permissions, as apps and edges name it; it lives in ``kits.permissions``, below all slices."""

from platform_core.kits.permissions import ADMIN, EDITOR, LADDER, OWNER, PERMISSIONS, VIEWER, Permission, permission

__all__ = ["ADMIN", "EDITOR", "LADDER", "OWNER", "PERMISSIONS", "VIEWER", "Permission", "permission"]

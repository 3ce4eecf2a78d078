"""What the built-in roles may do, by the shape of a permission's name: ``<app>.<thing>.<verb>``."""

PLATFORM_MANAGE = ("platform_core.",)


def allows(role: str, permission: str) -> bool:
    """This will say whether a built-in role holds a permission.

    Owners and admins hold all, editors all of the products, viewers what ends in ``.view``.
    """
    if role in ("owner", "admin"):
        return True
    if permission.endswith(".view"):
        return role in ("editor", "viewer")
    return role == "editor" and not permission.startswith(PLATFORM_MANAGE)

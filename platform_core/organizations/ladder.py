"""Who may raise, lower and remove whom. Pure: roles in, yes or no out; what roles may do elsewhere stands in ``access``."""

from platform_core.organizations.models import Role

LADDER = tuple(Role.values)  # from the top


def rank(role: str) -> int:
    """This will give a role's place, 0 at the top; a role that does not exist stands below all."""
    return LADDER.index(role) if role in LADDER else len(LADDER)


def may_grant(actor: str, role: str) -> bool:
    """This will say whether ``actor`` may give ``role``: admins and owners, never a role above their own."""
    return role in LADDER and rank(actor) <= rank(Role.ADMIN) and rank(actor) <= rank(role)


def may_touch(actor: str, member: str) -> bool:
    """This will say whether ``actor`` may change or remove who holds ``member``: only owners touch owners."""
    return may_grant(actor, member)


def grantable(actor: str) -> tuple[str, ...]:
    """This will list the roles that ``actor`` may give, from the top."""
    return tuple(role for role in LADDER if may_grant(actor, role))

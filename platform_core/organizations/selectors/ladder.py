"""Who may raise, lower and remove whom. One rule for built-in and custom roles: nobody gives, takes or touches what they lack.

Pure: sets of permissions in, yes or no out. For the built-in roles it is a ladder, since each holds all that those below
it hold, and only owners hold what makes an owner.
"""

from platform_core.kits.permissions import LADDER, SHAREABLE, held_by
from platform_core.permissions import MEMBER_MANAGE, ROLE_MANAGE, TEAM_MANAGE

Held = frozenset[str]


def may_grant(held: Held, wanted: Held) -> bool:
    """This will say whether who holds ``held`` may give a role that holds ``wanted``: never more than their own."""
    return MEMBER_MANAGE in held and wanted <= held


def may_touch(held: Held, theirs: Held) -> bool:
    """This will say whether who holds ``held`` may change or remove who holds ``theirs``: only owners touch owners."""
    return may_grant(held, theirs)


def may_shape(held: Held, *roles: Held) -> bool:
    """This will say whether who holds ``held`` may make a role of these permissions, or turn one into the other."""
    return ROLE_MANAGE in held and all(role <= held for role in roles)


def may_fill_teams(held: Held) -> bool:
    """This will say whether who holds ``held`` may put people into teams: what is shared with a team comes with it."""
    return TEAM_MANAGE in held and held >= SHAREABLE


def grantable(held: Held) -> tuple[str, ...]:
    """This will list the built-in roles that who holds ``held`` may give, from the top."""
    return tuple(role for role in LADDER if may_grant(held, held_by(role)))

"""Whether an owner can be reached, and whose domain an organization's is. Pure but for the clock it is given."""

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from platform_core.organizations.models import Membership

AWAY = timedelta(days=30)  # unseen for so long an owner counts as out of reach
WAIT = timedelta(days=7)
PROOF_WITHIN = timedelta(days=30)
LAST_CALL = timedelta(days=1)
PREFIX = "portfolio-recovery="
# Whoever has an address there does not speak for the domain.
# fmt: off
PUBLIC_DOMAINS = frozenset(
    [
        "gmail.com", "googlemail.com", "outlook.com", "outlook.es", "hotmail.com", "hotmail.es", "live.com",
        "msn.com", "yahoo.com", "yahoo.es", "ymail.com", "icloud.com", "me.com", "mac.com", "aol.com", "proton.me",
        "protonmail.com", "pm.me", "gmx.com", "gmx.net", "gmx.de", "web.de", "zoho.com", "mail.com", "yandex.com",
        "yandex.ru", "mail.ru", "qq.com", "163.com", "126.com", "fastmail.com", "tutanota.com", "hey.com",
    ]
)
# fmt: on


def seen_at(member: Membership) -> datetime:
    """This will say when a member was last here: a page of the organization, a sign-in, or the day they joined."""
    return max(at for at in (member.last_seen_at, member.user.last_login, member.joined_at) if at is not None)


def is_reachable(owner: Membership, now: datetime) -> bool:
    """This will say whether an owner could still act: an open account, seen within thirty days."""
    return owner.user.is_active and seen_at(owner) > now - AWAY


def domain_of(owners: Iterable[Membership]) -> str:
    """This will name the one domain that the owners' addresses share; nothing where they share none or it is a public one."""
    found = {owner.user.email.rpartition("@")[2].lower() for owner in owners}
    return "" if len(found) != 1 or found & PUBLIC_DOMAINS else found.pop()


def new_token() -> str:
    """This will make what must stand in a TXT record of the domain."""
    return PREFIX + secrets.token_hex(16)

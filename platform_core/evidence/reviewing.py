"""Who can do what: members and keys, summed up by product; and the report that is signed and taken along."""

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, Q

from platform_core.access.models import ApiKey
from platform_core.evidence.checkpoints import sign_report
from platform_core.kits.permissions import PERMISSIONS, composable
from platform_core.kits.tenancy.models import OrganizationOwnedQuerySet
from platform_core.organizations.models import Membership, Organization

COLUMNS = ("kind", "name", "address", "role", "may", "shares", "last_used", "since", "ends")


@dataclass(frozen=True, slots=True)
class May:
    """How much of a product somebody may: so many of all its permissions."""

    product: str
    held: int
    of: int

    @property
    def level(self) -> str:
        """``all``, ``some`` or ``none``."""
        return "none" if not self.held else "all" if self.held == self.of else "some"


def members(organization: Organization) -> OrganizationOwnedQuerySet[Membership]:
    """This will list members, those who were never or longest not here first."""
    rows = Membership.objects.for_organization(organization).select_related("user", "custom_role")
    return rows.order_by(F("last_seen_at").asc(nulls_first=True), "id")


def keys(organization: Organization, *, now: datetime) -> list[ApiKey]:
    """This will list the keys that work, those unused longest first."""
    living = Q(expires_at=None) | Q(expires_at__gt=now)
    rows = ApiKey.objects.for_organization(organization).filter(living, revoked_at=None).select_related("created_by")
    return list(rows.order_by(F("last_used_at").asc(nulls_first=True), "id"))


def summed(held: Iterable[str]) -> list[May]:
    """This will count permissions by product."""
    owned = frozenset(held)
    apps: dict[str, list[str]] = {}
    for name in PERMISSIONS:
        apps.setdefault(name.partition(".")[0], []).append(name)
    return [May(app, len(owned.intersection(names)), len(names)) for app, names in apps.items()]


def beyond_maker(key: ApiKey, standing: Mapping[Any, frozenset[str]]) -> bool:
    """This will say whether a key may what its maker may not any more: demoted, gone, or not a person."""
    return key.created_by_id is not None and not composable(key.scopes) <= standing.get(key.created_by_id, frozenset())


def report(organization: Organization, *, by: str, now: datetime, shares: Mapping[Any, int]) -> dict[str, Any]:
    """This will make the signed report: every member and key with every permission by name."""
    people = [
        {
            "name": row.user.get_full_name(),
            "address": row.user.email,
            "role": row.role_name if row.custom_role else row.role,
            "permissions": sorted(row.held),
            "shares": shares.get(row.user_id, 0),
            "joined_at": _instant(row.joined_at),
            "last_seen_at": _instant(row.last_seen_at),
        }
        for row in members(organization)
    ]
    programs = [
        {
            "name": key.name,
            "prefix": key.prefix,
            "made_by": key.created_by.email if key.created_by else None,
            "permissions": sorted(composable(key.scopes)),
            "created_at": _instant(key.created_at),
            "last_used_at": _instant(key.last_used_at),
            "expires_at": _instant(key.expires_at),
        }
        for key in keys(organization, now=now)
    ]
    facts = {"kind": "access-review", "organization": organization.slug, "made_at": _instant(now), "made_by": by}
    return sign_report({**facts, "members": people, "keys": programs})


def as_table(signed: Mapping[str, Any]) -> str:
    """This will write a signed report as CSV, to read in a spreadsheet; the JSON is what is verified."""
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow(COLUMNS)
    for row in signed["members"]:
        rights = " ".join(row["permissions"])
        line = [
            "member",
            row["name"],
            row["address"],
            row["role"],
            rights,
            row["shares"],
            row["last_seen_at"],
            row["joined_at"],
            "",
        ]
        table.writerow(_safe(line))
    for key in signed["keys"]:
        rights = " ".join(key["permissions"])
        line = [
            "key",
            key["name"],
            key["prefix"],
            "",
            rights,
            "",
            key["last_used_at"],
            key["created_at"],
            key["expires_at"],
        ]
        table.writerow(_safe(line))
    table.writerow(
        ["signature", signed["signature"], signed["key"], signed["algorithm"], "", "", signed["made_at"], "", ""]
    )
    return out.getvalue()


def _safe(line: list[Any]) -> list[str]:
    """Names that would be formulas in a spreadsheet are text there."""
    texts = ["" if value is None else str(value) for value in line]
    return ["'" + text if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text for text in texts]


def _instant(value: datetime | None) -> str | None:
    return value.isoformat(timespec="seconds") if value else None

"""Roles as they are given: a built-in one by its name, a custom one by its id; and who holds which."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from platform_core.accounts.models import User
from platform_core.kits.permissions import held_by
from platform_core.organizations.errors import UnknownRoleError
from platform_core.organizations.models import CUSTOM, CustomRole, Membership, Organization, Role, Team
from platform_core.organizations.selectors.ladder import grantable, may_grant


@dataclass(frozen=True, slots=True)
class GivenRole:
    """A role as forms and the API name it: ``value`` is ``editor``, or the id of a custom role."""

    role: str
    custom_role: CustomRole | None = None

    @property
    def value(self) -> str:
        return str(self.custom_role.pk) if self.custom_role else self.role

    @property
    def held(self) -> frozenset[str]:
        return self.custom_role.held if self.custom_role else held_by(self.role)

    @property
    def label(self) -> Any:
        return self.custom_role.name if self.custom_role else Role(self.role).label

    @property
    def written(self) -> str:
        """As the audit log writes it: a built-in role's own name, which is no custom one's to take."""
        return self.custom_role.name if self.custom_role else self.role


def role_named(organization: Organization | UUID, value: str) -> GivenRole:
    """This will find the role that ``value`` names; raises UnknownRoleError."""
    if value in Role.values:
        return GivenRole(value)
    try:
        found = custom_roles(organization).filter(pk=UUID(value)).first()
    except ValueError:
        found = None
    if found is None:
        raise UnknownRoleError(_("There is no such role any more. Choose one of the list."))
    return GivenRole(CUSTOM, found)


def role_of(row: Any) -> GivenRole:
    """This will give the role of a membership or invitation."""
    return GivenRole(row.role, row.custom_role)


def custom_roles(organization: Organization | UUID) -> QuerySet[CustomRole]:
    """This will list the organization's own roles by name."""
    return CustomRole.objects.for_organization(organization).order_by("name", "id")


def roles_to_give(organization: Organization | UUID, held: frozenset[str]) -> list[GivenRole]:
    """This will list what who holds ``held`` may give, built-in ones from the top."""
    built_in = [GivenRole(role) for role in grantable(held)]
    if not built_in and not may_grant(held, frozenset()):
        return []
    own = (GivenRole(CUSTOM, role) for role in custom_roles(organization))
    return [*built_in, *(role for role in own if may_grant(held, role.held))]


def holders(organization: Organization | UUID) -> dict[str, int]:
    """This will count who holds which role, by its value."""
    rows = Membership.objects.for_organization(organization).values("role", "custom_role_id").annotate(n=Count("id"))
    return {row["role"] if row["role"] != CUSTOM else str(row["custom_role_id"]): row["n"] for row in rows.order_by()}


@dataclass(frozen=True, slots=True)
class Opening:
    """A role that opens something by itself: how many members hold it, and whether it lets them edit too."""

    role: GivenRole
    members: int
    edits: bool


def opening(organization: Organization | UUID, read: frozenset[str], edit: frozenset[str]) -> list[Opening]:
    """This will list the roles that hold ``read``, built-in ones from the top, then custom ones that somebody holds."""
    counts = holders(organization)
    every = [
        *(GivenRole(name) for name in Role.values),
        *(GivenRole(CUSTOM, row) for row in custom_roles(organization)),
    ]
    found = [Opening(role, counts.get(role.value, 0), edit <= role.held) for role in every if read <= role.held]
    return [each for each in found if each.members or not each.role.custom_role]


def granters(organization: Organization | UUID, permissions: frozenset[str], *, most: int = 3) -> list[User]:
    """This will name members who may give a role with these permissions: owners first, then who was here last."""
    custom = [role.pk for role in custom_roles(organization) if may_grant(role.held, permissions)]
    built_in = [role for role in Role.values if may_grant(held_by(role), permissions)]
    rows = Membership.objects.for_organization(organization).select_related("user")
    rows = rows.filter(Q(role__in=built_in) | Q(custom_role__in=custom), user__is_active=True)
    found = sorted(rows.order_by("-last_seen_at")[:50], key=lambda row: row.role != Role.OWNER)
    return [row.user for row in found[:most]]


def teams(organization: Organization | UUID) -> QuerySet[Team]:
    """This will list the teams by name, each with ``size``."""
    return Team.objects.for_organization(organization).annotate(size=Count("places")).order_by("name", "id")

"""What the shell reads: a person's memberships, the people of the demo."""

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

from platform_core.accounts.models import User
from platform_core.kits.tenancy.scope import person
from platform_core.organizations.models import Membership, Role

DEMO_DOMAIN = "@andina.example"


def memberships_of(user_id: UUID) -> list[Membership]:
    """This will list a person's memberships with their organizations, by name."""
    with person(user_id):
        own = Membership.objects.filter(user_id=user_id).select_related("organization")
        return list(own.order_by("organization__name"))


def home_of(memberships: Sequence[Membership]) -> Membership | None:
    """This will choose where a person begins: where they were last, else where their role is highest."""
    never = datetime.min.replace(tzinfo=UTC)
    return max(memberships, key=lambda m: (m.last_seen_at or never, -_rank(m.role)), default=None)


def demo_people() -> list[User]:
    """This will list the people one may be in the demo."""
    return list(User.objects.filter(email__endswith=DEMO_DOMAIN, is_active=True).order_by("date_joined", "email"))


def people_with_roles() -> list[tuple[User, str]]:
    """This will list the people of the demo with what they are; the organization is named where there are several."""
    return [(user, _roles(memberships_of(user.pk))) for user in demo_people()]


def _roles(memberships: list[Membership]) -> str:
    if len(memberships) == 1:
        return str(memberships[0].get_role_display())
    return ", ".join(f"{m.get_role_display()} ({m.organization.name})" for m in memberships)


def _rank(role: str) -> int:
    """Built-in roles from the top; a custom one below them."""
    return Role.values.index(role) if role in Role.values else len(Role.values)

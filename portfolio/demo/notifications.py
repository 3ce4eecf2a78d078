"""Unread notifications for Marta: what a morning in the demo begins with. Safe to repeat: what is there stays.

Four are made here; the fifth comes by itself, from the key that ``demo.json`` holds.
"""

from typing import Any

from platform_core.accounts.models import User
from platform_core.kits.tenancy.scope import tenant, unscoped
from platform_core.notifications.models import Notification
from platform_core.organizations.models import Organization

MARTA, SOFIA, TOMAS = "marta@andina.example", "sofia@andina.example", "tomas@andina.example"
TOLD: tuple[tuple[str, str | None, dict[str, Any]], ...] = (
    ("platform_core.member.joined", SOFIA, {}),
    ("platform_core.member.joined", TOMAS, {}),
    ("docuai.run.finished", None, {"number": 1, "done": 198, "failed": 2}),
    ("platform_core.key.revoked", None, {"key": "Old website"}),
)


def load(organization: Organization) -> None:
    """This will tell Marta, each once."""
    people = {user.email: user for user in User.objects.filter(email__in=[MARTA, SOFIA, TOMAS])}
    with unscoped(), tenant(organization.pk):
        for number, (kind, about, facts) in enumerate(TOLD):
            Notification.objects.for_organization(organization).get_or_create(
                organization=organization,
                user=people[MARTA],
                kind=kind,
                dedup_key=f"demo:{number}",
                defaults={"about": people.get(about or ""), "facts": facts},
            )

"""What a member owns or what runs in their name: a port. Each product says what it holds; ``portfolio`` plugs it in.

Some of it passes to another member when the person goes (``hand_over``); the rest stays as it is, and ``note`` says how.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from platform_core.organizations.models import Membership

Count = Callable[[Membership], int]
Named = Callable[[Membership], list[tuple[str, str]]]
HandOver = Callable[[Membership, UUID], int]


@dataclass(frozen=True, slots=True)
class Belonging:
    """One sort of thing. ``hand_over`` gives all of the member's to the account named and returns how many.

    ``named`` lists what must be looked at one by one: name and address of each.
    """

    name: str
    label: Any
    note: Any
    count: Count
    hand_over: HandOver | None = None
    named: Named | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """How many of a sort a member holds."""

    belonging: Belonging
    n: int
    member: Membership

    @property
    def named(self) -> list[tuple[str, str]]:
        """Name and address of each that must be looked at by itself."""
        return self.belonging.named(self.member) if self.belonging.named else []

    @property
    def passes_on(self) -> bool:
        return self.belonging.hand_over is not None


BELONGINGS: dict[str, Belonging] = {}


def register(*belongings: Belonging) -> None:
    """This will have a sort of thing listed and handed over; the later registration of a name wins."""
    BELONGINGS.update({belonging.name: belonging for belonging in belongings})


def belongings_of(member: Membership) -> list[Held]:
    """This will count what a member holds, without what they hold none of. Call it in the organization's scope."""
    return [held for name in BELONGINGS if (held := held_by(member, name))]


def held_by(member: Membership, name: str) -> Held | None:
    """This will count what a member holds of one sort; None where they hold none."""
    belonging = BELONGINGS.get(name)
    n = belonging.count(member) if belonging else 0
    return Held(belonging, n, member) if belonging and n else None


def hand_over(member: Membership, heir_id: UUID) -> dict[str, int]:
    """This will give what passes on to another account; call it in the transaction of the removal."""
    moved = {b.name: b.hand_over(member, heir_id) for b in BELONGINGS.values() if b.hand_over is not None}
    return {name: n for name, n in moved.items() if n}

"""What tests leave behind: a port. Each slice that keeps something of tests says how to count it and how to delete it.

``own.py`` holds those of the platform; products plug in theirs, which go first: a run goes with its jobs and mails.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

Wiped = tuple[int, tuple[str, ...]]  # how many things a step deleted; the keys of storage that nobody names any more


@dataclass(frozen=True, slots=True)
class Leftovers:
    """One kind of thing. ``wipe(organization_id, before)`` deletes some of it in the caller's transaction, oldest first."""

    name: str
    label: Any
    count: Callable[[UUID], int]
    wipe: Callable[[UUID, datetime], Wiped]


LEFTOVERS: dict[str, Leftovers] = {}


def register_leftovers(*kinds: Leftovers) -> None:
    """This will plug kinds in; they are deleted in the order in which they were registered."""
    LEFTOVERS.update({kind.name: kind for kind in kinds})


def counts(organization_id: UUID) -> dict[str, int]:
    """This will count what there is of each kind."""
    return {kind.name: kind.count(organization_id) for kind in LEFTOVERS.values()}

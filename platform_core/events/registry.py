"""The register of event types: each app declares its own in ``event_types.py``; a test fails for news of another type.

``example`` is the payload as it stands in the outbox; ``resource`` is where the API shows what happened, relative to
``/api/v1/orgs/<slug>/``, with the payload's own fields in braces. Public types are offered to webhooks.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class EventType:
    """One kind of news."""

    name: str
    label: Any
    example: Mapping[str, Any] = field(default_factory=dict)
    resource: str = ""
    is_public: bool = True

    @property
    def product(self) -> str:
        """``docuai.`` for ``docuai.run.started``; the platform's own have no product in their name."""
        return "docuai." if self.name.startswith("docuai.") else self.name.partition(".")[0] + "."


EVENT_TYPES: dict[str, EventType] = {}


def declare(*types: EventType) -> None:
    """This will declare types of events; raises ValueError for one that exists."""
    for one in types:
        if one.name in EVENT_TYPES:
            raise ValueError(f"event type {one.name} is declared twice")
        EVENT_TYPES[one.name] = one


def public_types() -> list[EventType]:
    """This will list what is offered to webhooks, in the order of the declarations."""
    return [one for one in EVENT_TYPES.values() if one.is_public]

"""Kinds of notifications: what happened, whom it is told, in which words. Declared by each app, plugged when it starts.

A kind reads an event of the outbox (ids and counts only) and finds the people; its words are made later, when somebody
reads them, in that person's language.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from platform_core.events.models import OutboxEvent
from platform_core.notifications.models import CHANNELS, INBOX, MAIL, SMS

__all__ = [
    "CHANNELS",
    "INBOX",
    "KINDS",
    "MAIL",
    "SMS",
    "Kind",
    "News",
    "NoTextError",
    "Text",
    "Told",
    "check_texts",
    "is_wanted",
    "kinds",
    "register_kind",
]

UNASKED = frozenset([INBOX, MAIL])  # SMS costs money and wakes people: it comes to whoever has ticked it


@dataclass(frozen=True, slots=True)
class News:
    """What one event means for people. ``key``: the same news of a kind reaches a person once; the event's id if empty."""

    people: Sequence[UUID]
    facts: Mapping[str, Any] = field(default_factory=dict)
    about: UUID | None = None  # the person it speaks of
    key: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """What the words are made of."""

    organization: str
    slug: str
    facts: Mapping[str, Any]
    about: str


@dataclass(frozen=True, slots=True)
class Text:
    """A notification as a person reads it; ``path`` is where it leads, nowhere if empty."""

    title: str
    body: str
    path: str = ""


Find = Callable[[OutboxEvent], News | None]
Say = Callable[[Told], Text]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind. ``mandatory`` names channels that nobody can switch off; they pass quiet hours and digest too.

    ``for_leavers``: it is for people who are no members any more, and mailed to them all the same. ``mails_itself``: whoever
    sends the event mails it too, to each with a link of their own, so no second mail goes out.
    """

    name: str
    label: Any
    icon: str
    events: tuple[str, ...]
    find: Find
    say: Say
    example: Mapping[str, Any]
    channels: frozenset[str] = UNASKED
    mandatory: frozenset[str] = frozenset()
    for_leavers: bool = False
    mails_itself: bool = False


KINDS: dict[str, Kind] = {}


class NoTextError(ValueError):
    """A kind says nothing. Always a bug in our code."""


def register_kind(*kinds: Kind) -> None:
    """This will take kinds in; a name is taken once."""
    for kind in kinds:
        if kind.name in KINDS:
            raise ValueError(f"the notification kind {kind.name} is declared twice")
        if not (kind.channels | kind.mandatory) <= set(CHANNELS):
            raise ValueError(f"{kind.name} names a channel that is none of {CHANNELS}")
        KINDS[kind.name] = kind


def check_texts(kind: Kind) -> Text:
    """This will make the kind's words of its example in the language of now, or raise NoTextError."""
    text = kind.say(Told("Universidad Andina", "andina", kind.example, "Ana Quispe"))
    if not (str(kind.label).strip() and text.title.strip() and text.body.strip()):
        raise NoTextError(kind.name)
    return text


def is_wanted(kind: Kind, channel: str, user_id: UUID, chosen: Mapping[tuple[UUID, str, str], bool]) -> bool:
    """This will say whether a person gets a kind by a channel; ``chosen`` is what ``selectors.choices`` read."""
    return channel in kind.mandatory or chosen.get((user_id, kind.name, channel), channel in kind.channels)


def kinds() -> list[Kind]:
    """This will list all kinds by name."""
    return [KINDS[name] for name in sorted(KINDS)]

"""What staff hold back, asked in one place: where work is claimed. Who knows of pauses is a port; without one nothing is held.

A queue here is a table of rows that workers claim (``mail``, ``documents``), not a queue of the broker. Rows of a held
queue stay as they are, and the next wake-up after the pause takes them up again.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import models


@dataclass(frozen=True, slots=True)
class Queue:
    """Rows that are claimed, as staff and users know them. ``provider``: to whom they are handed over, where they are."""

    name: str
    label: Any
    provider: str = ""
    products: frozenset[str] = frozenset()  # keys of the products whose pages tell of a pause
    routes: frozenset[str] = frozenset()  # further pages that do


@dataclass(frozen=True, slots=True)
class Held:
    """What is held back now: queues and providers by name, organizations."""

    queues: frozenset[str] = frozenset()
    providers: frozenset[str] = frozenset()
    organizations: frozenset[UUID] = frozenset()


QUEUES: dict[str, Queue] = {}
_of_model: dict[str, str] = {}
_reader: list[Callable[[], Held]] = []


def register_queue(queue: Queue, *of: type[models.Model]) -> None:
    """This will name the queue that rows of these models stand in."""
    QUEUES[queue.name] = queue
    _of_model.update({model._meta.label_lower: queue.name for model in of})


def register_pauses(reader: Callable[[], Held]) -> None:
    """This will plug in who knows what is held."""
    _reader[:] = [reader]


def held() -> Held:
    """This will say what is held back now."""
    return _reader[0]() if _reader else Held()


def is_held(model: type[models.Model], organization_id: UUID | None = None, *, known: Held | None = None) -> bool:
    """This will say whether rows of a model must wait: all of them, or those of an organization."""
    now = held() if known is None else known
    queue = QUEUES.get(_of_model.get(model._meta.label_lower, ""))
    stopped = queue is not None and (queue.name in now.queues or queue.provider in now.providers)
    return stopped or organization_id in now.organizations

"""Lanes: at most LANES messages of a run go round in the queue, however often the clock wakes it.

That keeps runs fair: a run of 100,000 rows has no more messages waiting than one of 10. Which message holds a lane
stands in Redis, where the messages themselves are: if both are lost, the clock opens the lanes anew.
"""

from collections.abc import Callable
from functools import partial
from typing import TypeVar
from uuid import UUID, uuid4

import redis
from django.core.cache import cache

LANES = 4
Answer = TypeVar("Answer")
SILENCE_SECONDS = 20  # a lane that nobody has used for so long lost its message with a worker


def free_lanes(run_id: UUID) -> list[tuple[int, str]]:
    """This will take every lane of the run that nobody holds, and return each with the token its message must carry."""
    taken = []
    for lane in range(LANES):
        token = uuid4().hex
        if _ask(partial(cache.add, _name(run_id, lane), token, SILENCE_SECONDS), otherwise=True):
            taken.append((lane, token))
    return taken


def keep_lane(run_id: UUID, lane: int, token: str) -> bool:
    """This will hold the lane for its message on the way round again; False when another message has it now."""
    name = _name(run_id, lane)
    holder = _ask(lambda: cache.get(name), otherwise=token)
    if holder not in (None, token):
        return False
    _ask(lambda: cache.set(name, token, SILENCE_SECONDS), otherwise=None)
    return True


def leave_lane(run_id: UUID, lane: int, token: str) -> None:
    """This will give the lane back, so that the next wake-up can take it at once."""
    name = _name(run_id, lane)
    if _ask(lambda: cache.get(name), otherwise=None) == token:
        _ask(lambda: cache.delete(name), otherwise=None)


def take_flag(name: str) -> bool:
    """This will take a flag down and say whether it was up: one of all who ask hears yes."""
    return bool(_ask(partial(cache.delete, name), otherwise=False))


def _name(run_id: UUID, lane: int) -> str:
    return f"run:{{{run_id}}}:lane:{lane}"


def _ask(question: Callable[[], Answer], *, otherwise: Answer) -> Answer:
    try:
        return question()
    except redis.RedisError:
        return otherwise

"""Rate limits: a sliding window a principal and class of route, counted by ``limits`` in Redis, exact under parallel callers.

Without Redis everybody is let through, and the log says so: an API that stands still is worse than one without limits.
"""

import functools
import logging
import math
from dataclasses import dataclass
from typing import Any

import redis
from django.conf import settings
from django.utils.translation import gettext as _
from limits import RateLimitItem, parse
from limits.storage import RedisStorage
from limits.strategies import SlidingWindowCounterRateLimiter

from platform_core.kits.api.problems import ProblemError

logger = logging.getLogger(__name__)

# The library counts and tells in two round trips; this runs both of its scripts in one.
COUNT_AND_TELL = """
local function count(KEYS, ARGV) {count} end
local function tell(KEYS, ARGV) {tell} end
local admitted = count(KEYS, ARGV)
local found = tell(KEYS, {{ARGV[2]}})
return {{admitted and 1 or 0, found[1], found[2], found[3], found[4]}}
"""


@dataclass(frozen=True, slots=True)
class Admission:
    """What is left of a limit, as the headers say it."""

    admitted: bool
    route_class: str
    quota: int
    window_seconds: int
    remaining: int
    reset_seconds: int

    @property
    def headers(self) -> dict[str, str]:
        """``RateLimit`` and ``RateLimit-Policy`` as the IETF's draft (draft-ietf-httpapi-ratelimit-headers) writes them."""
        return {
            "RateLimit-Policy": f'"{self.route_class}";q={self.quota};w={self.window_seconds}',
            "RateLimit": f'"{self.route_class}";r={self.remaining};t={self.reset_seconds}',
        }


class TellingStorage(RedisStorage):
    """Answers a hit with the state of the window after it."""

    def __init__(self, uri: str, **options: Any) -> None:
        super().__init__(uri, **options)
        count, tell = self.SCRIPT_ACQUIRE_SLIDING_WINDOW.decode(), self.SCRIPT_SLIDING_WINDOW.decode()
        script = COUNT_AND_TELL.format(count=count, tell=tell)
        connection: Any = self.get_connection()
        self.count_and_tell = connection.register_script(script)

    def hit(self, item: RateLimitItem, name: str, cost: int) -> tuple[bool, tuple[int, float, int, float]]:
        key = item.key_for(name)
        keys = [self.prefixed_key(self._previous_window_key(key)), self.prefixed_key(self._current_window_key(key))]
        admitted, *window = self.count_and_tell(keys, [item.amount, item.get_expiry(), cost])
        before, before_ms, now, now_ms = (max(0, int(value or 0)) for value in window)
        return bool(admitted), (before, before_ms / 1000, now, now_ms / 1000)


def admit(name: str, route_class: str, *, cost: int = 1) -> Admission | None:
    """This will count one call of a principal against the limit of a class in ``API_RATES``; None without Redis.

    Raises ProblemError 429 with Retry-After when the window is full; a refused call is not counted.
    """
    item = _rate(settings.API_RATES[route_class])
    try:
        admitted, window = _storage(settings.REDIS_URL).hit(item, f"{route_class}:{name}", cost)
    except redis.RedisError as error:
        logger.warning("api.rates_not_counted", extra={"error": f"{type(error).__name__}: {error}"})
        return None
    found = _admission(item, route_class, admitted, window)
    if not admitted:
        raise RateExceededError(found)
    return found


class RateExceededError(ProblemError):
    """429: the window is full."""

    def __init__(self, admission: Admission) -> None:
        text = _("Too many calls. Wait %(seconds)s s and try again.") % {"seconds": admission.reset_seconds}
        super().__init__(429, "rate_exceeded", text, Retry_After=str(admission.reset_seconds))
        self.headers |= admission.headers


def _admission(
    item: RateLimitItem, route_class: str, admitted: bool, window: tuple[int, float, int, float]
) -> Admission:
    before, before_left, now, now_left = window
    expiry = item.get_expiry()
    weighted = math.floor(before * before_left / expiry) + now
    return Admission(
        admitted=admitted,
        route_class=route_class,
        quota=item.amount,
        window_seconds=expiry,
        remaining=max(0, item.amount - weighted),
        reset_seconds=max(1, math.ceil(_room_in(item.amount, expiry, before, before_left, now, now_left))),
    )


def _room_in(quota: int, expiry: int, before: int, before_left: float, now: int, now_left: float) -> float:
    """Seconds until one more call fits: the window before fades, or the present one becomes the one before."""
    own_left = max(
        0.0, now_left - expiry
    )  # a window lives twice its length: once as the present one, once as the one before
    if now < quota and before:
        too_much = math.floor(before * before_left / expiry) + now + 1 - quota
        return too_much * expiry / before if too_much > 0 else own_left
    return own_left + (expiry / now if now >= quota else 0)


@functools.cache
def _rate(text: str) -> RateLimitItem:
    return parse(text)


@functools.cache
def _storage(url: str) -> TellingStorage:
    return TellingStorage(url, socket_timeout=1, socket_connect_timeout=1)


def limiter() -> SlidingWindowCounterRateLimiter:
    """This will return the library's own view of the same counts, for tests and for staff who clear one."""
    return SlidingWindowCounterRateLimiter(_storage(settings.REDIS_URL))

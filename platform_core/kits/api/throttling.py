"""Rate limits: a sliding window a principal and class of route, counted by ``limits`` in Redis, exact under parallel callers.

How much fits, and how many calls of one crowd (an organization) may run at once, stands in its ``Terms``. A running call
holds a place under a lease: one whose web process was killed gives its place back by itself.

Without Redis everybody is let through, and the log says so: an API that stands still is worse than one without limits.
"""

import functools
import logging
import math
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import uuid4

import redis
from django.conf import settings
from django.utils.translation import gettext as _
from limits import RateLimitItem, parse
from limits.storage import RedisStorage
from limits.strategies import SlidingWindowCounterRateLimiter

logger = logging.getLogger(__name__)

UNLIMITED = -1
LEASE_SECONDS = 60  # longer than any answer of ours takes to begin
# The library counts and tells in two round trips; this runs both of its scripts in one, and takes the place among those
# that run. A place is an entry of a sorted set by the end of its lease. A caller who is known from memory is asked after
# first: its epoch must be what it was.
COUNT_AND_TELL = """
local function count(KEYS, ARGV) {count} end
local function tell(KEYS, ARGV) {tell} end
if KEYS[4] and tonumber(redis.call('GET', KEYS[4]) or 0) ~= tonumber(ARGV[7]) then return {{3, 0, 0, 0, 0}} end
local places, now = tonumber(ARGV[4]), 0
if places >= 0 then
    local time = redis.call('TIME')
    now = time[1] * 1000 + math.floor(time[2] / 1000)
    redis.call('ZREMRANGEBYSCORE', KEYS[3], '-inf', now)
    if redis.call('ZCARD', KEYS[3]) >= places then return {{2, 0, 0, 0, 0}} end
end
local admitted, found = true, {{0, 0, 0, 0}}
if tonumber(ARGV[1]) >= 0 then
    admitted = count(KEYS, ARGV)
    found = tell(KEYS, {{ARGV[2]}})
end
if admitted and places >= 0 then
    redis.call('ZADD', KEYS[3], now + ARGV[6], ARGV[5])
    redis.call('PEXPIRE', KEYS[3], ARGV[6])
end
return {{admitted and 1 or 0, found[1], found[2], found[3], found[4]}}
"""
SETTLE = """
if ARGV[1] ~= '' then redis.call('ZREM', KEYS[1], ARGV[1]) end
if ARGV[2] ~= '' then
    redis.call('RPUSH', KEYS[2], ARGV[2])
    redis.call('LTRIM', KEYS[2], -ARGV[3], -1)
end
"""


@dataclass(frozen=True, slots=True)
class Terms:
    """What a plan gives: calls a window by class of route (the rest as ``API_RATES`` says), calls at once (-1: no limit)."""

    amounts: Mapping[str, int] = field(default_factory=dict)
    at_once: int = UNLIMITED


ANYBODY = Terms()


@dataclass(frozen=True, slots=True)
class Admission:
    """What is left of a limit, as the headers say it; the place that the call holds until ``settle``."""

    admitted: bool
    route_class: str
    quota: int
    window_seconds: int
    remaining: int
    reset_seconds: int
    place: tuple[str, str] | None = None

    @property
    def headers(self) -> dict[str, str]:
        """``RateLimit`` and ``RateLimit-Policy`` as the IETF's draft (draft-ietf-httpapi-ratelimit-headers) writes them."""
        if self.quota == UNLIMITED:
            return {}
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
        self.uri, self.options, self.own = uri, options, threading.local()
        connection: Any = self.get_connection()
        self.count_and_tell = connection.register_script(script)
        self.settle = connection.register_script(SETTLE)

    def of_thread(self) -> Any:
        """This will give the thread's own connection: taking one from a pool costs as much as a command."""
        if not hasattr(self.own, "client"):
            self.own.client = redis.Redis.from_url(self.uri, single_connection_client=True, **self.options)
        return self.own.client

    def hit(
        self,
        item: RateLimitItem,
        name: str,
        *,
        amount: int,
        cost: int,
        at_once: int,
        place: tuple[str, str],
        still: tuple[str, int] | None = None,
    ) -> tuple[int, tuple[int, float, int, float]]:
        """This will count one call: 1 let through, 0 the window is full, 2 too many run, 3 forgotten; and the window after it."""
        key = item.key_for(name)
        windows = [self.prefixed_key(self._previous_window_key(key)), self.prefixed_key(self._current_window_key(key))]
        names, arguments = (
            [*windows, place[0]],
            [amount, item.get_expiry(), cost, at_once, place[1], LEASE_SECONDS * 1000],
        )
        if still:
            names, arguments = [*names, still[0]], [*arguments, still[1]]
        verdict, *window = self.count_and_tell(names, arguments, client=self.of_thread())
        before, before_ms, now, now_ms = (max(0, int(value or 0)) for value in window)
        return int(verdict), (before, before_ms / 1000, now, now_ms / 1000)


def admit(
    name: str,
    route_class: str,
    *,
    cost: int = 1,
    terms: Terms = ANYBODY,
    crowd: object = None,
    still: tuple[str, int] | None = None,
) -> Admission | None:
    """This will count a call of a principal, ``cost`` times, against the limit of a class of route; None without Redis.

    ``crowd`` names those who share ``terms.at_once``; who gets in must ``settle``. ``still`` names a counter and what it
    must be. Raises ThrottledError when the window is full or too many run, ForgottenError when the counter is another; a
    refused call is not counted.
    """
    item = _rate(settings.API_RATES[route_class], terms.amounts.get(route_class))
    place = (f"api.running:{{{crowd}}}", uuid4().hex)
    at_once = UNLIMITED if crowd is None else terms.at_once
    amount = UNLIMITED if terms.amounts.get(route_class) == UNLIMITED else item.amount
    cost = min(cost, item.amount)  # a plan of 3 a minute still lets one costly call through
    try:
        verdict, window = _storage(settings.REDIS_URL).hit(
            item, f"{route_class}:{name}", amount=amount, cost=cost, at_once=at_once, place=place, still=still
        )
    except redis.RedisError as error:
        logger.warning("api.rates_not_counted", extra={"error": f"{type(error).__name__}: {error}"})
        return None
    if verdict == 3:
        raise ForgottenError
    if verdict == 2:
        raise TooManyAtOnceError(at_once)
    found = _admission(item, route_class, verdict == 1, window, cost=cost)
    if verdict == 0:
        raise RateExceededError(found)
    if amount == UNLIMITED:
        found = replace(found, quota=UNLIMITED)
    return found if at_once == UNLIMITED else replace(found, place=place)


def settle(admission: Admission | None, *, line: bytes | None = None, journal: str = "", most: int = 0) -> None:
    """This will give back the place of a call and push its line to a list of at most ``most`` lines, in one round trip."""
    place = admission.place if admission else None
    if place is None and line is None:
        return
    name, entry = place or ("", "")
    storage = _storage(settings.REDIS_URL)
    try:
        storage.settle([name, journal], [entry, line or b"", most], client=storage.of_thread())
    except redis.RedisError as error:
        logger.warning("api.call_not_settled", extra={"error": f"{type(error).__name__}: {error}"})


def take_lines(journal: str, count: int) -> list[bytes]:
    """This will take the oldest lines off a list that ``settle`` filled; whoever dies with them has lost them."""
    connection: Any = _storage(settings.REDIS_URL).get_connection()
    return list(connection.lpop(journal, count) or [])


class ForgottenError(Exception):
    """The caller is no longer who the memory says."""


class ThrottledError(Exception):
    """No room: how long to wait and what is left, as headers say it. ``problems`` answers it with 429."""

    def __init__(self, text: str, **headers: str) -> None:
        super().__init__(text)
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


class TooManyAtOnceError(ThrottledError):
    """As many calls of the organization run as its plan allows."""

    def __init__(self, at_once: int) -> None:
        text = _("%(count)s calls of this organization are running, as many as its plan allows. Wait for one to end.")
        super().__init__(text % {"count": at_once}, Retry_After="1")


class RateExceededError(ThrottledError):
    """The window is full."""

    def __init__(self, admission: Admission) -> None:
        text = _("Too many calls. Wait %(seconds)s s and try again.") % {"seconds": admission.reset_seconds}
        super().__init__(text, Retry_After=str(admission.reset_seconds))
        self.headers |= admission.headers


def _admission(
    item: RateLimitItem, route_class: str, admitted: bool, window: tuple[int, float, int, float], *, cost: int = 1
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
        reset_seconds=max(1, math.ceil(_room_in(item.amount - cost + 1, expiry, before, before_left, now, now_left))),
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


@functools.lru_cache(maxsize=1000)
def _rate(text: str, amount: int | None = None) -> RateLimitItem:
    """The window of the setting, with the plan's own amount where it has one."""
    item = parse(text)
    return type(item)(amount, item.multiples) if amount is not None and amount != UNLIMITED else item


@functools.cache
def _storage(url: str) -> TellingStorage:
    return TellingStorage(url, socket_timeout=1, socket_connect_timeout=1)


def limiter() -> SlidingWindowCounterRateLimiter:
    """This will return the library's own view of the same counts, for tests and for staff who clear one."""
    return SlidingWindowCounterRateLimiter(_storage(settings.REDIS_URL))

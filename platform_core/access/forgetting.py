"""How a key is forgotten: its epoch in Redis counts on, and every memory of an earlier one is worth nothing (``keys.py``)."""

import functools
import logging

import redis
from django.conf import settings

EPOCH_SECONDS = 3600  # must outlive every memory
logger = logging.getLogger(__name__)


def forget(hashed: str) -> None:
    """This will make every memory of a key worthless. Call it after the commit that revoked the key."""
    try:
        pipeline = redis_of(settings.REDIS_URL).pipeline()
        pipeline.incr(epoch_name(hashed))
        pipeline.expire(epoch_name(hashed), EPOCH_SECONDS)
        pipeline.execute()
    except redis.RedisError as error:
        logger.warning("access.key_not_forgotten", extra={"error": type(error).__name__})


@functools.cache
def redis_of(url: str) -> "redis.Redis[bytes]":
    """This will give one client a process: Django's cache makes one anew for each call."""
    return redis.Redis.from_url(url, socket_timeout=1, socket_connect_timeout=1)


def epoch_name(hashed: str) -> str:
    """This will name a key's epoch."""
    return f"access.key.epoch:{hashed}"

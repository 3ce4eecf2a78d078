"""The shared memory (Redis), and what goes on without it: counting sign-ins, in each process for itself."""

import logging
from typing import Any

import redis
from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache

COUNTED = "allauth:rl:"  # the library counts by these keys and knows no memory that is away
logger = logging.getLogger(__name__)


class SteadyRedisCache(RedisCache):
    """Named by the setting CACHES. Whoever asks for any other key is told that the memory is away, as before."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._nearby = LocMemCache("sign-ins", {"max_entries": 10_000})  # else 300: junk would push counts out

    def add(self, key: Any, *args: Any, **kwargs: Any) -> Any:
        """This will count here while Redis is away."""
        return self._steady("add", key, *args, **kwargs)

    def get(self, key: Any, *args: Any, **kwargs: Any) -> Any:
        """This will read here what was counted here."""
        return self._steady("get", key, *args, **kwargs)

    def set(self, key: Any, *args: Any, **kwargs: Any) -> Any:
        """This will count here while Redis is away."""
        return self._steady("set", key, *args, **kwargs)

    def delete(self, key: Any, *args: Any, **kwargs: Any) -> Any:
        """This will forget here what was counted here."""
        return self._steady("delete", key, *args, **kwargs)

    def _steady(self, name: str, key: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            return getattr(super(), name)(key, *args, **kwargs)
        except redis.RedisError as error:
            if not str(key).startswith(COUNTED):
                raise
            logger.warning("sign_ins.counted_here", extra={"error": type(error).__name__})
            return getattr(self._nearby, name)(key, *args, **kwargs)

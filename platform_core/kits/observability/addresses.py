"""The address of a caller, as far as it can be trusted."""

import functools
import ipaddress

from django.conf import settings
from django.http import HttpRequest

from platform_core.kits.observability.context import Client

USER_AGENT_LENGTH = 300


def client_of(request: HttpRequest) -> Client:
    """This will read from where a request came.

    ``TRUSTED_PROXY_COUNT`` proxies of ours each append the address they saw to X-Forwarded-For: counted from the right,
    that many are ours to believe, the rest is what the caller wrote. With no proxy the header is not read at all.
    """
    return Client(ip=_address(request), user_agent=request.headers.get("User-Agent", "")[:USER_AGENT_LENGTH])


def _address(request: HttpRequest) -> str | None:
    proxies = settings.ALLAUTH_TRUSTED_PROXY_COUNT
    seen = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",") if part.strip()]
    found = seen[-min(proxies, len(seen))] if proxies and seen else request.META.get("REMOTE_ADDR", "")
    return _written(found)


@functools.lru_cache(maxsize=10_000)
def _written(found: str) -> str | None:
    """An address in its one usual spelling; None for what is none."""
    try:
        return str(ipaddress.ip_address(found))
    except ValueError:
        return None

"""``/livez``, ``/readyz`` and ``/metrics``: answered before host check, session, scope and log.

Alive: the process answers. Ready: the database answers too. A broker that is away leaves pages working and work
waiting, so it is named but does not take the process out of service.
"""

import hmac
from collections.abc import Callable
from typing import Any

import redis
from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from prometheus_client import CONTENT_TYPE_LATEST

from platform_core.kits.observability.metrics import exposition

Probe = Callable[[HttpRequest], HttpResponse]
_broker: dict[str, Any] = {}


def livez(_request: HttpRequest) -> HttpResponse:
    """This will answer 200: the process takes requests."""
    return HttpResponse("ok\n", content_type="text/plain")


def readyz(_request: HttpRequest) -> HttpResponse:
    """This will answer 200 where the database answers, else 503; the body names each part."""
    parts = {"database": _database(), "broker": _broker_state()}
    status = 200 if parts["database"] == "ok" else 503
    return JsonResponse(parts, status=status, headers={"Cache-Control": "no-store"})


def metrics(request: HttpRequest) -> HttpResponse:
    """This will show the metrics: to a bearer of ``METRICS_TOKEN``; where none is set, in development and tests only."""
    token = getattr(settings, "METRICS_TOKEN", "")
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    allowed = hmac.compare_digest(given.encode(), token.encode()) if token else _is_development()
    if not allowed:
        return HttpResponse("Set METRICS_TOKEN and send it: Authorization: Bearer …\n", "text/plain", status=403)
    return HttpResponse(exposition(), content_type=CONTENT_TYPE_LATEST, headers={"Cache-Control": "no-store"})


PROBES: dict[str, Probe] = {"/livez": livez, "/readyz": readyz, "/metrics": metrics}


def broker() -> "redis.Redis[bytes]":
    """This will return the process' client of the broker: a second at most for anything."""
    if "client" not in _broker:
        _broker["client"] = redis.Redis.from_url(
            settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1, retry=None
        )
    client: redis.Redis[bytes] = _broker["client"]
    return client


def _is_development() -> bool:
    return getattr(settings, "ENVIRONMENT", "production") != "production"


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except (DatabaseError, InterfaceError):
        connection.close()
        return "unreachable"
    finally:
        connection.close_if_unusable_or_obsolete()
    return "ok"


def _broker_state() -> str:
    try:
        broker().ping()
    except redis.RedisError:
        return "unreachable"
    return "ok"

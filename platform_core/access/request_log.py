"""The log of calls by key: a line a call, seven days, no bodies, no query strings.

No call pays a query for it: the edge pushes a line to Redis with what it tells Redis anyway (``settle``), and the clock
stores lines in batches. A few lines are lost when Redis or a storing worker dies; the audit log is what proves things.
"""

import functools
import logging
import time
from collections import Counter
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson
from django.db import transaction
from django.db.models import F

from platform_core.access.models import ApiDay, ApiKey, ApiRequest
from platform_core.kits.api.rendering import dumps
from platform_core.kits.api.throttling import take_lines
from platform_core.organizations.models import Organization
from platform_core.organizations.selectors.days import day_in

JOURNAL = "access.requests"
MOST_WAITING, BATCH = 200_000, 1000
LENGTHS = {"method": 8, "path": 300, "request_id": 64, "code": 60, "detail": 300}
logger = logging.getLogger(__name__)


def line_of(*, organization_id: UUID, key_id: UUID, began: float, request: Any, status: int, body: Any) -> bytes:
    """This will write the line of a call that ends now; ``began`` is of ``time.perf_counter``."""
    told = body if status >= 400 and isinstance(body, dict) else {}
    texts = {
        "method": request.method,
        "path": request.path,
        "request_id": getattr(request, "request_id", ""),
        "code": told.get("code", ""),
        "detail": told.get("detail", ""),
    }
    fits = {name: _storable(str(text))[: LENGTHS[name]] for name, text in texts.items()}
    now, ms = time.time(), round((time.perf_counter() - began) * 1000)
    return dumps({"organization_id": organization_id, "key_id": key_id, "at": now, "status": status, "ms": ms, **fits})


def store_lines() -> int:
    """This will move one batch of lines into the table, as the service; returns how many lines were taken."""
    lines = [orjson.loads(line) for line in take_lines(JOURNAL, BATCH)]
    keys = ApiKey.objects.filter(pk__in={line["key_id"] for line in lines})
    known = dict(keys.values_list("id", "is_test"))
    rows = [
        ApiRequest(**line | {"at": datetime.fromtimestamp(line["at"], UTC)})
        for line in lines
        if UUID(line["key_id"]) in known  # else: of a key that was erased meanwhile
    ]
    with transaction.atomic():
        ApiRequest.objects.bulk_create(rows)
        _count([row for row in rows if not known[UUID(str(row.key_id))]])
    return len(lines)


def _count(rows: list[ApiRequest]) -> None:
    """Add calls to their organizations' days, in the order of the key, so that two workers never wait for each other."""
    organizations = Organization.objects.filter(pk__in={row.organization_id for row in rows})
    zones = {str(pk): zone for pk, zone in organizations.values_list("pk", "time_zone")}
    days = Counter((str(row.organization_id), day_in(zones[str(row.organization_id)], row.at)) for row in rows)
    counted = sorted(days.items())
    ApiDay.objects.bulk_create(
        [ApiDay(organization_id=pk, day=day) for (pk, day), _n in counted], ignore_conflicts=True
    )
    for (pk, day), n in counted:
        ApiDay.objects.filter(organization_id=pk, day=day).update(calls=F("calls") + n)


@functools.cache
def _controls() -> dict[int, None]:
    return dict.fromkeys(range(32))


def _storable(text: str) -> str:
    """Without control characters and lone surrogates, which neither JSON nor Postgres takes."""
    return text.translate(_controls()).encode("utf-8", "replace").decode()

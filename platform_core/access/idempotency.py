"""``Idempotency-Key``: a POST that is sent again does its work once and answers the same.

The record of the key is committed first, under a lease: whoever comes while it runs gets 409. The answer is stored in
the transaction of the work, so both are there or neither is; a first attempt that died leaves only the record, and
once its lease is over the call may run again. The lease's end is also the fence: an attempt that was slower than its
lease finds another end in the record, and takes its work back. Kept 24 hours (``periodic``).
"""

import functools
import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import orjson
from django.db import connection, transaction
from django.utils.translation import gettext as _
from rest_framework.response import Response

from platform_core.access.models import IdempotencyRecord
from platform_core.kits.api.problems import ProblemError
from platform_core.kits.api.rendering import dumps

HEADER = "Idempotency-Key"
MAX_KEY = 200
LEASE = timedelta(seconds=60)
KEPT_HEADERS = ("Location",)
Handler = Callable[..., Response]


def idempotent(
    *, with_work: bool = True, never_stored: tuple[str, ...] = (), headers: tuple[str, ...] = ()
) -> Callable[[Handler], Handler]:
    """This will make a ``post`` of an OrganizationAPIView repeatable by its ``Idempotency-Key``; without one it just runs.

    ``with_work`` runs the handler in one transaction with its answer; say False where the handler must commit by itself
    or talks to somebody else, then the answer is stored after it. ``never_stored`` names fields of the answer (secrets)
    that a repetition gets as null. ``headers`` are those that say what is asked, beside the body. Only what succeeded is
    stored: after a refusal the same key may try again.
    """

    def decorate(handler: Handler) -> Handler:
        @functools.wraps(handler)
        def post(view: Any, request: Any, *args: Any, **kwargs: Any) -> Response:
            given = request.headers.get(HEADER)
            if given is None:
                return handler(view, request, *args, **kwargs)
            record, replay = _claim(view, request, _checked(given), headers)
            if replay is not None:
                return replay
            run = functools.partial(handler, view, request, *args, **kwargs)
            return _first_time(record, run, with_work=with_work, never_stored=never_stored)

        post.idempotent = True  # type: ignore[attr-defined]
        return post

    return decorate


def fingerprint(request: Any, headers: tuple[str, ...] = ()) -> str:
    """This will hash what is asked: method, path, parsed fields, and each file's bytes. Multipart boundaries do not count."""
    files = {name: [_digest(file) for file in request.FILES.getlist(name)] for name in request.FILES}
    data = request.data
    fields = {k: data.getlist(k) for k in data if k not in files} if hasattr(data, "getlist") else data
    asked = [request.method, request.get_full_path(), fields, files]
    if headers:
        asked.append({name: request.headers.get(name) for name in headers})
    return hashlib.sha256(dumps(asked, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS)).hexdigest()


def _checked(key: str) -> str:
    if not 1 <= len(key) <= MAX_KEY or not key.isascii() or not key.isprintable():
        text = _("Send an Idempotency-Key of 1 to %(count)s printable characters, a new UUID for instance.")
        raise ProblemError(400, "idempotency_key_invalid", text % {"count": MAX_KEY})
    return key


def _claim(view: Any, request: Any, key: str, headers: tuple[str, ...]) -> tuple[IdempotencyRecord, Response | None]:
    """This will take the key for this call, or return the answer of the call that had it."""
    now, asked = _database_now(), fingerprint(request, headers)
    mine = {"organization_id": view.organization_id, "principal": view.principal.name, "key": key}
    fresh = IdempotencyRecord(**mine, request_hash=asked, lease_until=now + LEASE)
    if IdempotencyRecord.objects.bulk_create([fresh], ignore_conflicts=True) and _is_stored(fresh):
        return fresh, None
    found = IdempotencyRecord.objects.filter(**mine).first()
    if found is None:  # given back between our two statements
        raise _busy(LEASE)
    if found.request_hash != asked:
        text = _("This Idempotency-Key was used for another request. Send a new one.")
        raise ProblemError(422, "idempotency_key_reused", text)
    if found.status is not None:
        return found, _replayed(found)
    if found.lease_until and found.lease_until > now:
        raise _busy(found.lease_until - now)
    return _taken_over(found, now), None


def _database_now() -> datetime:
    """Leases compare with the database's clock, not with that of a web server."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        found: datetime = cursor.fetchone()[0]
    return found


def _is_stored(record: IdempotencyRecord) -> bool:
    """ON CONFLICT DO NOTHING does not say which row stayed; the id does."""
    return IdempotencyRecord.objects.filter(pk=record.pk).exists()


def _taken_over(found: IdempotencyRecord, now: datetime) -> IdempotencyRecord:
    held = IdempotencyRecord.objects.filter(pk=found.pk, status=None, lease_until=found.lease_until)
    if not held.update(lease_until=now + LEASE):
        raise _busy(LEASE)
    found.lease_until = now + LEASE
    return found


def _first_time(
    record: IdempotencyRecord, run: Callable[[], Response], *, with_work: bool, never_stored: tuple[str, ...]
) -> Response:
    try:
        if not with_work:
            response = run()
            _store(record, response, never_stored)
            return response
        with transaction.atomic():
            response = run()
            _store(record, response, never_stored)
            return response
    except Exception:
        _held(record).delete()  # nothing was done: the key is free again
        raise


def _store(record: IdempotencyRecord, response: Response, never_stored: tuple[str, ...]) -> None:
    body = response.data
    if never_stored and isinstance(body, dict):
        body = {**body, **dict.fromkeys(never_stored)}
    headers = {name: response.headers[name] for name in KEPT_HEADERS if name in response.headers}
    answer = {"body": orjson.loads(dumps(body)), "headers": headers}
    if not _held(record).update(status=response.status_code, answer=answer, lease_until=None):
        raise _busy(LEASE)  # slower than its lease, and somebody else has begun: what it did goes back


def _held(record: IdempotencyRecord) -> Any:
    return IdempotencyRecord.objects.filter(pk=record.pk, status=None, lease_until=record.lease_until)


def _replayed(record: IdempotencyRecord) -> Response:
    stored = record.answer or {}
    headers = {**stored.get("headers", {}), "Idempotent-Replay": "true"}
    return Response(stored.get("body"), status=record.status, headers=headers)


def _busy(wait: timedelta) -> ProblemError:
    text = _("A call with this Idempotency-Key is still running. Wait, then send the same call again.")
    return ProblemError(409, "idempotency_key_busy", text, Retry_After=str(max(1, int(wait.total_seconds()))))


def _digest(file: Any) -> str:
    found = hashlib.sha256()
    for chunk in file.chunks():
        found.update(chunk)
    file.seek(0)
    return found.hexdigest()

"""From a secret to what it may do. A verified key is remembered for seconds, and forgotten at once when it is revoked.

A memory counts only while the key's epoch is what it was *before* the row was read: a revocation that falls between
reading and remembering raises the epoch, so the memory is worth nothing. Both come in one round trip.

A process keeps its own copy (``recalled``). It says nothing about the epoch of now: the edge sends the one it knows along
with the call that it counts (``admit(still=…)``), and asks anew when that one is over.
"""

import logging
import time
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID

import orjson
import redis
from django.conf import settings
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from platform_core.access.forgetting import epoch_name, redis_of
from platform_core.access.models import ApiKey, KeyPlace
from platform_core.access.places import place_of
from platform_core.access.scopes import allowed_scopes
from platform_core.access.secrets import digest, is_well_formed
from platform_core.access.terms import terms_of
from platform_core.kits.api.throttling import Terms
from platform_core.kits.observability.context import client
from platform_core.kits.tenancy.scope import locate, tenant

REMEMBER_SECONDS = 15
TOUCH_SECONDS = 60
logger = logging.getLogger(__name__)
_touched: dict[tuple[UUID, str], float] = {}
_copies: dict[str, tuple[float, "Credential"]] = {}  # by the hash of the secret; until when it may be used
MOST_COPIES = 10_000


@dataclass(frozen=True, slots=True)
class Credential:
    """A verified key: whose it is and what it may do."""

    organization_id: UUID
    slug: str
    key_id: UUID
    name: str
    scopes: frozenset[str]
    expires_at: datetime | None
    terms: Terms = field(default_factory=Terms)
    is_test: bool = False
    still: tuple[str, int] | None = field(
        default=None, compare=False
    )  # of a copy: the counter that must not have moved

    @property
    def is_alive(self) -> bool:
        return self.expires_at is None or self.expires_at > timezone.now()


def authenticate(secret: str, *, fresh: bool = False) -> Credential | None:
    """This will find the key of a secret; None for a wrong, revoked or expired one. ``fresh`` does not use the memory.

    A wrong checksum costs no query, a remembered key none either, any other three. Opens its own scope and leaves none.
    """
    if not is_well_formed(secret):
        return None
    hashed = digest(secret)
    epoch, known, read_at = _recall(hashed)
    if known is None or fresh:
        read_at = time.time()
        known = _read(hashed)
        _remember(hashed, epoch, known, read_at)
    if known is None or not known.is_alive:
        return None
    touch(known)
    if epoch >= 0:
        _copy(hashed, epoch, known, read_at)
    return known


def recalled(secret: str) -> Credential | None:
    """This will give this process' copy of a key it knows. Whoever uses it hands ``still`` to ``admit``, then calls ``touch``."""
    until, known = _copies.get(digest(secret), (0.0, None))
    return known if known is not None and time.time() < until and known.is_alive else None


def _copy(hashed: str, epoch: int, known: Credential, read_at: float) -> None:
    if len(_copies) >= MOST_COPIES:
        _copies.clear()
    _copies[hashed] = read_at + REMEMBER_SECONDS, replace(known, still=(epoch_name(hashed), epoch))


def _read(hashed: str) -> Credential | None:
    """The hash finds whose key it is, as the service; the row itself is read as its tenant."""
    organization_id = locate(ApiKey.objects.filter(secret_hash=hashed))
    if organization_id is None:
        return None
    with tenant(organization_id):
        living = ApiKey.objects.filter(Q(expires_at=None) | Q(expires_at__gt=Now()), revoked_at=None)
        row = living.filter(secret_hash=hashed).values_list(
            "id", "organization__slug", "name", "scopes", "expires_at", "is_test"
        )
        found = row.first()
        if found is None:
            return None
        key_id, slug, name, scopes, expires_at, is_test = found
        terms = terms_of(organization_id)
    return Credential(organization_id, slug, key_id, name, allowed_scopes(scopes), expires_at, terms, is_test)


def _recall(hashed: str) -> tuple[int, Credential | None, float]:
    """This will return the epoch of now, what is remembered if it is of this epoch, and when that was read."""
    try:
        epoch, memory = redis_of(settings.REDIS_URL).mget(epoch_name(hashed), _memory_name(hashed))
    except redis.RedisError as error:
        logger.warning("access.no_memory", extra={"error": type(error).__name__})
        return -1, None, 0.0
    now = int(epoch or 0)
    then, read_at, *facts = orjson.loads(memory) if memory else (None, 0.0)
    return now, _unpacked(*facts) if then == now else None, read_at


def _remember(hashed: str, epoch: int, known: Credential | None, read_at: float) -> None:
    if known is None or epoch < 0:
        return
    ids = str(known.organization_id), known.slug, str(known.key_id), known.name
    terms = [known.terms.amounts, known.terms.at_once]
    memory = orjson.dumps([epoch, read_at, *ids, list(known.scopes), known.expires_at, terms, known.is_test])
    try:
        redis_of(settings.REDIS_URL).set(_memory_name(hashed), memory, ex=REMEMBER_SECONDS)
    except redis.RedisError as error:
        logger.warning("access.no_memory", extra={"error": type(error).__name__})


def _unpacked(
    organization_id: str,
    slug: str,
    key_id: str,
    name: str,
    scopes: list[str],
    expires_at: str | None,
    terms: tuple[dict[str, int], int] | None = None,
    is_test: bool = False,
) -> Credential:
    end = datetime.fromisoformat(expires_at) if expires_at else None
    known = Terms(*terms) if terms else Terms()
    return Credential(UUID(organization_id), slug, UUID(key_id), name, frozenset(scopes), end, known, is_test)


def touch(known: Credential) -> None:
    """This will note the use and its place, once a minute at most; which process does it does not matter, the rows decide."""
    now, place = time.monotonic(), place_of(client().ip)
    if now - _touched.get((known.key_id, place), -TOUCH_SECONDS) < TOUCH_SECONDS:
        return
    if len(_touched) > 10_000:
        _touched.clear()
    _touched[known.key_id, place] = now
    stale = Q(last_used_at=None) | Q(last_used_at__lt=timezone.now() - timedelta(seconds=TOUCH_SECONDS))
    with tenant(known.organization_id):
        ApiKey.objects.for_organization(known.organization_id).filter(stale, id=known.key_id).update(last_used_at=Now())
        if place:
            row = KeyPlace(organization_id=known.organization_id, key_id=known.key_id, place=place)
            KeyPlace.objects.bulk_create([row], ignore_conflicts=True)


def _memory_name(hashed: str) -> str:
    return f"access.key.2:{hashed}"

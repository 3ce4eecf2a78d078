"""Writing down what was done, in the transaction of what was done; refusals, in one of their own; and who looked."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any
from uuid import UUID

import redis
from django.core.cache import cache
from django.db import transaction

from platform_core.audit.models import AuditEvent
from platform_core.kits.observability.context import client, request_id
from platform_core.kits.tenancy.scope import current_organization_id

if TYPE_CHECKING:
    from platform_core.accounts.models import User

REFUSAL_SECONDS = 60
VIEW_SECONDS = 600
logger = logging.getLogger(__name__)
_acting: ContextVar[tuple[UUID, UUID] | None] = ContextVar("audit.acting", default=None)


@contextmanager
def acting(staff_id: UUID, *, as_person_id: UUID) -> Iterator[None]:
    """This will write down all that is done as a person as what it is: done by staff, in that person's place."""
    token = _acting.set((staff_id, as_person_id))
    try:
        yield
    finally:
        _acting.reset(token)


def audit(
    *,
    action: str,
    target: Any = None,
    actor: User | None = None,
    actor_kind: str = "",
    key_id: UUID | None = None,
    organization_id: UUID | None = None,
    changes: Mapping[str, Any] | None = None,
    outcome: str = AuditEvent.Outcome.DONE,
    target_label: str = "",
) -> AuditEvent:
    """This will write one record in the caller's transaction: it stands or falls with the change.

    ``changes`` maps a listed field to ``[before, after]``; ``actor_kind`` says when a person acts as staff. The organization is the target's, else the scope's.
    Request, address, program and, without an actor, the API key come from the request that runs.
    """
    owner = organization_id or getattr(target, "organization_id", None) or current_organization_id()
    if owner is None:
        raise ValueError(f"{action} belongs to no organization: name one")
    key_id = key_id or (None if actor else client().key_id)
    return _write(
        organization_id=owner,
        actor_kind=actor_kind or ("person" if actor else "key" if key_id else "system"),
        actor_id=actor.pk if actor else None,
        key_id=key_id,
        action=action,
        outcome=outcome,
        target=target,
        target_label=target_label,
        changes=dict(changes or {}),
    )


def audit_refusal(
    *,
    action: str,
    target: Any = None,
    actor_id: UUID | None = None,
    key_id: UUID | None = None,
    organization_id: UUID | None = None,
    outcome: str = AuditEvent.Outcome.DENIED,
) -> AuditEvent | None:
    """This will write down that somebody was refused, in a transaction of its own: call it after the rollback.

    At most one row a principal, action and minute (then None): the log cannot be thinned out again, so a client that
    asks in a loop must not fill it. Raises RuntimeError inside an open transaction, which could take the record back.
    """
    owner = organization_id or getattr(target, "organization_id", None) or current_organization_id()
    kind = "person" if actor_id else "key" if key_id else "anonymous"
    principal = actor_id or key_id or client().ip or "unknown"
    if not _first_in(f"audit.refusal:{{{owner}}}:{kind}:{principal}:{action}", REFUSAL_SECONDS):
        return None
    with transaction.atomic(durable=True):
        return _write(
            organization_id=owner,
            actor_kind=kind,
            actor_id=actor_id,
            key_id=key_id,
            action=action,
            outcome=outcome,
            target=target,
        )


def audit_view(
    *,
    action: str,
    organization_id: UUID,
    actor: User | None,
    count: int | None = None,
    target: Any = None,
    target_label: str = "",
    throttled: bool = False,
    part: str = "",
) -> AuditEvent | None:
    """This will write down that somebody looked at personal data or took it away, and of how many people.

    ``throttled`` where one look is many requests (pages that are read again, ranges of a file): at most one row a
    principal, action, object and ten minutes, then None. ``part`` says which page or filter of a list: each is a look of
    its own, or forty pages of people would be written down as one. An API key is known from the request.
    """
    principal = (actor.pk if actor else client().key_id) or client().ip or "system"
    object_id = target.pk if target is not None else ""
    which = hashlib.sha256(part.encode()).hexdigest()[:16] if part else ""
    name = f"audit.view:{{{organization_id}}}:{principal}:{action}:{object_id}:{which}"
    if throttled and not _first_in(name, VIEW_SECONDS):
        return None
    changes = {} if count is None else {"people": [None, count]}
    return audit(
        action=action,
        target=target,
        target_label=target_label,
        actor=actor,
        organization_id=organization_id,
        changes=changes,
    )


def _write(*, target: Any, target_label: str = "", **fields: Any) -> AuditEvent:
    caller, stands_in = client(), _acting.get()
    if stands_in and fields["actor_id"] == stands_in[1]:
        fields |= {"actor_kind": AuditEvent.ActorKind.STAFF, "actor_id": stands_in[0], "as_person_id": stands_in[1]}
    return AuditEvent.objects.create(
        target_type=target._meta.label_lower if target is not None else "",
        target_id=str(target.pk) if target is not None else "",
        target_label=(target_label or str(target or ""))[:200],
        request_id=request_id()[:64],
        ip=caller.ip,
        user_agent=caller.user_agent,
        **fields,
    )


def _first_in(name: str, seconds: int) -> bool:
    """Without Redis every refusal and look is written: rather too many rows than one too few."""
    try:
        return cache.add(name, 1, timeout=seconds)
    except redis.RedisError as error:
        logger.warning("audit.refusals_not_counted", extra={"error": type(error).__name__})
        return True

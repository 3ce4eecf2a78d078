"""Writing down what was done, in the transaction of what was done; and refusals, in one of their own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from uuid import UUID

from platform_core.audit.models import AuditEvent
from platform_core.kits.observability.context import request_id
from platform_core.kits.tenancy.scope import current_organization_id

if TYPE_CHECKING:
    from platform_core.accounts.models import User


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
    """
    owner = organization_id or getattr(target, "organization_id", None) or current_organization_id()
    if owner is None:
        raise ValueError(f"{action} belongs to no organization: name one")
    return AuditEvent.objects.create(
        organization_id=owner,
        actor_kind=actor_kind or ("person" if actor else "key" if key_id else "system"),
        actor=actor,
        key_id=key_id,
        action=action,
        outcome=outcome,
        target_type=target._meta.label_lower if target is not None else "",
        target_id=str(target.pk) if target is not None else "",
        target_label=(target_label or str(target or ""))[:200],
        changes=dict(changes or {}),
        request_id=request_id()[:64],
    )

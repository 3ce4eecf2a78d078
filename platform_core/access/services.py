"""Making and revoking API keys."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from platform_core.access.can import Principal, permissions_of
from platform_core.access.forgetting import forget
from platform_core.access.models import ApiKey
from platform_core.access.registry import PERMISSIONS
from platform_core.access.scopes import allowed_scopes
from platform_core.access.secrets import SHOWN, digest, is_well_formed, new_secret
from platform_core.access.selectors import made_by
from platform_core.access.shares import KINDS
from platform_core.audit.services import audit
from platform_core.events.services import emit
from platform_core.kits.tenancy.scope import locate, tenant

if TYPE_CHECKING:
    from platform_core.accounts.models import User
    from platform_core.organizations.models import Membership, Organization

NAME_LENGTH = 100
MAX_KEYS = 100


class KeyRefusedError(Exception):
    """A key cannot be made like this. ``field`` names what to change, the text says how."""

    def __init__(self, field: str, code: str, message: str) -> None:
        super().__init__(message)
        self.field, self.code = field, code


def create_key(
    *,
    actor: User | None,
    principal: Principal,
    organization: Organization,
    name: str,
    scopes: Iterable[str],
    expires_at: datetime | None = None,
    is_test: bool = False,
) -> tuple[ApiKey, str]:
    """This will make a key and return it with its secret, which is nowhere else and never shown again.

    ``is_test``: a test key, which does all for real but the last step. A test key makes test keys alone.

    Raises KeyRefusedError for an empty name, for no scopes, for a scope that does not exist or that whoever makes the
    key does not hold, for an end in the past, and past ``MAX_KEYS`` living keys.
    """
    name, wanted = " ".join(name.split()), sorted(set(scopes))
    _check(principal, name, wanted, expires_at)
    if principal.is_test and not is_test:
        raise KeyRefusedError("test", "live_of_test", _("A test key makes test keys only."))
    secret = new_secret(is_test=is_test)
    with transaction.atomic():
        _check_maker(principal, organization, expires_at)
        if ApiKey.objects.for_organization(organization).filter(revoked_at=None).count() >= MAX_KEYS:
            message = _("There are %(count)s keys already. Revoke one that is not used.") % {"count": MAX_KEYS}
            raise KeyRefusedError("", "too_many", message)
        key = ApiKey.objects.create(
            organization=organization,
            name=name,
            prefix=secret[:SHOWN],
            secret_hash=digest(secret),
            scopes=wanted,
            is_test=is_test,
            created_by=actor,
            made_by_key_id=principal.key_id,
            expires_at=expires_at,
        )
        changes: dict[str, Any] = {"scopes": [[], wanted], **({"test": [None, True]} if is_test else {})}
        audit(action="key.created", target=key, actor=actor, key_id=principal.key_id, changes=changes)
        emit(type="key.created", organization_id=organization.pk, payload={"key_id": str(key.pk)})
    return key, secret


def _check_maker(principal: Principal, organization: Organization, expires_at: datetime | None) -> None:
    """A key that makes a key must live while it does so (its row is locked), and must not outlive itself by it."""
    if principal.key_id is None:
        return
    maker = ApiKey.objects.for_organization(organization).select_for_update().get(id=principal.key_id)
    if maker.revoked_at is not None:
        raise KeyRefusedError("", "maker_revoked", _("This key is revoked: it makes no keys."))
    last = maker.expires_at
    if last is not None and (expires_at is None or expires_at > last):
        message = _("This key ends on %(day)s: a key that it makes must end by then.") % {"day": f"{last:%Y-%m-%d}"}
        raise KeyRefusedError("expires_at", "outlives_maker", message)


def revoke_key(*, actor: User | None, key: ApiKey, key_id: Any = None, by_holder: bool = False) -> bool:
    """This will end a key for good, and with it every key that it made; all are refused from the next call on.

    False when it was revoked before; what it made is then revoked too, should something still live. ``by_holder``:
    whoever held the secret asked for it, and the log and the news say so.
    """
    action = "key.revoked_by_holder" if by_holder else "key.revoked"
    with transaction.atomic():
        keys = ApiKey.objects.for_organization(key.organization_id)
        keys.select_for_update().get(pk=key.pk)  # it makes no further key from here on
        ended = {key.pk} | made_by([key.pk], key.organization_id)[key.pk]
        revoked_at = timezone.now()
        rows = list(keys.select_for_update().filter(pk__in=ended, revoked_at=None).order_by("pk"))
        keys.filter(pk__in=[row.pk for row in rows]).update(revoked_at=revoked_at)
        for row in rows:
            changes = {} if row.pk == key.pk else {"revoked_with": [None, key.name]}
            audit(action=action, target=row, actor=actor, key_id=key_id, changes=changes)
            payload = {"key_id": str(row.pk), **({"by_holder": True} if by_holder else {})}
            emit(type="key.revoked", organization_id=key.organization_id, payload=payload)
            transaction.on_commit(partial(forget, row.secret_hash))
    was_living = any(row.pk == key.pk for row in rows)
    if was_living:
        key.revoked_at = revoked_at
    return was_living


def revoke_by_holder(*, secret: str) -> bool:
    """This will revoke the key of a secret: who holds it may end it, whoever they are. False if it ended nothing.

    Opens its own scope. Callers answer the same in both cases.
    """
    if not is_well_formed(secret):
        return False
    organization_id = locate(ApiKey.objects.filter(secret_hash=digest(secret), revoked_at=None))
    if organization_id is None:
        return False
    with tenant(organization_id):
        key = ApiKey.objects.for_organization(organization_id).get(secret_hash=digest(secret))
        return revoke_key(actor=None, key=key, key_id=key.pk, by_holder=True)


def end_shares_of(*, actor: User | None, member: Membership) -> int:
    """This will end every share that a member has by name, of any kind, and return how many. Shares of teams stay."""
    ended = 0
    with transaction.atomic():
        for shareable in KINDS.values():
            rows = shareable.people.objects.for_organization(member.organization_id).filter(membership=member)
            for row in rows.select_related("permission", "content_object"):
                level, obj = shareable.level_of(row), row.content_object
                changes = {"shared_with": [str(member.user), None], "share_level": [level, None]}
                audit(action="share.ended", target=obj, actor=actor, changes=changes)
                payload = {"kind": shareable.kind, "object_id": str(obj.pk), "level": level}
                emit(type="share.ended", organization_id=member.organization_id, payload=payload)
                row.delete()
                ended += 1
    return ended


def _check(principal: Principal, name: str, scopes: list[str], expires_at: datetime | None) -> None:
    if not name or len(name) > NAME_LENGTH or not name.isprintable():
        raise KeyRefusedError(
            "name", "invalid", _("Give the key a name of 1 to %(count)s characters.") % {"count": NAME_LENGTH}
        )
    if not scopes:
        raise KeyRefusedError("scopes", "required", _("Choose at least one thing that the key may do."))
    if unknown := [scope for scope in scopes if scope not in PERMISSIONS]:
        raise KeyRefusedError("scopes", "unknown", _("There is no scope %(name)s.") % {"name": unknown[0][:100]})
    held = permissions_of(principal)
    if beyond := [scope for scope in scopes if scope not in held or scope not in allowed_scopes([scope])]:
        message = _("You cannot give what you do not hold, or what only a person may do: %(name)s.")
        raise KeyRefusedError("scopes", "not_held", message % {"name": beyond[0]})
    if expires_at is not None and expires_at <= timezone.now():
        raise KeyRefusedError("expires_at", "past", _("Choose an end in the future."))

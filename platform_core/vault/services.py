"""Rotating and destroying the keys of an organization. Commands call these in the organization's scope."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import models, transaction
from django.db.models.functions import Substr

from platform_core.audit.services import audit
from platform_core.kits.crypto.envelope import PREFIX_LENGTH, prefix
from platform_core.kits.crypto.fields import EncryptedField, cell_of, read, write
from platform_core.kits.crypto.wrapping import wrapping
from platform_core.vault.keyring import DATA, KEYRING, new_key
from platform_core.vault.models import DataKey

if TYPE_CHECKING:
    from platform_core.accounts.models import User
    from platform_core.organizations.models import Organization

BATCH = 200
RETIRE_AFTER = timedelta(minutes=10)  # longer than any transaction that began before the new key stood
Column = tuple[type[models.Model], EncryptedField]


def rewrap_keys(*, actor: User | None, organization: Organization) -> int:
    """This will wrap the organization's keys under the present wrapping key; returns how many were under another."""
    by, changed = wrapping(), 0
    with transaction.atomic():
        rows = DataKey.objects.for_organization(organization).filter(destroyed_at=None).exclude(wrapping_key=by.key_id)
        for row in rows.order_by("pk").select_for_update():
            before = row.wrapping_key
            key = by.unwrap(bytes(row.wrapped), row.context, key_id=before)
            row.wrapped, row.wrapping_key = by.wrap(key, row.context), by.key_id
            row.save(update_fields=["wrapped", "wrapping_key"])
            audit(action="vault.rewrapped", target=row, actor=actor, changes={"wrapping_key": [before, by.key_id]})
            changed += 1
    return changed


def begin_rotation(*, actor: User | None, organization: Organization, now: datetime) -> int:
    """This will put a new data key in force and return its version. A rotation that was begun and not ended goes on."""
    with transaction.atomic():
        rows = DataKey.objects.for_organization(organization).filter(purpose=DATA).order_by("-version")
        newest = rows.select_for_update().first()
        if newest is None or newest.destroyed_at is not None:
            return 0
        if rows.filter(retired_at=None, superseded_at__isnull=False).exists():
            return newest.version
        row = new_key(organization.pk, DATA, newest.version + 1)
        row.save(force_insert=True)
        rows.filter(superseded_at=None).exclude(pk=row.pk).update(superseded_at=now)
        audit(action="vault.rotated", target=row, actor=actor, changes={"version": [newest.version, row.version]})
    return row.version


def reencrypt(*, organization: Organization, version: int) -> Iterator[int]:
    """This will bring every encrypted cell under ``version``, a batch a transaction; yields how many each did.

    Resumable: what is under it already is passed over. Rows are locked, so no change of theirs is lost.
    """
    for model, field in encrypted_columns():
        while done := _reencrypt_batch(model, field, organization, version):
            yield done


def end_rotation(*, actor: User | None, organization: Organization, now: datetime) -> int:
    """This will retire the keys under which nothing stands any more, ten minutes after the new one at the earliest.

    From then on a value under one of them, an old copy put back, is refused by name. Returns how many still wait.
    """
    with transaction.atomic():
        rows = DataKey.objects.for_organization(organization).filter(purpose=DATA, retired_at=None, destroyed_at=None)
        waiting = 0
        for row in rows.filter(superseded_at__isnull=False).order_by("pk").select_for_update():
            if (row.superseded_at or now) > now - RETIRE_AFTER or _stands_under(organization, row.version):
                waiting += 1
                continue
            row.retired_at = now
            row.save(update_fields=["retired_at"])
            audit(action="vault.retired", target=row, actor=actor, changes={"version": [row.version, None]})
    return waiting


def destroy_keys(*, actor: User | None, organization: Organization, reason: str, now: datetime) -> int:
    """This will destroy every key of the organization: what stands encrypted, in any backup too, is unreadable for good.

    Backups still hold the wrapped keys: they must expire, or the wrapping key must go with them. Other processes forget
    a key within minutes.
    """
    with transaction.atomic():
        rows = DataKey.objects.for_organization(organization).filter(destroyed_at=None).order_by("pk")
        found = list(rows.select_for_update())
        for row in found:
            row.wrapped, row.destroyed_at = b"", now
            row.save(update_fields=["wrapped", "destroyed_at"])
        if found:
            audit(
                action="vault.destroyed",
                target=organization,
                organization_id=organization.pk,
                actor=actor,
                changes={"keys": [len(found), 0], "reason": [None, reason[:200]]},
            )
    KEYRING.forget()
    return len(found)


def encrypted_columns() -> list[Column]:
    """This will list every encrypted column of the project."""
    return [
        (model, field)
        for model in apps.get_models()
        for field in model._meta.local_concrete_fields
        if isinstance(field, EncryptedField)
    ]


def _reencrypt_batch(model: type[models.Model], field: EncryptedField, organization: Organization, version: int) -> int:
    with transaction.atomic():
        rows = list(_others(model, field, organization, version).order_by("pk").select_for_update()[:BATCH])
        for row in rows:
            cell = cell_of(row, field)
            value = row.__dict__[field.attname]
            model._default_manager.filter(pk=row.pk).update(**{field.name: write(read(value, cell), cell)})
    return len(rows)


def _others(model: type[models.Model], field: EncryptedField, organization: Organization, version: int) -> Any:
    """Rows whose cell is not under ``version``: told by its first bytes."""
    begins = Substr(models.F(field.name), 1, PREFIX_LENGTH, output_field=models.BinaryField())
    rows = model._default_manager.filter(organization=organization, **{f"{field.name}__isnull": False})
    return rows.annotate(begins=begins).exclude(begins=prefix(version)).only("pk", "organization", field.name)


def _stands_under(organization: Organization, version: int) -> bool:
    for model, field in encrypted_columns():
        begins = Substr(models.F(field.name), 1, PREFIX_LENGTH, output_field=models.BinaryField())
        rows = model._default_manager.filter(organization=organization).annotate(begins=begins)
        if rows.filter(begins=prefix(version)).exists():
            return True
    return False

"""The kit's keyring, filled from ``DataKey``: unwraps a key at first use and keeps it a few minutes in this process.

A destroyed key may so be held by a process for ``KEEP_SECONDS`` more. In the caller's scope: the tenant's own rows.
"""

import secrets
import time
from uuid import UUID

from platform_core.kits.crypto.keyring import KeyDestroyedError, KeyMissingError, KeyRetiredError
from platform_core.kits.crypto.wrapping import KEY_LENGTH, wrapping
from platform_core.vault.models import DataKey, context_of

KEEP_SECONDS = 300
MOST_KEPT = 5000
DATA, INDEX = DataKey.Purpose.DATA, DataKey.Purpose.INDEX


class StoredKeyring:
    """One a process. Holds keys in memory, never in Redis."""

    def __init__(self) -> None:
        self.kept: dict[UUID, tuple[float, bytes]] = {}

    def current(self, organization_id: UUID) -> tuple[int, bytes]:
        """This will give the newest data key, made if there is none; raises KeyDestroyedError."""
        row = self._newest(organization_id, DATA) or self._first(organization_id, DATA)
        return row.version, self._key(row)

    def of_version(self, organization_id: UUID, version: int) -> bytes:
        """This will give a data key; raises KeyMissingError, KeyRetiredError or KeyDestroyedError."""
        row = DataKey.objects.for_organization(organization_id).filter(purpose=DATA, version=version).first()
        if row is None:
            raise KeyMissingError(f"organization {organization_id} has no data key {version}")
        if row.retired_at is not None and row.destroyed_at is None:
            raise KeyRetiredError(f"data key {version} of organization {organization_id} was rotated away")
        return self._key(row)

    def index_key(self, organization_id: UUID) -> bytes:
        """This will give the key of look-up values, made if there is none."""
        return self._key(self._newest(organization_id, INDEX) or self._first(organization_id, INDEX))

    def forget(self) -> None:
        """This will drop every key from this process's memory."""
        self.kept.clear()

    def _newest(self, organization_id: UUID, purpose: str) -> DataKey | None:
        return DataKey.objects.for_organization(organization_id).filter(purpose=purpose).order_by("-version").first()

    def _first(self, organization_id: UUID, purpose: str) -> DataKey:
        DataKey.objects.bulk_create(
            [new_key(organization_id, purpose, 1)], ignore_conflicts=True
        )  # two at once: one row
        return DataKey.objects.for_organization(organization_id).get(purpose=purpose, version=1)

    def _key(self, row: DataKey) -> bytes:
        if row.destroyed_at is not None:
            self.kept.pop(row.pk, None)
            raise KeyDestroyedError(
                f"{row} key of organization {row.organization_id} was destroyed: {row.destroyed_at}"
            )
        until, key = self.kept.get(row.pk, (0.0, b""))
        if until < time.monotonic():
            key = wrapping().unwrap(bytes(row.wrapped), row.context, key_id=row.wrapping_key)
            if len(self.kept) >= MOST_KEPT:
                self.kept.clear()
            self.kept[row.pk] = time.monotonic() + KEEP_SECONDS, key
        return key


def new_key(organization_id: UUID, purpose: str, version: int) -> DataKey:
    """This will make a key, wrapped, not saved."""
    by = wrapping()
    wrapped = by.wrap(secrets.token_bytes(KEY_LENGTH), context_of(str(organization_id), purpose, version))
    return DataKey(
        organization_id=organization_id, purpose=purpose, version=version, wrapped=wrapped, wrapping_key=by.key_id
    )


KEYRING = StoredKeyring()

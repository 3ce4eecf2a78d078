"""Where encrypted columns get the keys of an organization from: a port, filled by the slice that stores wrapped keys."""

from typing import Protocol
from uuid import UUID

from platform_core.kits.crypto.envelope import CryptoError


class KeyDestroyedError(CryptoError):
    """The organization's data key was destroyed (crypto-shredding): nothing under it will ever be read again."""


class KeyRetiredError(CryptoError):
    """The value is under a data key that was rotated away: an old copy was put back, or a rotation was not finished."""


class KeyMissingError(CryptoError):
    """No such version of the organization's data key: it is not this organization's value, or a row of keys is gone."""


class Keyring(Protocol):
    """The data keys of organizations, unwrapped. All of it runs in the caller's scope."""

    def current(self, organization_id: UUID) -> tuple[int, bytes]:
        """This will give version and key for what is written now."""
        ...

    def of_version(self, organization_id: UUID, version: int) -> bytes:
        """This will give the key of a version; raises a CryptoError that says why there is none."""
        ...

    def index_key(self, organization_id: UUID) -> bytes:
        """This will give the key of look-up values, which no rotation changes."""
        ...


_plugged: list[Keyring] = []


def register_keyring(keyring: Keyring) -> None:
    """This will read keys from here from now on."""
    _plugged[:] = [keyring]


def keyring() -> Keyring:
    """This will give the keyring of this process."""
    return _plugged[0]

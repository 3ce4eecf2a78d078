"""Who wraps data keys: AWS KMS, or a key file on this machine. ``ENCRYPTION_KEYS`` says which.

``file:///etc/portfolio/encryption_keys``  a key a line, base64 of 32 bytes; the first wraps, all of them unwrap.
``kms://eu-west-1/alias/portfolio``        a KMS key; ``?endpoint=…`` for a server of one's own. boto3 is loaded at first use.

The organization and what the key is for are authenticated with it (KMS: encryption context, also in CloudTrail).
"""

import base64
import binascii
import functools
import hashlib
import importlib
import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import parse_qs, urlsplit

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from platform_core.kits.crypto.envelope import CryptoError

KEY_LENGTH, NONCE_LENGTH = 32, 12
KMS_SECONDS = 3
Context = Mapping[str, str]


class WrappingError(CryptoError):
    """A data key cannot be wrapped or unwrapped: wrong key file, no right at KMS, no answer."""


class Wrapping(Protocol):
    """Wraps and unwraps 32 bytes; ``key_id`` names what wraps now."""

    @property
    def key_id(self) -> str: ...

    def wrap(self, key: bytes, context: Context) -> bytes: ...

    def unwrap(self, wrapped: bytes, context: Context, *, key_id: str) -> bytes: ...


def wrapping() -> Wrapping:
    """This will give the wrapping that the settings name."""
    return _of(settings.ENCRYPTION_KEYS)


@functools.cache
def _of(url: str) -> Wrapping:
    parts = urlsplit(url)
    if parts.scheme == "file":
        return KeyFile(Path(parts.path), make=settings.ENVIRONMENT != "production")
    if parts.scheme == "kms":
        query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        return Kms(parts.netloc, parts.path.lstrip("/"), query.get("endpoint"))
    raise WrappingError("ENCRYPTION_KEYS must begin with file:// or kms://. See .env.example.")


class KeyFile:
    """Keys in a file that only the platform may read. In development the file is made when it is missing."""

    def __init__(self, path: Path, *, make: bool) -> None:
        if make and not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            _make(path)
        self.keys = read_key_file(path)

    @property
    def key_id(self) -> str:
        """The name of the first key: a hash of it."""
        return next(iter(self.keys))

    def wrap(self, key: bytes, context: Context) -> bytes:
        """This will wrap under the first key."""
        nonce = secrets.token_bytes(NONCE_LENGTH)
        return nonce + AESGCM(self.keys[self.key_id]).encrypt(nonce, key, _bytes(context))

    def unwrap(self, wrapped: bytes, context: Context, *, key_id: str) -> bytes:
        """This will unwrap under the key that is named; raises WrappingError."""
        if key_id not in self.keys:
            raise WrappingError(
                f"ENCRYPTION_KEYS holds no key {key_id}: add the former key as another line of the file."
            )
        try:
            return AESGCM(self.keys[key_id]).decrypt(wrapped[:NONCE_LENGTH], wrapped[NONCE_LENGTH:], _bytes(context))
        except (InvalidTag, ValueError):
            raise WrappingError("a wrapped data key was changed, or belongs to another organization") from None


class Kms:
    """AWS KMS: the wrapping key never leaves it."""

    def __init__(self, region: str, key: str, endpoint: str | None) -> None:
        self.region, self.key, self.endpoint = region, key, endpoint

    @property
    def key_id(self) -> str:
        """The name of the KMS key as it was set."""
        return f"kms:{self.key}"

    def wrap(self, key: bytes, context: Context) -> bytes:
        """This will have KMS encrypt under the context."""
        return bytes(
            self._call("encrypt", KeyId=self.key, Plaintext=key, EncryptionContext=dict(context))["CiphertextBlob"]
        )

    def unwrap(self, wrapped: bytes, context: Context, *, key_id: str) -> bytes:
        """This will have KMS decrypt; it refuses any other context."""
        named = key_id.removeprefix("kms:")
        return bytes(
            self._call("decrypt", KeyId=named, CiphertextBlob=wrapped, EncryptionContext=dict(context))["Plaintext"]
        )

    def _call(self, name: str, **arguments: Any) -> Any:
        errors = importlib.import_module("botocore.exceptions")
        try:
            return getattr(self._client(), name)(**arguments)
        except (errors.ClientError, errors.BotoCoreError) as error:
            raise WrappingError(f"KMS: {error}") from error

    @functools.cache  # noqa: B019 - one object a process and address
    def _client(self) -> Any:
        config = importlib.import_module("botocore.config").Config(
            connect_timeout=KMS_SECONDS, read_timeout=KMS_SECONDS, retries={"total_max_attempts": 2}
        )
        boto3 = importlib.import_module("boto3")
        return boto3.client("kms", region_name=self.region, endpoint_url=self.endpoint, config=config)


def read_key_file(path: Path) -> dict[str, bytes]:
    """This will read the keys of a file by their names, the first first; raises WrappingError that names the variable."""
    try:
        lines = [line for line in path.read_text().split() if line]
        keys = [base64.b64decode(line, validate=True) for line in lines]
    except (OSError, UnicodeDecodeError, binascii.Error) as error:
        raise WrappingError(f"ENCRYPTION_KEYS names {path}, which cannot be read: {error}. {MAKE_ONE}") from error
    if not keys or any(len(key) != KEY_LENGTH for key in keys):
        raise WrappingError(f"ENCRYPTION_KEYS names {path}, which must hold a key of 32 bytes a line. {MAKE_ONE}")
    return {f"file:{hashlib.sha256(key).hexdigest()[:12]}": key for key in keys}


MAKE_ONE = "Make one with: openssl rand -base64 32 (and keep a copy apart from the database's backups)."


def _make(path: Path) -> None:
    own = path.with_name(f"{path.name}.{os.getpid()}")
    own.touch(mode=0o600)
    own.write_text(base64.b64encode(secrets.token_bytes(KEY_LENGTH)).decode() + "\n")
    try:
        os.link(own, path)  # only a whole file gets the name, and the first process wins
    except FileExistsError:
        pass
    finally:
        own.unlink()


def _bytes(context: Context) -> bytes:
    return json.dumps(dict(context), sort_keys=True).encode()

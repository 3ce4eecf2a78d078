"""Signatures as Standard Webhooks writes them: HMAC-SHA256 over ``id.timestamp.body``, in base64, one a secret.

https://github.com/standard-webhooks/standard-webhooks: ``webhook-id``, ``webhook-timestamp``, ``webhook-signature``. Two
secrets sign during a rotation, and one that fits is enough. Our own forty lines: the reference package brings an HTTP
client and eight others with it. The tests hold its vectors.
"""

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Iterable, Mapping

PREFIX = "whsec_"
SECRET_BYTES = 32
TOLERANCE_SECONDS = 300
MAX_ID, MAX_SIGNATURES = 200, 20


class ForgedError(Exception):
    """The message does not prove who sent it, or when. ``code``: missing, old, future, signature."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def new_secret() -> str:
    """This will make a secret: ``whsec_`` and 32 random bytes in base64."""
    return PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def signature(secret: str, *, message_id: str, timestamp: int, body: bytes) -> str:
    """This will sign one message with one secret: ``v1,<base64>``."""
    key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    signed = hmac.new(key, f"{message_id}.{timestamp}.".encode() + body, hashlib.sha256).digest()
    return "v1," + base64.b64encode(signed).decode()


def headers_of(keys: Iterable[str], *, message_id: str, timestamp: int, body: bytes) -> dict[str, str]:
    """This will give the three headers of a message; each of the secrets signs."""
    signatures = [signature(key, message_id=message_id, timestamp=timestamp, body=body) for key in keys]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(signatures),
    }


def verify(keys: Iterable[str], headers: Mapping[str, str], body: bytes, *, now: float) -> str:
    """This will return the message's id when one of the secrets has signed it within five minutes of now.

    Names of headers in lower case. Raises ForgedError. All signatures are compared, in constant time.
    """
    message_id, stamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    given = headers.get("webhook-signature", "").split(" ")[:MAX_SIGNATURES]
    if not (0 < len(message_id) <= MAX_ID and message_id.isascii() and message_id.isprintable()) or not any(given):
        raise ForgedError("missing")
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= 12):
        raise ForgedError("missing")
    if int(stamp) < now - TOLERANCE_SECONDS:
        raise ForgedError("old")
    if int(stamp) > now + TOLERANCE_SECONDS:
        raise ForgedError("future")
    fits = False
    for key in keys:
        expected = signature(key, message_id=message_id, timestamp=int(stamp), body=body)
        for one in given:
            fits |= hmac.compare_digest(one.encode(), expected.encode())
    if not fits:
        raise ForgedError("signature")
    return message_id


def is_well_formed(secret: str) -> bool:
    """This will say whether a text is a secret of 24 to 64 bytes, as the standard asks."""
    try:
        return (
            secret.startswith(PREFIX) and 24 <= len(base64.b64decode(secret.removeprefix(PREFIX), validate=True)) <= 64
        )
    except (ValueError, binascii.Error):
        return False

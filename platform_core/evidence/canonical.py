"""The bytes that hashes cover: JSON with sorted keys and no spaces, UTF-8. Whoever holds an export can make them again.

Three hashes a record (SHA-256): of what may speak of a person, salted so that it cannot be guessed once it is erased; of
the event, which names the first; of the link, which names the second and the link before.
"""

import datetime
import hashlib
import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import orjson

COLUMNS = (
    "id",
    "organization_id",
    "at",
    "actor_kind",
    "actor_id",
    "key_id",
    "action",
    "outcome",
    "target_type",
    "target_id",
    "request_id",
)
ADDED = (
    "as_person_id",
)  # columns younger than the log: covered where they say something, so older records keep their hash
PERSONAL = ("target_label", "changes", "ip", "user_agent")
NOTHING = bytes(32)  # before the first link; and for an event that was gone before its seal


def canonical(value: Mapping[str, Any]) -> bytes:
    """This will write a value so that equal values give equal bytes. Times are ISO 8601 in UTC, ids are text."""
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except TypeError:  # a number past 64 bits, which jsonb holds and orjson does not: slower, the same form
        text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_plain)
        return text.encode("utf-8", "surrogatepass")


def personal_digest(salt: bytes, event: Mapping[str, Any]) -> bytes:
    """This will hash what may be erased."""
    return hashlib.sha256(salt + canonical({name: event[name] for name in PERSONAL})).digest()


def record_hash(event: Mapping[str, Any], personal: bytes) -> bytes:
    """This will hash an event: what stays, and the digest of what may be erased."""
    fields = {name: event[name] for name in COLUMNS} | {n: event[n] for n in ADDED if event.get(n) is not None}
    return hashlib.sha256(canonical({**fields, "personal": personal.hex()})).digest()


def link(
    *, sequence: int, previous: bytes, record: bytes, event_id: UUID, organization_id: UUID, noted_at: datetime.datetime
) -> bytes:
    """This will hash one link of the chain."""
    fields = {
        "sequence": sequence,
        "previous": previous.hex(),
        "record": record.hex(),
        "event": event_id,
        "organization": organization_id,
        "noted_at": noted_at,
    }
    return hashlib.sha256(canonical(fields)).digest()


def is_erased(event: Mapping[str, Any]) -> bool:
    """Whether nothing is left that may speak of a person: names of changed fields may stay, their values may not."""
    values = event["changes"].values() if isinstance(event["changes"], dict) else [event["changes"]]
    blank = not event["target_label"] and event["ip"] is None and not event["user_agent"]
    return blank and all(value in ([], [None, None]) for value in values)


def _plain(value: Any) -> str:
    if isinstance(value, datetime.datetime):
        return value.astimezone(datetime.UTC).isoformat()
    return str(value)

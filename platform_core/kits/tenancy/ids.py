"""Primary keys: UUIDv7 (RFC 9562), made in Python so that any Postgres from 15 on will do."""

from uuid import UUID

from uuid_utils import compat, uuid7

_DIGITS = [f"{number:03x}" for number in range(4096)]


def new_id() -> UUID:
    """This will make a UUIDv7: later ones sort later. ``compat`` because scopes take ``uuid.UUID`` only."""
    return compat.uuid7()


def new_ids(count: int) -> list[str]:
    """This will make many as text, for COPY: one UUIDv7, counted on in its last 48 bits, so each sorts after the one before."""
    first = str(uuid7())
    head, start = first[:-12], int(first[-12:], 16) >> 1  # half of the range is left to count in
    made: list[str] = []
    while len(made) < count:  # the last three digits were written once for all
        some = _DIGITS[start & 0xFFF :][: count - len(made)]
        made += map(f"{head}{start >> 12:09x}".__add__, some)
        start += len(some)
    return made

"""Primary keys: UUIDv7 (RFC 9562), made in Python so that any Postgres from 15 on will do."""

from uuid import UUID

from uuid_utils import compat


def new_id() -> UUID:
    """This will make a UUIDv7: later ones sort later. ``compat`` because scopes take ``uuid.UUID`` only."""
    return compat.uuid7()

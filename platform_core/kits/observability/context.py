"""What every log line of a request or task carries: bound once at its edge, gone at its end. Ids, no personal data."""

from uuid import UUID

import structlog


def bind(**ids: UUID | str | int | None) -> None:
    """This will add ids to all further lines of this request or task: ``organization_id``, ``user_id``, ``job_id``."""
    structlog.contextvars.bind_contextvars(**{name: str(value) for name, value in ids.items() if value is not None})


def request_id() -> str:
    """This will return the id of the request (or of the one that enqueued this task), empty outside of both."""
    found = structlog.contextvars.get_contextvars().get("request_id", "")
    return str(found)

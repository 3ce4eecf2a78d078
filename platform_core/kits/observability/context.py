"""What every log line of a request or task carries: bound once at its edge, gone at its end. Ids, no personal data.

The caller's address and program are personal data: they stand beside the log's context, for the audit log alone.
"""

from contextvars import ContextVar, Token
from dataclasses import dataclass, replace
from uuid import UUID

import structlog


@dataclass(frozen=True, slots=True)
class Client:
    """From where a request came: the address that the outermost trusted proxy saw, what the program calls itself, its key."""

    ip: str | None = None
    user_agent: str = ""
    key_id: UUID | None = None


NO_CLIENT = Client()
_client: ContextVar[Client] = ContextVar("observability.client", default=NO_CLIENT)


def bind(**ids: UUID | str | int | None) -> None:
    """This will add ids to all further lines of this request or task: ``organization_id``, ``user_id``, ``job_id``."""
    structlog.contextvars.bind_contextvars(**{name: str(value) for name, value in ids.items() if value is not None})


def request_id() -> str:
    """This will return the id of the request (or of the one that enqueued this task), empty outside of both."""
    found = structlog.contextvars.get_contextvars().get("request_id", "")
    return str(found)


def client() -> Client:
    """This will say from where the present request came; nothing outside of one."""
    return _client.get()


def set_client(found: Client) -> Token[Client]:
    """This will remember from where a request came, until ``forget_client``."""
    return _client.set(found)


def set_client_key(key_id: UUID) -> None:
    """This will remember by which API key the present request speaks: what it changes is written down as the key's."""
    _client.set(replace(_client.get(), key_id=key_id))


def forget_client(token: Token[Client]) -> None:
    _client.reset(token)

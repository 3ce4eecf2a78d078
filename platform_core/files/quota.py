"""How much an organization may keep: a port. The slice that knows plans stands above this one and plugs in its answer."""

from collections.abc import Callable
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext as _

from platform_core.files.errors import FileError
from platform_core.files.selectors import used_bytes
from platform_core.kits.web import numbers

NO_LIMIT = -1
Limit = Callable[[UUID], int]
_limits: list[Limit] = []


class QuotaError(FileError):
    """The organization has no room left for the file."""

    code = "storage_limit"
    status = 413


def register_limit(limit: Limit) -> None:
    """This will ask ``limit(organization_id)`` for the bytes an organization may keep; -1 means no limit."""
    _limits[:] = [limit]


def reserve(*, organization_id: UUID, size_bytes: int) -> None:
    """This will raise QuotaError where the file does not fit. Call it in the transaction that stores the row.

    Takes a lock a transaction long, so that two uploads at the same moment cannot both take the last room.
    """
    limit = _limits[0](organization_id) if _limits else NO_LIMIT
    if limit < 0:
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"storage {organization_id}"])
    used = used_bytes(organization_id)
    if used + size_bytes > limit:
        text = _("%(size)s do not fit: %(used)s of %(limit)s are in use. Delete files, or ask an owner for more room.")
        sizes = {"size": numbers.size(size_bytes), "used": numbers.size(used), "limit": numbers.size(limit)}
        raise QuotaError(text % sizes)

"""Columns and rules of everything that is claimed: lease, fencing token, attempts, due_at.

Who holds a lease holds a token. A result counts only while the row's token is the holder's (fencing): a worker that was
paused past its lease and comes back changes nothing. Times are the database's (``Now()``), never a worker's clock.
"""

from datetime import timedelta
from typing import Any, ClassVar, Self, TypeVar

from django.db import connections, models, transaction
from django.db.models import F, Q
from django.db.models.functions import Greatest, Now

from platform_core.kits.tenancy.models import OrganizationOwned, OrganizationOwnedQuerySet

LEASE = timedelta(seconds=60)
MAX_ATTEMPTS = 3

_Model = TypeVar("_Model", bound=models.Model, covariant=True)


class LeasedQuerySet(OrganizationOwnedQuerySet[_Model]):
    """Reads and guarded updates of rows under lease."""

    def runnable(self) -> Self:
        """This will find what waits and is due, and what was taken by a worker that has not renewed its lease."""
        waiting = Q(state="queued") & (Q(due_at=None) | Q(due_at__lte=Now()))
        return self.filter(waiting | Q(state="running", lease_until__lt=Now()))

    def take(self, ids: list[Any], *, token: Any, lease: timedelta = LEASE) -> int:
        """This will put the (locked) rows under a lease and count the attempt."""
        return self.filter(id__in=ids).update(
            state="running", lease_token=token, lease_until=Now() + lease, attempts=F("attempts") + 1
        )

    def held(self, token: Any) -> Self:
        """This will narrow to rows whose lease is the token's: the guard of every result."""
        return self.filter(state="running", lease_token=token)

    def lock(self) -> int:
        """This will lock these rows in the order of their keys and return how many; call it in a transaction.

        An UPDATE of many rows locks them as it happens to find them, and two that find them differently wait for each
        other for ever: so whoever changes many rows that workers hold locks them first, and the job before them.
        """
        locked = self.order_by("id").values("id").select_for_update(no_key=True, of=("self",))
        sql, parameters = locked.query.sql_with_params()
        with connections[self.db].cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM ({sql}) AS locked", parameters)  # noqa: S608 - the ORM's own text
            return int(cursor.fetchone()[0])

    def renew(self, token: Any, *, lease: timedelta = LEASE) -> int:
        """This will prolong the lease of what the token holds. Locks the rows."""
        with transaction.atomic(using=self.db):
            self.held(token).lock()
            return self.held(token).update(lease_until=Now() + lease)

    def release(self, token: Any) -> int:
        """This will give back what the token holds, as if it had not been tried (orderly shutdown, pause). Locks the rows."""
        with transaction.atomic(using=self.db):
            self.held(token).lock()
            return self.held(token).update(
                state="queued", lease_token=None, lease_until=None, attempts=Greatest(F("attempts") - 1, 0)
            )


class Leased(OrganizationOwned):
    """A row that workers claim. The subclass declares ``state`` with at least ``queued`` and ``running``."""

    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    lease_token = models.UUIDField(null=True, blank=True)

    objects: ClassVar[Any] = LeasedQuerySet.as_manager()

    class Meta:
        abstract = True

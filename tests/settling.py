"""Tests share one Postgres server: a transaction of another worker's test holds back what is read in commit order."""

from django.db import connection

from platform_core.kits.tenancy.scope import service, unscoped
from tests.portfolio.stack.deadlines import eventually

SECONDS = 300  # longer than any test


def settle() -> None:
    """This will wait until nothing runs on the server that is older than now. Call it outside of a transaction."""
    assert not connection.in_atomic_block, "two that wait for each other in transactions wait for ever"
    with unscoped(), service("test"), connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()::text::bigint")
        mine = cursor.fetchone()[0]

        def is_over() -> bool:
            cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
            return bool(cursor.fetchone()[0] > mine)

        eventually(is_over, "the transactions of the server's other databases end", seconds=SECONDS)

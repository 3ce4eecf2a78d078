"""Tests share one Postgres server: a transaction of another worker's test holds back what is read in commit order."""

import time

from django.db import connection

OLDER_ELSEWHERE = """
SELECT EXISTS (
  SELECT FROM pg_stat_activity
  WHERE datname <> current_database() AND backend_xid IS NOT NULL AND backend_xid::text::bigint < %s
)"""
DEADLINE_SECONDS = 300


def wait_for_neighbours() -> None:
    """This will wait until every transaction of other databases that has begun by now is over."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint & 4294967295")
        now = cursor.fetchone()[0]
        end = time.monotonic() + DEADLINE_SECONDS
        while True:
            cursor.execute(OLDER_ELSEWHERE, [now])
            if not cursor.fetchone()[0]:
                return
            assert time.monotonic() < end, "another test holds a transaction open for ever"
            time.sleep(0.02)

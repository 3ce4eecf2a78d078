"""Sealing in tests: at once, although other databases of the same server have transactions open."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.conf import settings
from django.db import connection

from platform_core.evidence import checkpoints, sealing
from platform_core.kits.tenancy.scope import service, unscoped


def seal_all(*, sign: bool = True) -> int:
    """This will seal all that is committed, then sign; it waits for older transactions of other databases to end."""
    sealed = 0
    with unscoped(), service("test"):
        settle()
        while batch := sealing.seal_batch():
            sealed += batch
        if sign:
            checkpoints.sign_heads()
    return sealed


def settle(seconds: float = 60) -> None:
    """This will wait until nothing runs on the server that is older than now. Raises TimeoutError."""
    with unscoped(), service("test"), connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()::text::bigint")
        mine, ends = cursor.fetchone()[0], time.monotonic() + seconds
        while time.monotonic() < ends:
            cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
            if cursor.fetchone()[0] > mine:
                return
    raise TimeoutError("another transaction of this server does not end")


@contextmanager
def superuser() -> Iterator[psycopg.Connection[Any]]:
    """This will connect as the server's administrator, whom no policy and no grant stops."""
    database = settings.DATABASES["default"]
    name = os.environ.get("TEST_DATABASE_SUPERUSER", "postgres")
    with psycopg.connect(
        host=database["HOST"],
        port=database["PORT"],
        user=name,
        dbname=connection.settings_dict["NAME"],
        autocommit=True,
    ) as found:
        yield found

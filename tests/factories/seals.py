"""Sealing in tests: at once, although other databases of the same server have transactions open."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.conf import settings
from django.db import connection

from platform_core.evidence import checkpoints, sealing
from platform_core.kits.tenancy.scope import service, unscoped
from tests.settling import settle


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

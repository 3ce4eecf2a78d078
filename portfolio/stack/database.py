"""What an administrator does once on a Postgres server: roles, the database, extensions.

The roles themselves are described in ``platform_core.kits.tenancy.roles``.
"""

import time
from collections.abc import Callable
from typing import LiteralString

import psycopg
from psycopg import sql

from platform_core.kits.tenancy.roles import APP_ROLE, OWNER_ROLE, create_roles
from portfolio.stack.postgres import EXTENSIONS

Connection = psycopg.Connection[tuple[object, ...]]


class NotReadyError(Exception):
    """A server did not answer in time."""


def wait_until_ready(url: str, *, seconds: float = 30, alive: Callable[[], bool] = lambda: True) -> Connection:
    """This will return an autocommit connection to ``url`` as soon as the server takes one.

    Raises NotReadyError after ``seconds``, or at once when ``alive`` says that its process has ended.
    """
    deadline = time.monotonic() + seconds
    while True:
        try:
            return psycopg.connect(url, autocommit=True, connect_timeout=5)
        except psycopg.OperationalError as error:
            if not alive() or time.monotonic() > deadline:
                raise NotReadyError(f"Postgres does not answer: {error}".strip()) from error
            time.sleep(0.02)


def create_everything(
    administrator: Connection, *, database: str = "", password: str = "", may_create_databases: bool = False
) -> None:
    """This will make roles, extensions in template1 and the ``database``, each where it is missing.

    ``password`` is given to both roles that log in; empty where the loopback is trusted.
    """
    with administrator.cursor() as cursor:
        create_roles(cursor, may_create_databases=may_create_databases)
        if password:
            for role in (OWNER_ROLE, APP_ROLE):
                statement = sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(role), sql.Literal(password))
                cursor.execute(statement)
    _create_extensions(administrator, "template1")
    if database and not _exists(administrator, "SELECT 1 FROM pg_database WHERE datname = %s", database):
        administrator.execute(
            sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(database), sql.Identifier(OWNER_ROLE))
        )
    if database:
        _create_extensions(administrator, database)


def _create_extensions(administrator: Connection, database: str) -> None:
    parameters = {**administrator.info.get_parameters(), "dbname": database, "password": administrator.info.password}
    with psycopg.connect(**parameters, autocommit=True) as connection:  # type: ignore[arg-type]
        for extension in EXTENSIONS:
            if _exists(connection, "SELECT 1 FROM pg_available_extensions WHERE name = %s", extension):
                statement = sql.SQL("CREATE EXTENSION IF NOT EXISTS {}").format(sql.Identifier(extension))
                connection.execute(statement)


def _exists(connection: Connection, query: LiteralString, value: str) -> bool:
    return connection.execute(query, [value]).fetchone() is not None

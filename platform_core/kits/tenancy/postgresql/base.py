"""Django's Postgres backend, with the scope in front of every statement. ENGINE = "platform_core.kits.tenancy.postgresql".

``SET LOCAL …; SELECT …`` goes out as one simple query, which the server runs as one transaction: the setting ends with
the statement, or inside ``atomic`` with the transaction. One round trip, about 35 µs. Stateless, so savepoints, nested
scopes, threads and pools need no care. Needs client-side binding, which is Django's default.
"""

import select
import time
from datetime import UTC, datetime
from typing import Any

from django.db import transaction
from django.db.backends.postgresql import base, creation, schema
from django.db.backends.postgresql.psycopg_any import BaseTzLoader
from psycopg import ServerCursor
from psycopg.sql import Composable

from platform_core.kits.tenancy.guard import owned_table_in, refuse_unscoped
from platform_core.kits.tenancy.roles import as_owner
from platform_core.kits.tenancy.scope import NOBODY, current_scope, service

TRUSTED_SECONDS = 5  # how long a silent connection passes for a living one
TRANSACTION_CONTROL = ("SAVEPOINT", "RELEASE", "ROLLBACK")  # must also run when the transaction is broken


def carry_scope(execute: Any, sql: Any, params: Any, many: bool, context: dict[str, Any]) -> Any:
    """This will run one statement in the current scope (an execute wrapper, see Django's database instrumentation)."""
    connection, cursor, scope = context["connection"], context["cursor"].cursor, current_scope()
    if isinstance(sql, Composable):
        sql = sql.as_string(cursor)
    if sql.startswith(TRANSACTION_CONTROL):
        return execute(sql, params, many, context)
    if scope == NOBODY:
        refuse_unscoped(sql, connection)
        if connection.get_autocommit():
            return execute(sql, params, many, context)
    settings = scope.statements()
    if many or isinstance(cursor, ServerCursor):  # neither can hold two statements; a cursor WITH HOLD outlives atomic
        with transaction.atomic(using=connection.alias), connection.cursor() as setter:
            setter.cursor.execute("; ".join(settings))
            return execute(sql, params, many, context)
    result = execute("; ".join((*settings, sql)), params, many, context)
    for _ in settings:
        cursor.nextset()
    return result


class DatabaseCreation(creation.DatabaseCreation):
    """Test databases are made and dropped by the owner; the tests themselves run as the app and feel every policy."""

    def create_test_db(self, *args: Any, **kwargs: Any) -> str:
        with as_owner(self.connection):
            return super().create_test_db(*args, **kwargs)

    def destroy_test_db(self, *args: Any, **kwargs: Any) -> None:
        with as_owner(self.connection):
            super().destroy_test_db(*args, **kwargs)


class SchemaEditor(schema.DatabaseSchemaEditor):
    """Statements on rows that a migration makes by itself (a default filled in, RunSQL) reach the rows of everybody.

    FORCE holds even the owner to the policies: without this, ``null=True`` to ``False`` would fill in nothing.
    """

    def execute(self, sql: Any, params: Any = ()) -> None:
        if owned_table_in(str(sql)):
            with service("migration"):
                return super().execute(sql, params)
        return super().execute(sql, params)


class InstantLoader(BaseTzLoader):  # type: ignore[misc]
    """Reads what a session in UTC sends ten times as fast as psycopg's own, which also reads what is none."""

    timezone = UTC

    def load(self, data: Any) -> datetime:
        """This will read an instant; all but ISO dates of our era in UTC is left to psycopg."""
        try:
            found = datetime.fromisoformat(str(data, "ascii"))
        except ValueError:
            found = super().load(data)
        return found if found.tzinfo is UTC else found.astimezone(UTC)


class DatabaseWrapper(base.DatabaseWrapper):
    """Named so because Django looks for this name in ``ENGINE + ".base"``."""

    creation_class = DatabaseCreation
    SchemaEditorClass = SchemaEditor
    trusted_until = 0.0

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.execute_wrappers.append(carry_scope)

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """This will connect, with our loader of instants where times are in UTC."""
        connection = super().get_new_connection(conn_params)
        if self.timezone is UTC:
            connection.adapters.register_loader("timestamptz", InstantLoader)
        return connection

    def is_usable(self) -> bool:
        """This will ask the server only where there is reason to: a server that ends a session closes its socket.

        A connection whose other end has vanished without a word is found out within TRUSTED_SECONDS.
        """
        if self.connection is None:
            return False
        now = time.monotonic()
        if now < self.trusted_until and not self.errors_occurred and not _is_readable(self.connection):
            return True
        usable: bool = super().is_usable()
        self.trusted_until = now + TRUSTED_SECONDS if usable else 0.0
        return usable


def _is_readable(connection: Any) -> bool:
    """Whether something came unasked: the end, or a notice."""
    poll = select.poll()
    try:
        poll.register(connection.fileno(), select.POLLIN)
    except Exception:  # noqa: BLE001 - a closed one has no socket: let the question itself tell
        return True
    return bool(poll.poll(0))

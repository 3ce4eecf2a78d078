"""Django's Postgres backend, with the scope in front of every statement. ENGINE = "platform_core.kits.tenancy.postgresql".

``SET LOCAL …; SELECT …`` goes out as one simple query, which the server runs as one transaction: the setting ends with
the statement, or inside ``atomic`` with the transaction. One round trip, about 35 µs. Stateless, so savepoints, nested
scopes, threads and pools need no care. Needs client-side binding, which is Django's default.
"""

from typing import Any

from django.db import transaction
from django.db.backends.postgresql import base, creation, schema
from psycopg import ServerCursor
from psycopg.sql import Composable

from platform_core.kits.tenancy.guard import owned_table_in, refuse_unscoped
from platform_core.kits.tenancy.roles import as_owner
from platform_core.kits.tenancy.scope import NOBODY, current_scope, service

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


class DatabaseWrapper(base.DatabaseWrapper):
    """Named so because Django looks for this name in ``ENGINE + ".base"``."""

    creation_class = DatabaseCreation
    SchemaEditorClass = SchemaEditor

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.execute_wrappers.append(carry_scope)

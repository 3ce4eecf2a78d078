"""The three database roles, and the way to be the owner for a moment.

portfolio_owner    logs in; owns the tables; migrations and nothing else
portfolio_app      logs in; web, workers, beat: rows of the scope's organization
portfolio_service  cannot log in; all rows; entered for one statement by ``scope.service``
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from platform_core.kits.tenancy.scope import SERVICE_ROLE

OWNER_ROLE, APP_ROLE = "portfolio_owner", "portfolio_app"

# NOINHERIT: holding the service role gives nothing until a statement enters it. The owner inherits: in Postgres 15 it
# may create in the schema only through its (inherited) membership in pg_database_owner.
CREATE_ROLES = (
    f"CREATE ROLE {OWNER_ROLE} LOGIN NOSUPERUSER NOBYPASSRLS {{extra}}",
    f"CREATE ROLE {APP_ROLE} LOGIN NOINHERIT NOSUPERUSER NOBYPASSRLS",
    f"CREATE ROLE {SERVICE_ROLE} NOLOGIN NOSUPERUSER BYPASSRLS",
    f"GRANT {SERVICE_ROLE} TO {OWNER_ROLE}, {APP_ROLE}",
)


def create_roles(cursor: Any, *, may_create_databases: bool = False) -> None:
    """This will make the roles that are missing (``manage.py up``). ``cursor`` is an administrator's; safe to repeat.

    ``may_create_databases`` where tests run. In production the same four statements stand in Terraform or psql.
    """
    cursor.execute(r"SELECT rolname FROM pg_roles WHERE rolname LIKE 'portfolio\_%'")
    existing = {name for (name,) in cursor.fetchall()}
    for statement in CREATE_ROLES:
        if statement.startswith("GRANT") or statement.split()[2] not in existing:
            cursor.execute(statement.format(extra="CREATEDB" if may_create_databases else ""))


@contextmanager
def as_owner(connection: Any) -> Iterator[None]:
    """This will reconnect ``connection`` as the owner, and as the app afterwards. Not inside a transaction.

    The alias stays ``default``: data migrations of third-party apps write to ``default`` whatever ``--database`` says,
    and would wait for ever for the tables that a second connection has locked.
    """
    if is_owner(connection):
        yield
        return
    if not settings.DATABASE_OWNER:
        raise ImproperlyConfigured("DATABASE_OWNER_URL is not set: migrations run as the owner of the tables.")
    app = {key: connection.settings_dict[key] for key in ("USER", "PASSWORD")}
    _reconnect(connection, settings.DATABASE_OWNER, owner=True)
    try:
        yield
    finally:
        _reconnect(connection, app, owner=False)


def is_owner(connection: Any) -> bool:
    """Whether ``as_owner`` is open on it. Not the role's name: a web process that logs in as the owner is a fault."""
    return getattr(connection, "acts_as_owner", False)


def _reconnect(connection: Any, credentials: dict[str, str], *, owner: bool) -> None:
    connection.close()
    connection.close_pool()
    connection.settings_dict.update(credentials)
    connection.acts_as_owner = owner

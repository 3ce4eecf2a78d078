"""``check`` fails for a model without isolation, ``check --database default`` for a database that differs from it."""

from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connections, models

from platform_core.kits.tenancy.constraints import SameOrganization, policy_of
from platform_core.kits.tenancy.roles import is_owner
from platform_core.kits.tenancy.scope import SERVICE_ROLE

ROLE = """
SELECT rolsuper, rolbypassrls, pg_has_role(current_user, %s, 'USAGE'),
       EXISTS (SELECT FROM pg_class WHERE relowner = pg_roles.oid)
FROM pg_roles WHERE rolname = current_user
"""
TABLES = """
SELECT relname, relrowsecurity AND relforcerowsecurity,
       ARRAY(SELECT polname::text FROM pg_policy WHERE polrelid = c.oid ORDER BY 1),
       ARRAY(SELECT conname::text FROM pg_constraint
             WHERE conrelid = c.oid AND contype = 'f' AND cardinality(conkey) > 1
             UNION SELECT tgname::text FROM pg_trigger
             WHERE tgrelid = c.oid AND NOT tgisinternal AND tgname LIKE '%same_org' ORDER BY 1)
FROM pg_class c WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace
"""
OPEN_PARTITIONS = """
SELECT child.relname FROM pg_inherits
JOIN pg_class child ON child.oid = inhrelid JOIN pg_class parent ON parent.oid = inhparent
WHERE parent.relrowsecurity AND NOT child.relrowsecurity
"""


@register(Tags.models)
def check_models(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    ours = [model for model in apps.get_models() if model.__module__.partition(".")[0] in settings.TENANCY_APPS]
    return [error for model in ours for error in errors_of(model)]


def errors_of(model: type[models.Model]) -> list[CheckMessage]:
    """This will say what a model lacks to be kept apart: policy, composite keys, an organization in its join tables."""
    if not policy_of(model):
        hint = "Derive from OrganizationOwned, or say tenancy_exempt = 'why this is nobody's in particular'."
        text = f"{model._meta.label} has no tenant policy."
        return [] if getattr(model, "tenancy_exempt", "") else [Error(text, hint=hint, obj=model, id="tenancy.E001")]
    errors: list[CheckMessage] = []
    composite = {constraint.field for constraint in model._meta.constraints if isinstance(constraint, SameOrganization)}
    for key in model._meta.fields:
        if isinstance(key, models.ForeignKey) and policy_of(key.remote_field.model) and key.name not in composite:
            errors.append(Error("Use TenantForeignKey between two organization tables.", obj=key, id="tenancy.E002"))
    for many in model._meta.many_to_many:
        through: Any = many.remote_field.through
        if through._meta.auto_created:
            errors.append(
                Error("The join table has no organization: name a through model.", obj=many, id="tenancy.E003")
            )
    return errors


@register(Tags.database)
def check_database(app_configs: Any, databases: Any, **kwargs: Any) -> list[CheckMessage]:
    """Runs as the app. Not as the owner: then ``migrate`` asks, and is about to mend what is missing."""
    errors: list[CheckMessage] = []
    for connection in (connections[alias] for alias in databases or ()):
        if not is_owner(connection):
            with connection.cursor() as cursor:
                errors += [*_role_errors(cursor), *_table_errors(cursor, connection)]
    return errors


def _role_errors(cursor: Any) -> list[CheckMessage]:
    cursor.execute(ROLE, [SERVICE_ROLE])
    faults = ("is a superuser", "bypasses policies", "inherits the service role", "owns tables")
    found = [fault for fault, present in zip(faults, cursor.fetchone(), strict=True) if present]
    return [Error(f"The role of DATABASE_URL {fault}.", id="tenancy.E011") for fault in found]


def _table_errors(cursor: Any, connection: Any) -> list[CheckMessage]:
    cursor.execute(OPEN_PARTITIONS)
    hint = "ENABLE ROW LEVEL SECURITY on it too: read by its own name, its parent's policy does not hold."
    errors: list[CheckMessage] = [
        Error(f"Partition {name} is open.", hint=hint, id="tenancy.E012") for (name,) in cursor.fetchall()
    ]
    cursor.execute(TABLES)
    found = {table: facts for table, *facts in cursor.fetchall()}
    for model in apps.get_models():
        policy, table = policy_of(model), model._meta.db_table
        keys = sorted(c.name for c in model._meta.constraints if isinstance(c, SameOrganization))
        expected = [bool(policy), sorted(policy.policies(model, connection)) if policy else [], keys]
        if table in found and found[table] != expected:
            text = f"{table} has [forced, policies, composite keys] {found[table]}, its model says {expected}."
            errors.append(Error(text, obj=model, id="tenancy.E010"))
    return errors

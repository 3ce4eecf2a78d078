"""What the app and the service may do: rows of any table the owner makes, never the schema. Comes before all others."""

from django.db import migrations

from platform_core.kits.tenancy.roles import APP_ROLE
from platform_core.kits.tenancy.scope import SERVICE_ROLE

FUTURE = "ALTER DEFAULT PRIVILEGES IN SCHEMA public"
ROLES = f"{APP_ROLE}, {SERVICE_ROLE}"


class Migration(migrations.Migration):
    run_before = [("contenttypes", "0001_initial")]
    operations = [
        migrations.RunSQL(
            [
                f"{FUTURE} GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {ROLES}",
                f"{FUTURE} GRANT USAGE, SELECT ON SEQUENCES TO {ROLES}",
                f"GRANT SELECT ON django_migrations TO {ROLES}",  # readiness probes, pg_dump
            ],
            [
                f"{FUTURE} REVOKE ALL ON TABLES FROM {ROLES}",
                f"{FUTURE} REVOKE ALL ON SEQUENCES FROM {ROLES}",
            ],
        )
    ]

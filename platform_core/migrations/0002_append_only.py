"""The audit log is append-only: neither the app nor the service may change or remove a record."""

from django.db import migrations

from platform_core.kits.tenancy.roles import APP_ROLE
from platform_core.kits.tenancy.scope import SERVICE_ROLE

ROLES = f"{APP_ROLE}, {SERVICE_ROLE}"


class Migration(migrations.Migration):
    dependencies = [("platform_core", "0001_initial")]
    operations = [
        migrations.RunSQL(
            f"REVOKE UPDATE, DELETE, TRUNCATE ON platform_core_auditevent FROM {ROLES}",
            f"GRANT UPDATE, DELETE ON platform_core_auditevent TO {ROLES}",
        )
    ]

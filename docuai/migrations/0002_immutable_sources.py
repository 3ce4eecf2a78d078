"""A version's sources never change: a new version is made instead. Deleting goes with the template's purge."""

from django.db import migrations

from platform_core.kits.tenancy.roles import APP_ROLE
from platform_core.kits.tenancy.scope import SERVICE_ROLE

ROLES = f"{APP_ROLE}, {SERVICE_ROLE}"


class Migration(migrations.Migration):
    dependencies = [("docuai", "0001_initial")]
    operations = [
        migrations.RunSQL(
            f"REVOKE UPDATE, TRUNCATE ON docuai_templatesource FROM {ROLES}",
            f"GRANT UPDATE ON docuai_templatesource TO {ROLES}",
        )
    ]

"""Row history of shares; and guardian's own tables, which know no tenant, take no rows: shares stand in ours."""

from django.db import migrations

from platform_core.kits.tenancy.roles import APP_ROLE
from platform_core.kits.tenancy.scope import SERVICE_ROLE

WATCHED = ("templatepersonshare", "templateteamshare", "runpersonshare", "runteamshare")
WATCH = """
CREATE TRIGGER row_history_note AFTER INSERT OR UPDATE OR DELETE ON docuai_{table}
FOR EACH ROW EXECUTE FUNCTION row_history_note()
"""
GENERIC = "guardian_userobjectpermission, guardian_groupobjectpermission"
ROLES = f"{APP_ROLE}, {SERVICE_ROLE}"


class Migration(migrations.Migration):
    dependencies = [("docuai", "0007_shares"), ("guardian", "0001_initial")]
    operations = [
        *(
            migrations.RunSQL(WATCH.format(table=table), f"DROP TRIGGER IF EXISTS row_history_note ON docuai_{table}")
            for table in WATCHED
        ),
        migrations.RunSQL(
            f"REVOKE INSERT, UPDATE, TRUNCATE ON {GENERIC} FROM {ROLES}",
            f"GRANT INSERT, UPDATE ON {GENERIC} TO {ROLES}",
        ),
    ]

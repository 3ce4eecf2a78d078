"""Row history of roles, teams and who stands in them: raw SQL is seen there too."""

from django.db import migrations

WATCHED = ("platform_core_customrole", "platform_core_team", "platform_core_teammembership")
WATCH = """
CREATE TRIGGER row_history_note AFTER INSERT OR UPDATE OR DELETE ON {table}
FOR EACH ROW EXECUTE FUNCTION row_history_note()
"""


class Migration(migrations.Migration):
    dependencies = [("platform_core", "0009_roles_and_teams")]
    operations = [
        migrations.RunSQL(WATCH.format(table=table), f"DROP TRIGGER IF EXISTS row_history_note ON {table}")
        for table in WATCHED
    ]

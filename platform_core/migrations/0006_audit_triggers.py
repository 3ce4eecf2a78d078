"""The log's two triggers and what nobody may do: change or remove seals and history; the queue is emptied, never edited.

Both functions run with the rights of whoever writes, so the policies hold in them too. Secrets never enter the history.
"""

from django.db import migrations

from platform_core.kits.tenancy.roles import APP_ROLE
from platform_core.kits.tenancy.scope import SERVICE_ROLE

ROLES = f"{APP_ROLE}, {SERVICE_ROLE}"
APPEND_ONLY = ("platform_core_auditseal", "platform_core_rowhistory")
WATCHED = ("platform_core_membership", "platform_core_apikey")
CLUSTER = "(SELECT system_identifier FROM pg_catalog.pg_control_system())"
# The cluster's id is read from a file: once a session is enough, each audited change pays for what stands here.
PENDING = f"""
CREATE FUNCTION audit_note_pending() RETURNS trigger LANGUAGE plpgsql AS $body$ DECLARE
    cluster text := pg_catalog.current_setting('app.cluster_id', true);
BEGIN
IF cluster IS NULL OR cluster = '' THEN
    cluster := pg_catalog.set_config('app.cluster_id', {CLUSTER}::text, false);
END IF;
INSERT INTO public.platform_core_auditpending (organization_id, event_id, transaction_id, cluster_id, noted_at)
VALUES (NEW.organization_id, NEW.id, pg_catalog.pg_current_xact_id()::text::bigint, cluster::bigint,
        pg_catalog.clock_timestamp());
RETURN NULL; END $body$;
CREATE TRIGGER audit_note_pending AFTER INSERT ON platform_core_auditevent
FOR EACH ROW EXECUTE FUNCTION audit_note_pending()
"""  # noqa: S608  a constant
# What is not worth a line: when somebody was last seen. What must not be written down: hashes of secrets.
HISTORY = """
CREATE FUNCTION row_history_note() RETURNS trigger LANGUAGE plpgsql AS $body$ DECLARE
    kept jsonb := CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) - '{secret_hash,token_hash}'::text[] END;
    made jsonb := CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) - '{secret_hash,token_hash}'::text[] END;
    seen text[] := '{last_used_at,last_seen_at}';
BEGIN
IF TG_OP = 'UPDATE' AND kept - seen = made - seen AND to_jsonb(OLD) - seen = to_jsonb(NEW) - seen THEN
    RETURN NULL;
END IF;
INSERT INTO public.platform_core_rowhistory
    (id, organization_id, at, "table", row_id, operation, old, new, actor_id, database_role, transaction_id)
VALUES (pg_catalog.gen_random_uuid(), (coalesce(made, kept) ->> 'organization_id')::uuid, pg_catalog.clock_timestamp(),
    TG_TABLE_NAME, (coalesce(made, kept) ->> 'id')::uuid, TG_OP, kept, made,
    nullif(current_setting('app.user_id', true), '')::uuid, session_user,
    pg_catalog.pg_current_xact_id()::text::bigint);
RETURN NULL; END $body$
"""
WATCH = """
CREATE TRIGGER row_history_note AFTER INSERT OR UPDATE OR DELETE ON {table}
FOR EACH ROW EXECUTE FUNCTION row_history_note()
"""
WRITTEN_BEFORE = f"""
INSERT INTO platform_core_auditpending (organization_id, event_id, transaction_id, cluster_id, noted_at)
SELECT organization_id, id, 0, {CLUSTER}, at FROM platform_core_auditevent ORDER BY at, id
"""  # noqa: S608  a constant


class Migration(migrations.Migration):
    dependencies = [("platform_core", "0005_audit_seal")]
    operations = [
        migrations.RunSQL(WRITTEN_BEFORE, migrations.RunSQL.noop),
        migrations.RunSQL(PENDING, "DROP FUNCTION audit_note_pending() CASCADE"),
        migrations.RunSQL(HISTORY, "DROP FUNCTION row_history_note() CASCADE"),
        *(
            migrations.RunSQL(WATCH.format(table=table), f"DROP TRIGGER IF EXISTS row_history_note ON {table}")
            for table in WATCHED
        ),
        *(
            migrations.RunSQL(
                f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM {ROLES}",
                f"GRANT UPDATE, DELETE ON {table} TO {ROLES}",
            )
            for table in APPEND_ONLY
        ),
        migrations.RunSQL(
            f"REVOKE UPDATE ON platform_core_auditpending FROM {ROLES};"
            f" REVOKE DELETE ON platform_core_auditpending FROM {APP_ROLE}",
            f"GRANT UPDATE, DELETE ON platform_core_auditpending TO {ROLES}",
        ),
    ]

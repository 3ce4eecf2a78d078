"""Words in audit log, jobs and lists of people are found by trigram indexes, past the policies where there are any.

The functions stop after ten thousand rows and one more: see ``kits/tenancy/searching.py``.
"""

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.operations import BtreeGinExtension, TrigramExtension
from django.db import migrations, models
from django.db.models.functions import Upper

from platform_core.kits.tenancy.operations import ServiceFunction

AUDIT = """
RETURN QUERY EXECUTE
    'SELECT found.id FROM ('
    ' SELECT id FROM platform_core_auditevent WHERE organization_id = $1 AND upper(target_label) LIKE upper($2)'
    ' UNION SELECT id FROM platform_core_auditevent WHERE organization_id = $1 AND actor_id IN'
    '  (SELECT people.id FROM platform_core_user people'
    '   WHERE upper(people.name) LIKE upper($2) OR upper(people.email) LIKE upper($2))'
    ' UNION SELECT id FROM platform_core_auditevent WHERE organization_id = $1 AND request_id = $3 AND request_id <> '''''
    ' UNION SELECT id FROM platform_core_auditevent WHERE organization_id = $1 AND target_id = $3'
    ') AS found LIMIT 10001' USING organization, pattern, words;
"""
JOBS = """
RETURN QUERY EXECUTE
    'SELECT id FROM platform_core_job WHERE organization_id = $1 AND upper(title) LIKE upper($2) LIMIT 10001'
    USING organization, pattern;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("platform_core", "0021_sms_and_recovery"),
    ]
    operations = [
        TrigramExtension(),
        BtreeGinExtension(),
        migrations.AddIndex(
            "auditevent",
            models.Index(
                fields=["organization", "request_id"], name="audit_request", condition=~models.Q(request_id="")
            ),
        ),
        migrations.AddIndex(
            "auditevent",
            GinIndex(
                models.F("organization"),
                OpClass(Upper("target_label"), name="gin_trgm_ops"),
                name="audit_words",
                gin_pending_list_limit=512,
            ),
        ),
        migrations.AddIndex(
            "job",
            GinIndex(models.F("organization"), OpClass(Upper("title"), name="gin_trgm_ops"), name="job_words"),
        ),
        migrations.AddIndex("user", GinIndex(OpClass(Upper("name"), name="gin_trgm_ops"), name="account_name_words")),
        migrations.AddIndex("user", GinIndex(OpClass(Upper("email"), name="gin_trgm_ops"), name="account_email_words")),
        ServiceFunction("find_audit_events(pattern text, words text)", "SETOF uuid", AUDIT),
        ServiceFunction("find_jobs(pattern text)", "SETOF uuid", JOBS),
    ]

import django.db.models.deletion
import platform_core.kits.tenancy.constraints
import platform_core.kits.tenancy.fields
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('platform_core', '0010_role_history'),
    ]

    operations = [
        migrations.AddField(
            model_name='apikey',
            name='made_by_key',
            field=platform_core.kits.tenancy.fields.TenantForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='made_keys', to='platform_core.apikey'),
        ),
        migrations.AddConstraint(
            model_name='apikey',
            constraint=platform_core.kits.tenancy.constraints.SameOrganization(field='made_by_key', name='platform_core_apikey_made_by_key_same_org'),
        ),
    ]

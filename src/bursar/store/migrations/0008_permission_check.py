"""The last permission check of each connection."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("store", "0003_audit_is_append_only")]
    operations = [
        migrations.CreateModel(
            name="PermissionCheck",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("checked_at", models.DateTimeField()),
                ("checked_by", models.CharField(max_length=200)),
                ("member", models.CharField(blank=True, max_length=60)),
                ("role", models.CharField(blank=True, max_length=100)),
                ("source", models.CharField(max_length=10)),
                ("grants", models.JSONField(default=list)),
                (
                    "connection",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="permission_check",
                        to="store.connection",
                    ),
                ),
            ],
        ),
    ]

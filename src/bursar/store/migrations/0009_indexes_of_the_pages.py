"""Indexes, so that no page counts or walks a whole table; and PostgreSQL's TRUNCATE empties no audit trail either."""

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

FORBID_TRUNCATE = (
    (
        "CREATE FUNCTION audit_is_not_emptied() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " IF EXISTS (SELECT 1 FROM store_auditentry) THEN RAISE EXCEPTION 'the audit trail is append-only'; END IF;"
        " RETURN NULL; END $$"
    ),
    (
        "CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON store_auditentry"
        " FOR EACH STATEMENT EXECUTE FUNCTION audit_is_not_emptied()"
    ),
)
ALLOW_TRUNCATE = (
    "DROP TRIGGER audit_no_truncate ON store_auditentry",
    "DROP FUNCTION audit_is_not_emptied()",
)


def forbid_truncate(_apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    if editor.connection.vendor == "postgresql":
        for statement in FORBID_TRUNCATE:
            editor.execute(statement)


def allow_truncate(_apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    if editor.connection.vendor == "postgresql":
        for statement in ALLOW_TRUNCATE:
            editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("store", "0008_permission_check")]
    operations = [
        migrations.AddIndex(
            model_name="line",
            index=models.Index(
                condition=models.Q(("link__isnull", True)),
                fields=[
                    "connection",
                    "link",
                    "vanished",
                    "organization_id",
                    "offer_id",
                    "invoice_status",
                    "set_company_id",
                    "set_product_id",
                ],
                name="line_open",
            ),
        ),
        migrations.AddIndex(
            model_name="organization",
            index=models.Index(fields=["connection", "state"], name="organization_by_state"),
        ),
        migrations.AddIndex(
            model_name="offer",
            index=models.Index(fields=["connection", "state"], name="offer_by_state"),
        ),
        migrations.AddIndex(
            model_name="auditentry",
            index=models.Index(fields=["action", "-number"], name="audit_by_action"),
        ),
        migrations.AddIndex(
            model_name="auditentry",
            index=models.Index(fields=["actor", "-number"], name="audit_by_actor"),
        ),
        migrations.RunPython(forbid_truncate, allow_truncate),
    ]

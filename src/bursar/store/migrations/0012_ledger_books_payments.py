import django.db.models.deletion
from django.db import migrations, models

import bursar.store.models.exact_decimal


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0011_plans_review_deliveries"),
    ]

    operations = [
        migrations.AddField(
            model_name="posting",
            name="remote_ref",
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.CreateModel(
            name="Book",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=60)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("plaintext", "Journal files (beancount and hledger)"),
                            ("csv", "CSV journal"),
                            ("sage50", "Sage 50 import file"),
                            ("iif", "QuickBooks Desktop (IIF)"),
                            ("tryton", "Tryton"),
                        ],
                        max_length=12,
                    ),
                ),
                ("target", models.CharField(max_length=300, unique=True)),
                ("place", models.JSONField(default=dict)),
                ("sealed_secret", models.TextField(blank=True)),
                ("policy", models.JSONField(default=dict)),
                (
                    "state",
                    models.CharField(
                        choices=[("connected", "Connected"), ("not_connected", "Not Connected")],
                        default="connected",
                        max_length=13,
                    ),
                ),
                ("state_reason", models.TextField(blank=True)),
                ("checked_at", models.DateTimeField(null=True)),
                ("payments_read_to", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "connection",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="books", to="store.connection"
                    ),
                ),
            ],
            options={
                "ordering": ["name"],
                "constraints": [models.UniqueConstraint(fields=("connection", "name"), name="book_name_once")],
            },
        ),
        migrations.AddField(
            model_name="posting",
            name="book",
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, to="store.book"),
        ),
        migrations.CreateModel(
            name="BookBalance",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("period", models.CharField(max_length=7)),
                ("account", models.CharField(max_length=200)),
                ("currency", models.CharField(max_length=3)),
                ("ours", models.DecimalField(decimal_places=2, max_digits=19)),
                ("theirs", models.DecimalField(decimal_places=2, max_digits=19, null=True)),
                ("checked_at", models.DateTimeField()),
                (
                    "book",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="balances", to="store.book"
                    ),
                ),
            ],
            options={
                "ordering": ["-period", "account", "currency"],
                "constraints": [
                    models.UniqueConstraint(fields=("book", "period", "account", "currency"), name="book_balance_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="BookCode",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("account", "Account"),
                            ("tax", "Tax"),
                            ("term", "Term"),
                            ("customer", "Customer"),
                            ("supplier", "Supplier"),
                            ("item", "Item"),
                            ("dimension", "Dimension"),
                        ],
                        max_length=10,
                    ),
                ),
                ("source", models.CharField(max_length=200)),
                ("label", models.CharField(blank=True, max_length=200)),
                ("target", models.CharField(blank=True, max_length=200)),
                ("unusable", models.BooleanField(default=False)),
                ("decided_by", models.CharField(blank=True, max_length=200)),
                ("decided_at", models.DateTimeField(null=True)),
                ("seen_at", models.DateTimeField(null=True)),
                (
                    "book",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="codes", to="store.book"
                    ),
                ),
            ],
            options={
                "ordering": ["kind", "source"],
                "constraints": [models.UniqueConstraint(fields=("book", "kind", "source"), name="book_code_once")],
            },
        ),
        migrations.CreateModel(
            name="BookReference",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=10)),
                ("code", models.CharField(max_length=200)),
                ("name", models.CharField(blank=True, max_length=200)),
                ("active", models.BooleanField(default=True)),
                ("postable", models.BooleanField(default=True)),
                (
                    "book",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="references", to="store.book"
                    ),
                ),
            ],
            options={
                "ordering": ["kind", "code"],
                "constraints": [models.UniqueConstraint(fields=("book", "kind", "code"), name="book_reference_once")],
            },
        ),
        migrations.CreateModel(
            name="InvoiceSettlement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=200)),
                ("currency", models.CharField(blank=True, max_length=3)),
                ("allocations", models.JSONField(default=list)),
                ("voided", models.BooleanField(default=False)),
                ("wanted", models.DecimalField(decimal_places=2, max_digits=19)),
                ("newest", models.DateField(null=True)),
                ("company", models.CharField(blank=True, max_length=250)),
                ("invoice_id", models.BigIntegerField(null=True)),
                ("invoice_total", models.DecimalField(decimal_places=2, max_digits=19, null=True)),
                ("present", models.DecimalField(decimal_places=2, max_digits=19, null=True)),
                ("action", models.CharField(blank=True, max_length=30)),
                ("fingerprint", models.CharField(blank=True, max_length=64)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("new", "New"),
                            ("wanted", "To write"),
                            ("applied", "Applied"),
                            ("exception", "Exception"),
                        ],
                        default="new",
                        max_length=9,
                    ),
                ),
                ("code", models.CharField(blank=True, max_length=40)),
                ("sentence", models.TextField(blank=True)),
                ("remedy", models.TextField(blank=True)),
                ("agreed_fingerprint", models.CharField(blank=True, max_length=64)),
                ("changed_at", models.DateTimeField()),
                ("applied_at", models.DateTimeField(null=True)),
                (
                    "agreed_in",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="agreed_settlements",
                        to="store.run",
                    ),
                ),
                (
                    "book",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="settlements",
                        to="store.book",
                    ),
                ),
                (
                    "connection",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="settlements", to="store.connection"
                    ),
                ),
            ],
            options={
                "ordering": ["-changed_at", "number"],
                "indexes": [
                    models.Index(fields=["connection", "state"], name="settlement_by_state"),
                    models.Index(
                        condition=models.Q(("agreed_in__isnull", False)), fields=["agreed_in"], name="settlement_agreed"
                    ),
                ],
                "constraints": [models.UniqueConstraint(fields=("connection", "number"), name="settlement_once")],
            },
        ),
        migrations.CreateModel(
            name="LedgerBatch",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("identifier", models.CharField(max_length=50)),
                ("remote_id", models.BigIntegerField()),
                ("families", models.CharField(blank=True, max_length=40)),
                ("ours", models.BooleanField(default=False)),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "Open"), ("closed", "Closed"), ("undone", "Undone")],
                        default="open",
                        max_length=6,
                    ),
                ),
                ("entry_ids", models.JSONField(default=list)),
                ("missing_ids", models.JSONField(default=list)),
                ("extra_ids", models.JSONField(default=list)),
                ("made_by", models.CharField(blank=True, max_length=200)),
                ("made_at", models.DateTimeField(null=True)),
                ("book", models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, to="store.book")),
                (
                    "connection",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="ledger_batches",
                        to="store.connection",
                    ),
                ),
                ("run", models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, to="store.run")),
            ],
            options={
                "ordering": ["-remote_id"],
                "constraints": [models.UniqueConstraint(fields=("connection", "remote_id"), name="ledger_batch_once")],
            },
        ),
        migrations.CreateModel(
            name="LedgerDocument",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=200)),
                ("family", models.CharField(max_length=11)),
                ("kind", models.CharField(max_length=20)),
                ("number", models.CharField(blank=True, max_length=200)),
                ("title", models.CharField(blank=True, max_length=250)),
                ("party_code", models.CharField(blank=True, max_length=200)),
                ("party_name", models.CharField(blank=True, max_length=250)),
                ("vendor_invoice", models.CharField(blank=True, max_length=200)),
                ("day", models.DateField()),
                ("period", models.CharField(max_length=7)),
                ("due", models.DateField(null=True)),
                ("currency", models.CharField(max_length=3)),
                ("total", models.DecimalField(decimal_places=2, max_digits=19)),
                ("location", models.CharField(blank=True, max_length=100)),
                ("department", models.CharField(blank=True, max_length=100)),
                ("entry_ids", models.JSONField(default=list)),
                ("source", models.TextField(blank=True)),
                ("payload", models.TextField(blank=True)),
                ("digest", models.CharField(blank=True, max_length=64)),
                ("action", models.CharField(blank=True, max_length=8)),
                ("fingerprint", models.CharField(blank=True, max_length=64)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("ready", "Ready"),
                            ("blocked", "Blocked"),
                            ("excluded", "Excluded"),
                            ("posted", "In the books"),
                            ("batched", "Batched"),
                            ("voided", "Taken back"),
                            ("gone", "Gone"),
                        ],
                        default="ready",
                        max_length=8,
                    ),
                ),
                ("code", models.CharField(blank=True, max_length=40)),
                ("sentence", models.TextField(blank=True)),
                ("remedy", models.TextField(blank=True)),
                ("consent", models.CharField(blank=True, max_length=6)),
                ("generation", models.PositiveSmallIntegerField(default=0)),
                ("marker", models.CharField(blank=True, max_length=50)),
                ("delivered", models.TextField(blank=True)),
                ("delivered_digest", models.CharField(blank=True, max_length=64)),
                ("delivered_total", models.DecimalField(decimal_places=2, max_digits=19, null=True)),
                ("delivered_day", models.DateField(null=True)),
                ("delivered_number", models.CharField(blank=True, max_length=200)),
                ("voided", models.BooleanField(default=False)),
                ("remote_id", models.BigIntegerField(default=0)),
                ("remote_ref", models.CharField(blank=True, max_length=200)),
                ("posted_at", models.DateTimeField(null=True)),
                ("agreed_fingerprint", models.CharField(blank=True, max_length=64)),
                ("seen_at", models.DateTimeField(null=True)),
                (
                    "agreed_in",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="agreed_documents",
                        to="store.run",
                    ),
                ),
                (
                    "batch",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="documents",
                        to="store.ledgerbatch",
                    ),
                ),
                (
                    "book",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="documents",
                        to="store.book",
                    ),
                ),
                (
                    "connection",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="ledger_documents",
                        to="store.connection",
                    ),
                ),
                (
                    "delivered_to",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.RESTRICT, related_name="+", to="store.book"
                    ),
                ),
                (
                    "seen_in",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="store.run"
                    ),
                ),
            ],
            options={
                "ordering": ["-day", "key"],
                "indexes": [
                    models.Index(fields=["connection", "state", "-day"], name="ledger_by_state"),
                    models.Index(fields=["connection", "period"], name="ledger_by_period"),
                    models.Index(fields=["connection", "party_code", "vendor_invoice"], name="ledger_by_supplier_no"),
                    models.Index(fields=["connection", "number"], name="ledger_by_number"),
                    models.Index(fields=["connection", "seen_in"], name="ledger_by_sight"),
                    models.Index(
                        condition=models.Q(("agreed_in__isnull", False)), fields=["agreed_in"], name="ledger_agreed"
                    ),
                ],
                "constraints": [models.UniqueConstraint(fields=("connection", "key"), name="ledger_document_once")],
            },
        ),
        migrations.CreateModel(
            name="LedgerException",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("journey", models.CharField(choices=[("ledger", "Ledger"), ("payments", "Payments")], max_length=8)),
                ("subject", models.CharField(max_length=250)),
                ("title", models.CharField(blank=True, max_length=250)),
                ("code", models.CharField(max_length=40)),
                ("sentence", models.TextField()),
                ("remedy", models.TextField(blank=True)),
                ("amount", models.DecimalField(decimal_places=2, max_digits=19, null=True)),
                ("currency", models.CharField(blank=True, max_length=3)),
                ("opened_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(null=True)),
                (
                    "connection",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="ledger_exceptions",
                        to="store.connection",
                    ),
                ),
                (
                    "document",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="exceptions",
                        to="store.ledgerdocument",
                    ),
                ),
                ("run", models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, to="store.run")),
            ],
            options={
                "ordering": ["closed_at", "-opened_at"],
                "indexes": [models.Index(fields=["connection", "closed_at"], name="ledger_exception_open")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("closed_at__isnull", True)),
                        fields=("connection", "journey", "subject", "code"),
                        name="ledger_exception_open_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="LedgerRoute",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.PositiveSmallIntegerField()),
                ("reason", models.CharField(blank=True, max_length=200)),
                ("conditions", models.JSONField(default=dict)),
                (
                    "book",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.CASCADE, related_name="routes", to="store.book"
                    ),
                ),
                (
                    "connection",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="routes", to="store.connection"
                    ),
                ),
            ],
            options={
                "ordering": ["position", "pk"],
            },
        ),
        migrations.CreateModel(
            name="PaymentLink",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("payment_id", models.BigIntegerField()),
                ("invoice_id", models.BigIntegerField()),
                ("number", models.CharField(max_length=200)),
                ("amount", bursar.store.models.exact_decimal.OptionalExactDecimalField(null=True)),
                ("day", models.DateField(null=True)),
                ("connection", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="store.connection")),
            ],
            options={
                "indexes": [models.Index(fields=["connection", "invoice_id"], name="payment_link_by_invoice")],
                "constraints": [models.UniqueConstraint(fields=("connection", "payment_id"), name="payment_link_once")],
            },
        ),
        migrations.CreateModel(
            name="UnpostedRecord",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("family", models.CharField(max_length=11)),
                ("record", models.CharField(max_length=12)),
                ("unposted_id", models.CharField(max_length=200)),
                ("number", models.CharField(blank=True, max_length=250)),
                ("day", models.DateField(null=True)),
                ("total", models.DecimalField(decimal_places=2, max_digits=19)),
                ("tax", models.DecimalField(decimal_places=2, max_digits=19)),
                ("currency", models.CharField(blank=True, max_length=3)),
                ("company", models.CharField(blank=True, max_length=250)),
                ("account_number", models.CharField(blank=True, max_length=200)),
                ("member", models.CharField(blank=True, max_length=100)),
                ("classification", models.CharField(blank=True, max_length=40)),
                ("location", models.CharField(blank=True, max_length=100)),
                ("code", models.CharField(blank=True, max_length=40)),
                ("sentence", models.TextField(blank=True)),
                ("remedy", models.TextField(blank=True)),
                ("connection", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="store.connection")),
                (
                    "document",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.SET_NULL, to="store.ledgerdocument"
                    ),
                ),
                ("run", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="store.run")),
            ],
            options={
                "ordering": ["-day", "number"],
                "constraints": [
                    models.UniqueConstraint(fields=("connection", "family", "unposted_id"), name="unposted_record_once")
                ],
            },
        ),
    ]

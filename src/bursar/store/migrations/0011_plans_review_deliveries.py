"""Plans as shown and what they found, deliveries and column profiles, pilot mode, decisions on lines."""

import django.db.models.deletion
from django.db import migrations, models

import bursar.store.models.exact_decimal


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0010_products_and_traits"),
    ]

    operations = [
        migrations.CreateModel(
            name="ColumnProfile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=80)),
                ("document", models.JSONField()),
                ("saved_by", models.CharField(max_length=200)),
                ("saved_at", models.DateTimeField(auto_now=True)),
            ],
            options={
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="Delivery",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(choices=[("file", "File"), ("pushed", "Pushed")], max_length=6)),
                ("name", models.CharField(max_length=200)),
                ("month", models.CharField(blank=True, max_length=7)),
                ("content", models.BinaryField()),
                ("size", models.PositiveBigIntegerField()),
                ("digest", models.CharField(max_length=64)),
                ("profile", models.CharField(blank=True, max_length=80)),
                ("delivered_by", models.CharField(max_length=200)),
                ("delivered_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "ordering": ["-delivered_at", "-id"],
            },
        ),
        migrations.CreateModel(
            name="Drift",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("edited", "Edited"), ("ended", "Ended"), ("deleted", "Deleted")], max_length=8
                    ),
                ),
                ("company_id", models.BigIntegerField()),
                ("company_name", models.CharField(blank=True, max_length=160)),
                ("agreement_name", models.CharField(blank=True, max_length=120)),
                ("edits", models.JSONField(default=dict)),
                ("line_id", models.TextField(blank=True)),
            ],
        ),
        migrations.CreateModel(
            name="HandAddition",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("company_id", models.BigIntegerField()),
                ("company_name", models.CharField(blank=True, max_length=160)),
                ("agreement_id", models.BigIntegerField()),
                ("agreement_name", models.CharField(blank=True, max_length=120)),
                ("addition_id", models.BigIntegerField()),
                ("product_id", models.BigIntegerField()),
                ("product_identifier", models.CharField(blank=True, max_length=80)),
                ("description", models.TextField(blank=True)),
                ("quantity", bursar.store.models.exact_decimal.ExactDecimalField()),
                ("unit_price", bursar.store.models.exact_decimal.ExactDecimalField()),
                ("total", models.DecimalField(decimal_places=2, max_digits=15)),
                ("currency", models.CharField(blank=True, max_length=3)),
                ("effective", models.DateField(null=True)),
                ("cancelled", models.DateField(null=True)),
                ("line_id", models.TextField(blank=True)),
                ("evidence", models.JSONField(default=list)),
                ("score", models.PositiveSmallIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="ListRefusal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("agreement_type", "agreement_type"),
                            ("billing_cycle", "billing_cycle"),
                            ("billing_term", "billing_term"),
                            ("catalog_item", "catalog_item"),
                            ("company", "company"),
                            ("company_status", "company_status"),
                            ("department", "department"),
                            ("location", "location"),
                            ("product_category", "product_category"),
                            ("product_subcategory", "product_subcategory"),
                            ("product_type", "product_type"),
                            ("unit_of_measure", "unit_of_measure"),
                        ],
                        max_length=20,
                    ),
                ),
                ("refused_at", models.DateTimeField()),
                ("sentence", models.TextField()),
            ],
        ),
        migrations.CreateModel(
            name="Mute",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("company_id", models.BigIntegerField()),
                ("product_id", models.BigIntegerField()),
                ("reason", models.TextField()),
                ("until", models.DateField()),
                ("muted_by", models.CharField(max_length=200)),
                ("muted_at", models.DateTimeField(auto_now_add=True)),
            ],
        ),
        migrations.CreateModel(
            name="PlanEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("change", "Change"), ("blocked", "Blocked"), ("warning", "Warning")], max_length=8
                    ),
                ),
                ("action", models.CharField(blank=True, max_length=8)),
                ("resource", models.CharField(blank=True, max_length=20)),
                ("key", models.CharField(blank=True, max_length=200)),
                ("fingerprint", models.CharField(blank=True, max_length=64)),
                ("parent_key", models.CharField(blank=True, max_length=200)),
                ("needs", models.JSONField(default=list)),
                ("company_id", models.BigIntegerField(null=True)),
                ("company_name", models.CharField(blank=True, max_length=160)),
                ("agreement_id", models.BigIntegerField(null=True)),
                ("agreement_name", models.CharField(blank=True, max_length=120)),
                ("remote_id", models.BigIntegerField(null=True)),
                ("subject", models.TextField(blank=True)),
                ("before", models.JSONField(null=True)),
                ("after", models.JSONField(null=True)),
                ("lines", models.JSONField(default=list)),
                ("amount", models.DecimalField(decimal_places=2, max_digits=15, null=True)),
                ("currency", models.CharField(blank=True, max_length=3)),
                ("code", models.CharField(blank=True, max_length=40)),
                ("sentence", models.TextField(blank=True)),
                ("remedy", models.TextField(blank=True)),
                ("preview_only", models.BooleanField(default=False)),
                ("posted", models.BooleanField(default=False)),
            ],
        ),
        migrations.CreateModel(
            name="Variance",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("company_id", models.BigIntegerField()),
                ("company_name", models.CharField(blank=True, max_length=160)),
                ("product_id", models.BigIntegerField()),
                ("product_identifier", models.CharField(blank=True, max_length=80)),
                ("currency", models.CharField(max_length=3)),
                ("platform_quantity", bursar.store.models.exact_decimal.ExactDecimalField()),
                ("platform_amount", models.DecimalField(decimal_places=2, max_digits=15)),
                ("psa_quantity", bursar.store.models.exact_decimal.ExactDecimalField()),
                ("psa_amount", models.DecimalField(decimal_places=2, max_digits=15)),
                ("planned_quantity", bursar.store.models.exact_decimal.ExactDecimalField()),
                ("planned_amount", models.DecimalField(decimal_places=2, max_digits=15)),
                ("last_quantity", bursar.store.models.exact_decimal.ExactDecimalField()),
                ("last_amount", models.DecimalField(decimal_places=2, max_digits=15)),
                ("difference", models.DecimalField(decimal_places=2, max_digits=15)),
                ("alerts", models.CharField(blank=True, max_length=200)),
                ("details", models.JSONField(default=list)),
                ("rank", models.CharField(blank=True, max_length=161)),
            ],
        ),
        migrations.AddField(
            model_name="additionlink",
            name="accepted",
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name="line",
            name="blocked_code",
            field=models.CharField(blank=True, default="", max_length=40),
        ),
        migrations.AddField(
            model_name="line",
            name="blocked_reason",
            field=models.TextField(blank=True, default=""),
        ),
        migrations.AddField(
            model_name="line",
            name="blocked_remedy",
            field=models.TextField(blank=True, default=""),
        ),
        migrations.AddField(
            model_name="line",
            name="by_hand",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="line",
            name="set_agreement_name",
            field=models.CharField(blank=True, default="", max_length=120),
        ),
        migrations.AddField(
            model_name="organization",
            name="posting",
            field=models.BooleanField(default=False),
        ),
        migrations.AddIndex(
            model_name="line",
            index=models.Index(fields=["connection", "month", "organization_name", "id"], name="line_by_customer"),
        ),
        migrations.AddField(
            model_name="columnprofile",
            name="connection",
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="store.connection"),
        ),
        migrations.AddField(
            model_name="delivery",
            name="connection",
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="store.connection"),
        ),
        migrations.AddField(
            model_name="drift",
            name="link",
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="store.additionlink"),
        ),
        migrations.AddField(
            model_name="drift",
            name="run",
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="drifts", to="store.run"),
        ),
        migrations.AddField(
            model_name="handaddition",
            name="run",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="hand_additions", to="store.run"
            ),
        ),
        migrations.AddField(
            model_name="listrefusal",
            name="connection",
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="store.connection"),
        ),
        migrations.AddField(
            model_name="mute",
            name="connection",
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="store.connection"),
        ),
        migrations.AddField(
            model_name="planentry",
            name="agreed_in",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="agreed", to="store.run"
            ),
        ),
        migrations.AddField(
            model_name="planentry",
            name="connection",
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="store.connection"),
        ),
        migrations.AddField(
            model_name="planentry",
            name="run",
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="plan", to="store.run"),
        ),
        migrations.AddField(
            model_name="variance",
            name="run",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="variances", to="store.run"
            ),
        ),
        migrations.AddConstraint(
            model_name="columnprofile",
            constraint=models.UniqueConstraint(fields=("connection", "name"), name="column_profile_once"),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind", "pushed")), fields=("connection", "month"), name="pushed_month_once"
            ),
        ),
        migrations.AddIndex(
            model_name="drift",
            index=models.Index(fields=["run", "company_name", "id"], name="drift_by_company"),
        ),
        migrations.AddConstraint(
            model_name="drift",
            constraint=models.UniqueConstraint(fields=("run", "link"), name="drift_once"),
        ),
        migrations.AddIndex(
            model_name="handaddition",
            index=models.Index(fields=["run", "company_name", "id"], name="hand_by_company"),
        ),
        migrations.AddConstraint(
            model_name="handaddition",
            constraint=models.UniqueConstraint(fields=("run", "addition_id"), name="hand_addition_once"),
        ),
        migrations.RemoveIndex(model_name="line", name="line_open"),
        migrations.AddIndex(
            model_name="line",
            index=models.Index(
                condition=models.Q(("link__isnull", True)),
                fields=[
                    *("connection", "link", "vanished", "organization_id", "offer_id", "invoice_status"),
                    *("set_company_id", "set_product_id", "by_hand", "blocked_code"),
                ],
                name="line_open",
            ),
        ),
        migrations.AddIndex(
            model_name="line",
            index=models.Index(fields=["connection", "offer_id", "month"], name="line_by_offer"),
        ),
        migrations.AddIndex(
            model_name="line",
            index=models.Index(
                condition=models.Q(("contract_id__isnull", False)),
                fields=["connection", "contract_id", "organization_id", "organization_name"],
                name="line_by_contract",
            ),
        ),
        migrations.AddConstraint(
            model_name="listrefusal",
            constraint=models.UniqueConstraint(fields=("connection", "kind"), name="list_refusal_once"),
        ),
        migrations.AddConstraint(
            model_name="mute",
            constraint=models.UniqueConstraint(fields=("connection", "company_id", "product_id"), name="mute_once"),
        ),
        migrations.AddIndex(
            model_name="planentry",
            index=models.Index(fields=["run", "kind", "action"], name="plan_by_action"),
        ),
        migrations.AddIndex(
            model_name="planentry",
            index=models.Index(fields=["run", "company_id"], name="plan_by_company"),
        ),
        migrations.AddIndex(
            model_name="planentry",
            index=models.Index(fields=["run", "company_name", "id"], name="plan_by_name"),
        ),
        migrations.AddIndex(
            model_name="planentry",
            index=models.Index(
                condition=models.Q(("agreed_in__isnull", False)), fields=["agreed_in"], name="plan_agreed"
            ),
        ),
        migrations.AddConstraint(
            model_name="planentry",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind", "change")), fields=("run", "key"), name="plan_key_once"
            ),
        ),
        migrations.AddIndex(
            model_name="variance",
            index=models.Index(fields=["run", "company_name", "id"], name="variance_by_company"),
        ),
        migrations.AddIndex(
            model_name="variance",
            index=models.Index(fields=["run", "rank", "id"], name="variance_by_rank"),
        ),
        migrations.AddIndex(
            model_name="variance",
            index=models.Index(
                condition=models.Q(("alerts", ""), _negated=True),
                fields=["run", "alerts", "company_id", "product_id"],
                name="variance_with_alert",
            ),
        ),
        migrations.AddConstraint(
            model_name="variance",
            constraint=models.UniqueConstraint(
                fields=("run", "company_id", "product_id", "currency"), name="variance_once"
            ),
        ),
    ]

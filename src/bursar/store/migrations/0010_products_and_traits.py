"""The product catalogue is kept like the other lists; entries carry what decides whether they may be mapped to."""

from django.db import migrations, models

KINDS = (
    *("agreement_type", "billing_cycle", "billing_term", "catalog_item", "company", "company_status", "department"),
    *("location", "product_category", "product_subcategory", "product_type", "unit_of_measure"),
)
CHOICES = [(kind, kind) for kind in KINDS]


class Migration(migrations.Migration):
    dependencies = [("store", "0009_indexes_of_the_pages")]

    operations = [
        migrations.AddField("listentry", "trait", models.CharField(blank=True, default="", max_length=60)),
        migrations.AlterField("listentry", "kind", models.CharField(choices=CHOICES, max_length=20)),
        migrations.AlterField("listreading", "kind", models.CharField(choices=CHOICES, max_length=20)),
    ]

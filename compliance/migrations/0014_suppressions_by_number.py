from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("compliance", "0013_chains")]

    operations = [
        migrations.AddIndex(
            model_name="suppression",
            index=models.Index(fields=["msisdn", "account"], name="suppression_by_number"),
        )
    ]

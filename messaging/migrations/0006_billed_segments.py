from django.db import migrations, models

# Nothing where as many are billed as were sent: most messages, and all before this one.
ADD = "ALTER TABLE messaging_message ADD COLUMN billed_segments smallint"
DROP = "ALTER TABLE messaging_message DROP COLUMN billed_segments"


class Migration(migrations.Migration):
    dependencies = [("messaging", "0005_template_forms")]
    operations = [
        migrations.RunSQL(
            ADD,
            DROP,
            state_operations=[
                migrations.AddField(
                    "message",
                    "billed_segments",
                    models.SmallIntegerField(null=True, verbose_name="billed segments"),
                )
            ],
        )
    ]

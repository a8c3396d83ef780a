from django.db import migrations, models

# Django alters no composite key.
_KEY = """
ALTER TABLE messaging_clientreference ADD COLUMN is_test boolean DEFAULT false NOT NULL;
UPDATE messaging_clientreference r SET is_test = true
FROM messaging_message m WHERE m.id = r.message_id AND m.is_test;
ALTER TABLE messaging_clientreference DROP CONSTRAINT messaging_clientreference_pkey,
    ADD CONSTRAINT messaging_clientreference_pkey PRIMARY KEY (account_id, reference, is_test);
"""
# Of a reference that is in both, the live message keeps it.
_FORMER_KEY = """
DELETE FROM messaging_clientreference r WHERE is_test AND EXISTS (
    SELECT FROM messaging_clientreference o
    WHERE o.account_id = r.account_id AND o.reference = r.reference AND NOT o.is_test);
ALTER TABLE messaging_clientreference DROP CONSTRAINT messaging_clientreference_pkey,
    ADD CONSTRAINT messaging_clientreference_pkey PRIMARY KEY (account_id, reference);
ALTER TABLE messaging_clientreference DROP COLUMN is_test;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("messaging", "0028_verification_words"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(_KEY, _FORMER_KEY)],
            state_operations=[
                migrations.AddField(
                    model_name="clientreference",
                    name="is_test",
                    field=models.BooleanField(db_default=False, default=False),
                ),
                migrations.AlterField(
                    model_name="clientreference",
                    name="pk",
                    field=models.CompositePrimaryKey(
                        "account_id",
                        "reference",
                        "is_test",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
            ],
        ),
    ]

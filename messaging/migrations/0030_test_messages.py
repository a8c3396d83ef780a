from django.db import migrations

# With a constant default PostgreSQL rewrites no row.
ADD = "ALTER TABLE messaging_message ADD COLUMN is_test boolean NOT NULL DEFAULT false"
DROP = "ALTER TABLE messaging_message DROP COLUMN is_test"


class Migration(migrations.Migration):
    """Messages of test keys: they go to the sandbox and count nowhere."""

    dependencies = [("messaging", "0029_statement_lines")]
    operations = [migrations.RunSQL(ADD, DROP)]

from django.db import migrations

# A handful of rows at any time: providers are asked about them before they are decided again.
INDEX = """
CREATE INDEX waiting_ported ON messaging_waiting (due_at) WHERE reason = 'ported';
"""
UNINDEX = "DROP INDEX waiting_ported;"


class Migration(migrations.Migration):
    dependencies = [("messaging", "0017_campaign_paces")]
    operations = [migrations.RunSQL(INDEX, UNINDEX)]

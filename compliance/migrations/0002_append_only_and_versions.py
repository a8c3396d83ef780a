from django.db import migrations

from config.common.versions import triggers

FACTS = ("compliance_consentrecord", "compliance_auditentry")
FORWARDS = "".join(
    f"""
CREATE TRIGGER {table}_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"""
    for table in FACTS
)
BACKWARDS = "".join(f"DROP TRIGGER {table}_is_append_only ON {table};" for table in FACTS)
RAISE, UNRAISE = triggers(
    "compliance_account", "compliance_advertiser", "compliance_rulepackversion"
)


class Migration(migrations.Migration):
    dependencies = [("compliance", "0001_initial"), ("config", "0001_configuration_version")]
    operations = [
        migrations.RunSQL(FORWARDS + RAISE, UNRAISE + BACKWARDS),
        migrations.RunSQL(
            "INSERT INTO compliance_platform (id, name) VALUES (1, 'Signalbox')",
            "DELETE FROM compliance_platform",
        ),
    ]

from django.db import migrations

from config.common.versions import triggers

FORWARDS, BACKWARDS = triggers("carriers_carrier", "carriers_bind")


class Migration(migrations.Migration):
    dependencies = [("carriers", "0002_initial"), ("config", "0001_configuration_version")]
    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]

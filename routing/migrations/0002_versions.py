from django.db import migrations

from config.common.versions import triggers

FORWARDS, BACKWARDS = triggers(
    "routing_network",
    "routing_numberplan",
    "routing_numberprefix",
    "routing_sender",
    "routing_senderregistration",
    "routing_route",
    "routing_rate",
)


class Migration(migrations.Migration):
    dependencies = [("routing", "0001_initial"), ("config", "0001_configuration_version")]
    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]

from django.db import migrations, models

ADD = "ALTER TABLE messaging_message ADD COLUMN recipient_zone varchar(64)"
DROP = "ALTER TABLE messaging_message DROP COLUMN recipient_zone"
# A row is rewritten in its page with each reservation, as those of the dispatch queue are.
TUNE = """
ALTER TABLE messaging_frequency SET (fillfactor = 60, autovacuum_vacuum_scale_factor = 0.05)
"""
# What was sent in the last day, and what is on its way, counts from the first moment on: open
# messages are found by their queue rows, sent ones in the few partitions that can hold them.
FILL = """
INSERT INTO messaging_frequency (advertiser_id, msisdn, slots, reserved_at)
SELECT advertiser_id, msisdn, string_agg(
    uuid_send(id) || int2send(3::smallint) || int8send(coalesce(campaign_id, 0))
        || int2send(1::smallint) || float8send(extract(epoch FROM created_at)::float8)
        || float8send(coalesce(extract(epoch FROM coalesce(sent_at, done_at)), 0)::float8),
    ''::bytea ORDER BY id), max(created_at)
FROM (
    SELECT m.* FROM messaging_message m
    WHERE m.id BETWEEN uuid7_floor(now() - interval '4 days')
            AND uuid7_floor(now() + interval '5 minutes')
        AND m.message_class = 'marketing'
        AND m.status IN ('sent', 'delivered', 'undelivered', 'unknown')
        AND coalesce(m.sent_at, m.done_at) > now() - interval '1 day'
    UNION ALL
    SELECT m.* FROM messaging_message m JOIN (
        SELECT id FROM messaging_waiting WHERE lane = 3
        UNION ALL
        SELECT id FROM messaging_dispatch WHERE lane = 3 AND carrier_id <> 0
    ) q ON q.id = m.id
    WHERE m.status IN ('accepted', 'scheduled', 'queued')
) counted
GROUP BY advertiser_id, msisdn
"""


class Migration(migrations.Migration):
    dependencies = [("messaging", "0010_reply_outcomes_and_reviews")]
    operations = [
        migrations.CreateModel(
            name="Frequency",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "advertiser_id",
                        "msisdn",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("advertiser_id", models.BigIntegerField()),
                ("msisdn", models.CharField(max_length=15)),
                ("slots", models.BinaryField(default=bytes)),
                ("reserved_at", models.DateTimeField()),
                ("asked_id", models.UUIDField(null=True)),
                ("asked_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.RunSQL(
            ADD,
            DROP,
            state_operations=[
                migrations.AddField(
                    "message",
                    "recipient_zone",
                    models.CharField(
                        max_length=64, null=True, verbose_name="recipient's time zone"
                    ),
                )
            ],
        ),
        migrations.RunSQL(TUNE, migrations.RunSQL.noop),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]

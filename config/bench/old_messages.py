"""Messages of earlier days, made by SQL: half of them today's, the others of the last thirty days.

They belong to an account of their own, so that its numbered events are nobody's backlog.
"""

from typing import Any

from django.db import connection, transaction

from compliance.models import Account, Advertiser
from config.bench.rig import tell
from config.bench.world import World

_STEP = 250_000
_PARTITIONS = "SELECT create_day_partitions((now() - interval '31 days')::date, now()::date)"
# UUIDv7 (RFC 9562 §5.7) of a moment: 48 bits of milliseconds, the rest as good as random.
_ONE = """
CREATE TEMPORARY TABLE bench_old ON COMMIT DROP AS
SELECT i, moment, (lpad(to_hex((extract(epoch FROM moment) * 1000)::bigint), 12, '0') || '7'
    || substr(md5(i::text), 1, 3) || '8' || substr(md5(i::text), 4, 15))::uuid AS id
FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS i, LATERAL (SELECT now()
    - CASE WHEN i %% 2 = 0 THEN random() * extract(epoch FROM now() - date_trunc('day', now()))
           ELSE 86400 + random() * 29 * 86400 END * interval '1 second'
) AS m(moment)
"""
_MESSAGES = """
INSERT INTO messaging_message (id, account_id, advertiser_id, sender_id, template_version_id,
    origin, message_class, status, msisdn, country, network_source, text, encoding, segment_count,
    segments_sent, carrier_id, price_micros, cost_micros, currency, created_at, sent_at, done_at)
SELECT id, %(account)s, %(advertiser)s, %(sender)s, %(version)s, 'campaign', 'marketing',
    'delivered', '668' || lpad((i %% 100000000)::text, 8, '0'), 'TH', 'none', repeat('x', 122),
    'gsm7', 1, 1, %(carrier)s, 350000000, 350000000, 'VND', moment, moment, moment
FROM bench_old ORDER BY id
"""
_SEGMENTS = """
INSERT INTO messaging_segment (day, message_id, number, total, carrier_id, bind_id,
    smsc_message_id, status, sent_at)
SELECT floor(extract(epoch FROM moment) / 86400), id, 1, 1, %(carrier)s, %(bind)s,
    md5(id::text), 'delivered', moment
FROM bench_old ORDER BY id
"""
_EVENTS = """
INSERT INTO messaging_event (id, account_id, sequence, type, message_id, at, body)
SELECT (substr(id::text, 1, 24) || lpad(to_hex(turn), 4, '0') || substr(md5(i::text), 20, 8))::uuid,
    %(account)s, 2 * i + turn, 'message.' || word, id, moment, repeat('x', 450)
FROM bench_old, (VALUES (0, 'sent'), (1, 'delivered')) AS t(turn, word) ORDER BY id
"""
_TABLES = ("messaging_message", "messaging_segment", "messaging_event")


def old_messages_make(world: World, first: int, last: int) -> None:
    """Adds messages number `first` + 1 to `last`."""
    account, _ = Account.objects.get_or_create(
        slug="bench-archive", defaults={"name": "Archive", "country": "VN", "currency": "VND"}
    )
    advertiser, _ = Advertiser.objects.get_or_create(account=account, name="Archive")
    values = {
        "account": account.pk,
        "advertiser": advertiser.pk,
        "sender": world.sender.pk,
        "version": world.version.pk,
        "carrier": world.bind.carrier_id,
        "bind": world.bind.pk,
    }
    with connection.cursor() as cursor:
        cursor.execute(_PARTITIONS)
        for start in range(first, last, _STEP):
            span = {"first": start + 1, "last": min(start + _STEP, last)}
            _add(cursor, values | span)
            tell(f"{span['last']} old messages")
        # Not of empty tables: plans would count on their staying empty until the next autovacuum.
        for table in _TABLES if last > first else ():
            cursor.execute(f"VACUUM (ANALYZE) {table}")


@transaction.atomic
def _add(cursor: Any, values: dict[str, Any]) -> None:
    for statement in (_ONE, _MESSAGES, _SEGMENTS, _EVENTS):
        cursor.execute(statement, values)

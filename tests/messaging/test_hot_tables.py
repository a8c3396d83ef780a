"""What the hot tables promise without the database's constraints, and at what price."""

import pytest
from django.apps import apps
from django.db import connection

from config.common import clock
from messaging.models import Dispatch, Message
from messaging.pump.results import ResultSorter, work_commit
from messaging.services.receipts import Receipt, receipts_apply
from tests.factories import make_campaign
from tests.messaging.hot import Line, make_line, result
from tests.messaging.orphans import _loose_relations, orphans

COUNT = 400


def carry(line: Line, count: int) -> None:
    """So many messages from the queue to their receipts, in commits of their own."""
    sorter = ResultSorter(response_id_form="as_is")
    while claims := line.claim(limit=count):
        results = [result(claim) for claim in claims]
        with connection.cursor() as cursor:
            work_commit(
                cursor,
                sorter.sort(results),
                holder=line.holder,
                carrier_id=line.carrier.pk,
                bind_id=line.bind.pk,
                now=clock.now(),
            )
        receipts = [
            Receipt(one.smsc_message_id, "delivered", "", "", None, b"", clock.now())
            for one in results
        ]
        with connection.cursor() as cursor:
            receipts_apply(cursor, receipts, carrier_id=line.carrier.pk, first_settles=False)


def updates(table: str) -> tuple[int, int]:
    """The updates of a table and its partitions so far: all, and those that touched no index."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(
            "SELECT sum(n_tup_upd), sum(n_tup_hot_upd) FROM pg_stat_user_tables"
            " WHERE relname = %s OR relname LIKE %s",
            [table, f"{table}\\_2%"],
        )
        every, hot = cursor.fetchone()
        return int(every), int(hot)


@pytest.mark.django_db(transaction=True)
def test_updates_of_messages_touch_no_index():
    """Half-empty pages and no index on a column that changes: 97 % measured."""
    with connection.cursor() as cursor:  # pages that earlier tests have filled are no measure
        cursor.execute("TRUNCATE messaging_message, messaging_dispatch")
    line = make_line()
    for _ in range(COUNT):
        line.queued()
    tables = ("messaging_message", "messaging_dispatch")
    before = {table: updates(table) for table in tables}  # of the tests before this one
    carry(line, 100)
    assert Message.objects.filter(status="delivered").count() == COUNT
    for table in tables:
        every, hot = (now - then for now, then in zip(updates(table), before[table], strict=True))
        assert every >= COUNT
        assert hot > 0.9 * every


@pytest.mark.django_db
def test_no_index_stands_on_a_column_that_changes():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT a.attname FROM pg_index i JOIN pg_attribute a"
            " ON a.attrelid = i.indrelid AND a.attnum = ANY(i.indkey)"
            " WHERE i.indrelid = 'messaging_message'::regclass"
        )
        indexed = {row[0] for row in cursor.fetchall()}
    assert indexed == {"id", "account_id", "campaign_id", "msisdn"}


@pytest.mark.django_db
def test_carried_messages_leave_no_orphans():
    line = make_line()
    campaign = make_campaign(line.account)
    for _ in range(3):
        line.queued(campaign_id=campaign.pk)
    line.waiting(campaign_id=campaign.pk)
    carry(line, 2)
    line.queued()
    assert orphans() == {}


@pytest.mark.django_db
def test_orphans_are_found():
    line = make_line()
    message = line.queued(campaign_id=7001)
    Dispatch.objects.filter(id=message.pk).update(bind_id=999)
    Message.objects.filter(pk=message.pk).update(carrier_id=998)
    line.queued()
    assert orphans() == {
        "messaging_message.campaign_id": 1,
        "messaging_message.carrier_id": 1,
        "messaging_dispatch.bind_id": 1,
        "messaging_dispatch.campaign_id": 1,
    }
    Message.objects.filter(pk=message.pk).delete()
    assert orphans()["messaging_dispatch.id"] == 1


def test_every_relation_without_a_constraint_is_looked_at():
    looked_at = {(table, column) for table, column, *_ in _loose_relations()}
    message = apps.get_model("messaging", "Message")
    wanted = {field.column for field in message._meta.get_fields() if field.is_relation}
    assert wanted == {column for table, column in looked_at if table == "messaging_message"}

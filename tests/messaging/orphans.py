"""Rows of the hot path that point to nothing: its relations carry no database constraint."""

from typing import Final

from django.apps import apps
from django.db import connection
from django.db.models import ForeignKey

# Plain columns that are relations all the same: table, column, table and column they point to.
_PLAIN: Final = (
    ("messaging_message", "campaign_id", "campaigns_campaign", "id"),
    ("messaging_segment", "message_id", "messaging_message", "id"),
    ("messaging_event", "message_id", "messaging_message", "id"),
    ("messaging_dispatch", "id", "messaging_message", "id"),
    ("messaging_dispatch", "account_id", "compliance_account", "id"),
    ("messaging_dispatch", "advertiser_id", "compliance_advertiser", "id"),
    ("messaging_dispatch", "bind_id", "carriers_bind", "id"),
    ("messaging_dispatch", "campaign_id", "campaigns_campaign", "id"),
    ("messaging_waiting", "id", "messaging_message", "id"),
    ("messaging_waiting", "account_id", "compliance_account", "id"),
    ("messaging_waiting", "campaign_id", "campaigns_campaign", "id"),
    ("messaging_clientreference", "message_id", "messaging_message", "id"),
    ("messaging_hold", "campaign_id", "campaigns_campaign", "id"),
    ("messaging_tally", "campaign_id", "campaigns_campaign", "id"),
    ("messaging_segmentreference", "sender_id", "routing_sender", "id"),
    ("campaigns_audienceentry", "message_id", "messaging_message", "id"),
)


def orphans() -> dict[str, int]:
    """How many rows point to nothing, by table and column; those that point to something are
    left out. Unrouted rows of the queue have carrier 0."""
    found = {}
    for table, column, target, key in (*_PLAIN, *_loose_relations()):
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT count(*) FROM {table} t WHERE t.{column} IS NOT NULL"
                f" AND NOT EXISTS (SELECT 1 FROM {target} o WHERE o.{key} = t.{column})"
            )
            (count,) = cursor.fetchone()
        if count:
            found[f"{table}.{column}"] = count
    return found


def _loose_relations() -> list[tuple[str, str, str, str]]:
    """Foreign keys of the models that the database does not check."""
    return [
        (
            model._meta.db_table,
            str(field.column),
            field.related_model._meta.db_table,
            str(field.target_field.column),
        )
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if isinstance(field, ForeignKey) and not field.db_constraint
        if not model.__name__.startswith("Historical")
    ]

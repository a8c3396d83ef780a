"""What networks do to texts, for snapshots."""

from collections.abc import Mapping

from routing.models import NetworkTextRule
from routing.network_texts import NetworkText


def network_text_rules() -> Mapping[tuple[int, str], NetworkText]:
    """The active rules by (network id, class); one query."""
    rows = NetworkTextRule.objects.filter(is_active=True).select_related("network")
    return {(row.network_id, row.message_class): network_text_of(row) for row in rows}


def network_text_of(row: NetworkTextRule) -> NetworkText:
    """A row as sending uses it."""
    return NetworkText(
        network_id=row.network_id,
        network_code=row.network.code,
        network_name=row.network.name,
        country=row.network.country,
        message_class=row.message_class,
        adds_before=row.adds_before,
        adds_after=row.adds_after,
        refused_characters=row.refused_characters,
        refuses_certainly=row.refuses_certainly,
        max_segments=row.max_segments,
        demands_registration=row.demands_template_registration,
        registered_senders=frozenset(row.registered_senders),
        source=row.source,
        confidence=row.confidence,
    )

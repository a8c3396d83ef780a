"""What vendor parameters of a bind need of senders, templates and advertisers."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from carriers.constants import TlvSource
from carriers.models import Bind
from carriers.vendor_tlvs import TlvRule, TlvValueError, entity_chain, tlv_octets, tlv_rules
from compliance.constants import LANES
from config.common.arrays import Uuids
from messaging.pump.claims import Claim
from messaging.pump.refusals import ComposeError
from messaging.selectors.snapshot import SenderCard

Papers = Mapping[TlvSource, str]
Tlvs = tuple[tuple[int, bytes], ...]
NO_PAPERS: Papers = {}

# The registration with the recipient's network speaks; without one the newest that there is,
# because some registers hold one number for all networks.
_PAPERS = """
SELECT m.id, a.entity_id, a.name, a.registration_number, coalesce(t.slug, ''),
    coalesce((SELECT r.reference FROM routing_senderregistration r
        WHERE r.sender_id = m.sender_id AND r.state = 'approved' AND r.reference <> ''
        ORDER BY (r.network_id IS NOT DISTINCT FROM m.network_id) DESC,
            (r.message_class = t.message_class) DESC, r.id DESC LIMIT 1), ''),
    coalesce((SELECT r.reference FROM messaging_templateregistration r
        WHERE r.version_id = m.template_version_id AND r.state = 'registered'
          AND r.reference <> ''
        ORDER BY (r.network_id IS NOT DISTINCT FROM m.network_id) DESC, r.id DESC LIMIT 1), '')
FROM messaging_message m JOIN compliance_advertiser a ON a.id = m.advertiser_id
LEFT JOIN messaging_templateversion v ON v.id = m.template_version_id
LEFT JOIN messaging_template t ON t.id = v.template_id
WHERE m.id = ANY(%s)
"""


def papers_of(cursor: Any, claims: Sequence[Claim]) -> dict[uuid.UUID, Papers]:
    """Of each claimed message what its advertiser, sender and template are registered as: one
    query for all of them, asked only for binds whose parameters need it."""
    cursor.execute(_PAPERS, [Uuids([claim.id for claim in claims])])
    return {
        row[0]: {
            TlvSource.ADVERTISER_ENTITY: row[1],
            TlvSource.ADVERTISER_NAME: row[2],
            TlvSource.ADVERTISER_REGISTRATION: row[3],
            TlvSource.TEMPLATE_SLUG: row[4],
            TlvSource.SENDER_REGISTRATION: row[5],
            TlvSource.TEMPLATE_REGISTRATION: row[6],
        }
        for row in cursor.fetchall()
    }


class VendorTlvs:
    """Writes a bind's vendor parameters; a fixed value is written once."""

    def __init__(self, bind: Bind) -> None:
        self._rules = tlv_rules(bind.vendor_tlvs)
        self._fixed: dict[int, bytes] = {
            rule.tag: tlv_octets(rule, rule.value)
            for rule in self._rules
            if rule.source is TlvSource.TEXT
        }

    @property
    def needs_papers(self) -> bool:
        """Whether values come from somewhere else than the bind and the message itself."""
        return any(rule.source not in _AT_HAND for rule in self._rules)

    def octets(self, claim: Claim, sender: SenderCard, papers: Papers) -> Tlvs:
        """Raises ComposeError where a required value is missing or does not fit."""
        found = []
        for rule in self._rules:
            octets = self._fixed.get(rule.tag)
            if octets is None:
                octets = _octets(rule, _value(rule, claim, sender, papers))
            if octets is not None:
                found.append((rule.tag, octets))
        return tuple(found)


_AT_HAND = {
    TlvSource.TEXT,
    TlvSource.SENDER_ADDRESS,
    TlvSource.MESSAGE_ID,
    TlvSource.MESSAGE_CLASS,
}


def _value(rule: TlvRule, claim: Claim, sender: SenderCard, papers: Papers) -> str:
    match rule.source:
        case TlvSource.SENDER_ADDRESS:
            return sender.address
        case TlvSource.MESSAGE_ID:
            return claim.id.hex
        case TlvSource.MESSAGE_CLASS:
            return LANES[claim.lane]
        case TlvSource.ENTITY_CHAIN:
            return entity_chain(papers.get(TlvSource.ADVERTISER_ENTITY, ""), rule.value)
        case source:
            return papers.get(source, "")


def _octets(rule: TlvRule, value: str) -> bytes | None:
    if not value:
        if rule.is_required:
            raise ComposeError(f"parameter {rule.label} has no value")
        return None
    try:
        return tlv_octets(rule, value)
    except TlvValueError as error:
        if rule.is_required:
            raise ComposeError(str(error)) from error
        return None

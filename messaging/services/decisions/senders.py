"""Other senders that would do where the rules refuse the kind of the one at hand."""

from compliance.constants import LANES
from compliance.rule_packs.model import SenderParams
from compliance.rule_packs.packs import Rules
from compliance.sender_gaps import SenderChoice, papers_demanded
from messaging.selectors.snapshot import SenderCard, Snapshot
from messaging.services.decisions.cases import Case


def sender_choices(
    snapshot: Snapshot, rules: Rules, case: Case, sender: SenderCard
) -> tuple[SenderChoice, ...]:
    """The account's others in the country that may carry the class and whose papers are in order;
    none where the rules take the sender at hand."""
    message_class = LANES[case.lane]
    those = rules.recipient_rules[message_class]
    if all(
        sender.kind in rule.params.kinds for rule in those if isinstance(rule.params, SenderParams)
    ):
        return ()
    return tuple(
        SenderChoice(one.kind, one.address)
        for one in snapshot.senders.values()
        if one.account_id == case.account_id
        and one.advertiser_id == case.advertiser_id
        and one.country == sender.country
        and one.is_usable
        and message_class in one.message_classes
        and not snapshot.standings[one.id].gaps(
            papers_demanded(those, one.kind),
            network_id=case.network_id,
            network_name=snapshot.numbers.names.get(case.network_id or 0, ""),
            message_class=message_class,
            on=rules.on,
        )
    )

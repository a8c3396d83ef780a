"""What the decisions of a batch ask about senders: papers, and others that would do."""

from datetime import datetime

from compliance.constants import LANES
from compliance.rule_packs.model import SenderParams
from compliance.rule_packs.packs import Rules
from compliance.sender_gaps import SenderChoice, SenderGap
from messaging.selectors.snapshot import SenderCard, Snapshot
from messaging.services.decisions.cases import Case


class SenderJudge:
    """Papers on the day of the recipient's country; each combination is looked at once."""

    def __init__(self, snapshot: Snapshot, now: datetime) -> None:
        self._snapshot, self._now = snapshot, now
        self._gaps: dict[tuple[int, int | None, int, str], tuple[SenderGap, ...]] = {}

    def gaps(self, case: Case, sender: SenderCard) -> tuple[SenderGap, ...]:
        """The sender's papers that are not in order for this recipient."""
        key = (sender.id, case.network_id, case.lane, case.country)
        known = self._gaps.get(key)
        if known is None:
            known = self._gaps[key] = self._found(sender.id, case)
        return known

    def _found(self, sender_id: int, case: Case) -> tuple[SenderGap, ...]:
        standing = self._snapshot.standings.get(sender_id)
        if standing is None:
            return ()
        return standing.gaps(
            network_id=case.network_id,
            network_name=self._snapshot.numbers.names.get(case.network_id or 0, ""),
            message_class=LANES[case.lane],
            on=self._snapshot.rulebook.rules_for(case.country, self._now).on,
        )

    def choices(self, rules: Rules, case: Case, sender: SenderCard) -> tuple[SenderChoice, ...]:
        """Where the rules refuse this kind of sender: the account's others in the country that
        may carry the class and whose papers are in order."""
        if not _is_kind_refused(rules, LANES[case.lane], sender.kind):
            return ()
        return tuple(
            SenderChoice(one.kind, one.address)
            for one in self._snapshot.senders.values()
            if one.account_id == case.account_id
            and one.advertiser_id == case.advertiser_id
            and one.country == sender.country
            and one.is_usable
            and LANES[case.lane] in one.message_classes
            and not self._found(one.id, case)
        )


def _is_kind_refused(rules: Rules, message_class: str, kind: str) -> bool:
    return any(
        isinstance(rule.params, SenderParams) and kind not in rule.params.kinds
        for rule in rules.recipient_rules[message_class]
    )

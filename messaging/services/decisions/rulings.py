"""What the rules say of each case of a batch, by what is known of its recipient."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from compliance.constants import LANES
from compliance.decision import ComplianceDecision, Decider, Facts
from compliance.places import Place, place_of
from compliance.recipient_checks import NO_SUPPRESSION
from compliance.selectors.consent import ConsentStanding
from compliance.sender_gaps import SenderGap, papers_demanded
from messaging.frequency import Bid
from messaging.selectors.snapshot import SenderCard, Snapshot
from messaging.services.decisions.cases import Case
from messaging.services.decisions.grounds import Ground, ground_of
from messaging.services.decisions.recipients import recipients_known
from messaging.services.decisions.senders import sender_choices
from messaging.services.decisions.texts import TextJudge

_NOWHERE = Place((), "", "")


@dataclass(slots=True)
class Ruled:
    """A case with its sender, what was known of the recipient, and the ruling.

    `asks_once`: it asks for consent, which a person may be asked only once ever.
    """

    case: Case
    sender: SenderCard
    ground: Ground
    ruling: ComplianceDecision
    place: Place
    standing: ConsentStanding | None
    asks_once: bool


class Judge:
    """Rules on the cases of one batch; combinations of facts are worked out once."""

    def __init__(self, snapshot: Snapshot, cases: Sequence[Case], now: datetime) -> None:
        self._snapshot, self._now = snapshot, now
        self._grounds: dict[tuple[str, int, int, int], Ground] = {}
        self._deciders: dict[tuple[object, ...], Decider] = {}
        self._gaps: dict[tuple[int, int | None, int, str], tuple[SenderGap, ...]] = {}
        # With the first ruling, which has to live for its identity to stay its own.
        self._again: dict[
            tuple[int, tuple[int, ...], bool], tuple[ComplianceDecision, ComplianceDecision]
        ] = {}
        self._texts = TextJudge(snapshot, now)
        grounded = [(case, self._ground(case)) for case in cases]
        self._known = recipients_known(snapshot, grounded, now)

    def rule(self, case: Case, sender: SenderCard) -> Ruled:
        """The ruling without regard to earlier messages."""
        ground = self._ground(case)
        approved = self._snapshot.texts.get(case.template_version_id or 0)
        asks_once = ground.is_request_once and approved is not None and approved.asks_consent
        standing = self._known.consents.get((case.advertiser_id, case.msisdn, case.lane))
        place = self._place(case) if ground.asks_place else _NOWHERE
        ruling = self._ruling(case, sender, ground, place, standing)
        return Ruled(case, sender, ground, ruling, place, standing, asks_once)

    def rule_again(self, ruled: Ruled, bid: Bid) -> Ruled:
        """The ruling with regard to earlier messages, where they matter.

        Whose first ruling is the same object differ in nothing else that is asked: among them
        the numbers that count decide, and the slice shares one ruling per history.
        """
        key = (id(ruled.ruling), bid.counts, bid.was_asked)
        known = self._again.get(key)
        if known is None:
            ruling = self._ruling(
                ruled.case,
                ruled.sender,
                ruled.ground,
                ruled.place,
                ruled.standing,
                touches=tuple([datetime.fromtimestamp(one, UTC) for one in bid.touches]),
                was_asked=bid.was_asked,
            )
            known = self._again[key] = ruled.ruling, ruling
        return Ruled(
            ruled.case,
            ruled.sender,
            ruled.ground,
            known[1],
            ruled.place,
            ruled.standing,
            ruled.asks_once,
        )

    def _ground(self, case: Case) -> Ground:
        key = (case.country, case.lane, case.account_id, case.advertiser_id)
        ground = self._grounds.get(key)
        if ground is None:
            book = self._snapshot.rulebook
            rules = book.rules_for(case.country, self._now, case.account_id, case.advertiser_id)
            ground = self._grounds[key] = ground_of(rules, case.lane)
        return ground

    def _place(self, case: Case) -> Place:
        return place_of(
            case.country,
            case.msisdn,
            contact_zone=case.recipient_zone or "",
            network_zone=self._snapshot.numbers.zones.get(case.network_id or 0, ""),
        )

    def _ruling(
        self,
        case: Case,
        sender: SenderCard,
        ground: Ground,
        place: Place,
        standing: ConsentStanding | None,
        *,
        touches: tuple[datetime, ...] = (),
        was_asked: bool = False,
    ) -> ComplianceDecision:
        gaps = self._sender_gaps(case, sender, ground)
        listed = self._known.listed.get(case.country)
        return self._decider(case, sender, ground).decide(
            consent="none" if standing is None else standing.state,
            suppressed=self._refused(case, sender),
            sender_registered=not gaps,
            sender_gaps=gaps,
            zones=place.zones,
            region=place.region,
            touches=touches,
            promised=None if standing is None else standing.promised,
            segments=case.segment_count,
            is_dnc_listed=None if listed is None else case.msisdn in listed,
            was_asked=was_asked,
        )

    def _refused(self, case: Case, sender: SenderCard) -> frozenset[str]:
        """The purposes that the number refuses of this program from this sender."""
        refusals = self._known.refusals.get((case.advertiser_id, case.msisdn, case.lane))
        if refusals is None:
            return NO_SUPPRESSION
        approved = self._snapshot.texts.get(case.template_version_id or 0)
        program_id = approved.program_id if approved else None
        return frozenset(r.purpose for r in refusals if r.covers(program_id, sender.address))

    def _sender_gaps(self, case: Case, sender: SenderCard, ground: Ground) -> tuple[SenderGap, ...]:
        """The sender's papers that are not in order for the class, there and today."""
        key = (sender.id, case.network_id, case.lane, case.country)
        gaps = self._gaps.get(key)
        if gaps is None:
            needed = papers_demanded(ground.rules.recipient_rules[LANES[case.lane]], sender.kind)
            gaps = self._gaps[key] = self._snapshot.standings[sender.id].gaps(
                needed,
                network_id=case.network_id,
                network_name=self._snapshot.numbers.names.get(case.network_id or 0, ""),
                message_class=LANES[case.lane],
                on=ground.rules.on,
            )
        return gaps

    def _decider(self, case: Case, sender: SenderCard, ground: Ground) -> Decider:
        approved = self._snapshot.texts.get(case.template_version_id or 0)
        own = (case.country, case.lane, case.advertiser_id, sender.id, case.template_version_id)
        key = (*own, case.is_confirmation, *self._texts.key(case, approved))
        decider = self._deciders.get(key)
        if decider is None:
            register = self._snapshot.registers.get(case.country)
            shared = Facts(
                country=case.country,
                message_class=LANES[case.lane],
                account_id=case.account_id,
                advertiser_id=case.advertiser_id,
                sender_kind=sender.kind,
                now=self._now,
                is_from_template=approved is not None,
                register_as_of=register.as_of if register is not None else None,
                is_consent_request=approved is not None and approved.asks_consent,
                is_confirmation=case.is_confirmation,
                sender_address=sender.address,
                sender_choices=sender_choices(self._snapshot, ground.rules, case, sender),
            )
            content = self._texts.findings(case, approved, ground.rules)
            decider = self._deciders[key] = Decider(ground.rules, shared, content)
        return decider

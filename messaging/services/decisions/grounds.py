"""The rules that messages of one class, advertiser and country meet, and what they ask about."""

from dataclasses import dataclass

from compliance.constants import LANES
from compliance.rule_packs.model import CapParams, ConsentRequestParams, Rule, WindowParams
from compliance.rule_packs.packs import CONSENT_KIND, REQUEST_KIND, Rules
from messaging.frequency import Cap

_REGISTER_KIND = "register"


@dataclass(frozen=True, slots=True)
class Ground:
    """What has to be known of a recipient before it can be decided."""

    rules: Rules
    asks_consent: bool
    asks_register: bool
    has_window: bool
    asks_place: bool
    cap_rules: tuple[tuple[Rule, Cap], ...]
    is_request_once: bool
    zones: tuple[str, ...]

    def caps_in(self, region: str) -> tuple[Cap, ...]:
        """The caps that hold for a recipient in a region ("": not known)."""
        return tuple(cap for rule, cap in self.cap_rules if rule.is_there(region))

    @property
    def asks_nothing(self) -> bool:
        return not (self.asks_consent or self.asks_register)


def ground_of(rules: Rules, lane: int) -> Ground:
    """The ground of a class under a country's rules, the account's changes among them."""
    message_class = LANES[lane]
    those = (*rules.recipient_rules[message_class], *rules.request_rules[message_class])
    windows = [rule.params for rule in rules.window_rules[message_class]]
    kinds = {rule.kind for rule in those}
    return Ground(
        rules=rules,
        asks_consent=not kinds.isdisjoint({CONSENT_KIND, REQUEST_KIND}),
        asks_register=_REGISTER_KIND in kinds,
        has_window=bool(windows),
        asks_place=bool(windows) or any(rule.regions for rule in those),
        cap_rules=tuple(
            (rule, Cap(rule.params.limit, rule.params.hours, rule.severity == "block"))
            for rule in rules.recipient_rules[message_class]
            if isinstance(rule.params, CapParams)
        ),
        is_request_once=any(
            rule.params.once_ever for rule in those if isinstance(rule.params, ConsentRequestParams)
        ),
        zones=tuple(
            dict.fromkeys(
                zone.key
                for params in windows
                if isinstance(params, WindowParams)
                for zone in params.zones
            )
        ),
    )

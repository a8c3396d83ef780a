"""What networks make of a text: their labels and opt-outs, what they refuse, and the price."""

from collections.abc import Iterable

from messaging.selectors.snapshot import AccountCard, Snapshot
from messaging.services.counting import text_counted_by
from messaging.services.network_demands import characters_refused, is_too_long, rule_of
from messaging.services.previews.materials import Material
from messaging.services.previews.values import NetworkPreview
from messaging.wording.worst import bound_of
from routing.engine import price_of
from routing.network_texts import NetworkText


def networks_of(
    account: AccountCard, material: Material, network_id: int | None
) -> tuple[NetworkPreview, ...]:
    """The recipient's network, or all of the account's country, where a rule speaks of texts of
    this class; networks without one carry the text as it is."""
    snapshot, message_class = material.snapshot, material.message_class
    if message_class is None:
        return ()
    if network_id is not None:
        rule = rule_of(snapshot, network_id, message_class)
        rules: Iterable[NetworkText] = () if rule is None else (rule,)
    else:
        rules = (
            rule
            for rule in snapshot.network_texts.values()
            if (rule.country, rule.message_class) == (account.country, message_class)
        )
    found = (_network(snapshot, account, rule, material) for rule in rules)
    return tuple(sorted(found, key=lambda one: one.name))


def _network(
    snapshot: Snapshot, account: AccountCard, rule: NetworkText, material: Material
) -> NetworkPreview:
    text, wording = material.text, material.wording
    counted = text_counted_by(rule, text)
    refused = characters_refused(rule, text)
    price = price_of(
        snapshot.routing, account.id, rule.country, rule.network_id, rule.message_class
    )
    bound = None
    if wording is not None:
        bound = bound_of(wording, before=rule.adds_before, after=rule.adds_after)
    return NetworkPreview(
        code=snapshot.numbers.code_of(rule.network_id),
        name=rule.network_name,
        adds_before=rule.adds_before,
        adds_after=rule.adds_after,
        segment_count=counted.billed_segments,
        worst_segment_count=None if bound is None else bound.segment_count,
        max_segments=rule.max_segments,
        refused_characters=() if refused is None else refused.characters,
        is_refused=is_too_long(rule, counted) or (rule.refuses_certainly and refused is not None),
        demands_registration=rule.demands_registration,
        price_micros=None if price is None else price * counted.billed_segments,
        source=rule.source,
    )

"""Rule packs: a country's messaging rules as dated data with sources, and their loader."""

from compliance.rule_packs.adjustments import Adjustment
from compliance.rule_packs.model import Pack, Rule, Source
from compliance.rule_packs.packs import (
    ANY_COUNTRY,
    PackInForce,
    Rulebook,
    Rules,
    load_pack,
    shipped_packs,
    shipped_rulebook,
)
from compliance.rule_packs.parsing import parse_pack
from compliance.rule_packs.reading import PackError

__all__ = [
    "ANY_COUNTRY",
    "Adjustment",
    "Pack",
    "PackError",
    "PackInForce",
    "Rule",
    "Rulebook",
    "Rules",
    "Source",
    "load_pack",
    "parse_pack",
    "shipped_packs",
    "shipped_rulebook",
]

"""The rules in force, from the packs that were activated."""

from compliance.models import RulePackVersion
from compliance.rule_packs.model import Pack
from compliance.rule_packs.packs import ANY_COUNTRY, Rulebook, shipped_packs
from compliance.rule_packs.parsing import parse_pack


def rule_packs_active() -> tuple[Pack, ...]:
    """The active pack of each country; the shipped one for any country where none was activated."""
    rows = RulePackVersion.objects.filter(status=RulePackVersion.Status.ACTIVE)
    packs = [parse_pack(row.data) for row in rows]
    if not any(pack.country == ANY_COUNTRY for pack in packs):
        packs += [pack for pack in shipped_packs() if pack.country == ANY_COUNTRY]
    return tuple(packs)


def rulebook() -> Rulebook:
    """Rules by country and day over the active packs."""
    return Rulebook(rule_packs_active())

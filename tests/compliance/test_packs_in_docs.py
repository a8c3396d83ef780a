"""The manual's tables say of every rule what the packs say."""

from pathlib import Path

import pytest

from compliance.constants import MessageClass
from compliance.readable_rules import SEVERITY, rule_sentence
from compliance.rule_packs import Pack, Rule, shipped_packs
from compliance.rule_packs.params import READERS

MANUAL = (Path(__file__).parents[2] / "docs" / "compliance.md").read_text(encoding="utf-8")


def row_of(rule: Rule) -> str:
    """The rule's line in the manual."""
    classes = [name for name in MessageClass.values if name in rule.applies_to]
    cells = (
        f"`{rule.id}`",
        rule_sentence(rule),
        "all" if len(classes) == len(MessageClass.values) else ", ".join(classes),
        str(SEVERITY[rule.severity][0]),
        rule.citation,
        f"`{rule.confidence}`",
    )
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


@pytest.mark.parametrize("pack", shipped_packs(), ids=lambda pack: pack.country)
def test_every_rule_stands_in_the_manual_as_the_pack_has_it(pack: Pack) -> None:
    lines = set(MANUAL.splitlines())
    missing = [row for rule in pack.rules if (row := row_of(rule)) not in lines]
    assert not missing, "put these lines into docs/compliance.md:\n" + "\n".join(missing)


def test_the_manual_names_no_rule_that_is_gone() -> None:
    ids = {rule.id for pack in shipped_packs() for rule in pack.rules}
    prefixes = tuple(f"| `{pack.country.lower()}." for pack in shipped_packs())
    named = {line.split("`")[1] for line in MANUAL.splitlines() if line.startswith(prefixes)}
    assert named == ids


def test_the_manual_explains_every_kind_of_rule_and_every_pack() -> None:
    for kind in READERS:
        assert f"| {kind} |" in MANUAL
    for pack in shipped_packs():
        assert f"(`{pack.country.lower()}`)" in MANUAL

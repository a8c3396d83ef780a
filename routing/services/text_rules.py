"""Network text rules: shipped as data, then the operators' own."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from compliance.models import User
from config.common import audit, clock
from config.common.errors import InvalidError
from routing.models import Network, NetworkTextRule
from routing.network_texts import DATA, TextRuleEntry, TextRulesError, load_text_rules

_VALUES = (
    "is_active",
    "adds_before",
    "adds_after",
    "max_segments",
    "refused_characters",
    "refuses_certainly",
    "demands_template_registration",
    "registered_senders",
    "source",
    "read_on",
    "confidence",
    "note",
)


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a file brought: rules made, brought up to date, and left as a person made them."""

    edition: str
    made: int
    renewed: int
    kept: int


@transaction.atomic
def text_rules_load(*, path: Path, actor: User | None) -> Loaded:
    """Stores the rules of a file; loading it again changes nothing.

    A rule that says what an earlier file brought is renewed. One that says anything else was
    changed by a person (also by switching it off) and is left alone, whatever the file says; so
    is one a person made. Networks that are not known are passed over. Raises InvalidError naming
    the entry at fault.
    """
    try:
        file = load_text_rules(path)
    except (TextRulesError, OSError, ValueError) as error:
        raise InvalidError(
            "text_rules_invalid",
            _("The network text rules %(file)s cannot be used: %(problem)s.")
            % {"file": path.name, "problem": error},
            field="file",
        ) from error
    networks = {network.code: network for network in Network.objects.filter(country=file.country)}
    done = [
        _entry_load(networks[entry.network_code], entry, file.edition, actor)
        for entry in file.entries
        if entry.network_code in networks
    ]
    return Loaded(file.edition, done.count("made"), done.count("renewed"), done.count("kept"))


def text_rules_load_shipped(*, actor: User | None) -> dict[str, Loaded]:
    """Every shipped file, by its name."""
    return {
        path.name: text_rules_load(path=path, actor=actor)
        for path in sorted(DATA.glob("*_network_texts.json"))
    }


def is_as_shipped(rule: NetworkTextRule) -> bool:
    """Whether the rule says what a file of ours brought."""
    return rule.shipped is not None and _stated(rule) == rule.shipped.get("values")


def _entry_load(network: Network, entry: TextRuleEntry, edition: str, actor: User | None) -> str:
    rule = NetworkTextRule.objects.filter(
        network=network, message_class=entry.message_class
    ).first()
    outcome = "made" if rule is None else "renewed"
    if rule is None:
        rule = NetworkTextRule(network=network, message_class=entry.message_class)
    elif not is_as_shipped(rule):
        return "kept"
    before = None if rule.pk is None else _stated(rule)
    for name in _VALUES:
        setattr(rule, name, True if name == "is_active" else getattr(entry, name))
    rule.registered_senders = list(entry.registered_senders)
    values = _stated(rule)
    if values == before:
        return "same"
    rule.shipped = {"edition": edition, "values": values}
    # Written below, with its actor and reason.
    rule.skip_history_when_saving = True  # type: ignore[attr-defined]
    rule.save()
    rule.history.bulk_history_create(
        [rule],
        update=before is not None,
        default_user=actor,
        default_change_reason=f"shipped {edition}",
        default_date=clock.now(),
    )
    audit.record(
        action="network_text_rule.loaded",
        actor=actor,
        subject=f"network_text_rule:{rule.pk}",
        detail={"network": network.code, "class": entry.message_class, "edition": edition},
    )
    return outcome


def _stated(rule: NetworkTextRule) -> dict[str, Any]:
    """What the rule says, as JSON keeps it."""
    values = {name: getattr(rule, name) for name in _VALUES}
    values["registered_senders"] = sorted(rule.registered_senders)
    values["read_on"] = rule.read_on.isoformat() if rule.read_on else None
    return values

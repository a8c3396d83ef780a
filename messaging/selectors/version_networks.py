"""Which networks' rules for texts concern a template, as pages and reviews need them.

Read from the tables and not from the snapshot, which may be a moment old: a reviewer decides on
what is so now.
"""

from collections.abc import Iterable

from compliance.models import Account
from messaging.models import Template
from messaging.selectors.findings import sender_countries
from routing.network_texts import NetworkText
from routing.selectors.text_rules import network_text_rules


class NetworkRulebook:
    """Rules of networks for the texts of these accounts: asked once for all of them."""

    def __init__(self, accounts: Iterable[Account]) -> None:
        self._rules = network_text_rules().values()
        self._countries = sender_countries({account.pk for account in accounts})

    def rules(self, template: Template) -> tuple[NetworkText, ...]:
        """Those for the template's class in the countries its account writes to, by name."""
        key = (template.account_id, str(template.message_class))
        countries = self._countries.get(key) or [template.account.country]
        rules = (
            rule
            for rule in self._rules
            if rule.message_class == template.message_class and rule.country in countries
        )
        return tuple(sorted(rules, key=lambda rule: rule.network_name))


def network_rules_of(template: Template) -> tuple[NetworkText, ...]:
    """The rules for one template."""
    return NetworkRulebook([template.account]).rules(template)

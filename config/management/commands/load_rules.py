from typing import Any

from django.core.management.base import BaseCommand

from compliance.services.content_rules import content_rules_load_shipped
from compliance.services.rules import rule_packs_load_shipped
from routing.models import NumberPlan
from routing.numbers.plan import DATA
from routing.services.number_plans import number_plan_activate, number_plan_load
from routing.services.text_rules import text_rules_load_shipped


class Command(BaseCommand):
    help = (
        "Loads the shipped rule packs, number plans and network text rules; puts those of "
        "countries in force that have none yet. Repeating is harmless, and text rules that "
        "somebody changed stay as they are."
    )

    def handle(self, *_args: Any, **_options: Any) -> None:
        for version in rule_packs_load_shipped(actor=None):
            self.stdout.write(f"rule pack {version} ({version.status})")
        for rule in content_rules_load_shipped(actor=None):
            self.stdout.write(f"content rule {rule}" + (" (on)" if rule.is_active else ""))
        for path in sorted(DATA.glob("*_number_plan.json")):
            plan = number_plan_load(path=path, actor=None)
            if not NumberPlan.objects.filter(country=plan.country, is_active=True).exists():
                number_plan_activate(plan=plan, actor=None)
            plan.refresh_from_db()
            self.stdout.write(f"number plan {plan}" + (" (in force)" if plan.is_active else ""))
        for name, loaded in text_rules_load_shipped(actor=None).items():
            self.stdout.write(
                f"network text rules {name} {loaded.edition}: {loaded.made} new,"
                f" {loaded.renewed} renewed, {loaded.kept} left as changed here"
            )

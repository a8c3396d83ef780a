"""How old the do-not-call lists are: for those who load them, and those who answer for them."""

from django.utils.translation import gettext as _

from compliance.register_words import COLOURS, age_words, consequence
from compliance.rule_packs.packs import Rulebook
from compliance.selectors.register_ages import register_ages
from config.common import clock
from config.common.console.labels import label
from config.dashboards.panels import Link, Panel, link, page


def registers_panel(*, may_upload: bool, book: Rulebook | None = None) -> Panel:
    """Every register with its age and what follows; those that need a list come first."""
    now = clock.now()
    ages = sorted(register_ages(now, book), key=lambda one: (not one.needs_attention, one.level))
    rows = [
        [
            link(age.register.name, page("compliance.register", "change", age.register.pk)),
            age.register.country,
            label(age_words(age, now), COLOURS.get(age.level, "")),
            consequence(age, now),
        ]
        for age in ages
    ]
    links = [Link(_("All registers"), page("compliance.register", "changelist"))]
    if may_upload:
        is_urgent = any(age.level in ("soon", "stale") for age in ages)
        upload = page("compliance.registersnapshot", "add")
        links.insert(0, Link(_("Upload a list"), upload, is_first=is_urgent))
    return Panel(
        title=_("Do-not-call registers"),
        headers=[_("Register"), _("Country"), _("Age"), _("What follows")],
        rows=rows,
        empty=_("No register yet."),
        links=links,
    )

"""What the shield against SMS pumping holds now: shown only while something is held."""

from django.utils.translation import gettext as _

from config.common import clock
from config.dashboards.panels import Link, Panel, Viewer, link, page
from messaging.admin.labels import moment
from messaging.admin.shield_page import hold_place, hold_sentence
from messaging.selectors.shield import holds_now

_SHOWN = 8


def shield_panels(viewer: Viewer) -> list[Panel]:
    """Holds of the viewer's accounts, the newest first."""
    holds = list(holds_now(viewer.account_ids, clock.now())[:_SHOWN])
    if not holds:
        return []
    rows = [
        [
            link(hold_place(one), page("messaging.verificationhold", "change", one.pk)),
            one.service.name,
            f"{one.get_cause_display()}: {hold_sentence(one)}",
            moment(one.until),
        ]
        for one in holds
    ]
    board = page("messaging.verificationservice", "shield")
    return [
        Panel(
            title=_("Verification: held against SMS pumping"),
            summary=_("No code is sent there, unless the hold only notes."),
            headers=[_("Where"), _("Service"), _("Why"), _("Until")],
            rows=rows,
            links=[Link(_("Shield"), board, is_first=True)],
        )
    ]

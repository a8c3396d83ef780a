"""Keyword rules whose steps failed lately: shown only where there are some."""

from datetime import timedelta

from django.db.models import Count, Max
from django.utils.translation import gettext as _

from config.common import clock
from config.common.console.labels import label
from config.dashboards.panels import Link, Panel, Viewer, ago, link, number, page
from messaging.models import KeywordHit

_SHOWN = 8
_RECENT = timedelta(days=7)


def keyword_panels(viewer: Viewer) -> list[Panel]:
    """Rules with failures of the last seven days, the newest first."""
    failed = list(
        KeywordHit.objects.filter(
            account__in=viewer.account_ids, failures__gt=0, created_at__gt=clock.now() - _RECENT
        )
        .values("rule_id", "rule_name")
        .annotate(times=Count("id"), last=Max("created_at"))
        .order_by("-last")[:_SHOWN]
    )
    if not failed:
        return []
    hits = page("messaging.keywordhit", "changelist")
    rows = [
        [
            link(one["rule_name"], page("messaging.keywordrule", "change", one["rule_id"]))
            if one["rule_id"]
            else _("%(name)s (deleted)") % {"name": one["rule_name"]},
            label(number(one["times"]), "danger"),
            ago(one["last"]),
        ]
        for one in failed
    ]
    return [
        Panel(
            title=_("Keyword rules that failed"),
            summary=_("A step could not be done, such as a template that was withdrawn."),
            headers=[_("Rule"), _("Replies of 7 days"), _("Last")],
            rows=rows,
            links=[Link(_("What went wrong"), f"{hits}?problem=failed", is_first=True)],
        )
    ]

"""A compliance officer's home: what waits for a decision, and who opted out."""

from datetime import timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from compliance.models import Suppression
from compliance.numbers import to_display
from config.common import clock
from config.common.console.labels import label
from config.dashboards.panels import Link, Panel, Viewer, ago, link, number, page
from messaging.constants import VersionStatus
from messaging.models import TemplateVersion
from messaging.selectors.reviews import review_backlog

_SHOWN = 10
_RECENT = timedelta(days=7)
_LATE = timedelta(days=1)


def officer_panels(viewer: Viewer) -> list[Panel]:
    """Templates waiting for review with their age, and recent opt-outs."""
    return [_reviews(viewer), _opt_outs(viewer)]


def _reviews(viewer: Viewer) -> Panel:
    now = clock.now()
    waiting = (
        TemplateVersion.objects.filter(
            template__account__in=viewer.account_ids, status=VersionStatus.SUBMITTED
        )
        .select_related("template__account", "author")
        .order_by("submitted_at")[:_SHOWN]
    )
    rows = [
        [
            link(str(one), page("messaging.templateversion", "change", one.pk)),
            one.template.account.name,
            one.template.get_message_class_display(),
            one.author.get_username(),
            label(
                ago(one.submitted_at),
                "warning" if one.submitted_at and now - one.submitted_at > _LATE else "info",
            ),
        ]
        for one in waiting
    ]
    queue = f"{page('messaging.templateversion', 'changelist')}?status__exact=submitted"
    return Panel(
        title=_("Templates waiting for your review"),
        headers=[_("Template"), _("Account"), _("Class"), _("Author"), _("Submitted")],
        rows=rows,
        empty=_("Nothing waits for review."),
        links=[
            Link(_("Review queue"), queue, is_first=bool(rows)),
            Link(_("All versions"), page("messaging.templateversion", "changelist")),
        ],
        summary=_backlog_text(viewer),
    )


def _backlog_text(viewer: Viewer) -> str:
    """How many wait, and for how long the oldest has."""
    backlog = review_backlog(viewer.account_ids)
    if not backlog.count:
        return ""
    words = ngettext(
        "%(count)s version waits; it was submitted %(time)s.",
        "%(count)s versions wait; the oldest was submitted %(time)s.",
        backlog.count,
    )
    return words % {"count": number(backlog.count), "time": ago(backlog.oldest)}


def _opt_outs(viewer: Viewer) -> Panel:
    recent = (
        Suppression.objects.filter(
            account__in=viewer.account_ids,
            created_at__gte=clock.now() - _RECENT,
            lifted_at=None,
        )
        .select_related("advertiser", "account")
        .order_by("-created_at")[:_SHOWN]
    )
    rows = [
        [
            link(to_display(one.msisdn), page("compliance.suppression", "change", one.pk)),
            one.advertiser.name if one.advertiser else _("all"),
            one.get_purpose_display(),
            one.get_source_display(),
            ago(one.created_at),
        ]
        for one in recent
    ]
    return Panel(
        title=_("Opt-outs of the last seven days"),
        headers=[_("Number"), _("Advertiser"), _("Purpose"), _("Source"), _("When")],
        rows=rows,
        empty=_("Nobody opted out in the last seven days."),
        links=[Link(_("All suppressions"), page("compliance.suppression", "changelist"))],
    )

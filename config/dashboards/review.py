"""A compliance officer's home: what waits for a decision, and who opted out."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q, Window
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from compliance.book_words import standing_label, standing_text
from compliance.constants import Chain
from compliance.models import Suppression
from compliance.numbers import to_display
from compliance.selectors.ledger import book_standings
from compliance.selectors.rules import rulebook
from config.common import clock
from config.common.console.labels import label
from config.common.durations import since
from config.dashboards.panels import Link, Panel, Viewer, ago, link, number, page
from config.dashboards.registers import registers_panel
from config.dashboards.rules import officer_rule_panels
from config.dashboards.senders import sender_panel
from config.dashboards.shield import shield_panels
from messaging.constants import ReviewState, VersionStatus
from messaging.models import RefusalReview, TemplateVersion

_SHOWN = 10
_RECENT = timedelta(days=7)
_LATE = timedelta(days=1)
_SOON = timedelta(hours=4)


def officer_panels(viewer: Viewer) -> list[Panel]:
    """Possible refusals before their deadline, templates waiting for review with their age, and
    recent opt-outs."""
    book = rulebook()
    return [
        _refusals(viewer),
        *shield_panels(viewer),
        _reviews(viewer),
        *officer_rule_panels(viewer, book),
        sender_panel(viewer.account_ids),
        _opt_outs(viewer),
        _books(viewer),
        registers_panel(may_upload=False, book=book),
    ]


def _refusals(viewer: Viewer) -> Panel:
    """Those overdue first: the people stay held until somebody has read what they wrote."""
    now = clock.now()
    waiting = RefusalReview.objects.filter(
        account__in=viewer.account_ids, state=ReviewState.WAITING
    )
    counted = waiting.annotate(overdue=Window(Count("pk", filter=Q(due_at__lt=now))))
    shown = list(counted.select_related("message", "advertiser").order_by("due_at", "id")[:_SHOWN])
    rows = [
        [
            link(_beginning(one), page("messaging.refusalreview", "change", one.pk)),
            to_display(one.msisdn),
            one.advertiser.name,
            _time_left(one, now),
        ]
        for one in shown
    ]
    queue = page("messaging.refusalreview", "changelist")
    return Panel(
        title=_("Replies that may be refusals"),
        headers=[_("Reply"), _("From"), _("Advertiser"), _("To be read by")],
        rows=rows,
        empty=_("Nothing waits to be read."),
        links=[Link(_("All of them"), queue, is_first=bool(rows))],
        summary=_overdue_text(shown[0].overdue if shown else 0),
    )


def _beginning(review: RefusalReview) -> str:
    return Truncator(review.message.text).chars(60) or _("(empty)")


def _time_left(review: RefusalReview, now: datetime) -> str:
    if review.due_at <= now:
        text = _("overdue for %(time)s") % {"time": since(review.due_at, now)}
        return label(text, "danger")
    left = _("%(time)s left") % {"time": since(now, review.due_at)}
    return label(left, "warning" if review.due_at - now < _SOON else "info")


def _overdue_text(count: int) -> str:
    if not count:
        return ""
    words = ngettext(
        "%(count)s reply is overdue: read it now. The person stays held until then.",
        "%(count)s replies are overdue: read them now. The people stay held until then.",
        count,
    )
    return words % {"count": number(count)}


def _reviews(viewer: Viewer) -> Panel:
    now = clock.now()
    waiting = list(
        TemplateVersion.objects.filter(
            template__account__in=viewer.account_ids, status=VersionStatus.SUBMITTED
        )
        .annotate(backlog=Window(Count("pk")))
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
        summary=_backlog_text(waiting),
    )


def _backlog_text(waiting: list[Any]) -> str:
    """How many wait, and for how long the oldest has."""
    if not waiting:
        return ""
    words = ngettext(
        "%(count)s version waits; it was submitted %(time)s.",
        "%(count)s versions wait; the oldest was submitted %(time)s.",
        waiting[0].backlog,
    )
    return words % {"count": number(waiting[0].backlog), "time": ago(waiting[0].submitted_at)}


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


def _books(viewer: Viewer) -> Panel:
    """Whether the chained books prove themselves, and until where that was computed."""
    standings = book_standings(viewer.account_ids)
    rows = [
        [
            book.account.name if book.account else "–",
            Chain(book.chain).label,
            standing_label(book),
            standing_text(book),
        ]
        for book in standings
    ]
    is_broken = any(book.check and book.check.broken_link is not None for book in standings)
    return Panel(
        title=_("Books that prove themselves"),
        headers=[_("Account"), _("Book"), _("State"), _("Verified")],
        rows=rows,
        empty=_("Nothing is on record yet."),
        links=[Link(_("Verify"), page("compliance.consentrecord", "proof"), is_first=is_broken)],
    )

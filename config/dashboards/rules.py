"""Rules on the home pages of officers and administrators: what comes, what waits for a second
pair of eyes, which exceptions end."""

from django.db.models import QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from compliance.models import RuleException, RulePackVersion
from compliance.readable_changes import SOON_DAYS
from compliance.rule_packs.packs import Rulebook
from compliance.selectors.account_rules import (
    WARN_DAYS,
    exception_state,
    exception_words,
    exceptions_to_look_at,
)
from compliance.selectors.rule_packs import coming_changes
from compliance.selectors.rules import rulebook
from config.common.console.labels import label
from config.dashboards.panels import Link, Panel, Viewer, ago, link, page

_SHOWN = 10
_COLOURS = {"waits": "warning", "ends": "danger", "on": "success", "later": "info"}


def officer_rule_panels(viewer: Viewer, book: Rulebook) -> list[Panel]:
    """Coming changes, and the exceptions of the officer's accounts."""
    mine = RuleException.objects.filter(account__in=viewer.account_ids)
    return [_coming(book), _exceptions(mine, book)]


def administrator_rule_panels() -> list[Panel]:
    """Coming changes, versions that wait for approval, exceptions of every account."""
    book = rulebook()
    return [_waiting(), _coming(book), _exceptions(RuleException.objects.all(), book)]


def _coming(book: Rulebook) -> Panel:
    changes = coming_changes(book)[:_SHOWN]
    rows = [
        [
            country,
            label(change.countdown, change.colour),
            date_format(change.day),
            link(change.title, page("compliance.rulepackversion", "change", change.version_id))
            if change.version_id
            else change.title,
        ]
        for country, change in changes
    ]
    return Panel(
        title=_("Coming changes of the rules"),
        headers=[_("Country"), _("When"), _("Day"), _("What")],
        rows=rows,
        empty=_("No change of the rules is known."),
        summary=_soon([change.days for _country, change in changes]),
        links=[Link(_("Rule packs"), page("compliance.rulepackversion", "changelist"))],
    )


def _soon(days: list[int]) -> str:
    """How many come within 7, 30 or 60 days: the nearest span that has one."""
    for span in SOON_DAYS:
        count = sum(one <= span for one in days)
        if count:
            words = ngettext(
                "%(count)d change within %(span)d days.",
                "%(count)d changes within %(span)d days.",
                count,
            )
            return words % {"count": count, "span": span}
    return ""


def _waiting() -> Panel:
    waiting = RulePackVersion.objects.filter(status=RulePackVersion.Status.SUBMITTED)
    found = waiting.select_related("author").defer("data")
    rows = [
        [
            link(str(one), page("compliance.rulepackversion", "change", one.pk)),
            one.author.get_username() if one.author else _("system"),
            one.purpose or one.get_origin_display(),
            ago(one.submitted_at),
        ]
        for one in found.order_by("submitted_at")[:_SHOWN]
    ]
    return Panel(
        title=_("Rule packs waiting for approval"),
        headers=[_("Version"), _("Author"), _("What changes"), _("Submitted")],
        rows=rows,
        empty=_("No rule pack waits for approval."),
        links=[Link(_("Rule packs"), page("compliance.rulepackversion", "changelist"))],
    )


def _exceptions(rows: QuerySet[RuleException], book: Rulebook) -> Panel:
    found = exceptions_to_look_at(rows).select_related("account", "asked_by")[:_SHOWN]
    table = []
    for one in found:
        state = exception_state(one, book)
        table.append(
            [
                link(
                    exception_words(one, book), page("compliance.ruleexception", "change", one.pk)
                ),
                one.account.name,
                one.asked_by.get_username(),
                date_format(one.last_day),
                label(state.text, _COLOURS.get(state.kind, "")),
            ]
        )
    return Panel(
        title=_("Exceptions that wait for you or end within %(days)d days") % {"days": WARN_DAYS},
        headers=[_("Rule left out"), _("Account"), _("Asked by"), _("Last day"), _("State")],
        rows=table,
        empty=_("No exception waits or ends soon."),
        links=[Link(_("Exceptions"), page("compliance.ruleexception", "changelist"))],
    )

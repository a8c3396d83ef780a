"""An administrator's home: accounts, people without a role, what was changed."""

from django.db.models import Count
from django.utils.translation import gettext as _
from guardian.models import UserObjectPermission

from compliance.models import Account, AuditEntry, User
from compliance.selectors.access import PREFIX
from compliance.selectors.audit import audit_lines
from config.common.console.labels import label
from config.dashboards.money import low_money_panels
from config.dashboards.panels import Link, Panel, Viewer, ago, link, number, page
from config.dashboards.rules import administrator_rule_panels

_SHOWN = 10


def administrator_panels(_viewer: Viewer) -> list[Panel]:
    """What the rules ask for, accounts that run out of money, accounts with their people, users without a role, the latest audit
    entries."""
    return [
        *administrator_rule_panels(),
        *low_money_panels(),
        _accounts(),
        _idle_users(),
        _audit(),
    ]


def _accounts() -> Panel:
    people = dict(
        UserObjectPermission.objects.filter(
            permission__codename__startswith=PREFIX, content_type__model="account"
        )
        .values_list("object_pk")
        .annotate(Count("user", distinct=True))
        .order_by()
    )
    rows = [
        [
            link(account.name, page("compliance.account", "change", account.pk)),
            label(
                account.get_status_display(),
                "success" if account.status == Account.Status.ACTIVE else "danger",
            ),
            account.country,
            number(people.get(str(account.pk), 0)),
        ]
        for account in Account.objects.order_by("name")[:_SHOWN]
    ]
    return Panel(
        title=_("Accounts"),
        headers=[_("Account"), _("Status"), _("Country"), _("People")],
        rows=rows,
        empty=_("No account yet."),
        links=[
            Link(_("New account"), page("compliance.account", "add")),
            Link(_("New user"), page("compliance.user", "add")),
        ],
    )


def _idle_users() -> Panel:
    with_role = UserObjectPermission.objects.filter(permission__codename__startswith=PREFIX).values(
        "user"
    )
    idle = User.objects.filter(is_active=True, is_superuser=False).exclude(pk__in=with_role)
    rows = [
        [link(user.username, page("compliance.user", "change", user.pk)), ago(user.date_joined)]
        for user in idle.order_by("-date_joined")[:_SHOWN]
    ]
    return Panel(
        title=_("People without a role"),
        headers=[_("User"), _("Created")],
        rows=rows,
        empty=_("Everybody has a role."),
    )


def _audit() -> Panel:
    entries = list(AuditEntry.objects.select_related("actor", "account").order_by("-id")[:_SHOWN])
    rows = [
        [
            link(line.sentence, page("compliance.auditentry", "change", line.entry.pk)),
            line.entry.account.name if line.entry.account else "–",
            ago(line.entry.at),
        ]
        for line in audit_lines(entries)
    ]
    return Panel(
        title=_("Latest changes"),
        headers=[_("What happened"), _("Account"), _("When")],
        rows=rows,
        empty=_("Nothing was changed yet."),
        links=[Link(_("Audit log"), page("compliance.auditentry", "changelist"))],
    )

"""An integrator's home: keys, the webhook's state, how to start."""

from django.urls import reverse
from django.utils.translation import gettext as _

from compliance.models import ApiKey
from config.common import clock
from config.common.console.labels import label
from config.dashboards.keywords import keyword_panels
from config.dashboards.money import money_panels
from config.dashboards.panels import Link, Panel, Step, Viewer, ago, link, number, page
from config.dashboards.shield import shield_panels
from messaging.models import WebhookEndpoint
from messaging.selectors.webhooks import webhooks_health

_SHOWN = 10


def integrator_panels(viewer: Viewer) -> list[Panel]:
    """Usable API keys, webhooks with their backlog, money, first steps."""
    keys = list(
        ApiKey.objects.filter(account__in=viewer.account_ids, revoked_at=None)
        .exclude(expires_at__lte=clock.now())
        .select_related("account")
        .order_by("-last_used_at")[:_SHOWN]
    )
    webhooks = list(
        WebhookEndpoint.objects.filter(account__in=viewer.account_ids).select_related("account")
    )
    return [
        *shield_panels(viewer),
        _keys(keys),
        *keyword_panels(viewer),
        _webhooks(webhooks),
        *money_panels(viewer),
        _start(keys, webhooks),
    ]


def _model(key: ApiKey) -> str:
    return "compliance.oauthclient" if key.is_client else "compliance.apikey"


def _keys(keys: list[ApiKey]) -> Panel:
    rows = [
        [
            link(key.name, page(_model(key), "change", key.pk)),
            key.account.name if key.account else _("The platform"),
            key.client_id or f"{key.prefix}…",
            ago(key.last_used_at) if key.last_used_at else _("never"),
        ]
        for key in keys
    ]
    return Panel(
        title=_("API keys"),
        headers=[_("Name"), _("Account"), _("Begins with"), _("Last used")],
        rows=rows,
        empty=_("No API key yet."),
        links=[Link(_("New API key"), page("compliance.apikey", "add"), is_first=not keys)],
    )


def _webhooks(webhooks: list[WebhookEndpoint]) -> Panel:
    health = webhooks_health([one.pk for one in webhooks])
    rows = [
        [
            link(one.name, page("messaging.webhookendpoint", "change", one.pk)),
            one.account.name,
            label(_("Enabled"), "success") if one.is_enabled else label(_("Disabled"), "danger"),
            number(health[one.pk].waiting),
            number(health[one.pk].given_up),
        ]
        for one in webhooks
    ]
    return Panel(
        title=_("Webhooks"),
        headers=[_("Name"), _("Account"), _("State"), _("Waiting"), _("Given up")],
        rows=rows,
        empty=_("No webhook yet: events can also be polled."),
        links=[Link(_("Webhooks"), page("messaging.webhookendpoint", "changelist"))],
    )


def _start(keys: list[ApiKey], webhooks: list[WebhookEndpoint]) -> Panel:
    return Panel(
        title=_("How to start"),
        steps=[
            Step(
                _("Create an API key"),
                _("Give it the scopes it needs; it is shown once."),
                page("compliance.apikey", "changelist"),
                bool(keys),
            ),
            Step(
                _("Send a first message"),
                _("POST /api/v1/messages with the key as Bearer token; preview costs nothing."),
                reverse("api-docs"),
                any(key.last_used_at for key in keys),
            ),
            Step(
                _("Receive events"),
                _("Signed by Standard Webhooks, retried until your system answers 2xx."),
                page("messaging.webhookendpoint", "changelist"),
                bool(webhooks),
            ),
        ],
    )

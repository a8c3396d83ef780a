"""An integrator's home: keys, the webhook's state, how to start."""

from django.urls import reverse
from django.utils.translation import gettext as _

from campaigns.models import TriggerSource
from compliance.models import ApiKey
from config.common import clock
from config.common.console.labels import label
from config.dashboards.keywords import keyword_panels
from config.dashboards.money import money_panels
from config.dashboards.panels import Link, Panel, Step, Viewer, ago, link, number, page
from config.dashboards.shield import shield_panels
from messaging.models import WebhookEndpoint
from messaging.sandbox import magic_numbers
from messaging.selectors.webhooks import webhooks_health
from routing.numbers import to_e164

_SHOWN = 10


def integrator_panels(viewer: Viewer) -> list[Panel]:
    """First steps until all are done, usable API keys, webhooks with their backlog, money."""
    keys = list(
        ApiKey.objects.filter(account__in=viewer.account_ids, revoked_at=None)
        .exclude(expires_at__lte=clock.now())
        .select_related("account")
        .order_by("-last_used_at")[:_SHOWN]
    )
    webhooks = list(
        WebhookEndpoint.objects.filter(account__in=viewer.account_ids).select_related("account")
    )
    start = _start(viewer, keys, webhooks)
    is_started = all(step.is_done for step in start.steps)
    return [
        *shield_panels(viewer),
        *([] if is_started else [start]),
        _keys(keys),
        *keyword_panels(viewer),
        _webhooks(webhooks),
        *money_panels(viewer),
        *([start] if is_started else []),
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


def _start(viewer: Viewer, keys: list[ApiKey], webhooks: list[WebhookEndpoint]) -> Panel:
    guide, sources = reverse("api-getting-started"), "campaigns.triggersource"
    has_source = TriggerSource.objects.filter(account__in=viewer.account_ids).exists()
    return Panel(
        title=_("How to start"),
        steps=[
            Step(
                _("Create an API key"),
                _("Tick “for tests” to try things out in the sandbox; the key is shown once."),
                page("compliance.apikey", "changelist" if keys else "add"),
                bool(keys),
            ),
            Step(
                _("Send a first message"),
                _(
                    "The guide has it for curl, Python and Node. With a key for tests, send to a"
                    " magic number such as %(number)s: nothing leaves, and you see receipts as"
                    " from a network."
                )
                % {"number": to_e164(next(magic_numbers()).msisdn)},
                f"{guide}#send-a-message",
                any(key.last_used_at for key in keys),
            ),
            Step(
                _("Receive events"),
                _("Signed by Standard Webhooks, retried until your system answers 2xx."),
                page("messaging.webhookendpoint", "changelist" if webhooks else "add"),
                bool(webhooks),
            ),
            Step(
                _("Connect a shop, CRM or help desk"),
                _("Ready presets turn its events into messages; no code is needed."),
                page(sources, "changelist" if has_source else "presets"),
                has_source,
            ),
        ],
        links=[Link(_("Guide"), guide), Link(_("API reference"), reverse("api-docs"))],
    )

"""The sidebar: only pages that a role of the person opens."""

from functools import cache
from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from compliance.access import permission_of

# Title, then pages as (title, icon, model), and where it is not the model's list, the page's name:
# those who may see the model may see it. Pages of `KEPT_BY` are for those who keep them;
# others reach them by links.
_LIST = 3  # the length of an entry that is a model's list
KEPT_BY = frozenset({"routing.network", "compliance.advertiser"})
GROUPS: tuple[tuple[Any, tuple[tuple[Any, ...], ...]], ...] = (
    (
        _("Campaigns"),
        (
            (_("Campaigns"), "campaign", "campaigns.campaign"),
            (_("Lists"), "list_alt", "campaigns.contactlist"),
            (_("Contacts"), "contacts", "campaigns.contact"),
            (_("Imports"), "upload_file", "campaigns.contactimport"),
        ),
    ),
    (
        _("Messages"),
        (
            (_("Messages"), "sms", "messaging.message"),
            (_("Conversations"), "forum", "messaging.conversation"),
            (_("Reports"), "monitoring", "messaging.message", "admin:messaging_message_reports"),
            (_("Replies"), "reply", "messaging.inboundmessage"),
            (_("Keyword rules"), "rule", "messaging.keywordrule"),
            (_("Keyword matches"), "checklist", "messaging.keywordhit"),
            (_("Keyword questions"), "quiz", "messaging.keywordquestion"),
            (_("Possible refusals"), "mark_chat_unread", "messaging.refusalreview"),
            (_("Templates"), "article", "messaging.template"),
            (_("Template versions"), "fact_check", "messaging.templateversion"),
            (_("Template registrations"), "how_to_reg", "messaging.templateregistration"),
            (_("Response rules"), "timer", "messaging.responserule"),
        ),
    ),
    (
        _("Verification"),
        (
            (_("Verifications"), "password", "messaging.verification"),
            (_("Verification services"), "pin", "messaging.verificationservice"),
            (
                _("Shield"),
                "shield",
                "messaging.verificationstat",
                "admin:messaging_verificationservice_shield",
            ),
            (_("Shield modes"), "security", "messaging.shieldrule"),
            (_("Holds"), "pan_tool", "messaging.verificationhold"),
            (_("Overrides"), "lock_open", "messaging.verificationoverride"),
        ),
    ),
    (
        _("Senders"),
        (
            (_("Senders"), "tag", "routing.sender"),
            (_("Sender registrations"), "app_registration", "routing.senderregistration"),
            (_("Sender certificates"), "workspace_premium", "routing.sendercertificate"),
            (_("Sender programs"), "assignment", "routing.senderprogram"),
            (_("Sender pools"), "workspaces", "routing.senderpool"),
            (_("Fallback rules"), "alt_route", "routing.senderfallback"),
        ),
    ),
    (
        _("Consent and refusals"),
        (
            (_("Consents"), "verified_user", "compliance.consentstate"),
            (_("Consent ledger"), "history_edu", "compliance.consentrecord"),
            (_("Evidence files"), "attach_file", "compliance.document"),
            (_("Programs"), "category", "compliance.program"),
            (_("Suppressions"), "do_not_disturb_on", "compliance.suppression"),
            (_("Suppression imports"), "playlist_remove", "compliance.suppressionimport"),
            (_("Suppression policies"), "event_busy", "compliance.suppressionpolicy"),
            (_("Registers"), "phone_disabled", "compliance.register"),
        ),
    ),
    (
        _("Rules"),
        (
            (_("Rule packs"), "gavel", "compliance.rulepackversion"),
            (_("Own rules"), "tune", "compliance.accountrule"),
            (_("Exceptions"), "rule_settings", "compliance.ruleexception"),
            (_("Content rules"), "rule", "compliance.contentrule"),
            (_("Trials on past traffic"), "history_toggle_off", "messaging.policytrial"),
        ),
    ),
    (
        _("Evidence and privacy"),
        (
            (_("Audit log"), "policy", "compliance.auditentry"),
            (_("Daily digests"), "verified", "compliance.ledgerdigest"),
            (_("Persons' requests"), "person_off", "campaigns.personrequest"),
            (_("What is kept how long"), "auto_delete", "compliance.retentionpolicy"),
            (_("Retention runs"), "cleaning_services", "compliance.retentionrun"),
            (_("Transfer register"), "move_up", "compliance.datatransfer"),
        ),
    ),
    (
        _("Integration"),
        (
            (_("API keys"), "key", "compliance.apikey"),
            (_("OAuth2 clients"), "vpn_key", "compliance.oauthclient"),
            (_("Verified numbers"), "phonelink_ring", "compliance.verifiednumber"),
            (_("Webhooks"), "webhook", "messaging.webhookendpoint"),
            (_("Webhook deliveries"), "outbox", "messaging.webhookdelivery"),
            (_("Event log"), "receipt_long", "messaging.event"),
            (_("Trigger sources"), "sync_alt", "campaigns.triggersource"),
            (_("Trigger mappings"), "schema", "campaigns.triggermapping"),
            (_("Trigger events"), "move_to_inbox", "campaigns.triggerevent"),
        ),
    ),
    (
        _("Money"),
        (
            (_("Balances"), "account_balance_wallet", "messaging.balance"),
            (_("Statements"), "receipt", "messaging.charge"),
            (_("Prices"), "sell", "messaging.balance", "admin:messaging_balance_prices"),
            (_("Top-ups and adjustments"), "add_card", "messaging.ledgerentry"),
        ),
    ),
    (
        _("Carriers"),
        (
            (_("Carriers"), "cell_tower", "carriers.carrier"),
            (_("Binds"), "cable", "carriers.bind"),
            (_("Tests of binds"), "network_check", "carriers.bindprobe"),
            (_("Temperatures"), "thermostat", "routing.temperature"),
            (_("Orders"), "traffic", "routing.carrierorder"),
            (_("Quality and SLA"), "speed", "routing.routequality"),
            (_("Platform events"), "notifications", "routing.platformevent"),
            (_("Session events"), "timeline", "carriers.sessionevent"),
            (_("PDU traces"), "troubleshoot", "carriers.bindtrace"),
            (_("Unknown words"), "translate", "carriers.unknownword"),
            (_("Parked receipts"), "local_parking", "messaging.parkedreceipt"),
            (_("Unrouted replies"), "unsubscribe", "messaging.unroutedreply"),
        ),
    ),
    (
        _("Routing"),
        (
            (_("Routes"), "alt_route", "routing.route"),
            (_("Route map"), "map", "routing.route", "admin:routing_route_map"),
            (_("Try a number"), "science", "routing.route", "admin:routing_route_try"),
            (_("Routing versions"), "difference", "routing.routepolicy"),
            (_("Trials of routes"), "history_toggle_off", "messaging.routetrial"),
            (_("Price lists"), "request_quote", "routing.pricelist"),
            (_("Margins"), "balance", "routing.pricelist", "admin:routing_pricelist_margins"),
            (_("Rates"), "payments", "routing.rate"),
            (_("Exchange rates"), "currency_exchange", "routing.exchangerate"),
            (_("Networks"), "hub", "routing.network"),
            (_("Network text rules"), "text_fields", "routing.networktextrule"),
            (_("Number plans"), "dialpad", "routing.numberplan"),
            (_("Ported numbers"), "swap_horiz", "routing.numberoverride"),
            (_("Number lookups"), "travel_explore", "routing.numberlookup"),
            (_("Lookup providers"), "dns", "routing.lookupprovider"),
            (_("Lookup policies"), "rule_folder", "routing.lookuppolicy"),
        ),
    ),
    (
        _("Administration"),
        (
            (_("Accounts"), "business", "compliance.account"),
            (_("Advertisers"), "storefront", "compliance.advertiser"),
            (_("Users"), "group", "compliance.user"),
            (_("Periodic tasks"), "schedule", "django_celery_beat.periodictask"),
        ),
    ),
)

_NAMED = [page[2:] for _group, pages in GROUPS for page in pages if len(page) > _LIST]


@cache
def page_of(label: str, name: str = "") -> str | None:
    """The address of a model's list or of the page `name`, or None where there is no such page."""
    app, model = label.split(".")
    try:
        return reverse(name or f"admin:{app}_{model}_changelist")
    except NoReverseMatch:
        return None


def _is_shown(request: HttpRequest, label: str) -> bool:
    action = "change" if label in KEPT_BY else "view"
    return request.user.has_perm(permission_of(label, action))


@cache
def _beneath() -> tuple[str, ...]:
    """The addresses of pages that are no list."""
    found = (page_of(label, *name) for label, *name in _NAMED)
    return tuple(address for address in found if address)


def _active(request: HttpRequest, address: str) -> dict[str, bool]:
    """Which of a list and the pages beneath it is open; elsewhere the sidebar tells by itself."""
    beneath = _beneath()
    if address in beneath:
        return {"active": request.path == address}
    if any(one.startswith(address) for one in beneath):
        return {"active": request.path.startswith(address) and request.path not in beneath}
    return {}


def sidebar(request: HttpRequest) -> list[dict[str, Any]]:
    """Groups of links for this person, without empty ones."""
    home = {"title": _("Home"), "icon": "home", "link": reverse("admin:index")}
    groups: list[dict[str, Any]] = [{"items": [home]}]
    for heading, pages in GROUPS:
        items = [
            {"title": title, "icon": icon, "link": address, **_active(request, address)}
            for title, icon, label, *name in pages
            if _is_shown(request, label) and (address := page_of(label, *name))
        ]
        if items:
            groups.append({"title": heading, "separator": True, "items": items})
    return groups


def icon_address(_request: HttpRequest) -> str:
    """The browser tab's icon."""
    return static("signalbox/icon.svg")


def style_address(_request: HttpRequest) -> str:
    """What every page of the console looks like beside Unfold's own."""
    return static("signalbox/console.css")

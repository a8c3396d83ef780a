"""Builds the rows a test needs: every function takes overrides and says only what is special."""

import itertools
from datetime import date, timedelta
from typing import Any

from campaigns.constants import CampaignStatus
from campaigns.models import Campaign, Contact, ContactList, ListMembership
from carriers.models import Bind, Carrier
from compliance.models import Account, Advertiser, ContentRule, User
from compliance.services.access import role_grant
from compliance.services.content_rules import RuleValues, content_rule_create
from config.common import clock
from messaging.constants import MessageStatus, Origin, VersionStatus
from messaging.models import (
    InboundMessage,
    Message,
    RefusalReview,
    Template,
    TemplateVersion,
    WebhookEndpoint,
)
from routing.constants import PaperState, SenderKind, SenderStatus
from routing.models import (
    Network,
    NumberPlan,
    NumberPrefix,
    Rate,
    Route,
    Sender,
    SenderCertificate,
    SenderRegistration,
)

PASSWORD = "correct horse battery"
_count = itertools.count(1)


def serial() -> int:
    """A number nobody else got in this run."""
    return next(_count)


def make_msisdn() -> str:
    """A valid Vietnamese mobile number (Viettel's 098) of its own."""
    return f"8498{serial():07d}"


def make_account(**overrides: Any) -> Account:
    number = serial()
    values = {"name": f"Account {number}", "slug": f"account-{number}"} | overrides
    return Account.objects.create(**values)


def make_advertiser(account: Account | None = None, **overrides: Any) -> Advertiser:
    account = account or make_account()
    return Advertiser.objects.create(account=account, **({"name": f"Brand {serial()}"} | overrides))


def make_user(username: str = "", **overrides: Any) -> User:
    """Somebody without any role, password `PASSWORD`."""
    user = User(username=username or f"user{serial()}", **overrides)
    user.set_password(PASSWORD)
    user.save()
    return user


def make_member(role: str, account: Account | None = None, username: str = "") -> User:
    """Somebody with a role on the account, or on the platform."""
    user = make_user(username)
    role_grant(user=user, role=role, account=account, actor=None)
    return user


def make_network(code: str = "", **overrides: Any) -> Network:
    code = code or f"network-{serial()}"
    return Network.objects.create(
        code=code, **({"name": code.title(), "country": "VN"} | overrides)
    )


def make_number_plan(prefixes: dict[str, Network] | None = None, **overrides: Any) -> NumberPlan:
    """The plan in force, with these prefixes."""
    values = {
        "country": "VN",
        "version": str(serial()),
        "effective_from": date(2026, 1, 1),
        "is_active": True,
    }
    plan = NumberPlan.objects.create(**(values | overrides))
    for prefix, network in (prefixes or {}).items():
        NumberPrefix.objects.create(plan=plan, prefix=prefix, network=network)
    return plan


def make_carrier(**overrides: Any) -> Carrier:
    number = serial()
    return Carrier.objects.create(
        **({"name": f"Carrier {number}", "code": f"carrier-{number}"} | overrides)
    )


def make_bind(carrier: Carrier | None = None, **overrides: Any) -> Bind:
    values = {
        "name": f"bind-{serial()}",
        "host": "127.0.0.1",
        "system_id": "esme",
        "password": "secret",
    }
    return Bind.objects.create(carrier=carrier or make_carrier(), **(values | overrides))


def make_route(carrier: Carrier | None = None, **overrides: Any) -> Route:
    values = {"name": f"route-{serial()}", "country": "VN"}
    return Route.objects.create(carrier=carrier or make_carrier(), **(values | overrides))


def make_rate(**overrides: Any) -> Rate:
    values = {"country": "VN", "amount_micros": 300_000_000, "effective_from": date(2026, 1, 1)}
    return Rate.objects.create(**(values | overrides))


def make_sender(
    account: Account | None = None, *, registered: tuple[Network, ...] = (), **overrides: Any
) -> Sender:
    """An active short code for every class, leased from a month ago for a year; a brandname that
    is registered somewhere has its certificate."""
    account = account or make_account()
    today = clock.now().date()
    values: dict[str, Any] = {
        "kind": SenderKind.SHORT_CODE,
        "address": f"{53849 + serial()}",
        "country": "VN",
        "status": SenderStatus.ACTIVE,
        "lease_start": today - timedelta(days=30),
        "lease_end": today + timedelta(days=335),
        "allowed_classes": ["otp", "transactional", "care", "marketing"],
    } | overrides
    if "advertiser" not in values:
        values["advertiser"] = _advertiser_of(account)
    sender = Sender.objects.create(account=account, **values)
    for network in registered:
        for message_class in sender.allowed_classes:
            SenderRegistration.objects.create(
                sender=sender,
                network=network,
                message_class=message_class,
                state=PaperState.APPROVED,
            )
    if registered and sender.kind == SenderKind.ALPHANUMERIC:
        make_certificate(sender)
    return sender


def make_certificate(sender: Sender, **overrides: Any) -> SenderCertificate:
    """In force since last month, for three years."""
    today = clock.now().date()
    values: dict[str, Any] = {
        "authority": "A05",
        "reference": f"TDD-{serial()}",
        "state": PaperState.APPROVED,
        "valid_from": today - timedelta(days=30),
        "valid_until": today + timedelta(days=1065),
    }
    return SenderCertificate.objects.create(sender=sender, **(values | overrides))


def _advertiser_of(account: Account) -> Advertiser:
    return account.advertisers.first() or make_advertiser(account)


def make_template(account: Account | None = None, **overrides: Any) -> Template:
    account = account or make_account()
    number = serial()
    values = {"name": f"Template {number}", "slug": f"template-{number}", "message_class": "care"}
    if "advertiser" not in overrides:
        overrides["advertiser"] = _advertiser_of(account)
    return Template.objects.create(account=account, **(values | overrides))


def make_template_version(
    account: Account | None = None,
    *,
    body: str = "Your order is on its way.",
    status: str = VersionStatus.APPROVED,
    template: Template | None = None,
    **overrides: Any,
) -> TemplateVersion:
    """A version, approved by somebody else than its author; class and such go to the template."""
    own = {
        "number",
        "slots",
        "rewriting",
        "variants",
        "message_format",
        "author",
        "reviewer",
        "submitted_at",
    }
    version = {key: value for key, value in overrides.items() if key in own}
    rest = {key: value for key, value in overrides.items() if key not in own}
    template = template or make_template(account, **rest)
    values: dict[str, Any] = {
        "number": template.versions.count() + 1,
        "author": version.pop("author", None) or make_user(),
    }
    if status == VersionStatus.APPROVED:
        values["reviewer"] = version.pop("reviewer", None) or make_user()
        values["reviewed_at"] = clock.now()
    return TemplateVersion.objects.create(
        template=template, body=body, status=status, **(values | version)
    )


def make_content_rule(
    account: Account | None = None, kind: str = "forbidden_phrase", **overrides: Any
) -> ContentRule:
    """A rule about texts, made by the system: of the platform where no account is given."""
    values = {"name": f"Rule {serial()}", "params": {"phrases": ["vay"]}} | overrides
    return content_rule_create(account=account, kind=kind, values=RuleValues(**values), actor=None)


def make_contact(account: Account | None = None, **overrides: Any) -> Contact:
    now = clock.now()
    values = {
        "msisdn": make_msisdn(),
        "country": "VN",
        "name": f"Person {serial()}",
        "created_at": now,
        "updated_at": now,
    }
    return Contact.objects.create(account=account or make_account(), **(values | overrides))


def make_list(
    account: Account | None = None, contacts: tuple[Contact, ...] = (), **overrides: Any
) -> ContactList:
    account = account or make_account()
    made = ContactList.objects.create(account=account, **({"name": f"List {serial()}"} | overrides))
    ListMembership.objects.bulk_create(
        ListMembership(contact_list=made, contact=contact) for contact in contacts
    )
    return made


def make_campaign(account: Account | None = None, **overrides: Any) -> Campaign:
    account = account or make_account()
    values: dict[str, Any] = {
        "name": f"Campaign {serial()}",
        "status": CampaignStatus.DRAFT,
    } | overrides
    values.setdefault("contact_list", None)
    values["contact_list"] = values["contact_list"] or make_list(account)
    if "template_version" not in values:
        values["template_version"] = make_template_version(account)
    if "sender" not in values:
        values["sender"] = make_sender(account)
    return Campaign.objects.create(account=account, **values)


def make_message(account: Account | None = None, **overrides: Any) -> Message:
    """A message as it stands in the table; nothing of it is queued."""
    account = account or make_account()
    values: dict[str, Any] = {
        "origin": Origin.API,
        "message_class": "care",
        "status": MessageStatus.ACCEPTED,
        "msisdn": make_msisdn(),
        "country": "VN",
        "network_source": "none",
        "text": "Your order is on its way.",
        "encoding": "gsm7",
        "segment_count": 1,
        "currency": "VND",
        "created_at": clock.now(),
    } | overrides
    if "sender" not in values and "sender_id" not in values:
        values["sender"] = make_sender(account)
    if "advertiser" not in values:
        values["advertiser"] = _advertiser_of(account)
    return Message.objects.create(account=account, **values)


def make_inbound(account: Account | None = None, **overrides: Any) -> InboundMessage:
    values: dict[str, Any] = {
        "msisdn": make_msisdn(),
        "destination": "53849",
        "text": "YES",
        "encoding": "gsm7",
        "received_at": clock.now(),
    }
    return InboundMessage.objects.create(account=account or make_account(), **(values | overrides))


def make_review(reply: InboundMessage, advertiser: Advertiser, **overrides: Any) -> RefusalReview:
    """A reply that waits to be read; nothing is held by it."""
    values = {
        "account": advertiser.account,
        "advertiser": advertiser,
        "message": reply,
        "msisdn": reply.msisdn,
        "phrase": "wrong number",
        "received_at": reply.received_at,
        "due_at": reply.received_at + timedelta(hours=24),
    }
    return RefusalReview.objects.create(**(values | overrides))


def make_webhook(account: Account | None = None, **overrides: Any) -> WebhookEndpoint:
    values = {
        "name": f"webhook {next(_count)}",
        "url": "https://hooks.example.com/sms",
        "secret": "whsec_dGVzdHRlc3R0ZXN0dGVzdA==",
    }
    return WebhookEndpoint.objects.create(account=account or make_account(), **(values | overrides))

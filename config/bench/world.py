"""The world of a benchmark: one account, its senders and text, one carrier with one bind."""

import secrets
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from threading import Event
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection, transaction

from carriers.models import Bind, Carrier
from carriers.simulator.operators import default_profiles
from compliance.constants import ACCOUNT_SCOPES, Role
from compliance.models import Account, Advertiser, User
from compliance.services.access import role_grant
from compliance.services.api_keys import api_key_create
from compliance.services.content_rules import content_rules_load_shipped
from compliance.services.rules import rule_packs_load_shipped
from config.bench.options import Sink
from config.bench.rig import OPERATOR
from config.common import clock
from messaging.models import Template, TemplateVersion
from messaging.selectors.snapshot import snapshots
from messaging.services.templates import version_approve, version_create, version_submit
from messaging.services.templates.registrations import registrations_record
from messaging.services.webhooks import webhook_add
from routing.constants import PaperState, RegistrationState
from routing.models import (
    Network,
    NumberPrefix,
    Rate,
    Route,
    Sender,
    SenderCertificate,
    SenderRegistration,
)
from routing.numbers.plan import DATA
from routing.services.number_plans import number_plan_activate, number_plan_load
from routing.services.text_rules import text_rules_load_shipped

WINDOW = 200
SHORT_CODE, BRANDNAME = "53849", "MAIFASHION"
_BODY = (
    "[QC] MAI Fashion tang {name} uu dai 30% bo suu tap thu dong den het 30/11."
    " Ma cua ban: {code}. Tu choi, soan TC MAIFASHION gui 53849"
)
_SLOTS = [
    {
        "name": "name",
        "type": "name",
        "charset": "plain_letters",
        "max_length": 30,
        "example": "Nguyen Thi Mai",
    },
    {"name": "code", "type": "code", "max_length": 12, "example": "MAI10293"},
]
# vn.ads.hours allows 07:00 to 22:00; what begins half an hour before its end may not finish.
_VN_HOURS = range(7, 21)
_BOUND_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Market:
    """A country to write to: prefixes of 11-digit numbers, and whether its pack has hours."""

    country: str
    prefixes: tuple[str, ...]
    rules: str


@dataclass(frozen=True, slots=True)
class World:
    """What the figures are measured with."""

    account: Account
    version: TemplateVersion
    sender: Sender
    bind: Bind
    market: Market
    api_key: str
    receiver: str


@transaction.atomic
def _made(sink: Sink | None, receiver: str) -> World:
    rule_packs_load_shipped(actor=None)
    content_rules_load_shipped(actor=None)
    for path in sorted(Path(DATA).glob("*_number_plan.json")):
        number_plan_activate(plan=number_plan_load(path=path, actor=None), actor=None)
    text_rules_load_shipped(actor=None)
    account = Account.objects.create(
        slug="bench", name="Benchmark", country="VN", currency="VND", free_text_classes=["otp"]
    )
    Advertiser.objects.create(
        account=account, name="MAI Fashion", legal_name="MAI Fashion", country="VN"
    )
    market = _market()
    bind = _bind(sink, market)
    _sender(account, "short_code", SHORT_CODE, ["otp", "transactional", "care"])
    sender = _sender(account, "alphanumeric", BRANDNAME, ["care", "marketing"])
    _key, api_key = api_key_create(
        account=account,
        name="Benchmark",
        scopes=[scope.value for scope in ACCOUNT_SCOPES],
        actor=None,
    )
    return World(account, _version(account), sender, bind, market, api_key, receiver)


def webhook_make(world: World) -> None:
    """From now on the account's receiver is told of every event."""
    webhook_add(account=world.account, values={"name": "Benchmark", "url": world.receiver})


def world_make(sink: Sink | None, receiver: str) -> World:
    """Makes everything on an empty database and waits until the bind is bound.

    Raises TimeoutError where it does not bind.
    """
    world = _made(sink, receiver)
    snapshots.forget()
    pause = Event()
    for _ in range(_BOUND_SECONDS * 10):
        if _state(world.bind) == "bound":
            return world
        pause.wait(0.1)
    raise TimeoutError(
        f"no bind to {world.bind.host}:{world.bind.port} within {_BOUND_SECONDS} s"
        f" ({_state(world.bind)})"
    )


def _state(bind: Bind) -> str:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT state || ' ' || detail FROM carriers_bindlease WHERE bind_id = %s", [bind.pk]
        )
        row = cursor.fetchone()
    return str(row[0]).split(" ", 1)[0] if row else "not taken by a worker"


def _market() -> Market:
    """Vietnam by brandname while its advertising hours last; else a country of the pack for all
    others, which asks for consent at any hour."""
    if clock.now().astimezone(ZoneInfo("Asia/Ho_Chi_Minh")).hour in _VN_HOURS:
        prefixes = NumberPrefix.objects.filter(plan__country="VN", plan__is_active=True)
        found = sorted({row.prefix for row in prefixes if len(row.prefix) <= 6})
        return Market("VN", tuple(found), "vn")
    return Market("TH", ("668",), "zz (outside vn.ads.hours)")


def _bind(sink: Sink | None, market: Market) -> Bind:
    profile = default_profiles(settings.SIMULATOR_PORT)[OPERATOR]
    login = profile.accounts[0]
    carrier = Carrier.objects.create(code="bench", name="Benchmark", currency="VND")
    bind = Bind.objects.create(
        carrier=carrier,
        name="bench-1",
        host=sink.host if sink else "127.0.0.1",
        port=sink.port if sink else profile.port,
        system_id=sink.system_id if sink else login.system_id,
        password=sink.password if sink else login.password,
        window=WINDOW,
        response_id_form="as_is" if sink else profile.response_id.bind_form,
        receipt_id_form="as_is" if sink else profile.receipt_id.bind_form,
    )
    Route.objects.create(name="everything", carrier=carrier)
    for country in {"VN", market.country}:
        for payer in (carrier, None):
            Rate.objects.create(
                carrier=payer,
                country=country,
                amount_micros=350_000_000,
                currency="VND",
                effective_from=date(2026, 1, 1),
            )
    return bind


def _sender(account: Account, kind: str, address: str, classes: list[str]) -> Sender:
    sender = Sender.objects.create(
        account=account,
        advertiser=account.advertisers.get(),
        kind=kind,
        address=address,
        country="VN",
        status="active",
        lease_start=clock.now().date() - timedelta(days=1),
        allowed_classes=classes,
    )
    SenderRegistration.objects.bulk_create(
        SenderRegistration(
            sender=sender, network=network, message_class=one, state=PaperState.APPROVED
        )
        for network in Network.objects.filter(country="VN")
        for one in classes
    )
    SenderCertificate.objects.create(
        sender=sender, authority="Benchmark", reference=address, state=PaperState.APPROVED
    )
    return sender


def _version(account: Account) -> TemplateVersion:
    author, officer = (_person(role, account) for role in (Role.MARKETER, Role.OFFICER))
    template = Template.objects.create(
        account=account,
        advertiser=account.advertisers.get(),
        name="Autumn",
        slug="autumn",
        message_class="marketing",
        language="vi",
    )
    version = version_create(template=template, body=_BODY, slots=_SLOTS, author=author)
    version_submit(version=version, actor=author)
    registrations_record(
        version=version,
        networks=list(Network.objects.filter(country="VN")),
        state=RegistrationState.REGISTERED,
        actor=None,
    )
    return version_approve(version=version, reviewer=officer)


def _person(role: Role, account: Account) -> User:
    user = User.objects.create_user(role.value, password=secrets.token_urlsafe(12), is_staff=True)
    role_grant(user=user, role=role, account=account, actor=None)
    return user

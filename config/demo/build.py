"""Builds the demo world on an empty database, in one transaction, through the services."""

import secrets
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from carriers.models import Carrier
from carriers.services.binds import bind_save
from carriers.services.sandbox import sandbox_ensure
from carriers.simulator.operators import default_profiles
from compliance.constants import ACCOUNT_SCOPES, Role
from compliance.models import Account, Advertiser, User
from compliance.services.access import role_grant
from compliance.services.api_keys import api_key_create
from compliance.services.content_rules import content_rules_load_shipped
from compliance.services.rules import rule_packs_load_shipped
from config.common import clock
from config.demo import world
from config.demo.keywords import keywords_build
from config.demo.other_doors import other_doors_build
from config.demo.papers import papers_build
from config.demo.templates import (
    content_rules_build,
    registrations_build,
    templates_build,
)
from routing.models import Network, Rate, Route, Sender
from routing.numbers.plan import DATA
from routing.services.number_plans import number_plan_activate, number_plan_load
from routing.services.text_rules import text_rules_load_shipped

_MICROS = 1_000_000
_PASSWORD_BYTES = 12


@transaction.atomic
def world_build() -> dict[str, Any]:
    """Makes everything; returns what var/demo.json holds: address, key, account, users."""
    rule_packs_load_shipped(actor=None)
    content_rules_load_shipped(actor=None)
    for path in sorted(Path(DATA).glob("*_number_plan.json")):
        number_plan_activate(plan=number_plan_load(path=path, actor=None), actor=None)
    text_rules_load_shipped(actor=None)
    accounts = {spec["slug"]: _account(spec) for spec in world.ACCOUNTS}
    users = _people(accounts)
    _carriers()
    _senders(accounts)
    content_rules_build(accounts)
    templates_build(accounts)
    registrations_build()
    keywords_build(accounts)
    _prices()
    other_doors_build()
    account = accounts[world.ACCOUNTS[0]["slug"]]
    # A key works in a person's name: this one's writes texts as marketers and connects platforms
    # as integrators do.
    _key, token = api_key_create(
        account=account,
        name="Demo",
        scopes=[scope.value for scope in ACCOUNT_SCOPES],
        actor=_connector(account),
    )
    return {
        "base_url": f"http://127.0.0.1:{settings.PORT}",
        "api_key": token,
        "account": account.slug,
        "users": users,
    }


def _account(spec: Any) -> Account:
    names = ("slug", "name", "country", "timezone", "language", "currency", "free_text_classes")
    account = Account.objects.create(**{name: spec[name] for name in names})
    Advertiser.objects.create(
        account=account,
        name=spec["advertiser"],
        legal_name=spec["legal_name"],
        contact=spec["contact"],
        country=spec["country"],
    )
    return account


def _people(accounts: dict[str, Account]) -> list[dict[str, str]]:
    users = []
    for username, role, slug, language in world.PEOPLE:
        password = secrets.token_urlsafe(_PASSWORD_BYTES)
        user = User.objects.create_user(
            username, f"{username}@example.com", password, is_staff=True, language=language
        )
        role_grant(user=user, role=Role(role), account=accounts.get(slug), actor=None)
        users.append({"role": role, "username": username, "password": password, "account": slug})
    return users


def _connector(account: Account) -> User:
    """Who made the account's key; nobody signs in as this person."""
    user = User.objects.create_user("connector", "connector@example.com", None, is_staff=True)
    for role in (Role.MARKETER, Role.INTEGRATOR):
        role_grant(user=user, role=role, account=account, actor=None)
    return user


def _carriers() -> None:
    sandbox_ensure()
    profiles = default_profiles(settings.SIMULATOR_PORT)
    networks = {network.code: network for network in Network.objects.all()}
    for spec in world.CARRIERS:
        profile = profiles[spec.code]
        carrier = Carrier.objects.create(code=spec.code, name=spec.name, currency=spec.currency)
        options = {
            "carrier": carrier,
            "name": f"{spec.code}-1",
            "host": "127.0.0.1",
            "port": profile.port,
            "system_id": profile.accounts[0].system_id,
            "password": profile.accounts[0].password,
            "window": spec.window,
            "throughput": spec.throughput,
            "response_id_form": profile.response_id.bind_form,
            "receipt_id_form": profile.receipt_id.bind_form,
            "receipt_grace_seconds": world.RECEIPT_GRACE_SECONDS,
            "response_timer_seconds": 10.0,
        }
        bind_save(None, options | world.BIND_OPTIONS.get(spec.code, {}), None)
        for code in spec.networks:
            if code in networks:
                Route.objects.create(
                    name=f"{networks[code].name} → {carrier.name}",
                    carrier=carrier,
                    country=spec.country,
                    network=networks[code],
                )
        Rate.objects.create(
            carrier=carrier,
            country=spec.country,
            amount_micros=int(spec.cost * _MICROS),
            currency=spec.currency,
            effective_from=date(2026, 1, 1),
        )
    for country, code in (("VN", "viettel"), ("US", "intl")):
        carrier = Carrier.objects.get(code=code)
        Route.objects.create(name=f"{country}: everything else", carrier=carrier, country=country)


def _senders(accounts: dict[str, Account]) -> None:
    today = clock.now().date()
    for slug, kind, address, country, classes, throughput, replies in world.SENDERS:
        account = accounts[slug]
        sender = Sender.objects.create(
            account=account,
            advertiser=account.advertisers.get(),
            kind=kind,
            address=address,
            country=country,
            status="draft" if address in world.UNREGISTERED else "active",
            lease_start=today - timedelta(days=120),
            lease_end=today + timedelta(days=610),
            lease_provider=world.LEASED_FROM[country],
            lease_reference=f"HD-2026-{address}",
            allowed_classes=list(classes),
            throughput=throughput,
            receives_replies=replies,
        )
        papers_build(sender)


def _prices() -> None:
    for country, currency, price in world.PRICES:
        Rate.objects.create(
            country=country,
            amount_micros=int(price * _MICROS),
            currency=currency,
            effective_from=date(2026, 1, 1),
        )

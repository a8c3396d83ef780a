"""Callers of the API: account A's key, a stranger's, and what sending needs."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator

from compliance.constants import ACCOUNT_SCOPES
from compliance.models import Account, ApiKey, User
from compliance.services import credentials
from compliance.services.api_keys import api_key_create
from messaging.selectors.snapshot import snapshots
from routing.models import Sender
from tests.factories import (
    make_network,
    make_number_plan,
    make_rate,
    make_sender,
    make_template_version,
)
from tests.world import World

ALL_SCOPES = tuple(scope.value for scope in ACCOUNT_SCOPES)


class Caller:
    """Calls the API with one key; bodies are JSON, paths below /api/v1."""

    def __init__(
        self,
        account: Account | None,
        scopes: tuple[str, ...] = ALL_SCOPES,
        actor: User | None = None,
    ) -> None:
        self.account = account
        self.key: ApiKey
        self.key, self.text = api_key_create(
            account=account, name="Test", scopes=scopes, actor=actor
        )
        # A first use and one from a new address would blur what a call costs.
        credentials._known_places.add((self.key.prefix, "127.0.0.1"))
        credentials._key_find(self.key.prefix)
        self.client = Client(raise_request_exception=True)

    def call(self, method: str, path: str, body: Any = None, **options: Any) -> Any:
        headers = {"Authorization": f"Bearer {self.text}"} | options.pop("headers", {})
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
        return self.client.generic(
            method,
            f"/api/v1{path}",
            body or b"",
            content_type=options.pop("content_type", "application/json"),
            headers=headers,
            **options,
        )

    def get(self, path: str, **options: Any) -> Any:
        return self.call("GET", path, **options)

    def post(self, path: str, body: Any = None, **options: Any) -> Any:
        return self.call("POST", path, body, **options)

    def put(self, path: str, body: Any = None, **options: Any) -> Any:
        return self.call("PUT", path, body, **options)

    def patch(self, path: str, body: Any = None, **options: Any) -> Any:
        return self.call("PATCH", path, body, **options)

    def delete(self, path: str, **options: Any) -> Any:
        return self.call("DELETE", path, **options)


@pytest.fixture(scope="session")
def schema() -> Any:
    """The description of the API, which is made without a warning."""
    GENERATOR_STATS.reset()
    found = SchemaGenerator().get_schema(request=None, public=True)
    assert not GENERATOR_STATS
    return found


@dataclass(frozen=True, slots=True)
class Market:
    """What account A sends with."""

    sender: Sender
    template: str


@pytest.fixture(autouse=True)
def _own_snapshot() -> Iterator[None]:
    """A snapshot of another test's configuration must not be used here."""
    snapshots.forget()
    yield
    snapshots.forget()


@pytest.fixture
def api(world: World) -> Caller:
    return Caller(world.account)


@pytest.fixture
def stranger(world: World) -> Caller:
    return Caller(world.other_account)


def make_market(account: Account, advertiser: Any) -> Market:
    """A network, a price, a sender and an approved template with one slot."""
    account.free_text_classes = ["otp", "care"]
    account.save()
    make_number_plan({"8498": make_network("viettel")})
    make_rate(amount_micros=350_000_000)
    sender = make_sender(account, advertiser=advertiser)
    version = make_template_version(
        account,
        advertiser=advertiser,
        body="Order {order} is on its way.",
        slots=[{"name": "order", "max_length": 20, "example": "A-1"}],
    )
    return Market(sender, version.template.slug)


@pytest.fixture
def market(world: World) -> Market:
    return make_market(world.account, world.advertiser)


@pytest.fixture
def text(market: Market) -> dict[str, Any]:
    """A message that is accepted."""
    return {
        "to": "+84981234567",
        "from": market.sender.address,
        "class": "care",
        "text": "Your order is on its way.",
    }

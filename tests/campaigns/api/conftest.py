"""Callers of the API: account A's key and a stranger's."""

import json
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from compliance.constants import ACCOUNT_SCOPES
from compliance.models import Account
from compliance.services import credentials
from compliance.services.api_keys import api_key_create
from tests.world import World

ALL_SCOPES = tuple(scope.value for scope in ACCOUNT_SCOPES)


class Caller:
    """Calls the API with one key; bodies are JSON, paths below /api/v1."""

    def __init__(self, account: Account, *scopes: str) -> None:
        self.account = account
        key, self.text = api_key_create(
            account=account, name="Test", scopes=scopes or ALL_SCOPES, actor=None
        )
        # A first use and one from a new address would blur what a call costs.
        credentials._known_places.add((key.prefix, "127.0.0.1"))
        credentials._key_find(key.prefix)
        self.client = Client()

    def call(self, method: str, path: str, body: Any = None, **options: Any) -> Any:
        return self.client.generic(
            method,
            f"/api/v1{path}",
            json.dumps(body).encode() if body is not None else b"",
            content_type="application/json",
            headers={"Authorization": f"Bearer {self.text}"} | options.pop("headers", {}),
        )

    def get(self, path: str, **options: Any) -> Any:
        return self.call("GET", path, **options)

    def post(self, path: str, body: Any = None) -> Any:
        return self.call("POST", path, body)

    def patch(self, path: str, body: Any = None) -> Any:
        return self.call("PATCH", path, body)

    def delete(self, path: str) -> Any:
        return self.call("DELETE", path)

    def send(self, path: str, **parts: Any) -> Any:
        """A multipart body."""
        headers = {"Authorization": f"Bearer {self.text}"}
        return self.client.post(f"/api/v1{path}", parts, headers=headers)


@pytest.fixture(autouse=True)
def _fresh_cache() -> None:
    cache.clear()


@pytest.fixture
def api(world: World) -> Caller:
    return Caller(world.account)


@pytest.fixture
def stranger(world: World) -> Caller:
    return Caller(world.other_account)

"""Who gets in: keys, scopes, addresses, accounts, rates."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import OperationalError
from django.urls import get_resolver

from compliance.constants import Scope
from compliance.models import Account, ApiKey
from compliance.services.api_keys import api_key_revoke
from config.common.api.throttling import counter
from messaging.api import authentication, events
from messaging.api.urls import urlpatterns
from tests.messaging.api.conftest import ALL_SCOPES, Caller

pytestmark = pytest.mark.django_db
EXAMPLES = {"int": "1", "slug": "x", "str": "x", "uuid": "019b0b1e-6e5a-7c3e-8f43-2f6c1d0a9b11"}


@pytest.fixture(autouse=True)
def _counts_are_none():
    counter.forget()


def code(response):
    assert response["Content-Type"] == "application/problem+json"
    return response.status_code, response.json()["code"]


@pytest.mark.parametrize(
    ("authorization", "expected"),
    [
        ("", "not_authenticated"),
        ("Bearer", "not_authenticated"),
        ("Bearer  ", "not_authenticated"),
        ("Basic YTpi", "not_authenticated"),
        ("Bearer nonsense", "invalid_api_key"),
        ("Bearer \xe9\xe9", "not_authenticated"),
    ],
)
def test_without_a_good_key_nobody_gets_in(api, authorization, expected):
    response = api.get("/messages", headers={"Authorization": authorization})
    assert code(response) == (401, expected)
    assert response["WWW-Authenticate"].startswith("Bearer")


def test_scheme_is_not_case_sensitive(api):
    header = {"Authorization": f"bearer {api.text}"}
    assert api.get("/messages", headers=header).status_code == 200


def test_revoked_key_is_out(api):
    api_key_revoke(api_key=api.key, actor=None)
    assert code(api.get("/messages")) == (401, "api_key_revoked")


def test_suspended_account_is_refused_everything(api, text):
    Account.objects.filter(pk=api.account.pk).update(status=Account.Status.SUSPENDED)
    assert code(api.post("/messages", text)) == (403, "account_suspended")
    assert code(api.get("/events")) == (403, "account_suspended")


def test_key_is_bound_to_its_addresses(api):
    ApiKey.objects.update(allowed_addresses=["203.0.113.0/24"])
    assert code(api.get("/messages")) == (403, "address_not_allowed")
    assert api.get("/messages", REMOTE_ADDR="203.0.113.9").status_code == 200


@pytest.mark.parametrize(
    ("trusted", "forwarded", "status"),
    [(0, "203.0.113.9", 403), (1, "203.0.113.9", 200), (1, "203.0.113.9, 198.51.100.7", 403),
     (2, "203.0.113.9, 198.51.100.7", 200), (2, "203.0.113.9", 403)],
)  # fmt: skip
def test_only_trusted_proxies_are_believed(api, settings, trusted, forwarded, status):
    settings.TRUSTED_PROXIES = trusted
    ApiKey.objects.update(allowed_addresses=["203.0.113.0/24"])
    response = api.get("/messages", headers={"X-Forwarded-For": forwarded})
    assert response.status_code == status


@pytest.fixture
def bound(api, settings):
    """A key that works only with its certificate, behind a proxy at 10.0.0.1."""
    settings.CLIENT_CERTIFICATE_HEADER = "X-Client-Certificate"
    settings.CLIENT_CERTIFICATE_PROXIES = ["10.0.0.1/32"]
    ApiKey.objects.filter(pk=api.key.pk).update(certificates=["a" * 64, "CN=shop,O=Shop"])
    return api


@pytest.mark.parametrize(
    ("peer", "certificate", "status"),
    [
        ("10.0.0.1", "a" * 64, 200),
        ("10.0.0.1", "O=Shop,CN=shop", 200),
        ("10.0.0.1", "b" * 64, 403),
        ("10.0.0.1", "CN=shop", 403),
        ("10.0.0.1", "", 403),
        ("203.0.113.9", "a" * 64, 403),  # spoofed
    ],
)
def test_key_is_bound_to_its_certificate(bound, peer, certificate, status):
    header = {"X-Client-Certificate": certificate}
    response = bound.get("/messages", headers=header, REMOTE_ADDR=peer)
    assert response.status_code == status
    if status == 403:
        assert code(response) == (403, "client_certificate_required")


def test_other_keys_need_no_certificate(bound, stranger):
    assert stranger.get("/messages", REMOTE_ADDR="10.0.0.1").status_code == 200


def operations() -> Iterator[Any]:
    """Every (method, path, scopes) of the API."""
    for pattern in urlpatterns:
        callback: Any = pattern.callback
        view = callback.cls
        path = "/" + re.sub(r"<(\w+):\w+>", lambda found: EXAMPLES[found[1]], str(pattern.pattern))
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
            if hasattr(view, method.lower()):
                scopes = view.scopes.get(method, ())
                yield pytest.param(method, path, scopes, id=f"{method} {path}")


def scoped_operations() -> list[Any]:
    """Those that not every key may call."""
    return [one for one in operations() if one.values[2]]


@pytest.mark.parametrize(("method", "path", "scopes"), scoped_operations())
def test_every_operation_needs_one_of_its_scopes(world, method, path, scopes):
    others = tuple(scope for scope in ALL_SCOPES if scope not in scopes)
    assert set(scopes) <= set(Scope.values)
    response = Caller(world.account, others).call(method, path)
    assert code(response) == (403, "scope_missing")
    assert scopes[0] in response.json()["detail"]
    for scope in scopes:
        response = Caller(world.account, (scope,)).call(method, path)
        assert response.status_code not in {401, 403}, scope


@pytest.mark.parametrize(("method", "path", "scopes"), list(operations()))
def test_no_operation_works_without_a_key(client, db, method, path, scopes):
    assert client.generic(method, f"/api/v1{path}").status_code == 401


def test_every_address_below_api_is_known_to_these_tests():
    resolver = get_resolver()
    prefixes = [str(one.pattern) for one in resolver.url_patterns if "api" in str(one.pattern)]
    # Those of campaigns and of operators have walks of their own.
    others = ["api/docs/", "api/docs/getting-started/", "api/oauth/revoke", "api/oauth/token"]
    others += ["api/schema/"]
    assert sorted(prefixes) == [*others, *["api/v1/"] * 3]


def test_other_methods_are_405_with_those_allowed(api):
    response = api.put("/messages", {})
    assert code(response) == (405, "method_not_allowed")
    assert response["Allow"] == "GET, POST, HEAD, OPTIONS"


def test_answers_are_json_whatever_is_accepted(api):
    response = api.get("/messages", headers={"Accept": "text/html"})
    assert response["Content-Type"] == "application/json"
    assert response["Cache-Control"] == "no-store"


def test_cache_that_does_not_answer_costs_no_request(api, settings):
    """A real client against a closed port, with the timeouts of the settings."""
    settings.CACHE_URL = "redis://127.0.0.1:1/1"
    assert api.get("/messages").status_code == 200


def test_database_that_is_away_is_503_and_worth_repeating(api, monkeypatch):
    def away(*_):
        raise OperationalError

    monkeypatch.setattr(authentication, "api_key_authenticate", away)
    response = api.get("/messages")
    assert code(response) == (503, "unavailable")
    assert response["Retry-After"] == "2"


def test_bug_is_a_problem_too(api, monkeypatch):
    def broken(*_, **__):
        raise ZeroDivisionError

    monkeypatch.setattr(events, "events_after", broken)
    api.client.raise_request_exception = False
    response = api.get("/events")
    assert code(response) == (500, "internal_error")
    assert "ZeroDivision" not in response.content.decode()

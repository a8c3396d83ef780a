"""OAuth 2 by client credentials: a client is a key whose secret buys tokens."""

import base64
from datetime import timedelta

import pytest
from django.test import Client

from compliance.models import Account, ApiKey, OAuthToken
from compliance.services.api_keys import api_key_create, api_key_revoke, api_key_rotate
from compliance.services.oauth import tokens_purge
from config.common import clock
from tests.messaging.api.conftest import Caller

pytestmark = pytest.mark.django_db
TOKEN, REVOKE = "/api/oauth/token", "/api/oauth/revoke"


class Program:
    """A client with its secret."""

    def __init__(self, account, scopes=("messages:read", "events:read"), **options):
        self.client, self.secret = api_key_create(
            account=account, name="CRM", scopes=scopes, actor=None, is_client=True, **options
        )
        self.id = self.client.client_id
        self.web = Client()

    def post(self, path=TOKEN, secret=None, **form):
        pair = f"{self.id}:{secret or self.secret}"
        basic = "Basic " + base64.b64encode(pair.encode()).decode()
        return self.web.post(path, form, headers={"Authorization": basic})

    def token(self, **form):
        answer = self.post(grant_type="client_credentials", **form)
        assert answer.status_code == 200, answer.content
        return answer.json()

    def get(self, path, token=None):
        token = token or self.token()["access_token"]
        return self.web.get(f"/api/v1{path}", headers={"Authorization": f"Bearer {token}"})


@pytest.fixture
def program(world):
    return Program(world.account)


def test_token_opens_the_account_with_the_clients_scopes(program, world):
    answer = program.post(grant_type="client_credentials")
    assert answer["Cache-Control"] == "no-store"
    found = answer.json()
    assert (found["token_type"], found["expires_in"]) == ("Bearer", 3600)
    assert set(found["scope"].split()) == {"messages:read", "events:read"}
    shown = program.get("/api-key", found["access_token"]).json()
    assert shown["account"] == world.account.slug
    assert program.get("/messages", found["access_token"]).status_code == 200


def test_only_hashes_are_kept(program):
    token = program.token()["access_token"]
    kept = str([*OAuthToken.objects.values(), *ApiKey.objects.values()])
    assert token not in kept
    assert program.secret not in kept


def test_token_may_ask_for_less_but_not_for_more(program):
    token = program.token(scope="messages:read")["access_token"]
    assert program.get("/messages", token).status_code == 200
    assert program.get("/events", token).json()["code"] == "scope_missing"
    refused = program.post(grant_type="client_credentials", scope="messages:send")
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_scope")


def test_scope_that_the_client_lost_is_lost_by_its_tokens(program):
    token = program.token()["access_token"]
    assert program.get("/events", token).status_code == 200
    ApiKey.objects.filter(pk=program.client.pk).update(scopes=["messages:read"])
    assert program.get("/events", token).json()["code"] == "scope_missing"


def test_two_accounts_are_apart(program, world, api, text):
    message = api.post("/messages", text).json()["id"]
    assert program.get(f"/messages/{message}").status_code == 200
    assert Program(world.other_account).get(f"/messages/{message}").status_code == 404


def test_credentials_in_the_body_are_understood_too(program):
    answer = Client().post(
        TOKEN,
        {
            "grant_type": "client_credentials",
            "client_id": program.id,
            "client_secret": program.secret,
        },
    )
    assert answer.status_code == 200


@pytest.mark.parametrize("secret", ["nonsense", "sbs_00000000", "x" * 10_000])
def test_wrong_secret_is_invalid_client(program, secret):
    answer = program.post(secret=secret, grant_type="client_credentials")
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    assert answer["WWW-Authenticate"].startswith("Basic")


@pytest.mark.parametrize("name", ["", "client-0000000000000000", "x\x00", "é"])
def test_unknown_client_is_invalid_client(world, name):
    form = {"grant_type": "client_credentials", "client_id": name, "client_secret": "x"}
    answer = Client().post(TOKEN, form)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


def test_secret_of_another_client_does_not_fit(program, world):
    other = Program(world.other_account)
    answer = program.post(secret=other.secret, grant_type="client_credentials")
    assert answer.status_code == 401


@pytest.mark.parametrize(
    "grant", ["password", "authorization_code", "refresh_token", "implicit", ""]
)
def test_no_other_grant(program, grant):
    answer = program.post(grant_type=grant, username="alice", password="x", code="x")
    assert answer.status_code == 400
    assert answer.json()["error"] in {"unsupported_grant_type", "invalid_request"}
    assert not OAuthToken.objects.exists()


def test_secret_of_a_client_is_no_key_and_a_key_is_no_client(program, api):
    assert program.get("/messages", program.secret).json()["code"] == "client_secret"
    answer = program.post(secret=api.text, grant_type="client_credentials")
    assert answer.status_code == 401


def test_token_ends_with_its_hour(program):
    start = clock.now()
    with clock.freeze(start):
        token = program.token()["access_token"]
    with clock.freeze(start + timedelta(minutes=59)):
        assert program.get("/messages", token).status_code == 200
    with clock.freeze(start + timedelta(minutes=61)):
        answer = program.get("/messages", token)
        assert (answer.status_code, answer.json()["code"]) == (401, "token_expired")
        assert tokens_purge() == 1


def test_token_never_outlives_its_client(world):
    ends = clock.now() + timedelta(minutes=10)
    program = Program(world.account, expires_at=ends)
    assert program.token()["expires_in"] in {599, 600}
    assert OAuthToken.objects.get().expires_at == ends


def test_revoked_client_loses_its_tokens_at_once(program):
    token = program.token()["access_token"]
    assert program.get("/messages", token).status_code == 200
    api_key_revoke(api_key=program.client, actor=None)
    assert program.get("/messages", token).json()["code"] == "api_key_revoked"
    assert program.post(grant_type="client_credentials").status_code == 401


def test_suspended_account_gets_no_tokens_and_its_tokens_open_nothing(program, world):
    token = program.token()["access_token"]
    Account.objects.filter(pk=world.account.pk).update(status=Account.Status.SUSPENDED)
    assert program.get("/messages", token).json()["code"] == "account_suspended"
    assert program.post(grant_type="client_credentials").status_code == 401


def test_allowed_addresses_hold_for_secret_and_token(program):
    token = program.token()["access_token"]
    ApiKey.objects.filter(pk=program.client.pk).update(allowed_addresses=["203.0.113.0/24"])
    assert program.get("/messages", token).json()["code"] == "address_not_allowed"
    answer = program.post(grant_type="client_credentials")
    assert answer.status_code == 401
    assert answer.json()["error_description"] == "address_not_allowed"


def test_secret_is_renewed_with_an_overlap(program):
    until = clock.now() + timedelta(days=1)
    new = api_key_rotate(api_key=program.client, until=until, actor=None)
    for secret in (program.secret, new):
        assert program.post(secret=secret, grant_type="client_credentials").status_code == 200
    with clock.freeze(until + timedelta(seconds=1)):
        old = program.post(grant_type="client_credentials")
        assert (old.status_code, old.json()["error_description"]) == (401, "api_key_rotated")


def test_client_gives_its_token_back_and_no_others(program, world):
    token = program.token()["access_token"]
    other = Program(world.other_account)
    assert other.post(REVOKE, token=token).status_code == 200  # as of an unknown one
    assert program.get("/messages", token).status_code == 200
    assert program.post(REVOKE, token=token).status_code == 200
    assert program.get("/messages", token).json()["code"] == "invalid_token"
    assert Client().post(REVOKE, {"token": token}).status_code == 401


def test_token_that_is_known_costs_one_question(program, django_assert_num_queries):
    token = program.token()["access_token"]
    for _ in range(2):
        assert program.get("/api-key", token).status_code == 200
    with django_assert_num_queries(1):
        program.get("/api-key", token)


@pytest.mark.parametrize("path", ["introspect", "authorize", "applications", "token/"])
def test_nothing_else_is_routed(client, path):
    assert client.get(f"/api/oauth/{path}").status_code == 404


def test_only_posts_get_tokens(client):
    assert client.get(TOKEN).status_code == 405


def test_metadata_names_what_there_is(client):
    found = client.get("/.well-known/oauth-authorization-server").json()
    assert found["issuer"] == "http://testserver"
    assert found["token_endpoint"] == f"http://testserver{TOKEN}"
    assert found["grant_types_supported"] == ["client_credentials"]
    assert "introspection_endpoint" not in found


def test_description_names_both_ways_in(schema):
    schemes = schema["components"]["securitySchemes"]
    assert schemes["apiKey"]["scheme"] == "bearer"
    flow = schemes["oauth2"]["flows"]["clientCredentials"]
    assert flow["tokenUrl"] == TOKEN
    asked = schema["paths"]["/api/v1/messages"]["post"]["security"]
    assert asked == [{"apiKey": []}, {"oauth2": ["messages:send"]}]


def test_idempotency_belongs_to_the_client(world, text):
    program = Program(world.account, ("messages:send",))
    ids = set()
    for _ in range(2):  # each with a token of its own
        caller = Caller(world.account)
        caller.text = program.token()["access_token"]
        answer = caller.post("/messages", text, headers={"Idempotency-Key": "k"})
        ids.add(answer.json()["id"])
    assert len(ids) == 1


def test_certificate_holds_for_secret_and_token(program, settings):
    settings.CLIENT_CERTIFICATE_HEADER = "X-Client-Certificate"
    token = program.token()["access_token"]
    ApiKey.objects.filter(pk=program.client.pk).update(certificates=["a" * 64])
    assert program.get("/messages", token).json()["code"] == "client_certificate_required"
    refused = program.post(grant_type="client_credentials").json()
    assert refused["error_description"] == "client_certificate_required"
    program.web.defaults["HTTP_X_CLIENT_CERTIFICATE"] = "a" * 64  # from 127.0.0.1, the proxy
    assert program.get("/messages").status_code == 200

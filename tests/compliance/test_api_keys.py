"""API keys: shown once, known again by their hash, limited in time and place."""

from datetime import timedelta
from typing import Any

import pytest

from compliance.models import Account, ApiKey, AuditEntry
from compliance.services.api_keys import api_key_authenticate, api_key_create, api_key_revoke
from config.common import clock
from config.common.errors import ConflictError, DomainError, InvalidError
from tests.world import World

pytestmark = pytest.mark.django_db
HERE = "203.0.113.7"


def create(world: World, **overrides: Any) -> tuple[ApiKey, str]:
    values: dict[str, Any] = {"account": world.account, "name": "Shop", "scopes": ["messages:send"]}
    return api_key_create(actor=world.ines, **(values | overrides))


def refusal(text: str, address: str = HERE) -> str:
    with pytest.raises(DomainError) as caught:
        api_key_authenticate(text, address)
    return caught.value.code


def test_key_is_known_again_and_only_its_hash_is_kept(world: World) -> None:
    key, text = create(world)
    assert text.startswith("sb_")
    assert text.startswith(key.prefix)
    assert text not in str(ApiKey.objects.filter(pk=key.pk).values())
    found = api_key_authenticate(text, HERE)
    assert (found, found.account) == (key, world.account)


@pytest.mark.parametrize("change", [lambda text: text[:-1] + "~", lambda _: "sb_", lambda _: ""])
def test_unknown_key_is_refused(world: World, change: Any) -> None:
    _, text = create(world)
    assert refusal(change(text)) == "invalid_api_key"


def test_expired_key_is_refused(world: World) -> None:
    _, text = create(world, expires_at=clock.now() + timedelta(days=1))
    with clock.freeze(clock.now() + timedelta(days=2)):
        assert refusal(text) == "api_key_expired"


def test_revoked_key_is_refused_and_revoked_once(world: World) -> None:
    key, text = create(world)
    api_key_revoke(api_key=key, actor=world.ines)
    assert refusal(text) == "api_key_revoked"
    with pytest.raises(ConflictError):
        api_key_revoke(api_key=key, actor=world.ines)


@pytest.mark.parametrize(
    "change",
    [
        lambda key: ApiKey.objects.filter(pk=key.pk).update(scopes=["messages:read"]),
        lambda key: Account.objects.filter(pk=key.account_id).update(name="Renamed"),
    ],
)
def test_each_request_sees_the_key_and_its_account_as_they_are(world: World, change: Any) -> None:
    key, text = create(world)
    for _ in range(2):  # as a process that knows the key already
        before = api_key_authenticate(text, HERE)
    known = (["messages:send"], world.account.name)
    assert (before.scopes, before.account.name) == known
    change(key)
    after = api_key_authenticate(text, HERE)
    assert (after.scopes, after.account.name) != known


def test_a_key_that_is_known_costs_one_question(
    world: World, django_assert_num_queries: Any
) -> None:
    _, text = create(world)
    for _ in range(2):
        api_key_authenticate(text, HERE)
    with django_assert_num_queries(1):
        api_key_authenticate(text, HERE)


@pytest.mark.parametrize(
    ("address", "is_allowed"),
    [("203.0.113.7", True), ("203.0.114.1", False), ("2001:db8::1", True), ("nonsense", False)],
)
def test_addresses_limit_the_key(world: World, address: str, is_allowed: bool) -> None:
    _, text = create(world, allowed_addresses=["203.0.113.0/24", "2001:db8::/32"])
    if is_allowed:
        assert api_key_authenticate(text, address)
    else:
        assert refusal(text, address) == "address_not_allowed"


def test_use_is_noted_at_most_once_a_minute(world: World) -> None:
    key, text = create(world)
    start = clock.now()
    for seconds in (0, 30, 61):
        with clock.freeze(start + timedelta(seconds=seconds)):
            api_key_authenticate(text, HERE)
        key.refresh_from_db()
        assert key.last_used_at == start + timedelta(seconds=0 if seconds < 60 else seconds)


@pytest.mark.parametrize(
    ("overrides", "field"),
    [
        ({"scopes": []}, "scopes"),
        ({"scopes": ["everything"]}, "scopes"),
        ({"allowed_addresses": ["example.com"]}, "allowed_addresses"),
    ],
)
def test_mistakes_name_their_field(world: World, overrides: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidError) as caught:
        create(world, **overrides)
    assert caught.value.field == field


def test_creation_is_audited_without_the_secret(world: World) -> None:
    key, text = create(world)
    entry = AuditEntry.objects.get(action="api_key.created")
    assert entry.detail["begins_with"] == key.prefix
    assert text not in str(entry.detail)

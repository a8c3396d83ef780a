"""API keys: shown once, known again by their hash, limited in time and place."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from compliance.models import Account, ApiKey, AuditEntry
from compliance.services import credentials
from compliance.services.api_keys import (
    api_key_create,
    api_key_former_end,
    api_key_revoke,
    api_key_rotate,
)
from compliance.services.credentials import api_key_authenticate
from config.common import clock
from config.common.errors import ConflictError, DomainError, InvalidError
from tests.messaging.threads import in_threads
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
        ({"certificates": ["shop.example.com"]}, "certificates"),
        ({"certificates": ["a" * 40]}, "certificates"),  # SHA-1
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


def rotate(key: ApiKey, days: int | None = 1, **options: Any) -> str:
    until = None if days is None else clock.now() + timedelta(days=days)
    return api_key_rotate(api_key=key, until=until, actor=None, **options)


def test_both_secrets_work_until_the_former_one_ends(world: World) -> None:
    start = clock.now()
    with clock.freeze(start):
        key, old = create(world)
        new = rotate(key)
    with clock.freeze(start + timedelta(hours=23)):
        assert api_key_authenticate(old, HERE) == api_key_authenticate(new, HERE) == key
    with clock.freeze(start + timedelta(hours=25)):
        assert refusal(old) == "api_key_rotated"
        assert api_key_authenticate(new, HERE) == key


def test_use_of_each_secret_is_noted_by_itself(world: World) -> None:
    start = clock.now()
    with clock.freeze(start):
        key, old = create(world)
        api_key_authenticate(old, HERE)
        new = rotate(key)
    with clock.freeze(start + timedelta(hours=1)):
        api_key_authenticate(old, HERE)
    key.refresh_from_db()
    assert (key.former_used_at, key.last_used_at) == (start + timedelta(hours=1), None)
    with clock.freeze(start + timedelta(hours=2)):
        api_key_authenticate(new, HERE)
    key.refresh_from_db()
    assert key.last_used_at == start + timedelta(hours=2)
    assert key.former_used_at == start + timedelta(hours=1)


def test_without_an_overlap_the_old_secret_ends_at_once(world: World) -> None:
    key, old = create(world)
    api_key_authenticate(old, HERE)  # known to this process
    new = rotate(key, None)
    assert refusal(old) == "api_key_rotated"
    assert api_key_authenticate(new, HERE) == key


def test_renewed_again_the_oldest_secret_ends(world: World) -> None:
    key, first = create(world)
    second = rotate(key)
    third = rotate(key)
    assert refusal(first) == "invalid_api_key"
    for text in (second, third):
        assert api_key_authenticate(text, HERE) == key


def test_who_lost_the_new_secret_keeps_the_former_and_gets_another(world: World) -> None:
    key, held = create(world)
    lost = rotate(key)
    new = rotate(api_key_authenticate(held, HERE), keeps_former=True)
    assert refusal(lost) == "invalid_api_key"
    for text in (held, new):
        assert api_key_authenticate(text, HERE) == key


def test_former_secret_is_ended_once(world: World) -> None:
    key, old = create(world)
    rotate(key)
    api_key_former_end(api_key=key, actor=world.ines)
    assert refusal(old) == "api_key_rotated"
    with pytest.raises(ConflictError):
        api_key_former_end(api_key=key, actor=world.ines)


def test_overlap_has_an_end_and_revoked_keys_stay_dead(world: World) -> None:
    key, old = create(world)
    with pytest.raises(InvalidError) as caught:
        rotate(key, 91)
    assert caught.value.field == "until"
    new = rotate(key)
    api_key_revoke(api_key=key, actor=None)
    assert {refusal(old), refusal(new)} == {"api_key_revoked"}
    with pytest.raises(ConflictError):
        rotate(key)


def test_secrets_are_kept_as_hashes_also_in_the_history(world: World) -> None:
    key, old = create(world)
    new = rotate(key)
    rows = [*ApiKey.objects.filter(pk=key.pk).values(), *key.history.values()]
    kept = str(rows + list(AuditEntry.objects.values_list("detail", flat=True)))
    assert old not in kept
    assert new not in kept
    assert "former_hash" not in str(list(key.history.values()))


@pytest.mark.django_db(transaction=True)
def test_revocation_is_seen_by_every_process_at_the_next_request(world: World) -> None:
    """Each process keeps keys, and asks with each request whether they are still the same."""
    key, text = create(world)
    known = credentials._known_keys.copy()
    in_threads(2, lambda _: api_key_authenticate(text, HERE))  # connections of their own
    api_key_revoke(api_key=key, actor=None)
    credentials._known_keys.update(known)
    assert in_threads(2, lambda _: refusal(text)) == ["api_key_revoked"] * 2


def test_command_makes_a_key_for_tests(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("make_api_key", world.account.slug, "CI", test=True, days=3)
    text = capsys.readouterr().out.strip()
    found = api_key_authenticate(text, HERE)
    assert (found.account, found.is_test, found.name) == (world.account, True, "CI")
    with pytest.raises(CommandError, match="no account"):
        call_command("make_api_key", "nobody", "CI")


def test_limits_are_kept_and_checked(world: World) -> None:
    key, _ = create(world, limits={"sends_per_minute": 5})
    assert (key.sends_per_minute, key.reads_per_minute) == (5, None)
    with pytest.raises(InvalidError) as refused:
        create(world, limits={"reads_per_minute": 0})
    assert refused.value.field == "reads_per_minute"

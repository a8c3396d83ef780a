"""Budgets of a key: counted apart, over all processes, and without Valkey by each for itself."""

import itertools
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
import redis

from compliance.models import Account, ApiKey
from config.common import clock
from config.common.api import throttling
from config.common.api.throttling import Counter, counter
from tests.messaging.api.conftest import Caller

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _counts_are_none() -> Iterator[None]:
    counter.forget()
    yield
    counter.forget()


@pytest.fixture
def valkey(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """What the script does, without a server; it counts how often it is asked."""
    settings.CACHE_URL = "redis://127.0.0.1:1/1"
    counts: dict[str, int] = {}
    asked: list[tuple[str, int]] = []

    def run(keys: list[str], args: list[int]) -> list[int]:
        want, need, quota, _expiry = args
        asked.append((keys[0], want))
        free = quota - counts.get(keys[0], 0)
        if free < need:
            return [0, max(free, 0)]
        given = min(want, free)
        counts[keys[0]] = counts.get(keys[0], 0) + given
        return [given, free - given]

    monkeypatch.setattr(throttling, "_script", lambda _url: run)
    return SimpleNamespace(counts=counts, asked=asked)


def code(response: Any) -> tuple[int, str]:
    assert response["Content-Type"] == "application/problem+json"
    return response.status_code, response.json()["code"]


def test_rate_is_counted_per_key(api: Caller, world: Any, settings: Any) -> None:
    settings.API_READS_PER_MINUTE = 2
    with clock.freeze(clock.now().replace(second=18)):
        headers = [api.get("/messages").headers for _ in range(2)]
        refused = api.get("/messages")
        assert Caller(world.account).get("/messages").status_code == 200
    assert [one["RateLimit"] for one in headers] == ['"reads";r=1;t=42', '"reads";r=0;t=42']
    assert headers[0]["RateLimit-Policy"] == '"reads";q=2;w=60'
    assert code(refused) == (429, "rate_limited")
    assert refused["Retry-After"] == "42"
    assert refused["RateLimit"] == '"reads";r=0;t=42'
    assert "2 “reads”" in refused.json()["detail"]


def test_bulk_and_reads_leave_single_sends_alone(
    api: Caller, settings: Any, text: dict[str, Any]
) -> None:
    settings.API_READS_PER_MINUTE = settings.API_ROWS_PER_MINUTE = 2
    with clock.freeze(clock.now()):
        rows = {"messages": [text, text | {"to": "+84981234568"}]}
        assert api.post("/messages/batch", rows)["RateLimit"].startswith('"rows";r=0')
        assert code(api.post("/messages/batch", {"messages": [text]})) == (429, "rate_limited")
        for _ in range(2):
            api.get("/messages")
        assert code(api.get("/messages")) == (429, "rate_limited")
        sent = api.post("/messages", text)
        assert sent.status_code == 201
        assert sent["RateLimit-Policy"] == '"sends";q=6000;w=60'


def test_batch_that_does_not_fit_uses_nothing_up(
    api: Caller, settings: Any, text: dict[str, Any]
) -> None:
    settings.API_ROWS_PER_MINUTE = 3
    with clock.freeze(clock.now()):
        assert api.post("/messages/batch", {"messages": [text]}).status_code == 202
        assert code(api.post("/messages/batch", {"messages": [text] * 3})) == (429, "rate_limited")
        refused = api.post("/messages/batch", {"messages": [text] * 4})
    assert code(refused) == (422, "invalid_request")
    assert refused.json()["errors"][0]["code"] == "batch_over_limit"
    assert refused.json()["errors"][0]["pointer"] == "#/messages"


@pytest.mark.parametrize(
    ("own", "accounts", "quota"),
    [(None, None, 6000), (5, None, 5), (None, 7, 7), (5, 7, 5), (9, 7, 7), (9000, None, 6000),
     (None, 9000, 9000), (8000, 9000, 8000)],
)  # fmt: skip
def test_key_has_its_own_limit_within_its_accounts(
    api: Caller, own: int | None, accounts: int | None, quota: int
) -> None:
    ApiKey.objects.filter(pk=api.key.pk).update(reads_per_minute=own)
    Account.objects.filter(pk=api.account.pk).update(reads_per_minute=accounts)  # type: ignore[union-attr]
    assert api.get("/messages")["RateLimit-Policy"] == f'"reads";q={quota};w=60'


def test_older_clients_get_the_headers_they_know(api: Caller, settings: Any) -> None:
    assert "X-RateLimit-Limit" not in api.get("/messages")
    settings.API_LEGACY_RATE_HEADERS = True
    response = api.get("/messages")
    assert response["X-RateLimit-Limit"] == "6000"
    assert response["X-RateLimit-Remaining"] == "5998"


def test_process_takes_its_requests_in_blocks(api: Caller, valkey: Any) -> None:
    with clock.freeze(clock.now()):
        left = [api.get("/messages")["RateLimit"].split(";")[1] for _ in range(11)]
    assert [block for _key, block in valkey.asked] == [10, 10]
    assert left == [f"r={5999 - number}" for number in range(11)]


def test_processes_together_have_the_quota_and_no_more(valkey: Any) -> None:
    counters = itertools.cycle([Counter(), Counter()])
    taken = [next(counters).take("key", 0, 1207) for _ in range(1300)]
    assert sum(left >= 0 for left in taken) == 1207
    assert taken[-1] == -1
    # Who was refused does not ask again in this window.
    assert len(valkey.asked) <= 1207 // 2 + 4


def test_next_minute_is_a_new_one(api: Caller, settings: Any) -> None:
    settings.API_READS_PER_MINUTE = 1
    at = clock.now().replace(second=59)
    with clock.freeze(at):
        assert [api.get("/messages").status_code for _ in range(2)] == [200, 429]
    with clock.freeze(at.replace(second=0) + (at - at.replace(second=58)) * 60):
        assert api.get("/messages").status_code == 200


def test_without_valkey_each_process_counts_and_leaves_it_alone(
    api: Caller, settings: Any, text: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.CACHE_URL = "redis://127.0.0.1:1/1"
    settings.API_SENDS_PER_MINUTE = 3
    asked = []

    def gone(_url: str) -> Any:
        asked.append(1)
        raise redis.ConnectionError

    monkeypatch.setattr(throttling, "_script", gone)
    with clock.freeze(clock.now()):
        found = [api.post("/messages", text | {"class": "otp"}).status_code for _ in range(4)]
        assert api.get("/messages").status_code == 200
    assert found == [201, 201, 201, 429]
    assert len(asked) == 1

"""Same Idempotency-Key, same payload: one message, same answer (invariant 11)."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.cache import cache

from campaigns.models import Contact, ContactList
from compliance.models import Suppression
from config.common import clock
from config.common.api.throttling import counter
from config.common.errors import ConflictError
from messaging.models import IdempotencyKey, Message
from messaging.services.idempotency import Answer, answer_once, idempotency_keys_purge
from tests.messaging.api.conftest import Caller
from tests.messaging.threads import in_threads

pytestmark = pytest.mark.django_db

KEY = {"Idempotency-Key": "5f2c"}


def code(response):
    return response.status_code, response.json()["code"]


def held(api, at, **overrides):
    """A claim made at `at` whose process never came back."""
    values = {"key": "k", "route": "r", "fingerprint": "", "expires_at": at + timedelta(days=1)}
    return IdempotencyKey.objects.create(
        account=api.account, api_key=api.key, created_at=at, **(values | overrides)
    )


def once(api, work=lambda: Answer(200, "{}"), payload=None, key="k"):
    return answer_once(api_key=api.key, route="r", key=key, payload=payload, work=work)


def test_repetition_is_the_same_answer_and_one_message(api, text):
    first = api.post("/messages", text, headers=KEY)
    again = api.post("/messages", dict(reversed(text.items())), headers=KEY)
    assert (again.status_code, again.content) == (201, first.content)
    assert again["Location"] == first["Location"]
    assert again["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first
    assert Message.objects.count() == 1


def test_quotes_of_a_structured_field_do_not_matter(api, text):
    api.post("/messages", text, headers={"Idempotency-Key": '"a"'})
    assert "Idempotent-Replayed" in api.post("/messages", text, headers={"Idempotency-Key": "a"})


def test_other_payload_is_refused(api, text):
    api.post("/messages", text, headers=KEY)
    other = api.post("/messages", text | {"to": "+84989999999"}, headers=KEY)
    assert code(other) == (422, "idempotency_key_reused")
    assert Message.objects.count() == 1


def test_keys_are_kept_apart_by_api_key_and_route(api, world, text):
    second = Caller(world.account)
    for caller in (api, second):
        assert "Idempotent-Replayed" not in caller.post("/messages", text, headers=KEY)
    batch = api.post("/messages/batch", {"messages": [text]}, headers=KEY)
    assert "Idempotent-Replayed" not in batch
    assert Message.objects.count() == 3


def test_without_a_key_every_request_counts(api, text):
    for _ in range(2):
        assert api.post("/messages", text).status_code == 201
    assert Message.objects.count() == 2


@pytest.mark.parametrize("value", ["", " ", '""', "a" * 256, "é", "a\tb"])
def test_malformed_key_is_named(api, text, value):
    response = api.post("/messages", text, headers={"Idempotency-Key": value})
    assert response.status_code == 422
    assert response.json()["errors"][0]["header"] == "Idempotency-Key"
    assert not Message.objects.exists()


def test_refused_message_leaves_the_key_free(api, text):
    refused = api.post("/messages", text | {"to": "02838123456"}, headers=KEY)
    assert refused.status_code == 422
    assert api.post("/messages", text, headers=KEY).status_code == 201


def test_work_that_breaks_leaves_the_key_free_and_nothing_behind(api):
    def broken():
        held(api, clock.now(), key="written by the work")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        once(api, broken)
    assert not IdempotencyKey.objects.exists()


def test_running_request_is_a_conflict_that_says_when_to_come_back(api, text):
    def work():
        inner = api.post("/messages", text, headers={"Idempotency-Key": "k"})
        assert code(inner) == (409, "idempotency_key_in_use")
        assert inner["Retry-After"] == "1"
        return Answer(200, "{}")

    answer_once(api_key=api.key, route="messages", key="k", payload=text, work=work)


@pytest.mark.parametrize(("age", "is_taken"), [(61, True), (59, False)])
def test_claim_of_a_dead_process_is_taken_over_after_a_minute(api, age, is_taken):
    fingerprint = _fingerprint_of(api)
    held(api, clock.now() - timedelta(seconds=age), fingerprint=fingerprint)
    if is_taken:
        assert not once(api).is_replayed
        assert once(api).is_replayed
    else:
        with pytest.raises(ConflictError):
            once(api)


def _fingerprint_of(api):
    once(api, key="other")
    return IdempotencyKey.objects.get(key="other").fingerprint


def test_key_is_new_again_after_a_day(api):
    at = datetime(2027, 1, 31, 2, tzinfo=UTC)
    with clock.freeze(at):
        once(api, payload=1)
    with clock.freeze(at + timedelta(hours=23, minutes=59)):
        assert once(api, payload=1).is_replayed
    with clock.freeze(at + timedelta(hours=24)):
        assert not once(api, payload=2).is_replayed


def test_key_of_a_scheduled_message_lives_a_day_longer_than_its_sending(api, text):
    api.post("/messages", text | {"send_at": "2099-01-31T02:00:00Z"}, headers=KEY)
    assert IdempotencyKey.objects.get().expires_at == datetime(2099, 2, 1, 2, tzinfo=UTC)


def test_keys_whose_time_is_over_are_forgotten(api):
    now = clock.now()
    held(api, now, key="old", expires_at=now)
    held(api, now, key="new")
    assert idempotency_keys_purge() == 1
    assert [row.key for row in IdempotencyKey.objects.all()] == ["new"]


@pytest.mark.django_db(transaction=True)
def test_of_simultaneous_requests_one_does_the_work(api, text):
    responses = in_threads(8, lambda _: api.post("/messages", text, headers=KEY))
    assert Message.objects.count() == 1
    assert {response.status_code for response in responses} <= {201, 409}
    done = [response for response in responses if response.status_code == 201]
    assert len({response.content for response in done}) == 1
    assert sum("Idempotent-Replayed" not in response for response in done) == 1
    assert api.post("/messages", text, headers=KEY).content == done[0].content


@pytest.mark.django_db(transaction=True)
def test_simultaneous_requests_with_their_own_keys_all_count(api, text):
    keys = [{"Idempotency-Key": f"key-{number}"} for number in range(8)]
    responses = in_threads(8, lambda number: api.post("/messages", text, headers=keys[number]))
    assert [response.status_code for response in responses] == [201] * 8
    assert Message.objects.count() == 8


@pytest.mark.django_db(transaction=True)
def test_slow_process_whose_claim_was_taken_over_is_undone(api):
    """The work of both writes a row; only that of the one that took over remains."""
    start = datetime(2027, 1, 31, 2, tzinfo=UTC)

    def work(key):
        held(api, start, key=key)
        return Answer(200, key)

    def slow():
        with clock.freeze(start + timedelta(seconds=61)):
            (answer,) = in_threads(1, lambda _: once(api, lambda: work("by the second")))
        assert answer.body == "by the second"
        return work("by the first")

    with clock.freeze(start), pytest.raises(ConflictError):
        once(api, slow)
    assert once(api).body == "by the second"
    assert not IdempotencyKey.objects.filter(key="by the first").exists()


def test_batch_replays_its_errors_by_row(api, text):
    rows = {"messages": [text, text | {"to": "02838123456"}, text | {"from": "NOBODY"}]}
    first = api.post("/messages/batch", rows, headers=KEY)
    again = api.post("/messages/batch", rows, headers=KEY)
    assert (again.status_code, again.content) == (202, first.content)
    assert again["Idempotent-Replayed"] == "true"
    codes = [(one["index"], one["code"]) for one in again.json()["rejected"]]
    assert codes == [(1, "fixed_line"), (2, "unknown_sender")]
    assert Message.objects.count() == 1


def test_replay_needs_no_valkey(api, text, settings):
    """Keys are in PostgreSQL: flushing Valkey, or losing it, forgets none."""
    first = api.post("/messages", text, headers=KEY)
    cache.clear()
    counter.forget()
    settings.CACHE_URL = "redis://127.0.0.1:1/1"
    again = api.post("/messages", text, headers=KEY)
    assert again.content == first.content
    assert Message.objects.count() == 1


# What may be made with a key, and how many there are of it.
MAKERS = {
    "/contacts": ({"number": "+84981230001", "name": "Mai"}, lambda: Contact.objects.count()),
    "/lists": ({"name": "VIP"}, lambda: ContactList.objects.count()),
    "/suppressions": (
        {"number": "+84981230001", "purpose": "all", "reason": "asked"},
        lambda: Suppression.objects.count(),
    ),
}
CHANGED = {
    "/contacts": {"name": "Lan"},
    "/lists": {"name": "Others"},
    "/suppressions": {"reason": "else"},
}


@pytest.mark.parametrize("path", MAKERS)
def test_whatever_is_made_is_made_once(api, stranger, path):
    body, count = MAKERS[path]
    before = count()
    first = api.post(path, body, headers=KEY)
    assert first.status_code == 201, first.content
    again = api.post(path, body, headers=KEY)
    assert (again.status_code, again.content) == (201, first.content)
    assert again["Idempotent-Replayed"] == "true"
    assert count() == before + 1
    other = api.post(path, body | CHANGED[path], headers=KEY)
    assert code(other) == (422, "idempotency_key_reused")
    theirs = stranger.post(path, body, headers=KEY)
    assert "Idempotent-Replayed" not in theirs


def test_every_operation_that_makes_something_takes_the_header(schema):
    """Those that do not either answer with a secret, which is not kept, or make nothing new when
    they are repeated."""
    without = {
        operation["operationId"]
        for path in schema["paths"].values()
        for method, operation in path.items()
        if method == "post"
        and {"201", "202"} & set(operation["responses"])
        and "Idempotency-Key" not in {one["name"] for one in operation.get("parameters", ())}
    }
    # Sources of triggers and webhooks answer with their secret; an event is known by its own id.
    assert without == {
        "add_webhook",
        "create_trigger_source",
        "receive_event",
        "use_trigger_preset",
    }

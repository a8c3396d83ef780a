"""A key reads what it is, and renews itself."""

from datetime import timedelta

import pytest

from config.common import clock
from messaging.models import IdempotencyKey
from tests.messaging.api.conftest import Caller

pytestmark = pytest.mark.django_db


def test_any_key_reads_itself(world):
    caller = Caller(world.account, ("events:read",))
    answer = caller.get("/api-key").json()
    assert answer["account"] == world.account.slug
    assert answer["scopes"] == ["events:read"]
    assert answer["begins_with"] == caller.key.prefix
    assert answer["former"] is None
    assert caller.text not in str(answer)


def test_key_of_the_platform_is_none_of_an_account(world):
    caller = Caller(None, ("operations",))
    assert caller.get("/api-key").json()["code"] == "platform_key"


def test_key_renews_itself_and_both_secrets_work(api, stranger):
    until = (clock.now() + timedelta(days=1)).isoformat()
    answer = api.post("/api-key/rotate", {"until": until})
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store"
    renewed = answer.json()
    assert renewed["former"]["begins_with"] == api.key.prefix
    header = {"Authorization": f"Bearer {renewed['secret']}"}
    assert api.get("/api-key", headers=header).json()["former"] == renewed["former"]
    assert api.get("/api-key").status_code == 200
    assert stranger.get("/api-key").json()["former"] is None


def test_without_an_end_the_calling_secret_ends(api):
    secret = api.post("/api-key/rotate", {}).json()["secret"]
    assert api.get("/api-key").json()["code"] == "api_key_rotated"
    assert api.get("/api-key", headers={"Authorization": f"Bearer {secret}"}).status_code == 200


def test_lost_answer_is_asked_for_again_with_the_secret_at_hand(api):
    until = (clock.now() + timedelta(days=1)).isoformat()
    lost, new = (api.post("/api-key/rotate", {"until": until}).json() for _ in range(2))
    assert new["former"]["begins_with"] == api.key.prefix
    header = {"Authorization": f"Bearer {lost['secret']}"}
    assert api.get("/api-key", headers=header).json()["code"] == "invalid_api_key"
    assert api.get("/api-key").status_code == 200


def test_secret_is_never_stored_with_an_answer(api):
    api.post("/api-key/rotate", {}, headers={"Idempotency-Key": "k"})
    assert not IdempotencyKey.objects.exists()


def test_overlap_is_bounded(api):
    until = (clock.now() + timedelta(days=91)).isoformat()
    answer = api.post("/api-key/rotate", {"until": until})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "#/until")


def test_renewing_needs_its_scope(world):
    caller = Caller(world.account, ("messages:send",))
    assert caller.post("/api-key/rotate", {}).status_code == 403

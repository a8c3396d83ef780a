"""Rules that begin at midnight decide about what was queued before, with nobody awake."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, transaction

from compliance.models import RulePackVersion
from compliance.selectors.rules import today_of
from compliance.services.account_rules import AccountRuleValues, account_rule_create
from compliance.services.rule_drafts import rule_pack_change, rule_pack_draft
from compliance.services.rules import (
    rule_pack_activate,
    rule_pack_submit,
    rule_packs_load_shipped,
)
from config.common import clock
from messaging.models import Dispatch, Message
from messaging.pump.deciding import claims_sort
from messaging.selectors.snapshot import snapshots
from messaging.services.routing import unrouted_route
from tests.messaging.hot import Line, make_line
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def line(world: World) -> Iterator[Line]:
    rule_packs_load_shipped(actor=None)
    yield make_line(world.account)
    snapshots.forget()


@pytest.fixture
def midnight(world: World, line: Line) -> datetime:
    """The next midnight in Vietnam: from then on order notices have one segment at most."""
    base = RulePackVersion.objects.get(country="VN")
    draft = rule_pack_draft(based_on=base, actor=world.bob, reason="Short notices")
    document: dict[str, Any] = json.loads(json.dumps(draft.data)) | {"examples": []}
    rule = next(one for one in document["rules"] if one["id"] == "vn.service.segments")
    rule |= {"severity": "block", "params": {"limit": 1}}
    rule_pack_change(
        version=draft, document=document, actor=world.bob, checksum=draft.checksum, what="x"
    )
    rule_pack_submit(version=draft, actor=world.bob, reason="Short notices")
    day = today_of(draft) + timedelta(days=1)
    rule_pack_activate(version=draft, actor=world.ada, reason="Right", active_from=day)
    return datetime.combine(day, time(), ZoneInfo("Asia/Ho_Chi_Minh")).astimezone(UTC)


def queue(line: Line, **values: Any) -> Message:
    """A message of two segments that was decided and routed now."""
    message = line.queued("care", carrier=None, text="x" * 200, segment_count=2, **values)
    Message.objects.filter(pk=message.pk).update(status="accepted")
    snapshots.forget()
    unrouted_route(limit=10)
    message.refresh_from_db()
    return message


def leave(line: Line, now: datetime) -> list[Any]:
    """What a pump may write now, after its last look."""
    snapshots.forget()
    line.claimer.rewind()
    with transaction.atomic(), connection.cursor() as cursor:
        claims = line.claimer.claim(cursor, (0, 1, 2, 3), 10, ())
        return claims_sort(cursor, claims, snapshots.current(), line.holder, line.carrier.pk, now)


def test_what_was_queued_before_midnight_is_decided_by_the_rules_after_it(
    line: Line, midnight: datetime
) -> None:
    with clock.freeze(midnight - timedelta(minutes=1)):
        message = queue(line)
        assert message.status == "queued"
        assert Dispatch.objects.get(id=message.pk).not_after == midnight
        version = message.decision["rules"]
    with clock.freeze(midnight + timedelta(seconds=1)):
        assert leave(line, clock.now()) == []
    message.refresh_from_db()
    assert (message.status, message.decision["rules"] != version) == ("blocked", True)
    assert "vn.service.segments" in message.decision["findings"]


def test_before_midnight_it_leaves(line: Line, midnight: datetime) -> None:
    with clock.freeze(midnight - timedelta(minutes=1)):
        message = queue(line)
        assert [claim.id for claim in leave(line, clock.now())] == [message.pk]


def test_an_accounts_new_rule_bites_what_is_queued(line: Line, world: World) -> None:
    message = queue(line)
    assert message.status == "queued"
    values = AccountRuleValues("max_segments", {"limit": 1}, "VN", ["care"], "Short notices")
    rule = account_rule_create(account=world.account, values=values, actor=world.bob)
    assert leave(line, clock.now()) == []
    message.refresh_from_db()
    assert message.status == "blocked"
    assert f"account.{rule.pk}" in message.decision["findings"]

"""Failures are read from the event log, counted per number, and suppress by policy."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection

from compliance.models import Suppression, SuppressionPolicy
from compliance.selectors.consent import suppressed
from compliance.services.suppressions import suppression_lift, suppressions_expire
from config.common import clock
from messaging.constants import FailureReason, MessageStatus
from messaging.models import BounceWatermark, Message
from messaging.services.bounces import bounces_note
from messaging.services.outcomes import Outcome, outcomes_apply
from tests.factories import make_message, make_msisdn, make_sender
from tests.world import World

pytestmark = pytest.mark.django_db
R = FailureReason


def end(world: World, msisdn: str, status: str, reason: str = "", **facts: Any) -> Message:
    message = make_message(
        facts.pop("account", world.account),
        advertiser=world.advertiser,
        sender=make_sender(world.account),
        msisdn=msisdn,
        status=MessageStatus.QUEUED,
    )
    with connection.cursor() as cursor:
        outcomes_apply(cursor, [Outcome(message.pk, status, clock.now(), str(reason), **facts)])
    return message


def lanes(world: World, msisdn: str) -> set[str]:
    return {
        lane
        for lane in ("otp", "transactional", "care", "marketing")
        if suppressed(world.account.pk, world.advertiser.pk, [msisdn], lane)
    }


def test_a_number_that_does_not_exist_is_suppressed_at_once_but_not_for_codes(
    world: World,
) -> None:
    msisdn = make_msisdn()
    end(world, msisdn, "failed", R.INVALID_DESTINATION, command_status=0x0B)
    assert bounces_note() == {"examined": 1, "suppressed": 1}
    assert lanes(world, msisdn) == {"care", "marketing"}
    made = Suppression.objects.filter(msisdn=msisdn).first()
    assert made is not None
    assert made.expires_at is not None
    assert (made.cause, made.source, made.advertiser) == ("bounce", "receipt", None)
    assert made.expires_at - made.created_at == timedelta(days=90)


def test_a_phone_that_is_off_is_suppressed_the_third_time(world: World) -> None:
    msisdn = make_msisdn()
    for reason in (R.UNDELIVERABLE, R.RECEIPT_EXPIRED):
        end(world, msisdn, "undelivered", reason)
        bounces_note()
    assert lanes(world, msisdn) == set()
    end(world, msisdn, "undelivered", R.UNDELIVERABLE)
    bounces_note()
    assert lanes(world, msisdn) == {"care", "marketing"}


def test_a_delivery_in_between_begins_the_count_anew(world: World) -> None:
    msisdn = make_msisdn()
    for status in ("undelivered", "undelivered", "delivered", "undelivered", "undelivered"):
        reason = R.UNDELIVERABLE if status == "undelivered" else R.NONE
        end(world, msisdn, status, reason)
    bounces_note()
    assert lanes(world, msisdn) == set()


@pytest.mark.parametrize("reason", [R.NO_ROUTE, R.REJECTED, R.NO_RECEIPT, R.TOO_MANY_ATTEMPTS])
def test_what_says_nothing_of_the_number_counts_nothing(world: World, reason: str) -> None:
    msisdn = make_msisdn()
    for _ in range(6):
        end(world, msisdn, "failed", reason)
    bounces_note()
    assert lanes(world, msisdn) == set()


def test_events_are_read_once(world: World) -> None:
    end(world, make_msisdn(), "failed", R.INVALID_DESTINATION)
    assert bounces_note()["examined"] == 1
    assert bounces_note() == {"examined": 0, "suppressed": 0}
    assert BounceWatermark.objects.get(account=world.account).examined_to > 0


def test_another_account_may_still_try(world: World) -> None:
    msisdn = make_msisdn()
    end(world, msisdn, "failed", R.INVALID_DESTINATION)
    bounces_note()
    other = suppressed(world.other_account.pk, world.other_advertiser.pk, [msisdn], "marketing")
    assert other == frozenset()


def test_an_accounts_own_policy_stands_before_the_platforms(world: World) -> None:
    SuppressionPolicy.objects.create(
        account=world.account, error_class="unreachable", threshold=1, ends_after_days=None
    )
    msisdn = make_msisdn()
    end(world, msisdn, "undelivered", R.UNDELIVERABLE)
    bounces_note()
    assert Suppression.objects.filter(msisdn=msisdn, expires_at=None).count() == 2


def test_a_switched_off_policy_suppresses_nobody(world: World) -> None:
    SuppressionPolicy.objects.create(
        account=world.account, error_class="unknown_number", is_active=False
    )
    msisdn = make_msisdn()
    end(world, msisdn, "failed", R.INVALID_DESTINATION)
    assert bounces_note()["suppressed"] == 0


def test_after_the_cool_down_one_more_failure_is_one_failure(world: World) -> None:
    msisdn = make_msisdn()
    for _ in range(3):
        end(world, msisdn, "undelivered", R.UNDELIVERABLE)
    bounces_note()
    with clock.freeze(clock.now() + timedelta(days=91)):
        assert suppressions_expire() == 2
    Suppression.objects.update(lifted_at=clock.now())
    end(world, msisdn, "undelivered", R.UNDELIVERABLE)
    bounces_note()
    assert lanes(world, msisdn) == set()


def test_an_officer_may_lift_a_bounce_without_consent(world: World) -> None:
    msisdn = make_msisdn()
    end(world, msisdn, "failed", R.INVALID_DESTINATION)
    bounces_note()
    for one in Suppression.objects.filter(msisdn=msisdn):
        suppression_lift(suppression=one, reason="the network mended it", actor=world.bob)
    assert lanes(world, msisdn) == set()


def test_many_failures_are_few_queries(world: World, django_assert_max_num_queries: Any) -> None:
    for _ in range(30):
        end(world, make_msisdn(), "failed", R.INVALID_DESTINATION)
    with django_assert_max_num_queries(20):
        assert bounces_note()["suppressed"] == 30


def test_the_database_refuses_a_policy_that_stops_codes(world: World) -> None:
    with pytest.raises(IntegrityError):
        SuppressionPolicy.objects.create(
            account=world.account, error_class="refused", purposes=["otp"]
        )

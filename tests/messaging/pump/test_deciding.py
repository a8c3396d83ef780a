"""The last look at claimed rows. Invariants 5 and 6: nothing leaves on stale permission."""

from datetime import timedelta

import pytest
from django.db import connection

from config.common import clock
from messaging.constants import VersionStatus
from messaging.models import Dispatch, TemplateVersion, Waiting
from messaging.pump.deciding import claims_sort
from messaging.selectors.snapshot import snapshots
from messaging.services.sealing import texts_seal
from routing.models import Route
from tests.factories import make_template_version
from tests.messaging.hot import Line, events, make_line, make_segment, place, state, suppress


@pytest.fixture
def line(db) -> Line:
    return make_line()


def sort(line: Line, claims=None):
    claims = line.claim((0, 1, 2, 3)) if claims is None else claims
    snapshots.forget()
    with connection.cursor() as cursor:
        return claims_sort(
            cursor, claims, snapshots.current(), line.holder, line.carrier.pk, clock.now()
        )


def test_what_still_holds_may_be_composed(line):
    message = line.queued()
    assert [claim.id for claim in sort(line)] == [message.pk]
    assert (state(message), place(message)) == ("queued", "claimed")


def test_opt_out_since_the_decision_blocks(line):
    message = line.queued()
    suppress(line, message.msisdn)
    assert sort(line) == []
    assert (state(message), place(message)) == ("blocked suppressed", "nowhere")
    assert events(line.account) == ["message.blocked"]


def test_withdrawn_template_blocks_what_is_queued(line):
    version = make_template_version(line.account, advertiser=line.sender.advertiser)
    message = line.queued(template_version=version)
    TemplateVersion.objects.filter(pk=version.pk).update(status=VersionStatus.WITHDRAWN)
    assert sort(line) == []
    assert (state(message), place(message)) == ("blocked template_withdrawn", "nowhere")


def test_ended_lease_of_a_sender_blocks(line):
    message = line.queued()
    line.sender.lease_end = clock.now().date() - timedelta(days=1)
    line.sender.save()
    assert sort(line) == []
    assert state(message) == "blocked sender_not_allowed"


def test_deleted_sender_blocks(line):
    message = line.queued()
    line.sender.delete()
    assert sort(line) == []
    assert state(message) == "blocked sender_not_allowed"


def test_suspended_account_blocks(line):
    message = line.queued()
    line.account.status = "suspended"
    line.account.save()
    assert sort(line) == []
    assert state(message) == "blocked account_suspended"


def test_changed_rules_that_change_nothing_send_the_row_round_once_more(line):
    message = line.queued()
    line.sender.throughput = 5
    line.sender.save()
    assert sort(line) == []
    assert (state(message), place(message)) == ("queued", "queued")
    line.claimer.rewind()
    assert [claim.id for claim in sort(line)] == [message.pk]


def test_message_past_its_deadline_expires(line):
    message = line.queued(not_after=clock.now() - timedelta(seconds=1))
    assert sort(line) == []
    assert (state(message), place(message)) == ("expired deadline", "nowhere")


def test_message_past_its_window_waits_for_the_next_one(line):
    """The row's own limit is the window's; the customer gave none."""
    message = line.queued()
    Dispatch.objects.filter(id=message.pk).update(not_after=clock.now() - timedelta(seconds=1))
    assert sort(line) == []
    assert (state(message), place(message)) == ("queued", "queued")
    assert Dispatch.objects.get(id=message.pk).not_after is None


def test_only_the_missing_segments_of_a_message_are_left_to_send(line):
    message = line.queued(segment_count=3, segments_sent=2)
    make_segment(message, line, 1)
    make_segment(message, line, 3)
    (claim,) = sort(line)
    assert set(claim.results) == {1, 3}
    assert {one.outcome for one in claim.results.values()} == {"accepted"}


def test_message_that_a_carrier_has_in_part_stays_with_it(line):
    """A message with an accepted segment is never re-routed."""
    other = make_line()
    message = line.queued(segment_count=2, segments_sent=1)
    make_segment(message, line, 1)
    line.sender.throughput = 5
    line.sender.save()
    Route.objects.filter(carrier=line.carrier).delete()
    assert sort(line) == []
    assert Dispatch.objects.get(id=message.pk).carrier_id == line.carrier.pk != other.carrier.pk
    assert not Waiting.objects.exists()


def test_sealed_code_is_in_the_text_that_leaves_alone(line):
    message = line.queued(message_class="otp", origin="verify", text="Your code is ******.")
    texts_seal([(message.pk, "Your code is 240389.")], clock.now())
    (claim,) = sort(line)
    assert claim.text == "Your code is 240389."
    message.refresh_from_db()
    assert message.text == "Your code is ******."


def test_what_has_lost_its_code_does_not_leave_with_stars(line):
    message = line.queued(message_class="otp", origin="verify", text="Your code is ******.")
    assert sort(line) == []
    assert (state(message), place(message)) == ("expired deadline", "nowhere")

"""What the SMSC answered, into states, retries and segments."""

from datetime import timedelta

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from carriers.smpp import statuses
from config.common import clock
from messaging.constants import MAX_ATTEMPTS
from messaging.models import Dispatch, Message, Segment, Waiting
from messaging.pump.results import ResultSorter, not_taken, refused_here, stored_id, work_commit
from messaging.services.routing import waiting_route
from tests.messaging.hot import Line, events, make_line, make_segment, place, result, state, tallies

NOTHING = -1
CAMPAIGN = 7001
THROTTLED, TEMPORARY = statuses.ESME_RTHROTTLED, statuses.ESME_RSYSERR
BAD_NUMBER, REFUSED = statuses.ESME_RINVDSTADR, statuses.ESME_RX_P_APPN


@pytest.fixture
def line(db) -> Line:
    return make_line()


def commit(line: Line, *results, sorter: ResultSorter | None = None):
    sorter = sorter or ResultSorter(response_id_form=line.bind.response_id_form)
    work = sorter.sort(results)
    with connection.cursor() as cursor:
        work_commit(
            cursor,
            work,
            holder=line.holder,
            carrier_id=line.carrier.pk,
            bind_id=line.bind.pk,
            now=clock.now(),
        )
    return work


def attempts(claim) -> int:
    for table in (Dispatch, Waiting):
        row = table.objects.filter(id=claim.id).first()
        if row is not None:
            return int(row.attempts)
    raise AssertionError("in no queue")


@pytest.mark.parametrize(
    ("lane", "status", "ends", "stands", "tried"),
    [
        ("care", 0, "sent", "nowhere", None),
        ("care", BAD_NUMBER, "failed invalid_destination", "nowhere", None),
        ("care", REFUSED, "failed rejected", "nowhere", None),
        ("care", THROTTLED, "queued", "queued", 0),
        ("care", statuses.ESME_RINVBNDSTS, "queued", "queued", 0),
        ("care", TEMPORARY, "queued", "waiting retry", 1),
        ("care", NOTHING, "unknown no_answer", "nowhere", None),
        ("marketing", NOTHING, "unknown no_answer", "nowhere", None),
        ("transactional", NOTHING, "unknown no_answer", "nowhere", None),
        ("otp", NOTHING, "queued", "queued", 1),
    ],
)
def test_answer_decides_state_and_place(line, lane, status, ends, stands, tried):
    """Invariant 2: after a lost answer only a one-time code is sent again."""
    claim = line.claimed(lane)
    commit(line, result(claim, status=status))
    assert (state(claim), place(claim)) == (ends, stands)
    if tried is not None:
        assert attempts(claim) == tried


def test_sent_message_has_its_segment_and_event(line):
    claim = line.claimed(campaign_id=CAMPAIGN)
    commit(line, result(claim, smsc_id="0A1B"))
    segment = Segment.objects.get(message_id=claim.id)
    assert (segment.smsc_message_id, segment.status, segment.total) == ("0A1B", "sent", 1)
    assert (segment.carrier_id, segment.bind_id) == (line.carrier.pk, line.bind.pk)
    assert events(line.account) == ["message.sent"]
    assert tallies(CAMPAIGN) == {("sent", ""): 1}


def test_refusal_keeps_the_carriers_code(line):
    claim = line.claimed()
    commit(line, result(claim, status=REFUSED))
    assert Message.objects.get(pk=claim.id).command_status == REFUSED


@pytest.mark.parametrize(("tried", "seconds"), [(0, 5), (1, 10), (3, 40), (6, 300)])
def test_retries_come_later_and_later(line, tried, seconds):
    claim = line.claimed(attempts=tried)
    began = clock.now()
    commit(line, result(claim, status=TEMPORARY))
    wait = Waiting.objects.get(id=claim.id).due_at - began
    assert timedelta(seconds=seconds) <= wait < timedelta(seconds=seconds + 3)


@pytest.mark.parametrize("lane", ["care", "otp"])
def test_after_the_last_attempt_another_carrier_may_try(line, lane):
    claim = line.claimed(lane, attempts=MAX_ATTEMPTS - 1)
    commit(line, result(claim, status=TEMPORARY))
    assert (state(claim), place(claim)) == ("queued", "waiting exhausted")
    assert Waiting.objects.get(id=claim.id).tried_carriers == [line.carrier.pk]


@pytest.mark.parametrize("lane", ["care", "otp"])
def test_last_attempt_at_the_second_carrier_fails(line, lane):
    claim = line.claimed(lane, attempts=MAX_ATTEMPTS - 1)
    claim.tried_carriers.append(4711)
    commit(line, result(claim, status=TEMPORARY))
    assert (state(claim), place(claim)) == ("failed too_many_attempts", "nowhere")


def test_where_there_is_no_other_carrier_it_ends_with_what_the_first_one_said(line):
    claim = line.claimed(attempts=MAX_ATTEMPTS - 1)
    commit(line, result(claim, status=TEMPORARY))
    waiting_route()
    assert (state(claim), place(claim)) == ("failed too_many_attempts", "nowhere")


def test_one_time_code_without_answers_is_given_up_after_the_last_attempt(line):
    claim = line.claimed("otp", attempts=MAX_ATTEMPTS - 1)
    commit(line, result(claim, status=NOTHING))
    assert state(claim) == "unknown no_answer"


def test_message_is_sent_when_all_its_segments_are(line):
    claim = line.claimed(segment_count=2)
    sorter = ResultSorter(response_id_form="as_is")
    commit(line, result(claim, 2), sorter=sorter)
    assert (state(claim), place(claim)) == ("queued", "claimed")
    commit(line, result(claim, 1), sorter=sorter)
    assert (state(claim), place(claim)) == ("sent", "nowhere")
    assert Message.objects.get(pk=claim.id).segments_sent == 2


@pytest.mark.parametrize(
    ("status", "ends", "stands"),
    [
        (REFUSED, "undelivered partial", "nowhere"),
        (NOTHING, "unknown no_answer", "nowhere"),
        (THROTTLED, "queued", "queued"),
        (TEMPORARY, "queued", "waiting retry"),
    ],
)
def test_message_taken_in_part(line, status, ends, stands):
    claim = line.claimed(segment_count=2)
    commit(line, result(claim, 1), result(claim, 2, status=status))
    assert (state(claim), place(claim)) == (ends, stands)
    assert Message.objects.get(pk=claim.id).segments_sent == 1


def test_only_the_missing_segment_is_sent_again_and_completes_the_message(line):
    message = line.queued(segment_count=2, segments_sent=1)
    make_segment(message, line, 1)
    (claim,) = line.claim()
    claim.results[1] = result(claim, 1)
    commit(line, result(claim, 2))
    assert state(claim) == "sent"
    numbers = Segment.objects.filter(message_id=message.pk).values_list("number", flat=True)
    assert sorted(numbers) == [1, 2]


def test_last_attempt_of_a_message_taken_in_part_is_undelivered(line):
    claim = line.claimed(segment_count=2, attempts=MAX_ATTEMPTS - 1)
    commit(line, result(claim, 1), result(claim, 2, status=TEMPORARY))
    assert state(claim) == "undelivered partial"


def test_slots_of_a_journal_stay_until_the_message_is_finished(line):
    """Invariant 2: after a crash they say that a part of it is at the SMSC."""
    claim = line.claimed(segment_count=2)
    sorter = ResultSorter(response_id_form="as_is")
    first, second = (result(claim, n)._replace(journal_slot=n + 10) for n in (1, 2))
    assert commit(line, first, sorter=sorter).slots == []
    assert sorted(commit(line, second, sorter=sorter).slots) == [11, 12]


def test_batch_that_could_not_be_committed_gives_the_same_once_more(line):
    claim = line.claimed(segment_count=2)
    sorter, results = ResultSorter(response_id_form="as_is"), [result(claim, 1), result(claim, 2)]
    sorter.sort(results)
    commit(line, *results, sorter=sorter)
    assert (state(claim), events(line.account)) == ("sent", ["message.sent"])
    assert Segment.objects.filter(message_id=claim.id).count() == 2


def test_segment_that_no_session_took_costs_no_attempt(line):
    claim = line.claimed()
    commit(line, not_taken(result(claim).submission))
    assert (state(claim), place(claim), attempts(claim)) == ("queued", "queued", 0)


def test_message_that_fits_no_pdu_ends_alone(line):
    claim, other = line.claimed(segment_count=3), line.claimed()
    commit(line, refused_here(claim), result(other))
    assert (state(claim), state(other)) == ("failed rejected", "sent")


def test_results_of_a_former_lease_are_stored_and_move_no_row(line):
    """Invariant 8: results of an old lease epoch are stored but claim nothing."""
    claim = line.claimed()
    Dispatch.objects.filter(id=claim.id).update(lease_epoch=line.epoch + 1)
    commit(line, result(claim))
    assert (state(claim), place(claim)) == ("sent", "claimed")


def late(one):
    """The answer to a submission whose loss was told before."""
    return one._replace(outcome="late", smsc_message_id="late-1")


def late_segments(claim) -> list[tuple[int, str, str]]:
    rows = Segment.objects.filter(message_id=claim.id).order_by("number", "smsc_message_id")
    return list(rows.values_list("number", "smsc_message_id", "status"))


@pytest.mark.parametrize("in_one_batch", [True, False])
def test_late_answer_gives_a_lost_segment_its_id(line, in_one_batch):
    """Its message was told as unknown; the receipt that follows finds it by this id."""
    claim = line.claimed("marketing")
    sorter, answer = ResultSorter(response_id_form="as_is"), result(claim)
    lost = result(claim, status=NOTHING)
    batches = [[lost, late(answer)]] if in_one_batch else [[lost], [late(answer)]]
    for batch in batches:
        commit(line, *batch, sorter=sorter)
    assert (state(claim), place(claim)) == ("unknown no_answer", "nowhere")
    assert late_segments(claim) == [(1, "late-1", "sent")]
    assert Message.objects.get(pk=claim.id).segments_sent == 1


@pytest.mark.parametrize("where", ["queued", "claimed", "waiting retry"])
def test_code_that_is_answered_late_is_not_sent_once_more(line, where):
    claim = line.claimed("otp")
    sorter = ResultSorter(response_id_form="as_is")
    commit(line, result(claim, status=NOTHING), sorter=sorter)
    if where != "queued":
        line.claimer.rewind()
        (again,) = line.claim((0,))
        if where != "claimed":
            commit(line, result(again, status=TEMPORARY), sorter=sorter)
    assert place(claim) == where
    commit(line, late(result(claim)), sorter=sorter)
    assert (state(claim), place(claim)) == ("sent", "nowhere")
    assert late_segments(claim) == [(1, "late-1", "sent")]


def test_second_attempt_after_a_late_answer_is_counted_and_changes_nothing(line):
    claim = line.claimed("otp")
    sorter = ResultSorter(response_id_form="as_is")
    commit(line, result(claim, status=NOTHING), sorter=sorter)
    line.claimer.rewind()
    (again,) = line.claim((0,))
    commit(line, late(result(claim)), sorter=sorter)
    commit(line, result(again, smsc_id="second"), sorter=sorter)
    assert (state(claim), events(line.account)) == ("sent", ["message.sent"])
    assert late_segments(claim) == [(1, "late-1", "sent"), (1, "second", "sent")]


def test_late_answer_after_a_second_attempt_was_refused_changes_no_outcome(line):
    claim = line.claimed("otp")
    sorter = ResultSorter(response_id_form="as_is")
    commit(line, result(claim, status=NOTHING), sorter=sorter)
    line.claimer.rewind()
    (again,) = line.claim((0,))
    commit(line, result(again, status=REFUSED), sorter=sorter)
    commit(line, late(result(claim)), sorter=sorter)
    assert (state(claim), len(late_segments(claim))) == ("failed rejected", 1)


def test_late_answer_before_the_other_segments_completes_the_message(line):
    claim = line.claimed("marketing", segment_count=2)
    sorter = ResultSorter(response_id_form="as_is")
    commit(line, result(claim, 1, status=NOTHING), sorter=sorter)
    commit(line, late(result(claim, 1)), sorter=sorter)
    commit(line, result(claim, 2), sorter=sorter)
    assert (state(claim), place(claim)) == ("sent", "nowhere")
    assert Message.objects.get(pk=claim.id).segments_sent == 2


@given(
    raw=st.text(st.characters(max_codepoint=255), max_size=80),
    form=st.sampled_from(["as_is", "strip_zeros_upper", "hex_to_dec", "dec_to_hex", "pad_20"]),
)
def test_any_id_of_an_smsc_can_be_stored(raw, form):
    stored = stored_id(raw, form)
    assert len(stored) <= 65
    assert "\0" not in stored


def test_answer_and_receipt_share_the_form_of_an_id():
    assert stored_id("0a1B", "hex_to_dec") == stored_id("2587", "strip_zeros_upper")


def test_a_sent_message_leaves_no_circle_for_the_garbage_collector(line):
    """Its results hold the claim; held by it in turn, both would stay until a collection."""
    line.queued()
    (claim,) = line.claim()
    ResultSorter(response_id_form="as_is").sort([result(claim)])
    assert claim.results == {}

"""What a message costs in each state."""

import pytest

from messaging.constants import OPEN, FailureReason, MessageStatus
from messaging.money.amounts import amount_text, micros_exact
from messaging.money.charging import Billed, charged_micros, charged_segments, reserved_micros
from messaging.money.limits import Standing, alert_due, fitting
from routing.charge_terms import (
    CHARGES_REJECTED,
    SPARES_UNDELIVERED,
    SPARES_UNKNOWN,
    charge_terms,
    charged_words,
)

S, R = MessageStatus, FailureReason


def billed(status: str, reason: str = "", terms: int | None = 0, sent: int = 0) -> Billed:
    return Billed(str(status), str(reason), 3_000_000, 3, sent, terms)


@pytest.mark.parametrize(
    ("status", "reason", "terms", "sent", "charged"),
    [
        (S.SENT, "", 0, 3, 3),
        (S.DELIVERED, "", 0, 3, 3),
        (S.DELIVERED, "handset", 7, 3, 3),
        (S.UNDELIVERED, R.UNDELIVERABLE, 0, 3, 3),
        (S.UNDELIVERED, R.UNDELIVERABLE, SPARES_UNDELIVERED, 3, 0),
        (S.UNDELIVERED, R.PARTIAL, 0, 2, 2),
        (S.UNDELIVERED, R.PARTIAL, SPARES_UNDELIVERED, 1, 1),
        (S.UNKNOWN, R.NO_RECEIPT, 0, 3, 3),
        (S.UNKNOWN, R.NO_ANSWER, SPARES_UNKNOWN, 0, 0),
        (S.FAILED, R.REJECTED, 0, 0, 0),
        (S.FAILED, R.REJECTED, CHARGES_REJECTED, 0, 3),
        (S.FAILED, R.INVALID_DESTINATION, CHARGES_REJECTED, 0, 3),
        (S.FAILED, R.NO_ROUTE, CHARGES_REJECTED, 0, 0),
        (S.FAILED, R.TOO_MANY_ATTEMPTS, CHARGES_REJECTED, 0, 0),
        (S.BLOCKED, R.SUPPRESSED, CHARGES_REJECTED, 0, 0),
        (S.CANCELED, R.CANCELED, CHARGES_REJECTED, 0, 0),
        (S.EXPIRED, R.DEADLINE, CHARGES_REJECTED, 0, 0),
    ],
)
def test_each_end_is_charged_by_the_rate(status, reason, terms, sent, charged):
    message = billed(status, reason, terms, sent)
    assert charged_segments(message) == charged
    assert charged_micros(message) == charged * 1_000_000
    assert reserved_micros(message) == 0


@pytest.mark.parametrize("status", sorted(OPEN))
def test_what_may_still_leave_is_reserved_and_not_charged(status):
    assert (reserved_micros(billed(status)), charged_micros(billed(status))) == (3_000_000, 0)


@pytest.mark.parametrize("status", MessageStatus.values)
def test_a_message_that_is_not_billed_costs_nothing(status):
    message = billed(status, terms=None, sent=3)
    assert (reserved_micros(message), charged_micros(message)) == (0, 0)


@pytest.mark.parametrize("rejected", [False, True])
@pytest.mark.parametrize("undelivered", [False, True])
@pytest.mark.parametrize("unknown", [False, True])
def test_terms_say_what_is_charged(rejected, undelivered, unknown):
    terms = charge_terms(rejected=rejected, undelivered=undelivered, unknown=unknown)
    assert set(charged_words(terms)) == {
        word
        for word, is_charged in (
            ("rejected", rejected),
            ("undelivered", undelivered),
            ("unknown", unknown),
        )
        if is_charged
    }


def test_the_usual_terms_are_zero():
    assert charge_terms(rejected=False, undelivered=True, unknown=True) == 0


@pytest.mark.parametrize(
    ("standing", "available", "percent"),
    [
        (Standing("unlimited", 0, 900), None, 0),
        (Standing("prepaid", 100, 40, mark_micros=100), 60, 40),
        (Standing("prepaid", 100, 100, mark_micros=100), 0, 100),
        (Standing("prepaid", 100, 95, mark_micros=100, unit_micros=10), 5, 100),
        (Standing("prepaid", 100, 10, day_micros=9, day_limit_micros=10, mark_micros=100), 1, 90),
        (Standing("postpaid", 0, 70, month_micros=70, month_limit_micros=100), 30, 70),
        (Standing("postpaid", 5, 70, day_micros=8, day_limit_micros=8, month_micros=70), 0, 100),
        (Standing("prepaid", 0, 0), 0, 100),
    ],
)
def test_the_narrowest_limit_counts(standing, available, percent):
    assert (standing.available_micros, standing.used_percent) == (available, percent)


@pytest.mark.parametrize(
    ("used", "told", "due"),
    [(79, 0, None), (80, 0, 80), (99, 80, None), (100, 80, 100), (100, 100, None), (100, 0, 100)],
)
def test_a_threshold_is_told_once(used, told, due):
    assert alert_due((80, 100), used, told) == due


def test_messages_are_fitted_in_their_order():
    assert fitting([4, 4, 4, 2, 1], 10) == [True, True, False, True, False]
    assert fitting([0, 0], -5) == [False, False]


@pytest.mark.parametrize(
    ("micros", "text"),
    [(0, "0"), (7_500, "0.0075"), (-1_500_000, "-1.5"), (-1, "-0.000001"), (350_000_000, "350")],
)
def test_amounts_are_written_exactly(micros, text):
    assert amount_text(micros) == text
    assert micros_exact(text) == micros


@pytest.mark.parametrize("wrong", ["0.0000001", "NaN", "x", "", "1e30", "Infinity"])
def test_amounts_that_cannot_be_kept_are_refused(wrong):
    with pytest.raises(ValueError):
        micros_exact(wrong)

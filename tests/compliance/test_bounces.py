"""When failures in a row mean that a number cannot be reached."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.bounces import DELIVERED, BouncePolicy, Outcome, bounce_of, kind_of

START = datetime(2026, 11, 1, 9, tzinfo=UTC)
UNKNOWN = BouncePolicy("unknown_number", 1, 14, 90, ("marketing", "care"))
UNREACHABLE = BouncePolicy("unreachable", 3, 14, 90, ("marketing", "care"), frozenset({"0B2"}))
POLICIES = {policy.error_class: policy for policy in (UNKNOWN, UNREACHABLE)}


def after(days: float, kind: str) -> Outcome:
    return Outcome(START + timedelta(days=days), kind)


U, N, D = "unreachable", "unknown_number", DELIVERED


@pytest.mark.parametrize(
    ("outcomes", "met"),
    [
        ((), None),
        (((0, N),), "unknown_number"),
        (((0, N), (1, D)), None),
        (((0, U), (1, U)), None),
        (((0, U), (1, U), (2, U)), "unreachable"),
        (((0, U), (1, U), (1.5, D), (2, U)), None),
        (((0, U), (1, D), (2, U), (3, U), (4, U)), "unreachable"),
        (((0, U), (7, U), (13.9, U)), "unreachable"),
        (((0, U), (7, U), (14, U)), None),
        (((0, U), (1, "refused"), (2, U), (3, "")), None),
        (((2, U), (0, U), (1, U)), "unreachable"),
    ],
)
def test_failures_in_a_row_within_the_days_meet_a_policy(
    outcomes: tuple[tuple[float, str], ...], met: str | None
) -> None:
    found = bounce_of([after(*one) for one in outcomes], POLICIES)
    assert (found.policy.error_class if found else None) == met


def test_who_lifted_the_suppression_began_anew() -> None:
    outcomes = [after(0, U), after(1, U), after(3, U)]
    assert bounce_of(outcomes, POLICIES, START + timedelta(days=2)) is None


@pytest.mark.parametrize(
    ("command_status", "receipt_error", "kind"),
    [
        (None, "", "unknown_number"),
        (None, "0b2", "unreachable"),
        (0xB2, "", "unknown_number"),
        (None, "001", "unknown_number"),
    ],
)
def test_an_error_named_by_a_policy_is_of_its_kind(
    command_status: int | None, receipt_error: str, kind: str
) -> None:
    assert kind_of("unknown_number", command_status, receipt_error, POLICIES) == kind


def test_an_answer_of_a_carrier_is_named_in_hexadecimal() -> None:
    policies = {"refused": BouncePolicy("refused", 1, 1, None, (), frozenset({"0x0B"}))}
    assert kind_of("unknown_number", 0x0B, "", policies) == "refused"


KINDS = st.sampled_from([U, N, D, "refused", ""])


@given(st.lists(st.tuples(st.floats(0, 60), KINDS), max_size=12))
def test_a_delivery_at_the_end_always_clears(outcomes: list[tuple[float, str]]) -> None:
    assert bounce_of([*(after(*one) for one in outcomes), after(61, D)], POLICIES) is None


@given(st.lists(st.tuples(st.floats(0, 60), KINDS), max_size=12), st.integers(2, 5))
def test_a_bounce_counts_only_its_own_kind_since_the_last_delivery(
    outcomes: list[tuple[float, str]], threshold: int
) -> None:
    policy = BouncePolicy(U, threshold, 14, None, ())
    found = bounce_of([after(*one) for one in outcomes], {U: policy})
    delivered = max((day for day, kind in outcomes if kind == D), default=-1.0)
    days = sorted(day for day, kind in outcomes if kind == U and day > delivered)
    near = [day for day in days if day > days[-1] - 14]
    assert (found is not None) == (len(near) >= threshold)

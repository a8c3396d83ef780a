"""Which papers hold on a day, and what is said where one does not."""

from datetime import date, timedelta

import pytest

from compliance.findings import FIX_OF, FIXES, MESSAGES
from compliance.sender_gaps import ITEMS, PROBLEMS, SenderGap, codes
from routing.standing import PaperTerms, SenderStanding, problem_of

TODAY = date(2026, 11, 22)
DAY = timedelta(days=1)


def paper(state: str = "approved", **days: date) -> PaperTerms:
    return PaperTerms(state, date(2026, 11, 1), **days)


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        (paper(), ("", None)),
        (paper(valid_until=TODAY), ("", None)),
        (paper(valid_until=TODAY - DAY), ("expired", TODAY - DAY)),
        (paper(valid_from=TODAY), ("", None)),
        (paper(valid_from=TODAY + DAY), ("not_yet", TODAY + DAY)),
        (paper("submitted"), ("submitted", date(2026, 11, 1))),
        (paper("suspended"), ("suspended", date(2026, 11, 1))),
        (paper("expired", valid_until=TODAY - DAY), ("expired", TODAY - DAY)),
    ],
)
def test_a_paper_holds_from_its_first_to_its_last_day(
    terms: PaperTerms, expected: tuple[str, date | None]
) -> None:
    assert terms.problem(TODAY) == expected


def test_one_paper_that_holds_suffices() -> None:
    renewed = (paper("expired"), paper(valid_until=TODAY + DAY))
    assert problem_of(renewed, TODAY) == ("", None)


def test_the_nearest_of_several_problems_is_named() -> None:
    assert problem_of((paper("draft"), paper("suspended")), TODAY)[0] == "suspended"
    assert problem_of((), TODAY) == ("none", None)


def gaps(standing: SenderStanding, needed: tuple[str, ...], network: int | None = 1) -> list[str]:
    found = standing.gaps(
        needed, network_id=network, network_name="Viettel", message_class="marketing", on=TODAY
    )
    return [gap.code for gap in found]


def test_gaps_come_in_the_order_of_obtaining_the_papers() -> None:
    bare = SenderStanding("SAOMAI")
    assert gaps(bare, ITEMS) == [
        "sender_certificate_none",
        "sender_registration_none",
        "sender_program_none",
    ]
    assert gaps(bare, ()) == []


def test_a_registration_is_for_one_network_and_class() -> None:
    held = SenderStanding("SAOMAI", registrations={(1, "marketing"): (paper(),)})
    assert gaps(held, ("registration",)) == []
    assert gaps(held, ("registration",), 2) == ["sender_registration_none"]
    assert gaps(held, ("registration",), None) == ["sender_network_unknown"]


def test_every_gap_has_a_sentence_and_a_way_out() -> None:
    values = (("sender", "SAOMAI"), ("network", "Viettel"), ("message_class", "care"))
    assert set(codes()) == {f"sender_{item}_{problem}" for item in ITEMS for problem in PROBLEMS}
    for item in ITEMS:
        for problem in PROBLEMS:
            gap = SenderGap(item, problem, (*values, ("day", "2026-11-01")))
            assert "SAOMAI" in MESSAGES[gap.code] % dict(gap.values)
            assert FIXES[FIX_OF[gap.code]] % dict(gap.values)

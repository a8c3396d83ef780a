"""How far a refusal reaches, and what a confirmation of consent says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.confirmations import confirmation_text
from compliance.reach import Aim, aim_of, compact, named, widest
from compliance.rule_packs.vocabulary import REACHES
from messaging.encoding import gsm7

REACH = st.sampled_from(REACHES)


@given(REACH, st.sampled_from(("", *REACHES)), st.sampled_from(("", "account")))
def test_account_and_keyword_only_widen(policy: str, account: str, keyword: str) -> None:
    aim = aim_of(policy, account_reach=account, keyword_reach=keyword, answered_program=7)
    for reach in (policy, account, keyword):
        assert not reach or REACHES.index(aim.reach) >= REACHES.index(reach)


@given(REACH, REACH)
def test_named_program_is_all_that_is_refused(policy: str, account: str) -> None:
    assert aim_of(policy, account_reach=account, named_program=3) == Aim("program", 3)


@pytest.mark.parametrize(
    ("policy", "answered", "expected"),
    [
        ("program", 7, Aim("program", 7)),
        ("program", None, Aim("brand")),  # the message answered had none
        ("sender", 7, Aim("sender")),
        ("brand", 7, Aim("brand")),
        ("account", 7, Aim("account")),
    ],
)
def test_policy_decides_where_nothing_is_named(policy: str, answered: int, expected: Aim) -> None:
    assert aim_of(policy, answered_program=answered) == expected


def test_named_brand_is_the_brand_and_all_is_all() -> None:
    assert aim_of("account", is_brand_named=True) == Aim("brand")
    assert aim_of("brand", is_brand_named=True, keyword_reach="account") == Aim("account")


def test_widest_of_nothing_is_the_brand() -> None:
    assert widest("", "") == "brand"


@pytest.mark.parametrize("written", ["mk tamduc", "MKTAMDUC", "MK Tâm Đức", "mk-tam.duc"])
def test_names_are_found_however_they_are_written(written: str) -> None:
    assert compact(written) == "mktamduc"
    assert named(written, {1: ("ACME",), 2: ("Other", "MK Tâm Đức")}) == 2


@pytest.mark.parametrize("argument", ["", "!!", "unknown"])
def test_other_words_name_nothing(argument: str) -> None:
    assert named(argument, {1: ("ACME", "")}) is None


@pytest.mark.parametrize("language", ["en", "es", "fr", "vi"])
def test_confirmation_has_what_is_asked_for_and_fits_one_segment(language: str) -> None:
    elements = ("brand", "frequency", "help", "stop", "rates")
    text = confirmation_text(elements, (language,)).replace("{brand}", "Harbor Coffee")
    assert text.startswith("Harbor Coffee")
    assert "STOP" in text or "TC" in text
    octets = gsm7.encode(text)
    assert octets is not None
    assert len(octets) <= 160


def test_confirmation_says_the_frequency_that_was_promised() -> None:
    assert "4 msgs/month." in confirmation_text(("frequency",), ("en",), frequency="4 msgs/month")


def test_unknown_language_is_english() -> None:
    assert "subscribed" in confirmation_text((), ("tlh",))

"""A short run of the fuzzers on every run of the suite; `make fuzz SECONDS=600` is the long one."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fuzz.corpus import RECEIPTS, own, recorded, spoiled
from tests.fuzz.targets import TARGETS

SEEDS = recorded() + own() + list(RECEIPTS)


@pytest.mark.parametrize("name", TARGETS)
def test_nothing_breaks_on_pdus_as_they_are(name):
    for octets in SEEDS:
        TARGETS[name](octets, random.Random(1))


@pytest.mark.parametrize("name", TARGETS)
@given(number=st.integers(0, 2**64), junk=st.binary(max_size=200))
@settings(max_examples=150, deadline=None)
def test_nothing_breaks_on_spoiled_octets(name, number, junk):
    chance = random.Random(number)
    octets = spoiled(chance.choice(SEEDS), chance) + chance.choice((b"", junk))
    TARGETS[name](octets, chance)

"""What a bind's options make of texts."""

import pytest

from carriers.constants import LOCKING_SHIFT_CHOICES, ShiftLanguage
from carriers.models import Bind
from messaging.encoding.profile import DEFAULT_PROFILE, EncodingProfile, NationalLanguage
from messaging.selectors.profiles import profile_of


def test_bind_without_options_takes_what_everybody_takes():
    assert profile_of(Bind()) == DEFAULT_PROFILE


@pytest.mark.parametrize(("mode", "bits"), [("udh8", 8), ("udh16", 16), ("sar", 8), ("payload", 8)])
def test_reference_size_follows_the_way_of_long_messages(mode, bits):
    assert profile_of(Bind(long_messages=mode)).reference_bits == bits


def test_options_of_the_bind():
    bind = Bind(has_latin1=True, single_shifts=["turkish", "spanish"], locking_shifts=["turkish"])
    assert profile_of(bind) == EncodingProfile(
        has_latin1=True,
        single_shifts=(NationalLanguage.TURKISH, NationalLanguage.SPANISH),
        locking_shifts=(NationalLanguage.TURKISH,),
    )


def test_every_language_of_the_form_is_known_to_the_encoder():
    locking = [name for name, _label in LOCKING_SHIFT_CHOICES]
    profile = profile_of(Bind(single_shifts=ShiftLanguage.values, locking_shifts=locking))
    assert profile.single_shifts == tuple(NationalLanguage)
    assert set(profile.single_shifts) - set(profile.locking_shifts) == {NationalLanguage.SPANISH}

"""Deciding knows what binds refuse, by the profile that composes."""

import pytest

from carriers.models import Bind
from messaging.pump.composing import Composer
from messaging.pump.refusals import ComposeError
from messaging.selectors.bind_limits import LONGEST, bind_limits, carriers_refusing
from messaging.services.drafts import MAX_SEGMENTS
from tests.factories import make_bind
from tests.messaging.pump.test_composing import NOW, claim, sender

pytestmark = pytest.mark.django_db
TEXTS = ["Hello", "10% off", "Đ" * 201, "a" * 300, "a" * 460]


def composing_refuses(bind: Bind, text: str) -> bool:
    try:
        Composer(bind).compose(claim(text), sender(), NOW, None)
    except ComposeError:
        return True
    return False


@pytest.mark.parametrize(
    "options",
    [
        {"max_segments": 1},
        {"max_segments": 3, "label_before": "(QC) "},
        {"max_segments": 2, "max_octets": 100},
        {"max_segments": 3, "long_messages": "udh16"},
        {"character_policy": "refuse", "forbidden_characters": "%"},
        {"source_policy": "allowed", "allowed_sources": ["5384"]},
        {"source_policy": "allowed", "allowed_sources": ["53849"]},
    ],
)
def test_what_composing_refuses_is_not_routed_there(options):
    """Invariant 12: preview and routing ask what sending does."""
    bind = make_bind(**options)
    limits = bind_limits()
    for text in TEXTS:
        refusing = bind.carrier_id in carriers_refusing(limits, text, "53849")
        assert refusing == composing_refuses(bind, text), text


def test_carrier_with_one_bind_that_takes_everything_is_not_limited():
    bind = make_bind(max_segments=1)
    make_bind(bind.carrier)
    assert bind_limits() == {}


def test_usual_binds_cost_nothing():
    make_bind()
    assert bind_limits() == {}
    assert LONGEST == MAX_SEGMENTS

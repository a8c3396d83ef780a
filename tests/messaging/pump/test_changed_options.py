"""What a running pump makes of changed options."""

from types import SimpleNamespace

import pytest

from carriers.models import Bind, Carrier
from carriers.smpp import pdu
from messaging.pump.pump import BindPump
from messaging.pump.results import ResultSorter, not_taken
from tests.messaging.hot import result
from tests.messaging.pump.test_composing import NOW, claim, sender

THROTTLED = 0x58


def bind(**options) -> Bind:
    return Bind(pk=1, carrier=Carrier(pk=1, name="c"), name="b", **options)


class Rows:
    """The table of binds: one row, as an operator left it."""

    def __init__(self, row: Bind) -> None:
        self.row = row

    def select_related(self, *_names: str) -> "Rows":
        return self

    def get(self, *, pk: int) -> Bind:
        assert pk == self.row.pk
        return self.row


def coding(pump: BindPump) -> int:
    (one,) = pump._composer.compose(claim(), sender(), NOW, None)
    return pdu.parse_submit_sm(pdu.with_header(pdu.SUBMIT_SM, 0, 1, one.body)).data_coding


def test_pump_composes_by_the_options_of_now(monkeypatch):
    monitor = SimpleNamespace(snapshot=SimpleNamespace(version=1), held=frozenset())
    pump = BindPump(bind(), 1, monitor)
    assert coding(pump) == 0
    monkeypatch.setattr(Bind, "objects", Rows(bind(data_coding_gsm7=241)))
    pump.reconfigure()
    assert coding(pump) == 241


@pytest.mark.parametrize(("delay", "waits"), [(None, False), (30, True)])
def test_throttled_message_goes_first_again_or_lets_others_go(delay, waits):
    one = claim()
    sorter = ResultSorter(response_id_form="as_is", throttled_delay=delay)
    work = sorter.sort([result(one, status=THROTTLED)])
    assert (work.set_aside, work.again) == (({30: [one]}, []) if waits else ({}, [one]))


def test_what_no_session_took_does_not_wait():
    one = claim()
    sorter = ResultSorter(response_id_form="as_is", throttled_delay=30)
    work = sorter.sort([not_taken(result(one).submission)])
    assert (work.set_aside, work.again) == ({}, [one])

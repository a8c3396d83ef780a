import math

import pytest

from carriers.smpp.journal import Journal
from carriers.smpp.link import Link
from tests.carriers.smpp.fake_smsc import FakeSmsc
from tests.carriers.smpp.support import ListSource, RecordingSink, make_config


@pytest.fixture
def smsc():
    fake = FakeSmsc()
    yield fake
    fake.close()


@pytest.fixture
def journal(tmp_path):
    opened = Journal.open(tmp_path / "7.journal", 7, 1, 1000)
    yield opened
    opened.close()


class Linked:
    """A started link with its ports."""

    def __init__(self, journal, source, deadline, **config):
        self.source, self.journal = source, journal
        self.sink = RecordingSink()
        self.link = Link(make_config(**config), source, self.sink, journal, deadline)
        self.link.start()

    def outcomes(self, n):
        self.sink.wait_for(lambda: len(self.sink.all_results) >= n)
        return [result.outcome for result in self.sink.all_results]

    def inbound(self, n):
        self.sink.wait_for(lambda: len(self.sink.all_inbound) >= n)
        return self.sink.all_inbound

    def state(self, state, times=1):
        """Waits for it; the first report of it, for another may follow at once."""
        self.sink.wait_for(lambda: self.sink.states.count(state) >= times)
        return next(one for one in self.sink.all_health if one.state == state)

    def ended(self):
        self.link.join(60)
        assert not self.link.is_alive()
        return self.link.end


@pytest.fixture
def linked(smsc, journal):
    made = []

    def make(*bulk, deadline=lambda: math.inf, express=(), **config):
        values = {"port": smsc.port, "reconnect_base_seconds": 0.01, "shutdown_drain_seconds": 5.0}
        source = ListSource(*bulk, express=tuple(express))
        made.append(Linked(journal, source, deadline, **{**values, **config}))
        return made[-1]

    yield make
    for each in made:
        each.link.stop()
    smsc.close()
    for each in made:
        each.link.join(60)

"""The HTTP link's thread against the simulated carrier and one in the test's hand."""

import json
import socket
import threading
import time

import pytest

from carriers.http.link import HttpLink
from carriers.http.options import HttpOptions
from carriers.simulator.http_carrier import HttpManner
from carriers.simulator.server import SimulatorConfig
from carriers.simulator.thread import SimulatorThread
from carriers.smpp.journal import Journal, read
from tests.carriers.smpp.support import ListSource, RecordingSink, make_config, make_submission
from tests.waiting import until

BODY = {"to": "{{to}}", "text": "{{text}}", "reference": "{{reference}}"}


@pytest.fixture(autouse=True)
def _loopback(settings):
    settings.HTTP_CARRIER_NETWORKS = ["127.0.0.0/8"]


@pytest.fixture(scope="module")
def carrier():
    manner = HttpManner(latency_seconds=0.005)
    with SimulatorThread(SimulatorConfig((), None, http_port=0, http_manner=manner)) as one:
        yield one


def submission(to="84912345678", **overrides):
    values = {"to": to, "text": "hello", "reference": "r1"}
    return make_submission(body=json.dumps(values).encode(), **overrides)


class Linked:
    """A running link with its ports."""

    def __init__(self, url, path, *bulk, secret="sim-http", deadline=None, **config):
        options = HttpOptions(
            f"{url}/messages",
            body=BODY,
            authentication="bearer",
            secret=secret,
            id_path="message.id",
            error_path="error.code",
        )
        self.source, self.sink = ListSource(*bulk), RecordingSink()
        self.path = path
        self.config = make_config(http=options, **{"window": 4, **config})
        self.journal = Journal.open(path, 7, 1, 64)
        until = deadline or time.monotonic() + 600
        self.link = HttpLink(self.config, self.source, self.sink, self.journal, lambda: until)
        self.link.start()

    def results(self, n):
        self.sink.wait_for(lambda: len(self.sink.all_results) >= n)
        return self.sink.all_results

    def state(self, word):
        self.sink.wait_for(lambda: word in self.sink.states)

    def end(self):
        self.link.stop()
        self.link.join(60)
        assert not self.link.is_alive()
        self.journal.close()


@pytest.fixture
def linked(carrier, tmp_path):
    made = []

    def make(*bulk, url="", **more):
        made.append(Linked(url or carrier.http_url, tmp_path / "journal", *bulk, **more))
        return made[-1]

    yield make
    for one in made:
        one.end()


def test_submissions_are_sent_and_answered(linked, carrier):
    one = linked(*[submission() for _ in range(20)])
    results = one.results(20)
    assert {each.outcome for each in results} == {"accepted"}
    assert len({each.smsc_message_id for each in results}) == 20
    assert all(each.written_at <= each.answered_at for each in results)
    assert one.sink.states[:3] == ["starting", "binding", "bound"]
    assert 1 < carrier.call(lambda it: it.http.most_under_way) <= 4


@pytest.mark.parametrize(
    ("suffix", "outcome", "status_class", "number"),
    [
        ("903", "refused", "permanent_message", 0x49000000 + 1101),
        ("909", "refused", "temporary", 0x49000000 + 1502),
        ("904", "throttled", "throttle", 0x49000000 + 1501),
    ],
)
def test_refusals_have_the_classes_of_smpp(linked, suffix, outcome, status_class, number):
    one = linked(submission(f"849123{time.time_ns() % 100}{suffix}"))
    (result,) = one.results(1)
    assert (result.outcome, result.status_class, result.command_status) == (
        outcome,
        status_class,
        number,
    )


def test_throttling_pauses_and_recovers(linked):
    one = linked(submission("8491234904"), throttle_delay_seconds=0.1)
    one.results(1)
    one.state("throttled")
    one.sink.wait_for(lambda: one.sink.states[-1] == "bound")


def test_no_answer_in_time_is_unknown_and_stays_in_the_journal(linked):
    one = linked(submission("84912345905"), response_timer_seconds=0.3)
    (result,) = one.results(1)
    assert (result.outcome, result.smsc_message_id) == ("unknown", "")
    assert len(read(one.path, 7).entries) == 1


def test_a_wrong_token_stops_the_bind_and_says_so(linked):
    one = linked(submission(), secret="wrong")
    one.link.join(60)
    assert one.link.end == "bind_failed"
    assert one.sink.all_health[-1].state == "bind_failed"
    assert one.sink.all_results[0].status_class == "credentials"


def test_a_carrier_that_is_not_there_is_connection_lost_and_nothing_is_taken(linked):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    one = linked(submission(), url=f"http://127.0.0.1:{port}")
    one.state("connection_lost")
    assert len(one.source.bulk) == 1
    assert one.link.end is None


def test_private_addresses_need_permission(linked, settings):
    settings.HTTP_CARRIER_NETWORKS = []
    one = linked(submission())
    one.state("connection_lost")
    assert "127.0.0.1 is not permitted" in one.sink.all_health[-1].detail
    assert len(one.source.bulk) == 1


def test_nothing_is_written_after_the_lease(linked):
    one = linked(submission(), deadline=time.monotonic() - 1)
    one.link.join(60)
    assert one.link.end == "lease_ended"
    assert not one.sink.all_results
    assert len(one.source.bulk) + len(one.source.returned) == 1


def test_contracted_rate_holds_in_any_second(linked, carrier):
    arrivals = []
    one = linked(*[submission() for _ in range(12)], throughput=10.0, window=8)
    one.results(12)
    arrivals = sorted(each.written_at for each in one.sink.all_results)
    assert all(later - first >= 1.0 for first, later in zip(arrivals, arrivals[10:], strict=False))


def test_stopping_waits_for_what_is_under_way(linked):
    one = linked(submission("84912345910"), shutdown_drain_seconds=8)
    one.sink.wait_for(lambda: "bound" in one.sink.states)
    until(lambda: one.link.status().in_flight)
    one.link.stop()
    (result,) = one.results(1)
    assert result.outcome == "accepted"
    one.link.join(60)
    assert one.link.end == "stopped"


class Rude:
    """A carrier that cuts the connection after it has read `octets` of a request."""

    def __init__(self):
        self.server = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.server.getsockname()[1]}"
        self.requests = []
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self):
        while True:
            try:
                peer, _ = self.server.accept()
                self.requests.append(peer.recv(65536))
            except OSError:
                return
            peer.close()


def test_a_connection_cut_after_the_request_is_unknown(linked):
    rude = Rude()
    one = linked(submission(), url=rude.url)
    (result,) = one.results(1)
    assert result.outcome == "unknown"
    rude.server.close()


def test_a_connection_that_fell_asleep_gives_its_submission_back_unwritten(linked, monkeypatch):
    one = linked()
    one.state("bound")
    line = next(each for each in one.link._lines.lines if each.state == "warm")
    line._connection.sock.shutdown(socket.SHUT_RDWR)
    one.source.bulk.append(submission())
    one.link.wake()
    until(lambda: one.source.returned)
    assert not one.sink.all_results

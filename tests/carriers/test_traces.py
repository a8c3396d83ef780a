"""PDU traces: asked for, written by the worker that holds the bind, masked, and ended."""

import math
from datetime import timedelta

import pytest
from django.urls import reverse

from carriers.models import BindTrace, TracedPdu
from carriers.services.traces import (
    trace_start,
    trace_stop,
    trace_write,
    traces_drop,
    traces_running,
)
from carriers.smpp import pdu
from carriers.smpp.decoding import decoded
from carriers.smpp.journal import Journal
from carriers.smpp.link import Link
from carriers.smpp.tap import Tapped
from carriers.tracer import Tracer
from compliance.models import AuditEntry
from config.common import clock
from config.common.errors import ConflictError, InvalidError
from tests.carriers.smpp.fake_smsc import FakeSmsc
from tests.carriers.smpp.support import ListSource, RecordingSink, make_config, make_submission
from tests.factories import make_bind, make_user

pytestmark = pytest.mark.django_db

NUMBER = "84912345678"


def start(bind=None, **values):
    fields = {"minutes": 5, "most_pdus": 10, "reason": "ticket 7", "actor": None}
    return trace_start(bind=bind or make_bind(), **(fields | values))


def submit(sequence=1):
    message = pdu.SubmitSm(destination_addr=NUMBER, short_message=b"482915 is your code")
    octets = pdu.with_header(pdu.SUBMIT_SM, 0, sequence, pdu.submit_sm_body(message))
    return Tapped(clock.now().timestamp(), True, octets)


class FakeLink:
    def __init__(self):
        self.tapped = None

    def tap(self, tap):
        self.tapped = tap


@pytest.fixture
def links(monkeypatch):
    found = {}
    monkeypatch.setattr("carriers.tracer.live_links", lambda: dict(found))
    return found


@pytest.fixture
def smsc():
    fake = FakeSmsc()
    yield fake
    fake.close()


@pytest.fixture
def journal(tmp_path):
    opened = Journal.open(tmp_path / "trace.journal", 7, 1, 100)
    yield opened
    opened.close()


def test_running_trace_is_written_by_the_worker_that_has_the_bind(links):
    bind, other = make_bind(), make_bind()
    trace = start(bind)
    links |= {bind.pk: FakeLink(), other.pk: FakeLink()}
    tracer = Tracer()
    tracer.look()
    assert links[other.pk].tapped is None
    link = links[bind.pk]
    link.tapped.passed(submit().octets, 1.0, is_outgoing=True, at_start=True)
    tracer.look()
    (row,) = trace.pdus.all()
    assert (row.is_outgoing, NUMBER.encode() in bytes(row.octets)) == (True, False)
    assert pdu.parse_submit_sm(bytes(row.octets)).destination_addr == "8491*****78"
    trace.refresh_from_db()
    assert (trace.taken, trace.ended_at) == (1, None)


def test_trace_ends_with_its_number_of_pdus_and_the_tap_is_taken_away(links):
    bind = make_bind()
    trace = start(bind, most_pdus=2)
    link = links[bind.pk] = FakeLink()
    tracer = Tracer()
    tracer.look()
    link.tapped.passed(submit().octets * 5, 1.0, is_outgoing=True, at_start=True)
    tracer.look()
    trace.refresh_from_db()
    assert (trace.taken, trace.ended_by, link.tapped) == (2, "count", None)
    tracer.look()
    assert link.tapped is None


def test_trace_ends_when_its_time_is_over_or_somebody_stops_it(links):
    bind, other = make_bind(), make_bind()
    trace, stopped = start(bind), start(other)
    links |= {bind.pk: FakeLink(), other.pk: FakeLink()}
    tracer = Tracer()
    tracer.look()
    BindTrace.objects.filter(pk=trace.pk).update(ends_at=clock.now() - timedelta(minutes=1))
    assert trace_stop(trace=stopped, actor=None)
    assert not trace_stop(trace=stopped, actor=None)
    tracer.look()
    assert [link.tapped for link in links.values()] == [None, None]
    assert {one.ended_by for one in BindTrace.objects.all()} == {"time", "stopped"}


def test_new_session_of_the_bind_is_traced_on(links):
    bind = make_bind()
    trace = start(bind)
    links[bind.pk] = FakeLink()
    tracer = Tracer()
    tracer.look()
    links[bind.pk].tapped.passed(submit().octets, 1.0, is_outgoing=True, at_start=True)
    links[bind.pk] = FakeLink()
    tracer.look()
    links[bind.pk].tapped.passed(submit(2).octets, 2.0, is_outgoing=True, at_start=True)
    tracer.look()
    assert trace.pdus.count() == 2


def test_what_comes_after_the_end_is_not_kept():
    trace = start()
    trace_stop(trace=trace, actor=None)
    assert not trace_write(trace_id=trace.pk, pdus=[submit()])
    assert not TracedPdu.objects.exists()


def test_one_trace_at_a_time_and_both_ends_are_in_the_audit_log():
    bind, olga = make_bind(), make_user("olga")
    trace = start(bind, actor=olga)
    with pytest.raises(ConflictError):
        start(bind)
    trace_stop(trace=trace, actor=olga)
    start(bind)
    entries = AuditEntry.objects.filter(subject=f"bind:{bind.pk}").order_by("pk")
    actions = [entry.action for entry in entries]
    assert actions == ["bind.trace_started", "bind.trace_stopped", "bind.trace_started"]


@pytest.mark.parametrize(
    "values",
    [{"minutes": 0}, {"minutes": 1441}, {"most_pdus": 0}, {"most_pdus": 20_001}, {"reason": " "}],
)
def test_limits_are_kept(values):
    with pytest.raises(InvalidError) as caught:
        start(**values)
    assert caught.value.field in values


def test_http_bind_has_no_pdus():
    with pytest.raises(InvalidError):
        start(make_bind(kind="http"))


def test_old_traces_are_forgotten():
    trace, young = start(), start()
    trace_write(trace_id=trace.pk, pdus=[submit()])
    BindTrace.objects.filter(pk=trace.pk).update(ends_at=clock.now() - timedelta(days=8))
    assert (traces_drop(), list(BindTrace.objects.all())) == (1, [young])
    assert not TracedPdu.objects.exists()


def test_pdus_of_a_real_session_are_written_down(smsc, journal):
    bind = make_bind(password="secret")
    trace = start(bind)
    config = make_config(bind_id=bind.pk, port=smsc.port)
    sink = RecordingSink()
    source = ListSource()
    link = Link(config, source, sink, journal, lambda: math.inf)
    link.start()
    tracer = Tracer()
    try:
        peer = smsc.bound()
        sink.wait_for(lambda: "bound" in sink.states)
        tracer.look()
        source.bulk.append(make_submission())
        link.wake()
        for frame in peer.submits(1):
            peer.answer(frame, "7")
        sink.wait_for(lambda: bool(sink.all_results))
        tracer.look()
    finally:
        link.stop()
        smsc.close()
        link.join(60)
    found = [decoded(bytes(row.octets)) for row in trace.pdus.all()]
    assert [one.command for one in found] == ["submit_sm", "submit_sm_resp"]
    assert dict(found[1].fields)["message_id"] == "7"
    assert dict(found[0].fields)["short_message"] == "*****"


def test_only_traces_of_the_binds_asked_for_are_running():
    trace = start()
    assert traces_running([trace.bind_id]) == {trace.bind_id: (trace.pk, 10)}
    assert traces_running([]) == {}


def page(name, *args):
    return reverse(f"admin:carriers_bindtrace_{name}", args=args)


def test_operator_starts_reads_takes_away_and_stops_a_trace(world, browse):
    client, bind = browse(world.olga), make_bind()
    asked = client.get(page("add"), {"bind": bind.pk})
    assert asked.status_code == 200
    form = {"bind": bind.pk, "minutes": 5, "most_pdus": 100, "reason": "which ids?"}
    answer = client.post(page("add"), form)
    trace = BindTrace.objects.get()
    assert answer.url == page("change", trace.pk)
    assert "Nothing has passed yet" in client.get(page("change", trace.pk)).content.decode()
    trace_write(trace_id=trace.pk, pdus=[submit(), submit(2)])
    shown = client.get(page("change", trace.pk)).content.decode()
    assert "submit_sm" in shown
    assert "8491*****78" in shown
    assert "482915" not in shown
    text = b"".join(client.get(page("download", trace.pk)).streaming_content).decode()
    assert "destination_addr: 8491*****78" in text
    client.post(page("stop", trace.pk))
    trace.refresh_from_db()
    assert (trace.ended_by, trace.started_by) == ("stopped", world.olga)


def test_refused_trace_says_why_in_the_form(world, browse):
    bind = make_bind()
    start(bind)
    form = {"bind": bind.pk, "minutes": 5, "most_pdus": 100, "reason": "again"}
    assert "runs already" in browse(world.olga).post(page("add"), form).content.decode()


def test_marketer_sees_no_traces(world, browse):
    trace = start()
    client = browse(world.alice)
    assert client.get(page("changelist")).status_code == 403
    assert client.get(page("add")).status_code == 403
    assert client.get(page("change", trace.pk)).status_code in {302, 403}
    assert client.get(page("download", trace.pk)).status_code in {302, 403, 404}

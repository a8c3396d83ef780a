"""Pages of tests of binds, and the page that sends one message over HTTP."""

import pytest
from django.urls import reverse

from carriers.models import BindProbe
from carriers.simulator.http_carrier import HttpManner
from carriers.simulator.server import SimulatorConfig
from carriers.simulator.thread import SimulatorThread
from config.common import clock
from tests.factories import make_bind, make_carrier

pytestmark = pytest.mark.django_db

FINDINGS = [
    {
        "key": "default_gsm7",
        "value": {"accepted": True, "number": "84912340001", "expected": "T01 @", "partly": []},
        "evidence": "accepted",
    }
]
PROPOSAL = [
    {
        "option": "long_messages",
        "present": "udh8",
        "proposed": "sar",
        "reason": "The present way of long messages is refused or shown in pieces.",
        "evidence": "ESME_RINVESMCLASS; accepted",
    }
]
FORM = {
    "numbers": "+84912340001, +84912340002",
    "short_code": "53849",
    "burst": 5,
    "pace": 5,
    "receipt_wait_seconds": 10,
}


@pytest.fixture
def operator(world, browse):
    return browse(world.olga)


def make_probe(bind=None, **overrides):
    values = {"state": "asking", "findings": FINDINGS, "proposal": PROPOSAL, "total": 40}
    return BindProbe.objects.create(
        bind=bind or make_bind(), created_at=clock.now(), **(values | overrides)
    )


def change(probe):
    return reverse("admin:carriers_bindprobe_change", args=[probe.pk])


def test_an_operator_asks_for_a_test_and_follows_it(operator):
    bind = make_bind()
    url = reverse("admin:carriers_bindprobe_add")
    assert bind.name in operator.get(f"{url}?bind={bind.pk}").content.decode()
    response = operator.post(url, FORM | {"bind": bind.pk})
    probe = BindProbe.objects.get()
    assert response.url == change(probe)
    assert probe.plan["senders"] == {"short_code": "53849"}
    assert "refresh" in operator.get(change(probe)).content.decode()


def test_what_the_plan_refuses_stands_at_its_field(operator):
    bind = make_bind()
    url = reverse("admin:carriers_bindprobe_add")
    page = operator.post(url, FORM | {"bind": bind.pk, "numbers": "abc"}).content.decode()
    assert "with their country code" in page
    assert not BindProbe.objects.exists()


def test_findings_questions_and_proposal_are_shown(operator):
    page = operator.get(change(make_probe())).content.decode()
    for word in (
        "SAR parameters",
        "T01 @",
        "data_coding 0 as GSM 03.38",
        "ESME_RINVESMCLASS",
        "handsets now",
    ):
        assert word in page


def test_answers_and_applied_options_go_through_the_services(operator):
    bind = make_bind()
    probe = make_probe(bind)
    answer = reverse("admin:carriers_bindprobe_answer", args=[probe.pk])
    assert "T01 @" in operator.get(answer).content.decode()
    assert operator.post(answer, {"default_gsm7": "right"}).status_code == 302
    probe.refresh_from_db()
    assert probe.answers == {"default_gsm7": "right"}
    BindProbe.objects.update(proposal=PROPOSAL)
    apply = reverse("admin:carriers_bindprobe_apply", args=[probe.pk])
    assert operator.post(apply, {"options": ["long_messages"]}).status_code == 302
    bind.refresh_from_db()
    assert bind.long_messages == "sar"


def test_a_running_test_can_be_canceled(operator):
    probe = make_probe(state="running", heard_at=clock.now())
    cancel = reverse("admin:carriers_bindprobe_cancel", args=[probe.pk])
    assert operator.post(cancel).status_code == 302
    probe.refresh_from_db()
    assert probe.state == "canceled"


def test_accounts_see_none_of_it(world, browse):
    probe = make_probe()
    client = browse(world.alice)
    assert client.get(change(probe)).status_code in {302, 403, 404}
    assert client.get(reverse("admin:carriers_bindprobe_add")).status_code == 403


@pytest.fixture(scope="module")
def carrier():
    manner = HttpManner(latency_seconds=0.0)
    with SimulatorThread(SimulatorConfig((), None, http_port=0, http_manner=manner)) as one:
        yield one


def test_one_message_over_http_shows_request_and_answer_without_secrets(
    operator, carrier, settings
):
    settings.HTTP_CARRIER_NETWORKS = ["127.0.0.0/8"]
    bind = make_bind(
        make_carrier(),
        kind="http",
        http_url=f"{carrier.http_url}/messages",
        http_body={"to": "{{to}}", "text": "{{text}}", "callback": "{{receipt_url}}"},
        http_secret="sim-http",
        http_id_path="message.id",
    )
    url = f"{reverse('admin:carriers_bindprobe_add')}?bind={bind.pk}"
    assert "Send one test message" in operator.get(url).content.decode()
    form = {"number": "+84912340001", "sender": "53849", "text": "Chào bạn"}
    page = operator.post(url, form).content.decode()
    assert "The carrier answered 202" in page
    assert "took the message" in page
    assert "sim-http" not in page
    assert bind.http_token not in page
    page = operator.post(url, form | {"number": "+84912340903"}).content.decode()
    assert "A real message would fail" in page
    assert "number" in operator.post(url, form | {"number": "x"}).content.decode()

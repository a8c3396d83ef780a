"""What a test of a bind proposes equals the dialect of the simulated operator it met."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import product

import pytest

from carriers.probe.proposal import propose
from carriers.probe.questions import answers_by_handset, questions
from carriers.probe.run import NothingWorksError, Probe, planned
from carriers.probe.values import Plan
from carriers.simulator.client import handset_texts
from carriers.simulator.operators import Account, IdFormat, OperatorProfile
from carriers.simulator.server import SimulatorConfig
from carriers.simulator.thread import SimulatorThread
from carriers.smpp.receipts import canonical_id
from tests.carriers.smpp.support import make_config

NUMBER = "84912340001"
PROFILE = OperatorProfile(
    "test",
    "Test",
    0,
    (Account("esme", "secret"),),
    receipt_delay_seconds=0.02,
    latency_seconds=0.005,
)
PRESENT = {
    "bind_type": "transceiver",
    "interface_version": 0x34,
    "source_ton": {},
    "destination_ton": 1,
    "destination_npi": 1,
    "default_alphabet": "gsm7",
    "has_latin1": False,
    "long_messages": "udh8",
    "validity_form": "relative",
    "response_id_form": "as_is",
    "receipt_id_form": "as_is",
    "text_without_flag": False,
    "registered_delivery": "final",
    "sends_user_message_reference": True,
    "window": 50,
    "throughput": None,
    "status_classes": {},
}
PLAN = Plan((NUMBER,), {"short_code": "53849"}, burst=12, pace=500.0, receipt_wait_seconds=0.7)


def probed(profile=PROFILE, plan=PLAN, present=PRESENT, looks=True):
    """Findings and proposal of a test against this operator."""
    with SimulatorThread(SimulatorConfig((profile,), None)) as simulator:
        config = make_config(
            port=simulator.port("test"), system_id="esme", window=50, response_timer_seconds=3.0
        )
        findings = Probe(config, plan, lambda step, sent: None).run()
        answers = {}
        if looks:
            texts = {one: handset_texts(simulator.control_url, "test", one) for one in plan.numbers}
            answers = answers_by_handset(questions(findings), findings, texts)
        book = simulator.call(lambda it: it.operators["test"].stats.accepted)
    proposed = {one.option: one.proposed for one in propose(present, findings, answers)}
    return {one.key: one for one in findings}, proposed, book


def test_a_usual_smsc_needs_hardly_a_change_and_nothing_goes_elsewhere():
    found, proposed, accepted = probed()
    assert proposed == {"has_latin1": True}
    assert accepted <= planned(PLAN)
    assert found["bind_types"].value == ["transceiver", "transmitter", "receiver"]
    assert found["receipts"].evidence.startswith(f"{found['receipts'].value} of")
    assert found["unbind"].value is True
    assert found["enquire_link"].value is not None
    assert found["reference_echoed"].value is True
    assert found["failures_only_kept"].value is True


def probed_beside(every):
    """The same as `probed` of each of (arguments, keywords): they mostly wait, so they do it together."""
    with ThreadPoolExecutor(16) as pool:
        waiting = [pool.submit(probed, *given, **named) for given, named in every]
        return [one.result() for one in waiting]


ID_FORMS = tuple(product(IdFormat, IdFormat))


@pytest.fixture(scope="module")
def of_id_forms():
    """What tests found about operators with each pair of forms, by (response, receipt)."""
    plan = replace(PLAN, burst=3)
    profiles = [replace(PROFILE, response_id=one, receipt_id=two) for one, two in ID_FORMS]
    found = probed_beside([((profile, plan), {"looks": False}) for profile in profiles])
    return dict(zip(ID_FORMS, found, strict=True))


@pytest.mark.parametrize(("response", "receipt"), ID_FORMS)
def test_id_forms_pair_answers_with_receipts(of_id_forms, response, receipt):
    _found, proposed, _accepted = of_id_forms[response, receipt]
    forms = [proposed.get(name, "as_is") for name in ("response_id_form", "receipt_id_form")]
    for serial in (1, 9, 10, 255, 70_000, 123_456_789):
        written = (response.write(serial), receipt.write(serial))
        assert canonical_id(written[0], forms[0]) == canonical_id(written[1], forms[1])


DIALECTS = (
    ({"default_alphabet": "latin1"}, {"default_alphabet": "latin1", "has_latin1": True}),
    ({"default_alphabet": "ascii"}, {"default_alphabet": "ascii", "has_latin1": True}),
    ({"shows_latin1": False}, {}),
    ({"data_codings": (0, 8)}, {}),
    ({"long_messages": ("sar",)}, {"long_messages": "sar", "has_latin1": True}),
    ({"long_messages": ("payload",)}, {"long_messages": "payload", "has_latin1": True}),
    ({"long_messages": ("udh16", "sar")}, {"long_messages": "udh16", "has_latin1": True}),
    (
        {"source_tons": ((0, 0),), "destination_tons": ((2, 1),)},
        {"source_ton": {"short_code": [0, 0]}, "destination_ton": 2, "has_latin1": True},
    ),
    ({"validity_forms": ("absolute",)}, {"validity_form": "absolute", "has_latin1": True}),
    ({"validity_forms": ()}, {"validity_form": "none", "has_latin1": True}),
    (
        {"takes_reference": False},
        {"sends_user_message_reference": False, "has_latin1": True},
    ),
    (
        {"echoes_reference": False},
        {"sends_user_message_reference": False, "has_latin1": True},
    ),
    (
        {"flags_receipts": False, "receipt_tlvs": False},
        {"text_without_flag": True, "has_latin1": True},
    ),
    ({"gives_receipts": False}, {"registered_delivery": "none", "has_latin1": True}),
    ({"bind_types": ("transmitter",)}, {"bind_type": "transmitter"}),
    ({"interface_versions": (0x50,)}, {"interface_version": 0x50, "has_latin1": True}),
)


@pytest.fixture(scope="module")
def of_dialects():
    """What tests found about operators with each dialect, in the order of DIALECTS."""
    return probed_beside([((replace(PROFILE, **dialect),), {}) for dialect, _ in DIALECTS])


@pytest.mark.parametrize("place", range(len(DIALECTS)))
def test_the_proposal_is_the_operators_dialect(of_dialects, place):
    dialect, expected = DIALECTS[place]
    _found, proposed, _accepted = of_dialects[place]
    if dialect.get("bind_types"):  # without receipts on this session there is more to say
        assert proposed["bind_type"] == "transmitter"
        return
    assert proposed == expected


@pytest.mark.parametrize("status", [0x58, 0x14])
def test_the_window_shows_where_the_smsc_throttles(status):
    profile = replace(PROFILE, window=5, window_status=status, latency_seconds=0.15)
    _found, proposed, _accepted = probed(profile, looks=False)
    assert proposed["window"] == 5
    assert proposed.get("status_classes") == ({"0x14": "throttle"} if status == 0x14 else None)


def test_the_rate_shows_where_the_smsc_throttles():
    profile = replace(PROFILE, throughput=8, throughput_tolerance=0.0, latency_seconds=0.0)
    plan = replace(PLAN, burst=30, pace=6.0)
    _found, proposed, _accepted = probed(profile, plan, looks=False)
    assert 6 <= proposed["throughput"] <= 8
    assert "window" not in proposed


@pytest.mark.parametrize(
    ("dialect", "word"),
    [({"bind_types": ()}, "no bind was accepted"), ({"accounts": ()}, "ESME_RINVSYSID")],
)
def test_where_nothing_works_it_says_what_the_smsc_said(dialect, word):
    with pytest.raises(NothingWorksError, match=word):
        probed(replace(PROFILE, **dialect))


def test_without_anybody_who_looks_nothing_is_said_about_letters():
    _found, proposed, _accepted = probed(replace(PROFILE, default_alphabet="latin1"), looks=False)
    assert proposed == {}

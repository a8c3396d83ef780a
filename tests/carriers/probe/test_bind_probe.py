"""The test of a bind as operators run it: lease, questions, proposal, applied options."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from carriers.models import BindProbe
from carriers.selectors.sessions import session_of
from carriers.services.leases import lease_take, leases_seen
from carriers.services.probes import probe_answer, probe_apply, probe_cancel, probe_start
from carriers.simulator.operators import Account, IdFormat, OperatorProfile
from carriers.simulator.server import SimulatorConfig
from carriers.simulator.thread import SimulatorThread
from config.common import clock
from config.common.errors import ConflictError, InvalidError
from tests.factories import make_bind, make_contact, make_member

PROFILE = OperatorProfile(
    "test",
    "Test",
    0,
    (Account("esme", "secret"),),
    response_id=IdFormat.HEX,
    receipt_id=IdFormat.DECIMAL,
    default_alphabet="latin1",
    long_messages=("sar",),
    source_tons=((0, 0),),
    receipt_delay_seconds=0.02,
)
VALUES = {"numbers": ["+84912340001"], "senders": {"short_code": "53849"}, "burst": 0}
OPTIONS = ["--number", "+84912340001", "--sender", "short_code=53849", "--burst", "0"]
FAST = ["--pace", "500", "--wait", "1.5", "--yes"]

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module")
def simulator():
    with SimulatorThread(SimulatorConfig((PROFILE,), None)) as one:
        yield one


@pytest.fixture
def bind(simulator, settings):
    settings.SIMULATOR_CONTROL_URL = simulator.control_url
    return make_bind(name="new-1", port=simulator.port("test"))


def run(*arguments):
    out = StringIO()
    call_command("bind_probe", *arguments, stdout=out)
    return out.getvalue()


def test_the_command_proposes_the_dialect_and_applies_it(bind):
    found = json.loads(run("new-1", *OPTIONS, *FAST, "--handset", "test", "--json", "--apply"))
    assert {one["option"]: one["proposed"] for one in found["proposal"]} == {
        "source_ton": {"short_code": [0, 0]},
        "default_alphabet": "latin1",
        "has_latin1": True,
        "long_messages": "sar",
        "response_id_form": "hex_to_dec",
        "receipt_id_form": "strip_zeros_upper",
        "text_without_flag": False,
    }
    assert all(one["evidence"] for one in found["proposal"])
    bind.refresh_from_db()
    assert (bind.long_messages, bind.default_alphabet) == ("sar", "latin1")
    probe = bind.probes.get()
    assert (probe.state, probe.done <= probe.total) == ("applied", True)
    (lease,) = [one for one in leases_seen() if one.bind_id == bind.pk]
    assert lease.expires_at is None


def test_answers_come_from_a_file_and_change_the_proposal(bind, tmp_path):
    answers = tmp_path / "answers.json"
    answers.write_text(json.dumps({"default_gsm7": "wrong", "default_latin1": "right"}))
    told = run("new-1", *OPTIONS, *FAST, "--answers", str(answers))
    assert '"gsm7" → "latin1"' in told
    answers.write_text(json.dumps({"default_gsm7": "perhaps"}))
    with pytest.raises(CommandError, match="perhaps"):
        run("new-1", *OPTIONS, *FAST, "--answers", str(answers))


def test_prompts_ask_before_and_about_handsets(bind, monkeypatch):
    asked = []
    monkeypatch.setattr("builtins.input", lambda prompt: asked.append(prompt) or "n")
    with pytest.raises(CommandError, match="Nothing was sent"):
        run("new-1", *OPTIONS, *FAST[:-1])
    assert "At most" in asked[0]
    assert not BindProbe.objects.exists()
    monkeypatch.setattr("builtins.input", lambda prompt: "y" if "[y/N]" in prompt else "1")
    assert "Applied." in run("new-1", *OPTIONS, *FAST[:-1])


def test_a_bind_that_a_worker_holds_is_left_alone(bind):
    (seen,) = [one for one in leases_seen() if one.bind_id == bind.pk]
    lease_take(seen=seen, holder="carriers@one", host="here")
    with pytest.raises(CommandError, match="held by carriers@one"):
        run("new-1", *OPTIONS, *FAST)
    assert run("new-1", *OPTIONS, *FAST, "--second-session")


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"numbers": []}, "numbers"),
        ({"numbers": ["abc"]}, "numbers"),
        ({"senders": {}}, "senders"),
        ({"senders": {"pager": "1"}}, "senders"),
        ({"burst": 1000}, "burst"),
        ({"pace": 0}, "pace"),
    ],
)
def test_bad_plans_are_refused_with_their_field(bind, values, field):
    with pytest.raises(InvalidError) as refused:
        probe_start(bind, VALUES | values, None, in_background=False)
    assert refused.value.field == field


def test_a_contacts_number_is_never_a_test_number(bind):
    make_contact(msisdn="84912340001")
    with pytest.raises(InvalidError, match="contacts"):
        probe_start(bind, VALUES, None)


def test_one_test_of_a_bind_at_a_time_and_a_silent_one_gives_way(bind):
    actor = make_member("operator")
    first = probe_start(bind, VALUES, actor)
    with pytest.raises(ConflictError):
        probe_start(bind, VALUES, actor)
    BindProbe.objects.filter(pk=first.pk).update(heard_at=clock.now().replace(year=2020))
    second = probe_start(bind, VALUES, actor)
    first.refresh_from_db()
    assert first.state == "failed"
    probe_cancel(second, actor)
    with pytest.raises(ConflictError):
        probe_cancel(second, actor)


def test_nothing_is_applied_that_was_not_proposed(bind):
    run("new-1", *OPTIONS, *FAST)
    probe = bind.probes.get()
    with pytest.raises(InvalidError):
        probe_apply(probe, ["password"], None)
    with pytest.raises(InvalidError):
        probe_answer(probe, {"default_gsm7": "nonsense"}, None)


def test_a_bind_that_is_refused_says_why_and_gives_the_lease_back(bind):
    bind.password = "wrong"
    bind.save()
    with pytest.raises(CommandError, match="ESME_RINVPASWD"):
        run("new-1", *OPTIONS, *FAST)
    bind.refresh_from_db()
    assert session_of(bind, clock.now()).state == "unbound"
    assert bind.probes.get().state == "failed"

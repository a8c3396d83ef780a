import os
import signal
import socket
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from carriers.simulator.client import stats
from tests.carriers.simulator.esme import Esme, bound, running

ROOT = Path(__file__).parents[3]


def test_the_command_announces_its_operators_and_stops_on_sigterm(tmp_path):
    command = [sys.executable, "manage.py", "simulator", "--port", "0", "--journal", str(tmp_path)]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            lines = [process.stdout.readline() for _ in range(8)]
            with Esme(int(lines[0].split()[2])) as esme:
                assert lines[0].startswith("simulator viettel: ")
                assert esme.bind("signalbox", "sim-vtl") == 0
            assert "viettel" in stats(lines[7].split()[-1])
            process.send_signal(signal.SIGTERM)
            assert process.wait(60) == 0
        finally:
            process.kill()
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        f"{name}.jsonl"
        for name in ("fast", "http", "intl", "mobifone", "sandbox", "viettel", "vinaphone")
    ]


def test_a_taken_port_ends_with_the_variable_to_change():
    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = holder.getsockname()[1]
        with pytest.raises(CommandError, match=f"Port {port}.*SIMULATOR_PORT") as refused:
            call_command("simulator", port=port, no_journal=True, operators="viettel")
    assert refused.value.returncode == 2


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"operators": "viettel,nobody"}, "Unknown operators: nobody"),
        ({"profiles": Path("/nowhere.json")}, "not a readable JSON file"),
    ],
)
def test_wrong_options_are_refused(options, words):
    with pytest.raises(CommandError, match=words) as refused:
        call_command("simulator", port=0, no_journal=True, **options)
    assert refused.value.returncode == 2


REPLY = {"from_": "+84912345678", "to": "53849", "text": "STOP"}


def test_simulate_reply_sends_through_the_running_simulator(settings):
    out = StringIO()
    with running() as simulator, bound(simulator) as esme:
        settings.SIMULATOR_CONTROL_URL = simulator.control_url
        call_command("simulate_reply", **REPLY, stdout=out)
        assert esme.delivery().short_message == b"STOP"
    assert "test took the reply mo" in out.getvalue()
    assert "in 1 part." in out.getvalue()


def test_simulate_reply_says_when_nobody_is_bound(settings):
    out = StringIO()
    with running() as simulator:
        settings.SIMULATOR_CONTROL_URL = simulator.control_url
        call_command("simulate_reply", **REPLY, stdout=out)
    assert "waits for the next bind" in out.getvalue()


def test_simulate_reply_says_how_to_start_the_simulator(settings):
    with socket.create_server(("127.0.0.1", 0)) as unused:
        settings.SIMULATOR_CONTROL_URL = f"http://127.0.0.1:{unused.getsockname()[1]}"
    with pytest.raises(CommandError, match="Start it with `make run`"):
        call_command("simulate_reply", **REPLY)

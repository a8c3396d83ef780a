"""The command of chaos as far as it goes without a platform; tests/faults runs it for real."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from carriers.simulator.journal import JournalRecord
from config.chaos.judge import Verdict, _time
from config.chaos.runs import Outcome, report
from config.chaos.scenarios import SCENARIOS
from config.management.programs import NAMES


def test_every_process_is_killed_and_frozen() -> None:
    for name in (*NAMES, "valkey", "postgres", "supervisor"):
        assert {f"kill-{name}", f"freeze-{name}"} <= SCENARIOS.keys()


def test_list_names_every_scenario() -> None:
    output = StringIO()
    call_command("chaos", "--list", stdout=output)
    assert [line.split()[0] for line in output.getvalue().splitlines()] == list(SCENARIOS)


@pytest.mark.parametrize("arguments", [[], ["--scenario", "kill-nothing"], ["--scenario", ","]])
def test_unknown_scenario_is_told_with_the_known_ones(arguments: list[str]) -> None:
    with pytest.raises(CommandError, match="kill-carriers"):
        call_command("chaos", *arguments)


def test_count_has_limits() -> None:
    with pytest.raises(CommandError, match="--count"):
        call_command("chaos", "--scenario", "garbage", "--count", "1")


def test_pause_is_the_longest_time_without_a_message_after_the_fault() -> None:
    verdict = Verdict()
    times = (1.0, 2.0, 2.5, 8.5, 9.0)
    records = [JournalRecord("submit", at, system_id="esme") for at in times]
    _time(verdict, records, hurt_at=2.2, healed_at=5.0)
    assert verdict.longest_pause_seconds == 6.0
    assert verdict.flows_again_seconds == 3.5


def test_report_says_what_is_not_accounted_for() -> None:
    verdict = Verdict(faults=["3 messages are neither ended nor visibly waiting"])
    text = report([Outcome(SCENARIOS["garbage"], 100, 1.0, verdict)])
    assert "NO" in text
    assert "3 messages are neither" in text

"""Kills, freezes, cuts and corrupts for real while messages flow; the operators' books judge.

A few scenarios with few messages run with the whole suite, on one platform of their own; all of
them with 20,000 each by `make faults` (FAULTS=all, or names; FAULTS_COUNT).
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from config.chaos.scenarios import SCENARIOS

# A process and the database: each dies once. tests/acceptance freezes and ends others.
USUAL = ("kill-carriers", "kill-postgres")
_CHOSEN = os.environ.get("FAULTS", "")
NAMES = list(SCENARIOS) if _CHOSEN == "all" else _CHOSEN.split(",") if _CHOSEN else list(USUAL)
COUNT = int(os.environ.get("FAULTS_COUNT", "20000" if _CHOSEN else "1000"))
# A platform comes up within minutes even on a machine that has other things to do.
_LIMIT_SECONDS = 600 + len(NAMES) * (240 + COUNT // 40)

pytestmark = [pytest.mark.faults, pytest.mark.timeout(_LIMIT_SECONDS)]


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """What `manage.py chaos` says of each scenario."""
    environment = dict(os.environ) | {
        "DJANGO_SETTINGS_MODULE": "config.settings.dev",
        "SIGNALBOX_VAR": str(tmp_path_factory.mktemp("chaos")),
    }
    for name in ("DATABASE_URL", "BROKER_URL", "CACHE_URL"):
        environment.pop(name, None)
    command = [sys.executable, "manage.py", "chaos", "--scenario", ",".join(NAMES)]
    done = subprocess.run(
        [*command, "--count", str(COUNT)],
        cwd=settings.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=_LIMIT_SECONDS,
    )
    _keep(done.stdout)
    lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    assert len(lines) == len(NAMES), done.stdout[-2000:] + done.stderr[-4000:]
    return {line["scenario"]: line for line in lines}


def _keep(text: str) -> None:
    path = os.environ.get("FAULTS_REPORT")
    if path:
        Path(path).write_text(text)


@pytest.mark.parametrize("name", NAMES)
def test_every_message_is_accounted_for(verdicts: dict[str, dict[str, Any]], name: str) -> None:
    """Invariants 1, 2, 7: nothing lost, nothing twice that must not be, contracts kept."""
    verdict = verdicts[name]
    assert verdict["faults"] == []
    ended = sum(verdict["by_status"].values())
    assert verdict["accepted"] == ended == COUNT

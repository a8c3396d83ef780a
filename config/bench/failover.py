"""What a campaign loses, doubles and is delayed by when its carrier dies on the way."""

import json
import os
import subprocess
import sys
from collections.abc import Callable

from django.conf import settings

from config.bench.figures import Figure, json_line
from config.bench.machine import machine_facts

SCENARIO = "carrier-dies"
MOST = 20_000  # at the contracts' speed longer runs say the same
_LOST = "messages are called sent and no operator has them"


def failover(count: int, write: Callable[[str], object]) -> bool:
    """Prints the figure of one campaign whose carrier is cut off for a minute after a fifth has
    left, with a reserve beside it; whether every message is accounted for."""
    before = os.getloadavg()
    messages = min(count, MOST)
    command = [sys.executable, "manage.py", "chaos", "--scenario", SCENARIO]
    environment = dict(os.environ) | {"DJANGO_SETTINGS_MODULE": "config.settings.dev"}
    done = subprocess.run(  # noqa: S603  our own command
        [*command, "--count", str(messages)],
        cwd=settings.BASE_DIR,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    if not lines:
        raise RuntimeError("the platform under test did not come up: see its log in var/chaos")
    found = json.loads(lines[-1])
    values = {
        "messages": found["accepted"],
        "lost": sum(int(one.split()[0]) for one in found["faults"] if _LOST in one),
        "duplicated": found["duplicates"],
        "unknown": found["by_status"].get("unknown", 0),
        "by_status": found["by_status"],
        "taken_by_reserve": found["elsewhere"],
        "longest_pause_seconds": found["longest_pause_seconds"],
        "delay_p50_seconds": found["delay_p50_seconds"],
        "delay_p99_seconds": found["delay_p99_seconds"],
        "delay_max_seconds": found["delay_max_seconds"],
        "codes_duplicated": found["code_duplicates"],
        "faults": found["faults"],
    }
    how = {"gone_seconds": found["hurt_seconds"], "binds": 2, "reserve_binds": 1}
    figure = Figure("failover", values, how, is_sound=not found["faults"])
    load = {"before": before, "after": os.getloadavg()}
    write(json_line(figure, machine=machine_facts(has_database=False), load=load))
    return figure.is_sound

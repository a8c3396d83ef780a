"""A simulator process to be killed: `python child.py JOURNAL_DIRECTORY` prints its port."""

import asyncio
import sys
from pathlib import Path

from carriers.simulator.server import Simulator, SimulatorConfig, serve
from tests.carriers.simulator.esme import make_profile


def announce(simulator: Simulator) -> None:
    sys.stdout.write(f"{simulator.operators['test'].profile.port}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    profile = make_profile(receipt_delay_seconds=0.05, deliver_window=1000)
    asyncio.run(serve(SimulatorConfig((profile,), Path(sys.argv[1])), announce))

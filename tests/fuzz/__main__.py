"""python -m tests.fuzz --seconds 600: spoiled octets against every target until the time is over.

Prints a line per target now and then, and the seed and octets of the first failure.
"""

import argparse
import random
import sys
import time
import traceback

from tests.fuzz.corpus import RECEIPTS, own, recorded, spoiled
from tests.fuzz.targets import TARGETS

_ROUND = 200  # inputs of a target before the next one's turn


def run(seconds: float, seed: int) -> int:
    """Fuzzes for so long (CPU time); 1 after a failure."""
    seeds = recorded() + own() + list(RECEIPTS)
    counts = dict.fromkeys(TARGETS, 0)
    began, told = time.process_time(), 0.0
    number = seed
    while time.process_time() - began < seconds:
        for name, target in TARGETS.items():
            for _ in range(_ROUND):
                number += 1
                chance = random.Random(number)
                parts = [spoiled(chance.choice(seeds), chance) for _ in range(chance.randint(1, 3))]
                octets = b"".join(parts)
                try:
                    target(octets, chance)
                except Exception:  # noqa: BLE001  whatever it is, it is a finding
                    traceback.print_exc()
                    print(f"{name}: seed {number}, octets {octets.hex()}", file=sys.stderr)
                    return 1
                counts[name] += 1
        spent = time.process_time() - began
        if spent - told > 60:
            told = spent
            print(f"{spent:.0f} s: {counts}", flush=True)
    print(f"{time.process_time() - began:.0f} s CPU, nothing found: {counts}")
    return 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().getrandbits(48))
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    sys.exit(run(options.seconds, options.seed))

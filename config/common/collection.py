"""How often the cyclic garbage collector looks through what a process holds.

Messages on their way are ten thousands of objects without cycles. With Python's usual thresholds
looking through them again and again was a third of a carrier worker's time (84 → 52 µs a message).
"""

import gc
from typing import Final

_YOUNG: Final = 50_000  # new containers after which the youngest are looked through (usual: 700)
_OLDER: Final = 20  # such looks after which older ones are (usual: 10)


def collection_seldom() -> None:
    """For every process, before it loads its code, a sixth of which was looking through it."""
    gc.set_threshold(_YOUNG, _OLDER, _OLDER)


def collection_relaxed() -> None:
    """For processes that carry messages, once they have loaded their code: that stays, and is
    never looked at again; the rest is looked at seldom."""
    gc.collect()
    gc.freeze()
    collection_seldom()

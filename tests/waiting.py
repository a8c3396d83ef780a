"""Waiting for what another thread or process does."""

import threading
from collections.abc import Callable

SECONDS = 60


def until(condition: Callable[[], bool], seconds: int = SECONDS) -> None:
    """Returns once it is so; raises AssertionError when it is not in that time."""
    pause = threading.Event()
    for _ in range(seconds * 50):
        if condition():
            return
        pause.wait(0.02)
    raise AssertionError("it does not happen")

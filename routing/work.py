"""The port by which routing learns how much work waits in front of carriers; messaging, which has
the queue, registers who counts it."""

from collections.abc import Callable, Mapping

# By carrier the segments a second that it takes; back come seconds of work ahead of a new
# message, by carrier and message class, only where they matter.
Counter = Callable[[Mapping[int, float]], Mapping[tuple[int, str], float]]
_counters: list[Counter] = []


def register(counter: Counter) -> None:
    """Called once, when the app that counts is ready."""
    _counters[:] = [counter]


def seconds_ahead(capacities: Mapping[int, float]) -> Mapping[tuple[int, str], float]:
    """Work in front of new messages; of carriers without a limit nothing ever waits long."""
    if not capacities:
        return {}
    return next((counter(capacities) for counter in _counters), {})

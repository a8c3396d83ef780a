"""How long a batch waits for its company."""

import pytest

from messaging.pump.gathering import gather


def waits(sizes):
    """How often `gather` waits while a queue takes these sizes, one after the other."""
    seen, waited = iter(sizes), []
    gather(lambda: next(seen), waited.append)
    return len(waited)


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        pytest.param([300], 0, id="enough at once"),
        pytest.param([1, 1], 1, id="nothing more comes"),
        pytest.param([10, 40, 40], 2, id="some more, then no more"),
        pytest.param([10, 200, 500], 2, id="until there is enough"),
        pytest.param([1, 2, 3, 4, 5, 6], 5, id="never longer than five pauses"),
    ],
)
def test_batch_waits_while_it_grows(sizes, expected):
    assert waits(sizes) == expected

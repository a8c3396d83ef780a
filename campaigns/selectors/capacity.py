"""How much the carriers can take, as contracts say; for estimates only."""

from carriers.constants import BindType
from carriers.models import Bind


def segments_per_second() -> float | None:
    """The contracted throughput of all binds together; None where one has no limit, or there
    are none."""
    binds = Bind.objects.filter(is_enabled=True, carrier__is_active=True).exclude(
        bind_type=BindType.RECEIVER
    )
    total = 0.0
    for limit in binds.values_list("throughput", flat=True):
        if limit is None:
            return None
        total += limit
    return total or None

"""The number by which a message draws its route among those that share traffic."""

import uuid

_MASK = 0xFFFFFFFFFFFFFFFF
_STEP = 0xD1B54A32D192ED03  # between attempts: far enough to draw another ticket


def spread_of(message_id: uuid.UUID, attempts: int) -> int:
    """The same for a message as long as it is not tried again."""
    return (message_id.int + attempts * _STEP) & _MASK

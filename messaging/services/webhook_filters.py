"""Which events an endpoint wants, and what an event is about: SQL over rows of the event log.

A body is read only where an endpoint names senders or wants order.
"""

from collections.abc import Sequence
from typing import Final

# Whose event it is: the sender that sent or received.
_SENDER: Final = """lower(ltrim(body::json #>> CASE
    WHEN type LIKE 'message.%%' THEN '{data,from}'::text[]
    WHEN type LIKE 'inbound.%%' THEN '{data,to}'::text[]
    ELSE '{data,sender}'::text[] END, '+'))"""
# Parameters `types` and `senders` (see sender_words); both empty: every event.
WANTED: Final = f"""(%(types)s::text[] = '{{}}' OR type = ANY(%(types)s::text[]))
    AND (%(senders)s::text[] = '{{}}' OR {_SENDER} = ANY(%(senders)s::text[]))"""
# Of whom it is: the phone number, else the message. Parameter `is_ordered`; NULL: in no order.
ORDER_KEY: Final = """CASE WHEN %(is_ordered)s THEN hashtextextended(coalesce(CASE
    WHEN type LIKE 'inbound.%%' THEN body::json #>> '{data,from}'
    WHEN type LIKE 'message.%%' THEN body::json #>> '{data,to}'
    ELSE coalesce(body::json #>> '{data,number}', body::json #>> '{data,to}') END,
    message_id::text), 0) END"""


def sender_words(senders: Sequence[str]) -> list[str]:
    """Addresses of senders as they are compared."""
    return [sender.lower().lstrip("+") for sender in senders]

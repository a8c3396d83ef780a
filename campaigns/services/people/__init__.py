"""What a person may ask about their own data: a copy of it, and its erasure."""

from campaigns.services.people.copying import person_copy
from campaigns.services.people.erasing import Line, erasure_foretell
from campaigns.services.people.requests import (
    hash_of,
    request_carry_out,
    request_open,
    request_withdraw,
    requests_continue,
)

__all__ = [
    "Line",
    "erasure_foretell",
    "hash_of",
    "person_copy",
    "request_carry_out",
    "request_open",
    "request_withdraw",
    "requests_continue",
]

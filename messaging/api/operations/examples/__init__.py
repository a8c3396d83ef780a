"""Requests and answers of operators as the schema shows them, by operation; tests send them."""

from collections.abc import Mapping
from typing import Final

from drf_spectacular.utils import OpenApiExample

from messaging.api.operations.examples import (
    carriers,
    numbers,
    prices,
    replies,
    routing,
    senders,
    traffic,
)
from messaging.api.operations.examples.form import Example

OF: Final[Mapping[str, Example]] = {
    **carriers.OF,
    **routing.OF,
    **prices.OF,
    **numbers.OF,
    **traffic.OF,
    **senders.OF,
    **replies.OF,
}


def shown(operation_id: str, status: int) -> list[OpenApiExample]:
    """The examples of an operation whose success is `status`."""
    found = OF.get(operation_id, Example())
    examples = []
    if found.sends is not None:
        examples.append(OpenApiExample("Request", found.sends, request_only=True))
    if found.answers is not None:
        examples.append(
            OpenApiExample("Answer", found.answers, response_only=True, status_codes=[str(status)])
        )
    return examples

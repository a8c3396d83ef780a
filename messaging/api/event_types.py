"""Types of events as queries and bodies name them."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from config.common.api.fields import Text, Word
from messaging.constants import EventType


class EventTypes(Text):
    """Types with commas between, as a query parameter."""

    default_error_messages = {
        "unknown_type": _("“{input}” is no type of event; there are: {words}."),
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=1000, required=False, **kwargs)

    def to_internal_value(self, data: Any) -> Any:  # whatever the query holds
        words = [word.strip() for word in super().to_internal_value(data).split(",")]
        for word in words:
            if word not in EventType.values:
                shown = word[:40].encode("utf-8", "backslashreplace").decode()
                self.fail("unknown_type", input=shown, words=", ".join(EventType.values))
        return words


def type_list(**kwargs: Any) -> serializers.ListField:
    """Types as a list in a body."""
    return serializers.ListField(
        child=Word(choices=EventType.choices),
        required=False,
        max_length=len(EventType.values),
        **kwargs,
    )

"""Errors of this API: those of the platform, with fields named as the API names them."""

from collections.abc import Mapping
from typing import Any

from rest_framework.response import Response

from config.common.api import exceptions

# What services call a field, and what the API calls it.
NAMES: Mapping[str, str] = {
    "body": "text",
    "message_class": "class",
    "message_classes": "classes",
    "msisdn": "to",
    "sender": "from",
    "slug": "template",
}


def exception_handler(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """Every error of a view as RFC 9457 problem; a view's `field_names` stand for `NAMES`."""
    names = getattr(context["view"], "field_names", NAMES)
    return exceptions.exception_handler(error, context, names)

"""The header that makes repeating a request harmless."""

from django.utils.translation import gettext as _
from rest_framework.request import Request

from config.common.api.problems import FieldProblem, InvalidInput

_HEADER = "Idempotency-Key"
_LONGEST = 255


def idempotency_key(request: Request) -> str | None:
    """The key, with or without the quotes of a structured field (RFC 8941 §3.3.3); None where
    absent. Raises InvalidInput."""
    raw = request.headers.get(_HEADER)
    if raw is None:
        return None
    key = raw.strip()
    if len(key) > 1 and key[0] == key[-1] == '"':
        key = key[1:-1]
    if key and len(key) <= _LONGEST and key.isascii() and key.isprintable():
        return key
    sentence = _("Idempotency-Key: Write 1 to 255 printable ASCII characters, such as a UUID.")
    raise InvalidInput([FieldProblem(_HEADER, "bad_idempotency_key", sentence, "header")])

"""Values that JSON can carry and PostgreSQL cannot hold, found before any work is done."""

import json
import math
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from config.common.api.problems import FieldProblem, pointer


def unstorable(value: Any, base: str = "#") -> list[FieldProblem]:
    """Strings (keys too) with U+0000 or half a surrogate pair, and numbers beyond a double.

    The sentences count characters from 1, as people do.
    """
    try:
        written = json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
    except ValueError:
        return list(_walk(value, base))
    # The sequence may also be text that only looks like the escape: the walk decides.
    return list(_walk(value, base)) if rb"\u0000" in written else []


def _walk(value: Any, base: str) -> Iterator[FieldProblem]:
    if isinstance(value, str):
        yield from _in_text(value, base)
    elif isinstance(value, dict):
        for key, inner in value.items():
            at = pointer(key, base=base)
            yield from _in_text(key, at)
            yield from _walk(inner, at)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _walk(inner, pointer(index, base=base))
    elif isinstance(value, float) and not math.isfinite(value):
        yield FieldProblem(base, "not_finite", _("The number is too large: send it as a string."))


def _in_text(text: str, at: str) -> Iterator[FieldProblem]:
    nul = text.find("\x00")
    if nul >= 0:
        yield FieldProblem(
            at,
            "nul",
            _("Character %(position)d is U+0000, which cannot be stored: remove it.")
            % {"position": nul + 1},
        )
    try:
        text.encode()
    except UnicodeEncodeError as error:
        yield FieldProblem(
            at,
            "lone_surrogate",
            _(
                "Character %(position)d is half of a surrogate pair, a character that was cut: "
                "send whole characters."
            )
            % {"position": error.start + 1},
        )

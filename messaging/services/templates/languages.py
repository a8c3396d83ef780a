"""The other languages of a version: each has a tag, a text and letters of its own."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from config.common.errors import InvalidError
from messaging.services.templates.texts import body_checked, choice_checked
from messaging.wording.grammar import Template
from messaging.wording.judging import MAX_TAG, TAG
from messaging.wording.rewriting import REWRITINGS

MAX_VARIANTS = 12
VariantList = Sequence[Mapping[str, Any]]  # JSON objects: language, body, rewriting


def variants_checked(given: VariantList, parsed: Template, own: str) -> tuple[dict[str, str], ...]:
    """The languages as they are stored; `own` is the tag of `parsed`, the template's own text.

    Raises InvalidError with the field `variants.<index>.<name>`.
    """
    if len(given) > MAX_VARIANTS:
        raise InvalidError(
            "too_many_languages",
            _("A version has at most %(limit)d other languages: remove some.")
            % {"limit": MAX_VARIANTS},
            field="variants",
        )
    found: list[dict[str, str]] = []
    for index, one in enumerate(given):
        field = f"variants.{index}"
        if not isinstance(one, Mapping):
            raise InvalidError(
                "bad_variant", _("A language needs its tag and its text."), field=field
            )
        known = {own, *(other["language"] for other in found)}
        found.append(_variant(one, parsed, known, field))
    return tuple(found)


def _variant(
    one: Mapping[str, Any], parsed: Template, known: set[str], field: str
) -> dict[str, str]:
    tag = _tag(one.get("language"), known, f"{field}.language")
    rewriting = str(one.get("rewriting") or "none")
    choice_checked(f"{field}.rewriting", rewriting, REWRITINGS)
    body, variant = body_checked(one.get("body"), f"{field}.body")
    unknown = [name for name in variant.slots if name not in parsed.slots]
    if unknown:
        raise InvalidError(
            "unknown_slot",
            _(
                "The text in “%(language)s” has the slot “%(slot)s”, which the template's own text"
                " has not: use its slots (%(slots)s)."
            )
            % {"language": tag, "slot": unknown[0], "slots": ", ".join(parsed.slots) or "—"},
            field=f"{field}.body",
        )
    return {"language": tag, "body": body, "rewriting": rewriting}


def _tag(given: object, known: set[str], field: str) -> str:
    tag = str(given or "").strip().casefold().replace("_", "-")
    if len(tag) > MAX_TAG or not TAG.fullmatch(tag):
        raise InvalidError(
            "bad_language",
            _("“%(tag)s” is no language tag: write one such as en, or vi-x-plain.") % {"tag": tag},
            field=field,
        )
    if tag in known:
        raise InvalidError(
            "language_twice",
            _("There is already a text in “%(tag)s”: keep one of them.") % {"tag": tag},
            field=field,
        )
    return tag

"""A wording as people give it, checked and made ready to be stored."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from config.common.errors import InvalidError
from messaging.services.drafts import text_checked, value_sentence
from messaging.wording import grammar
from messaging.wording.formats import FORMATS
from messaging.wording.judging import MAX_TAG, TAG, SpecProblem, spec_problems
from messaging.wording.rewriting import REWRITINGS, joins_backwards
from messaging.wording.sentences import SPECS
from messaging.wording.slots import SlotSpec, SpecError, specs_of
from messaging.wording.wordings import WordingSet, wording_set

MAX_CHARACTERS = 1600
MAX_VARIANTS = 12
SlotList = Sequence[Mapping[str, Any]]  # JSON objects, see messaging.wording.slots
VariantList = Sequence[Mapping[str, Any]]  # JSON objects: language, body, rewriting
DEFAULT_LANGUAGE = "vi"


@dataclass(frozen=True, slots=True)
class CheckedWording:
    """What a version stores, and the same compiled."""

    body: str
    specs: tuple[SlotSpec, ...]
    rewriting: str
    variants: tuple[Mapping[str, str], ...]
    message_format: str
    wordings: WordingSet

    def as_fields(self) -> dict[str, Any]:  # Any: column values
        """By the names of the version's columns."""
        return {
            "body": self.body,
            "slots": [spec.as_json() for spec in self.specs],
            "rewriting": self.rewriting,
            "variants": [dict(one) for one in self.variants],
            "message_format": self.message_format,
        }


def wording_checked(
    *,
    body: str,
    slots: SlotList,
    rewriting: str = "none",
    variants: VariantList = (),
    message_format: str = "",
    language: str = DEFAULT_LANGUAGE,
) -> CheckedWording:
    """The wording as it is stored: NFC, newlines as LF, languages in small letters, one slot per
    slot of the body. `language` is the template's own.

    Raises InvalidError with the field, the rule and the fix; fields of a language are
    `variants.<index>.<name>`.
    """
    body, parsed = _text(body, "body")
    _choice("rewriting", rewriting or "none", REWRITINGS)
    _choice("message_format", message_format, FORMATS)
    specs = _specs(parsed, slots)
    others = _variants(variants, parsed, language.casefold())
    letters = dict.fromkeys([rewriting or "none", *(one["rewriting"] for one in others)])
    for spec in specs:
        _spec_checked(spec, tuple(letters))
    wordings = wording_set(
        body=body,
        slots=[spec.as_json() for spec in specs],
        rewriting=rewriting or "none",
        variants=others,
        language=language,
    )
    _marks_checked(wordings)
    return CheckedWording(body, specs, rewriting or "none", others, message_format, wordings)


def template_parsed(body: str, *, field: str = "body") -> grammar.Template:
    """The text's grammar. Raises InvalidError that names place and fix."""
    try:
        return grammar.parse(body)
    except grammar.GrammarError as error:
        sentence = {
            "unclosed_brace": _(
                "“{” at character %(position)d is not closed: write {name} for a slot or {{ for a"
                " brace."
            ),
            "unopened_brace": _(
                "“}” at character %(position)d closes nothing: write }} for a brace."
            ),
            "bad_slot_name": _(
                "“%(name)s” at character %(position)d is no slot name: use small letters a–z,"
                " digits and _, beginning with a letter."
            ),
        }[error.code]
        raise InvalidError(
            error.code,
            sentence % {"position": error.position + 1, "name": error.name},
            field=field,
            position=error.position,
        ) from error


def spec_sentence(problem: SpecProblem) -> str:
    """What is wrong with a slot's description, in the reader's language."""
    values = {"slot": problem.slot, **dict(problem.params)}
    if problem.problem is not None:
        values["problem"] = value_sentence(problem.problem)
    return _(SPECS[problem.code]) % values


def _text(body: object, field: str) -> tuple[str, grammar.Template]:
    if not isinstance(body, str):
        raise InvalidError("empty_text", _("The text is empty: write one."), field=field)
    body = text_checked(body.replace("\r\n", "\n").replace("\r", "\n"), field_name=field)
    if not body.strip():
        raise InvalidError("empty_text", _("The text is empty: write one."), field=field)
    if len(body) > MAX_CHARACTERS:
        raise InvalidError(
            "text_too_long",
            _("The text has %(count)d characters; at most %(limit)d are allowed: shorten it.")
            % {"count": len(body), "limit": MAX_CHARACTERS},
            field=field,
        )
    parsed = template_parsed(body, field=field)
    return body, parsed


def _marks_checked(wordings: WordingSet) -> None:
    """No literal part may change the value before it: in its letters it begins with no mark."""
    for index, wording in enumerate(wordings):
        after = zip(wording.sent.parts[1::2], wording.sent.parts[2::2], strict=True)
        for slot, literal in after:
            if joins_backwards(literal):
                raise InvalidError(
                    "mark_after_slot",
                    _(
                        "A combining mark stands right after the slot “%(slot)s” and would change"
                        " the value's last letter: remove it."
                    )
                    % {"slot": slot},
                    field="body" if index == 0 else f"variants.{index - 1}.body",
                )


def _choice(field: str, value: str, allowed: Sequence[str]) -> None:
    if value not in allowed:
        raise InvalidError(
            f"bad_{field.rpartition('.')[2]}",
            _("“%(value)s” is not known here: choose one of %(choices)s.")
            % {"value": value, "choices": ", ".join(one or "“”" for one in allowed)},
            field=field,
        )


def _specs(parsed: grammar.Template, slots: SlotList) -> tuple[SlotSpec, ...]:
    try:
        specs = specs_of(parsed, slots)
    except SpecError as error:
        raise InvalidError(
            "bad_slots",
            _("A slot needs a name, a longest value in characters and an example."),
            field="slots",
        ) from error
    for spec in specs:
        for text in (spec.example, spec.fallback, spec.pattern):
            text_checked(text, field_name="slots")
    return specs


def _spec_checked(spec: SlotSpec, letters: Sequence[str]) -> None:
    for rewriting in letters:
        for problem in spec_problems(spec, rewriting):
            inner = problem.problem
            raise InvalidError(
                problem.code if inner is None else f"{problem.code}_{inner.code}",
                spec_sentence(problem),
                field="slots",
                slot=problem.slot,
                member=problem.member,
            )


def _variants(given: VariantList, parsed: grammar.Template, own: str) -> tuple[dict[str, str], ...]:
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
    one: Mapping[str, Any], parsed: grammar.Template, known: set[str], field: str
) -> dict[str, str]:
    tag = _tag(one.get("language"), known, f"{field}.language")
    rewriting = str(one.get("rewriting") or "none")
    _choice(f"{field}.rewriting", rewriting, REWRITINGS)
    body, variant = _text(one.get("body"), f"{field}.body")
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

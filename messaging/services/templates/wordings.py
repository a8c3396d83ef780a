"""A wording as people give it, checked and made ready to be stored."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from config.common.errors import InvalidError
from messaging.services.drafts import text_checked, value_sentence
from messaging.services.templates.languages import VariantList, variants_checked
from messaging.services.templates.texts import body_checked, choice_checked
from messaging.wording import grammar
from messaging.wording.formats import FORMATS
from messaging.wording.judging import SpecProblem, spec_problems
from messaging.wording.rewriting import REWRITINGS, joins_backwards
from messaging.wording.sentences import SPECS
from messaging.wording.slots import SlotList, SlotSpec, SpecError, specs_of
from messaging.wording.wordings import WordingSet, wording_set

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
    body, parsed = body_checked(body, "body")
    choice_checked("rewriting", rewriting or "none", REWRITINGS)
    choice_checked("message_format", message_format, FORMATS)
    specs = _specs(parsed, slots)
    others = variants_checked(variants, parsed, language.casefold())
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


def spec_sentence(problem: SpecProblem) -> str:
    """What is wrong with a slot's description, in the reader's language."""
    values = {"slot": problem.slot, **dict(problem.params)}
    if problem.problem is not None:
        values["problem"] = value_sentence(problem.problem)
    return _(SPECS[problem.code]) % values


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

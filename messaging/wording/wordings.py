"""A version's wording in each of its languages, compiled: parse once, render for every recipient."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from messaging.wording.grammar import Template, parse
from messaging.wording.rewriting import rewrite_template
from messaging.wording.slots import SlotSpec, specs_of
from messaging.wording.values import RefusedValueError, ValueCheck, check_of

__all__ = ["RefusedValueError", "Wording", "WordingSet", "wording_of", "wording_set"]


@dataclass(frozen=True, slots=True)
class Wording:
    """One language of a version. `template` is as it was written; `sent` holds its literal parts
    in the chosen letters, between the same slots; `specs` are in the order of the body."""

    language: str
    template: Template
    rewriting: str
    specs: tuple[SlotSpec, ...]
    sent: Template
    checks: tuple[ValueCheck, ...]

    @property
    def slots(self) -> tuple[str, ...]:
        """The names of its slots, once each, in the order of the body."""
        return self.template.slots

    @property
    def literal(self) -> str:
        """The literal parts as they are sent, together."""
        return "".join(self.sent.parts[::2])

    @property
    def shown(self) -> str:
        """The text as it is sent, with `{slot}` where values go: what rules judge. Braces of
        the text are single here."""
        return "".join(
            f"{{{part}}}" if index % 2 else part for index, part in enumerate(self.sent.parts)
        )

    def render(self, values: Mapping[str, str]) -> str:
        """The text with every slot filled, in the chosen letters.

        Blank and missing values take their fallback; values without a slot are ignored. Raises
        RefusedValueError for the first value that its slot does not take.
        """
        taken = {check.spec.name: check.take(values.get(check.spec.name)) for check in self.checks}
        filled = list(self.sent.parts)
        filled[1::2] = [taken[name] for name in filled[1::2]]
        return "".join(filled)


@dataclass(frozen=True, slots=True)
class WordingSet:
    """A version's wordings: `default` is the body, `variants` the other languages by tag."""

    default: Wording
    variants: Mapping[str, Wording]

    @property
    def slots(self) -> tuple[str, ...]:
        """Every slot of the version: those of the body; variants have no others."""
        return self.default.slots

    @property
    def with_fallback(self) -> frozenset[str]:
        """The slots that need no value."""
        return frozenset(spec.name for spec in self.default.specs if spec.fallback.strip())

    @property
    def languages(self) -> tuple[str, ...]:
        """The tags, the body's first."""
        return (self.default.language, *self.variants)

    @property
    def texts(self) -> tuple[str, ...]:
        """Each language's text as it is sent, with slots shown: what rules have to judge."""
        return tuple(dict.fromkeys(wording.shown for wording in self))

    def __iter__(self) -> Iterator[Wording]:
        """Every wording, the body's first."""
        yield self.default
        yield from self.variants.values()

    def choose(self, language: str) -> Wording:
        """The wording for a contact: exact tag, then primary subtag, then the body."""
        if not self.variants or not language:
            return self.default
        tag = language.casefold().replace("_", "-")
        if tag == self.default.language:
            return self.default
        found = self.variants.get(tag)
        if found is None and "-" in tag:
            primary = tag.partition("-")[0]
            found = None if primary == self.default.language else self.variants.get(primary)
        return found or self.default


def wording_of(
    language: str, template: Template, rewriting: str, specs: Iterable[SlotSpec]
) -> Wording:
    """A compiled wording; `specs` may be more than the template's slots. Raises KeyError where
    one is missing, PatternError where a pattern cannot be used."""
    by_name = {spec.name: spec for spec in specs}
    own = tuple(by_name[name] for name in template.slots)
    return Wording(
        language=language.casefold(),
        template=template,
        rewriting=rewriting,
        specs=own,
        sent=rewrite_template(template, rewriting),
        checks=tuple(check_of(spec, rewriting) for spec in own),
    )


def wording_set(
    *,
    body: str,
    slots: Sequence[Mapping[str, Any]] = (),
    rewriting: str = "none",
    variants: Sequence[Mapping[str, Any]] = (),
    language: str = "",
) -> WordingSet:
    """The wordings of a version's stored fields; `language` is the template's own.

    Raises GrammarError, SpecError, PatternError or KeyError where they were not checked before
    they were stored.
    """
    parsed = parse(body)
    specs = specs_of(parsed, slots)
    others = [
        wording_of(
            str(one["language"]),
            parse(str(one["body"])),
            str(one.get("rewriting") or "none"),
            specs,
        )
        for one in variants
    ]
    return WordingSet(
        wording_of(language, parsed, rewriting or "none", specs),
        {other.language: other for other in others},
    )

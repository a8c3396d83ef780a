"""What a preset holds: a source, its mappings with sample events, and the texts they send."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class PresetTemplate:
    """A text that is drafted where the account has none of the name; `{brand}` is its brand."""

    slug: str
    name: str
    message_class: str
    language: str
    body: str
    rewriting: str
    slots: tuple[Mapping[str, Any], ...]
    variants: tuple[Mapping[str, str], ...]

    def worded(self, brand: str) -> tuple[str, list[Mapping[str, str]]]:
        """The texts with the brand's name, in the first language and in the others."""
        others: list[Mapping[str, str]] = [
            {**one, "body": one["body"].replace("{brand}", brand)} for one in self.variants
        ]
        return self.body.replace("{brand}", brand), others


@dataclass(frozen=True, slots=True)
class PresetMapping:
    """A mapping without its sender; `sample` is a body as the platform posts it."""

    name: str
    spec: Mapping[str, Any]
    sample: Mapping[str, Any]
    sample_event: str = ""

    @property
    def template(self) -> str:
        return str(self.spec["template"])


@dataclass(frozen=True, slots=True)
class Preset:
    """A kind of platform."""

    code: str
    name: str
    about: str
    source: Mapping[str, Any]
    templates: tuple[PresetTemplate, ...]
    mappings: tuple[PresetMapping, ...]


def preset_read(raw: Mapping[str, Any]) -> Preset:
    """A preset from its file's values."""
    return Preset(
        code=raw["code"],
        name=raw["name"],
        about=raw["about"],
        source=raw["source"],
        templates=tuple(
            PresetTemplate(
                slug=one["slug"],
                name=one["name"],
                message_class=one["class"],
                language=one["language"],
                body=one["body"],
                rewriting=one["rewriting"],
                slots=tuple(one["slots"]),
                variants=tuple(one["variants"]),
            )
            for one in raw["templates"]
        ),
        mappings=tuple(PresetMapping(**one) for one in raw["mappings"]),
    )

"""What networks do to texts and demand of them, and the files that ship such rules. Pure.

An operator-side gateway may wrap an advertisement in its own label and opt-out instruction: the
recipient reads them, and the segments they need are billed. Facts of that kind are practice, not
law, so each has its source, day and confidence.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data"
CONFIDENCES = ("run", "source_code", "page", "one_source", "memory", "contract")
_CLASSES = ("otp", "transactional", "care", "marketing")


class TextRulesError(ValueError):
    """A file that cannot be used; the message names the entry."""


@dataclass(frozen=True, slots=True)
class NetworkText:
    """A network's rule for one class, as sending uses it.

    `adds_before` and `adds_after` are exact characters; `refuses_certainly` says that a text with
    one of `refused_characters` is not carried, otherwise it may not be; `max_segments` counts
    with what is added; registration is demanded of templates from `registered_senders` (kinds),
    of every kind where that is empty.
    """

    network_id: int
    network_code: str
    network_name: str
    country: str
    message_class: str
    adds_before: str = ""
    adds_after: str = ""
    refused_characters: str = ""
    refuses_certainly: bool = False
    max_segments: int | None = None
    demands_registration: bool = False
    registered_senders: frozenset[str] = frozenset()
    source: str = ""
    confidence: str = ""

    @property
    def rule_id(self) -> str:
        """How decisions and findings name the rule."""
        return f"network.{self.network_code}.{self.message_class}"

    @property
    def adds(self) -> bool:
        """Whether the recipient reads more than was handed over."""
        return bool(self.adds_before or self.adds_after)

    def wrapped(self, text: str) -> str:
        """What the recipient reads."""
        return f"{self.adds_before}{text}{self.adds_after}"

    def demands_registration_from(self, sender_kind: str) -> bool:
        """Whether a template must be registered before this kind of sender may send it."""
        return self.demands_registration and (
            not self.registered_senders or sender_kind in self.registered_senders
        )


@dataclass(frozen=True, slots=True)
class TextRuleEntry:
    """One rule of a file: a network by its code and one class."""

    network_code: str
    message_class: str
    adds_before: str
    adds_after: str
    refused_characters: str
    refuses_certainly: bool
    max_segments: int | None
    demands_template_registration: bool
    registered_senders: tuple[str, ...]
    source: str
    read_on: date
    confidence: str
    note: str


@dataclass(frozen=True, slots=True)
class TextRulesFile:
    """A country's rules as shipped."""

    country: str
    edition: str
    entries: tuple[TextRuleEntry, ...]


def load_text_rules(path: Path) -> TextRulesFile:
    """Reads and checks a file. Raises TextRulesError naming the entry, OSError."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        sources = {one["id"]: one["title"] for one in document["sources"]}
        read_on = {one["id"]: one["read_on"] for one in document["sources"]}
        entries = tuple(
            entry
            for number, raw in enumerate(document["rules"], 1)
            for entry in _entries(raw, number, sources, read_on)
        )
        country, edition = str(document["country"]), str(document["version"])
    except (KeyError, TypeError, json.JSONDecodeError) as error:
        raise TextRulesError(f"{path.name}: {error!r}") from error
    keys = [(entry.network_code, entry.message_class) for entry in entries]
    twice = next((key for key in keys if keys.count(key) > 1), None)
    if twice is not None:
        raise TextRulesError(f"{twice[0]} has two rules for {twice[1]}")
    return TextRulesFile(country, edition, entries)


def _entries(
    raw: Mapping[str, Any], number: int, sources: Mapping[str, str], read_on: Mapping[str, str]
) -> list[TextRuleEntry]:
    """One per class of the entry."""
    where = f"rule {number} ({raw.get('network')})"
    unknown = [one for one in raw["classes"] if one not in _CLASSES]
    if unknown:
        raise TextRulesError(f"{where}: {unknown[0]} is no class")
    missing = [one for one in raw["sources"] if one not in sources]
    if missing or not raw["sources"]:
        raise TextRulesError(f"{where}: source {missing[0] if missing else ''} is not listed")
    if raw["confidence"] not in CONFIDENCES:
        raise TextRulesError(f"{where}: confidence is one of {', '.join(CONFIDENCES)}")
    return [
        TextRuleEntry(
            network_code=str(raw["network"]),
            message_class=message_class,
            adds_before=str(raw.get("adds_before", "")),
            adds_after=str(raw.get("adds_after", "")),
            refused_characters=str(raw.get("refused_characters", "")),
            refuses_certainly=bool(raw.get("refuses_certainly", False)),
            max_segments=raw.get("max_segments"),
            demands_template_registration=bool(raw.get("demands_template_registration", False)),
            registered_senders=tuple(raw.get("registered_senders", ())),
            source="; ".join(sources[one] for one in raw["sources"]),
            read_on=max(date.fromisoformat(read_on[one]) for one in raw["sources"]),
            confidence=str(raw["confidence"]),
            note=str(raw.get("note", "")),
        )
        for message_class in raw["classes"]
    ]

"""What a sender may be called in a country, and what it needs on paper: shipped data. Pure."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_FILE = Path(__file__).parent / "data" / "sender_rules.json"
ANY_COUNTRY = ""
PROGRAM_FIELDS = (
    "call_to_action",
    "opt_in_flow",
    "terms_url",
    "privacy_url",
    "help_text",
    "stop_text",
    "frequency",
    "samples",
)


def gettext_noop(message: str) -> str:
    """Marks a sentence for the catalogues without translating it."""
    return message


# Rule and way out; `FORMATS[rule.sentence]` is shown at the field that breaks it.
FORMATS: Mapping[str, str] = {
    "short_code": gettext_noop("A short code has 3 to 8 digits, for example 53849."),
    "long_code": gettext_noop(
        "A long code is a full number with country code and without plus: 84912345678."
    ),
    "name": gettext_noop(
        "A sender name has at most 11 letters without marks, digits, spaces or any of . - _ & +,"
        " with at least one letter and no space at its ends."
    ),
    "brandname": gettext_noop(
        "A brandname has at most 11 letters, digits, spaces, dots, dashes or underscores,"
        " with at least one letter and no space at its ends."
    ),
    "us_short_code": gettext_noop(
        "A short code of the United States has 5 or 6 digits and does not begin with 0 or 1, for"
        " example 53849."
    ),
    "us_long_code": gettext_noop(
        "A long code of the United States has 11 digits and begins with 1, for example 12065550142."
    ),
    "numbers_only": gettext_noop(
        "Networks there carry no sender names: lease a short code or register a long code."
    ),
    "header": gettext_noop(
        "A header has six letters and may end in -P, -S, -T or -G, for example SAOMAI-S."
    ),
    "header_digits": gettext_noop(
        "A numeric header has six digits, the first of which is the category from 0 to 8, and may"
        " end in -P."
    ),
    "name_of_three": gettext_noop(
        "A sender name has 3 to 11 letters without marks, digits, spaces or any of . - _ &, with"
        " at least one letter and no space at its ends."
    ),
    "gb_short_code": gettext_noop(
        "A short code of the United Kingdom has 5 to 7 digits and begins with 6, 7 or 8."
    ),
    "fr_name": gettext_noop(
        "A sender name in France has 3 to 11 letters without marks or digits, with at least one"
        " letter."
    ),
    "fr_short_code": gettext_noop(
        "A short code of France has five digits: 36xxx for marketing, 38xxx for notices."
    ),
}


@dataclass(frozen=True, slots=True)
class SenderRule:
    """What a kind of sender may be called in a country (`country` "": any without its own entry).

    `pattern` stands where no rule pack has one; `is_carried`: whether networks there carry such
    senders at all. `is_unique`: nobody else there may have the address, whatever its capitals.
    """

    country: str
    kind: str
    pattern: re.Pattern[str] | None
    is_carried: bool
    sentence: str
    is_unique: bool
    certificate_months: int | None
    source: str
    confidence: str


@dataclass(frozen=True, slots=True)
class ProgramRule:
    """What the registration of a program must say in a country."""

    country: str
    required: tuple[str, ...]
    asks_brand_in_samples: bool
    asks_stop_in_samples: bool


@dataclass(frozen=True, slots=True)
class SenderRules:
    """Every rule, by country and kind."""

    by_kind: Mapping[tuple[str, str], SenderRule]
    programs: Mapping[str, ProgramRule]

    def rule_of(self, country: str, kind: str) -> SenderRule:
        """The country's own rule, or the one for any country. KeyError for an unknown kind."""
        return self.by_kind.get((country, kind)) or self.by_kind[ANY_COUNTRY, kind]

    def program_of(self, country: str) -> ProgramRule:
        """The country's own demands, or those for any country."""
        return self.programs.get(country) or self.programs[ANY_COUNTRY]


@cache
def sender_rules() -> SenderRules:
    """The shipped rules."""
    data = json.loads(_FILE.read_text(encoding="utf-8"))
    kinds = {one["id"]: one["kind"] for one in data["sources"]}
    rules = [
        SenderRule(
            country=one["country"],
            kind=one["kind"],
            pattern=re.compile(one["pattern"], re.ASCII) if one.get("pattern") else None,
            is_carried=one.get("pattern", "") is not None,
            sentence=one["sentence"],
            is_unique=one.get("is_unique", False),
            certificate_months=one.get("certificate_months"),
            source=one["source"],
            confidence=kinds[one["source"]],
        )
        for one in data["kinds"]
    ]
    programs = [
        ProgramRule(
            country=one["country"],
            required=tuple(one["required"]),
            asks_brand_in_samples=one["asks_brand_in_samples"],
            asks_stop_in_samples=one["asks_stop_in_samples"],
        )
        for one in data["programs"]
    ]
    return SenderRules(
        {(rule.country, rule.kind): rule for rule in rules},
        {rule.country: rule for rule in programs},
    )

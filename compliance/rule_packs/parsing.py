"""A rule pack from its JSON form, checked for what the schema cannot say."""

from collections.abc import Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

from compliance.rule_packs.model import (
    CONFIDENCES,
    MESSAGE_CLASSES,
    REACHES,
    SCOPES,
    SEVERITIES,
    Example,
    HelpPolicy,
    OptInPolicy,
    OptOutChange,
    OptOutPolicy,
    Pack,
    RetentionPolicy,
    Rule,
    Source,
)
from compliance.rule_packs.params import READERS, read_params
from compliance.rule_packs.reading import PackError, Reader

OUTCOMES = ("allowed", "delayed", "blocked")


def parse_pack(document: Mapping[str, object]) -> Pack:
    """A checked pack. Raises PackError whose `where` names the field at fault."""
    reader = Reader(document)
    if reader.has("$schema"):
        reader.text("$schema")
    if reader.has("note"):
        reader.text("note")
    pack = Pack(
        country=reader.text("country"),
        version=reader.text("pack_version"),
        effective_from=reader.day("effective_from"),
        effective_to=_until(reader),
        zone=reader.convert("zone", ZoneInfo, "an IANA time zone"),
        languages=reader.texts("languages"),
        sources=tuple(_source(part) for part in reader.parts("sources")),
        rules=tuple(_rule(part) for part in reader.parts("rules")),
        optout=_optout(reader.part("optout")),
        help=_help(reader.part("help")),
        optin=_optin(reader.part("optin")),
        retention=_retention(reader.part("retention")),
        is_concatenation_allowed=_concatenation(reader.part("concatenation")),
        examples=tuple(_example(part) for part in reader.parts("examples")),
        optout_changes=_optout_changes(reader),
    )
    reader.finish()
    _check_rules(pack)
    return pack


def _until(reader: Reader) -> date | None:
    return reader.day("effective_to") if reader.has("effective_to") else None


def _source(reader: Reader) -> Source:
    source = Source(
        reader.text("id"),
        reader.text("title"),
        reader.text("kind", among=("law", "page", "source code", "memory")),
        reader.day("read_on"),
        reader.text("url", default=""),
    )
    reader.finish()
    return source


def _rule(reader: Reader) -> Rule:
    kind = reader.text("kind", among=READERS)
    rule = Rule(
        id=reader.text("id"),
        kind=kind,
        applies_to=frozenset(reader.texts("applies_to", among=MESSAGE_CLASSES)),
        severity=reader.text("severity", among=SEVERITIES),
        citation=reader.text("citation"),
        source=reader.text("source"),
        confidence=reader.text("confidence", among=CONFIDENCES),
        effective_from=reader.day("effective_from"),
        effective_to=_until(reader),
        params=read_params(kind, reader.part("params")),
    )
    if reader.has("note"):
        reader.text("note")
    reader.finish()
    if (rule.severity == "delay") != (kind == "window"):
        raise PackError(f"{reader.where}.severity", "“delay” is for windows, and only “delay”")
    return rule


def _optout(reader: Reader) -> OptOutPolicy:
    policy = OptOutPolicy(
        reader.text("purpose", among=SCOPES),
        reader.text("reach", among=REACHES),
        reader.integer("deadline_hours"),
        reader.integer("review_hours"),
        reader.flag("ack_once"),
        _by_language(reader.part("ack_texts")),
    )
    reader.finish()
    return policy


def _optout_changes(reader: Reader) -> tuple[OptOutChange, ...]:
    parts = reader.parts("optout_changes") if reader.has("optout_changes") else ()
    changes = tuple(_optout_change(part) for part in parts)
    return tuple(sorted(changes, key=lambda change: change.effective_from))


def _optout_change(reader: Reader) -> OptOutChange:
    change = OptOutChange(
        reader.day("effective_from"),
        _optout(reader.part("policy")),
        reader.text("citation"),
        reader.text("source"),
        reader.text("confidence", among=CONFIDENCES),
    )
    reader.finish()
    return change


def _help(reader: Reader) -> HelpPolicy:
    policy = HelpPolicy(_by_language(reader.part("texts")))
    reader.finish()
    return policy


def _by_language(reader: Reader) -> dict[str, str]:
    return {language: reader.text(language) for language in reader}


def _optin(reader: Reader) -> OptInPolicy:
    policy = OptInPolicy(
        reader.texts("methods"),
        reader.flag("confirmation_required"),
        reader.texts("confirmation_elements", default=[]),
    )
    reader.finish()
    return policy


def _retention(reader: Reader) -> RetentionPolicy:
    policy = RetentionPolicy(
        reader.integer("evidence_months"),
        reader.integer("metadata_months"),
        reader.integer("body_months"),
    )
    reader.finish()
    return policy


def _concatenation(reader: Reader) -> bool:
    is_allowed = reader.flag("is_allowed")
    reader.finish()
    return is_allowed


def _example(reader: Reader) -> Example:
    facts, expect = reader.part("facts"), reader.part("expect")
    example = Example(
        name=reader.text("name"),
        facts={key: facts.value(key) for key in facts},
        outcome=expect.text("outcome", among=OUTCOMES),
        findings=expect.texts("findings", default=[]),
        until=_instant(expect, "until"),
        close_at=_instant(expect, "close_at"),
    )
    expect.finish()
    reader.finish()
    return example


def _instant(reader: Reader, key: str) -> datetime | None:
    if not reader.has(key):
        return None
    return reader.convert(key, datetime.fromisoformat, "a time as 2026-11-22T07:00:00+07:00")


def _check_rules(pack: Pack) -> None:
    if not (len(pack.country) == 2 and pack.country.isalpha() and pack.country.isupper()):
        raise PackError("pack.country", "must be an ISO code of two capitals, or ZZ")
    sources = {source.id for source in pack.sources}
    seen: dict[str, Rule] = {}
    for number, rule in enumerate(pack.rules):
        where = f"pack.rules[{number}]"
        if rule.id in seen:
            raise PackError(f"{where}.id", f"“{rule.id}” is there twice")
        if rule.source not in sources:
            raise PackError(f"{where}.source", f"“{rule.source}” is not among the sources")
        seen[rule.id] = rule
    for number, change in enumerate(pack.optout_changes):
        if change.source not in sources:
            where = f"pack.optout_changes[{number}].source"
            raise PackError(where, f"“{change.source}” is not among the sources")
    _check_examples(pack, seen)


def _check_examples(pack: Pack, rules: Mapping[str, Rule]) -> None:
    for number, example in enumerate(pack.examples):
        for rule_id in example.findings:
            if rule_id not in rules:
                where = f"pack.examples[{number}].expect.findings"
                raise PackError(where, f"no rule is called “{rule_id}”")

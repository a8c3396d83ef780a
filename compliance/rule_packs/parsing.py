"""A rule pack from its JSON form, checked for what the schema cannot say."""

from collections.abc import Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

from compliance.rule_packs.model import (
    CONFIDENCES,
    MESSAGE_CLASSES,
    PROMISE_RULE,
    SEVERITIES,
    Example,
    Pack,
    Rule,
    Source,
)
from compliance.rule_packs.params import READERS, read_params
from compliance.rule_packs.policies import (
    read_help,
    read_optin,
    read_optout,
    read_optout_changes,
    read_penalties,
    read_retention,
)
from compliance.rule_packs.reading import PackError, Reader

OUTCOMES = ("allowed", "delayed", "blocked")


def parse_pack(document: Mapping[str, object]) -> Pack:
    """A checked pack. Raises PackError whose `where` names the field at fault."""
    reader = Reader(document)
    if reader.has("$schema"):
        reader.text("$schema")
    pack = Pack(
        country=reader.text("country"),
        version=reader.text("pack_version"),
        effective_from=reader.day("effective_from"),
        effective_to=_until(reader),
        zone=reader.convert("zone", ZoneInfo, "an IANA time zone"),
        languages=reader.texts("languages"),
        sources=tuple(_source(part) for part in reader.parts("sources")),
        rules=tuple(_rule(part) for part in reader.parts("rules")),
        optout=read_optout(reader.part("optout")),
        help=read_help(reader.part("help")),
        optin=read_optin(reader.part("optin")),
        retention=read_retention(reader.part("retention")),
        is_concatenation_allowed=_concatenation(reader.part("concatenation")),
        examples=tuple(_example(part) for part in reader.parts("examples")),
        optout_changes=read_optout_changes(reader),
        penalties=read_penalties(reader),
        note=reader.text("note", default=""),
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
        regions=frozenset(reader.texts("regions", default=[])),
        is_for_unknown_region=reader.flag("when_region_unknown", default=False),
        note=reader.text("note", default=""),
    )
    reader.finish()
    if (rule.severity == "delay") != (kind == "window"):
        raise PackError(f"{reader.where}.severity", "“delay” is for windows, and only “delay”")
    return rule


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
    cited = {
        "optout_changes": [one.source for one in pack.optout_changes],
        "penalties": [one.source for one in pack.penalties],
        "retention.basis": [one.source for one in pack.retention.basis],
    }
    for name, named in cited.items():
        for number, source in enumerate(named):
            if source not in sources:
                where = f"pack.{name}[{number}].source"
                raise PackError(where, f"“{source}” is not among the sources")
    _check_examples(pack, seen)


def _check_examples(pack: Pack, rules: Mapping[str, Rule]) -> None:
    for number, example in enumerate(pack.examples):
        for rule_id in example.findings:
            if rule_id not in rules and rule_id != PROMISE_RULE:
                where = f"pack.examples[{number}].expect.findings"
                raise PackError(where, f"no rule is called “{rule_id}”")

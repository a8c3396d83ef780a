"""The kinds of rules about texts: what each asks for, its fields, and how they are read.

A new kind is an entry here and its check in `checks`.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from compliance.content_policy.fields import (
    Characters,
    Choice,
    Domains,
    Field,
    Lines,
    ParamError,
    Whole,
    compile_pattern,
)
from compliance.content_policy.folding import Span, View, marked, plain, unmarked
from compliance.content_policy.model import (
    ANYWHERE,
    END,
    PATTERN,
    START,
    WORDS,
    BrandRequired,
    CapitalLetters,
    CharacterSet,
    ForbiddenPhrase,
    LinkCount,
    LinkDomains,
    LinkShorteners,
    Params,
    RequiredPhrase,
    SegmentCount,
)
from compliance.findings import gettext_noop

_MARKS = Choice(
    "marks",
    gettext_noop("Vietnamese marks"),
    gettext_noop("Without marks “vay tiền”, “vay tien” and “VAY TIEN” are the same."),
    choices=(
        ("ignored", gettext_noop("Do not matter")),
        ("kept", gettext_noop("Matter: “bán” is not “ban”")),
    ),
)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of rule: words for people, fields, and how cleaned values become parameters."""

    title: str
    about: str
    fields: tuple[Field, ...]
    build: Callable[..., Params]


def _phrases(name: str, phrases: list[str], fold: Callable[[str], str]) -> tuple[str, ...]:
    folded = []
    for phrase in phrases:
        one = fold(phrase)
        if not one:
            raise ParamError(name, "nothing_to_compare", entry=phrase)
        folded.append(one)
    return tuple(dict.fromkeys(folded))


def _forbidden(phrases: list[str], match: str, marks: str) -> Params:
    if match == PATTERN:
        fitted = phrases if marks == "kept" else map(unmarked, phrases)
        patterns = [compile_pattern("phrases", one) for one in fitted]

        def by_pattern(view: View) -> Iterator[Span]:
            return (hit.span() for one in patterns for hit in one.finditer(view.text))

        return ForbiddenPhrase(by_pattern, marks == "kept")
    folded = _phrases("phrases", phrases, marked if marks == "kept" else plain)

    def by_phrase(view: View) -> Iterator[Span]:
        find = view.whole_words if match == WORDS else view.anywhere
        return (span for one in folded for span in find(one))

    return ForbiddenPhrase(by_phrase, marks == "kept")


def _required(phrases: list[str], place: str, marks: str) -> Params:
    _phrases("phrases", phrases, marked if marks == "kept" else plain)
    return RequiredPhrase(tuple(phrases), place, marks == "kept")


def _brand(spellings: list[str]) -> Params:
    _phrases("spellings", spellings, plain)
    return BrandRequired(tuple(spellings))


KINDS: Mapping[str, Kind] = {
    "forbidden_phrase": Kind(
        gettext_noop("Forbidden phrases"),
        gettext_noop("Words that no text may contain."),
        (
            Lines(
                "phrases",
                gettext_noop("Phrases"),
                gettext_noop("One per line. Capital and small letters are the same."),
            ),
            Choice(
                "match",
                gettext_noop("Look for"),
                gettext_noop(
                    "Patterns are regular expressions in the notation of RE2; they look at the"
                    " text in small letters."
                ),
                choices=(
                    (WORDS, gettext_noop("Whole words")),
                    (ANYWHERE, gettext_noop("Anywhere, also inside words")),
                    (PATTERN, gettext_noop("Patterns")),
                ),
            ),
            _MARKS,
        ),
        _forbidden,
    ),
    "required_phrase": Kind(
        gettext_noop("Required phrase"),
        gettext_noop("One of these phrases stands in every text."),
        (
            Lines(
                "phrases",
                gettext_noop("Phrases"),
                gettext_noop("One per line; one of them is enough."),
            ),
            Choice(
                "place",
                gettext_noop("Where"),
                choices=(
                    (ANYWHERE, gettext_noop("Anywhere")),
                    (START, gettext_noop("At the start")),
                    (END, gettext_noop("At the end")),
                ),
            ),
            _MARKS,
        ),
        _required,
    ),
    "link_domains": Kind(
        gettext_noop("Allowed link domains"),
        gettext_noop("Links lead to these domains and what is below them, and nowhere else."),
        (
            Domains(
                "domains",
                gettext_noop("Domains"),
                gettext_noop("One per line, such as shop.vn; www.shop.vn is then allowed too."),
            ),
        ),
        lambda domains: LinkDomains(tuple(domains)),
    ),
    "link_shorteners": Kind(
        gettext_noop("No public link shorteners"),
        gettext_noop("Links of bit.ly and the like, which do not say whose page opens."),
        (
            Domains(
                "also",
                gettext_noop("More shorteners"),
                gettext_noop("Besides the list that ships with the product; one per line."),
                is_required=False,
            ),
            Domains(
                "allowed",
                gettext_noop("Allowed all the same"),
                gettext_noop("One per line."),
                is_required=False,
            ),
        ),
        lambda also, allowed: LinkShorteners(frozenset(also), frozenset(allowed)),
    ),
    "link_count": Kind(
        gettext_noop("Number of links"),
        gettext_noop("A text has at most so many links."),
        (Whole("most", gettext_noop("At most"), gettext_noop("0 for no link at all."), most=20),),
        lambda most: LinkCount(most),
    ),
    "brand_required": Kind(
        gettext_noop("Brand in the text"),
        gettext_noop("The advertiser's name stands in the text, so that people know who writes."),
        (
            Lines(
                "spellings",
                gettext_noop("Other spellings"),
                gettext_noop(
                    "Besides the names of the advertiser; one per line. Spaces, hyphens, marks and"
                    " capital letters do not matter."
                ),
                is_required=False,
            ),
        ),
        _brand,
    ),
    "segment_count": Kind(
        gettext_noop("Number of segments"),
        gettext_noop(
            "A message has at most so many segments. Templates are judged by their longest values."
        ),
        (Whole("most", gettext_noop("At most"), least=1, most=255),),
        lambda most: SegmentCount(most),
    ),
    "capital_letters": Kind(
        gettext_noop("Capital letters"),
        gettext_noop("A text is not written in capitals for the most part."),
        (
            Whole(
                "percent", gettext_noop("Capital letters at most, in percent"), most=99, default=50
            ),
            Whole(
                "least_letters",
                gettext_noop("Only texts with at least so many letters"),
                least=1,
                most=1000,
                default=20,
            ),
        ),
        lambda percent, least_letters: CapitalLetters(percent, least_letters),
    ),
    "character_set": Kind(
        gettext_noop("Refused characters"),
        gettext_noop("Characters that no text may contain, such as those an operator refuses."),
        (
            Characters(
                "characters",
                gettext_noop("Characters"),
                gettext_noop("One after the other, without spaces."),
            ),
        ),
        lambda characters: CharacterSet(frozenset(characters)),
    ),
}


def clean_params(kind: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a kind's fields as they are stored. Raises ParamError naming the field."""
    if kind not in KINDS:
        raise ParamError("kind", "unknown_kind", entry=kind)
    fields: Mapping[str, Any] = {field.name: field for field in KINDS[kind].fields}
    for name in values:
        if name not in fields:
            raise ParamError(name, "unknown_param", entry=name)
    cleaned = {name: field.read(values.get(name)) for name, field in fields.items()}
    KINDS[kind].build(**cleaned)
    return cleaned


def params_of(kind: str, values: Mapping[str, Any]) -> Params:
    """The parameters of a rule. Raises ParamError naming the field."""
    cleaned = clean_params(kind, values)
    return KINDS[kind].build(**cleaned)

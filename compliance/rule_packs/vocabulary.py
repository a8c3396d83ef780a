"""The words of a language that people reply with: data with sources, read and checked."""

import json
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from compliance.rule_packs.model import CONFIDENCES
from compliance.rule_packs.reading import PackError, Reader

LANGUAGES = Path(__file__).parent / "languages"
ACTIONS = ("opt_out", "opt_in", "help")
REACHES = ("program", "sender", "brand", "account")  # narrowest first


@dataclass(frozen=True, slots=True)
class Keyword:
    """A word or phrase without marks, in small letters.

    `accented` are the marked spellings that mean it (None: any); `is_bare_certain` says
    whether the unmarked spelling does. A strong keyword means something inside a longer
    text and when misspelt. `reach` is how far the word itself goes ("": as far as the rules
    say). An answer says yes to a question that was asked, and nothing else.
    """

    word: str
    action: str
    takes_argument: bool
    is_strong: bool
    accented: frozenset[str] | None
    is_bare_certain: bool
    source: str
    confidence: str
    language: str = ""
    reach: str = ""
    is_answer: bool = False


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """One language's keywords, the politeness around them, and phrases of refusal.

    `before_number` are words that lead to a number in an instruction copied whole
    (`soan TC gui 1313`);
    `not_arguments` are what people cancel that is no subscription (an order, a booking);
    `not_typos` are words that look like a misspelt keyword and are none.
    """

    language: str
    version: str
    keywords: tuple[Keyword, ...]
    polite: tuple[str, ...]
    before_number: tuple[str, ...]
    not_arguments: tuple[str, ...]
    refusals: tuple[str, ...]
    not_typos: frozenset[str]


@cache
def shipped_vocabulary(language: str) -> Vocabulary | None:
    """The vocabulary that comes with the product, or None for a language without one."""
    if not (language.isascii() and language.isalpha()):
        return None
    path = LANGUAGES / f"{language.lower()}.json"
    if not path.is_file():
        return None
    return parse_vocabulary(json.loads(path.read_text(encoding="utf-8")))


def parse_vocabulary(document: Mapping[str, object]) -> Vocabulary:
    """A checked vocabulary. Raises PackError naming the field at fault."""
    reader = Reader(document, "vocabulary")
    if reader.has("note"):
        reader.text("note")
    sources = tuple(_source_id(part) for part in reader.parts("sources"))
    language = reader.text("language")
    vocabulary = Vocabulary(
        language=language,
        version=reader.text("version"),
        keywords=tuple(_keyword(part, sources, language) for part in reader.parts("keywords")),
        polite=reader.texts("polite"),
        before_number=reader.texts("before_number"),
        not_arguments=reader.texts("not_arguments"),
        refusals=reader.texts("refusals"),
        not_typos=frozenset(reader.texts("not_typos")),
    )
    reader.finish()
    return vocabulary


def _source_id(reader: Reader) -> str:
    for field in ("title", "kind"):
        reader.text(field)
    reader.day("read_on")
    source_id = reader.text("id")
    reader.finish()
    return source_id


def _is_written_well(word: str) -> bool:
    """Capitals and digits without marks; of scripts without capitals any letters and marks."""
    if word.isascii():
        return word == word.upper() and word.replace(" ", "").isalnum()
    return word.upper() == word.lower() and all(
        unicodedata.category(c)[0] in "LM" for c in word.replace(" ", "")
    )


def _keyword(reader: Reader, sources: tuple[str, ...], language: str) -> Keyword:
    word = reader.text("word")
    if not _is_written_well(word):
        raise PackError(f"{reader.where}.word", "must be capitals and digits without marks")
    accented = frozenset(reader.texts("accented")) if reader.has("accented") else None
    keyword = Keyword(
        word=word.lower(),
        action=reader.text("action", among=ACTIONS),
        takes_argument=reader.flag("argument", default=False),
        is_strong=reader.flag("strong", default=False),
        accented=accented,
        is_bare_certain=reader.text("bare", default="exact", among=("exact", "inferred"))
        == "exact",
        source=reader.text("source", among=sources),
        confidence=reader.text("confidence", among=CONFIDENCES),
        language=language,
        reach=reader.text("reach", default="", among=("", *REACHES)),
        is_answer=reader.flag("answer", default=False),
    )
    reader.finish()
    return keyword

"""Rules and replies as values."""

from datetime import UTC, datetime
from typing import Any

from messaging.keyword_rules import Book, Reply, Rule, phrase_of

AT = datetime(2026, 11, 23, 9, tzinfo=UTC)


def rule(kind: str, *words: str, **values: Any) -> Rule:
    number = values.pop("id", 1)
    phrases = tuple(phrase_of(kind, word) for word in words)
    return Rule(
        id=number, name=values.pop("name", f"rule {number}"), kind=kind, phrases=phrases, **values
    )


def reply(text: str, sender: int = 1, language: str = "", at: datetime = AT) -> Reply:
    return Reply(text, sender, at, language)


def winner(text: str, *rules: Rule, **values: Any) -> str | None:
    """The name of the rule that acts."""
    found = Book(rules).read(reply(text, **values)).winner
    return found.rule.name if found else None

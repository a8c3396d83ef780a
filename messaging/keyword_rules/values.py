"""Values out of a reply, and their places in what a rule sends or forwards: `{rest}`, `{1}`."""

import re
from collections.abc import Iterator, Mapping

PLACE = re.compile(r"\{([A-Za-z0-9_]+)\}")
# Of every reply; a pattern's groups come by number and by name.
ALWAYS = ("text", "word", "first_word", "rest", "number", "answer")


def filled(text: str, values: Mapping[str, str]) -> str:
    """The text with its places filled; what the reply does not give is empty."""
    return PLACE.sub(lambda place: values.get(place[1], ""), text)


def places_in(text: str) -> Iterator[str]:
    """The names of places in a text."""
    return (place[1] for place in PLACE.finditer(text))

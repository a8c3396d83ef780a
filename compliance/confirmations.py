"""The text that confirms consent, from the elements that a country's pack demands."""

import json
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

_FILE = Path(__file__).parent / "confirmations.json"
_ANY_LANGUAGE = "en"


def confirmation_text(
    elements: Iterable[str], languages: Iterable[str], *, frequency: str = ""
) -> str:
    """The text with `{brand}` in it, in the first of `languages` that there is.

    `frequency` is what the person was promised, where it is known.
    """
    texts, frequencies = _texts(), _document()["frequencies"]
    language = next((one for one in languages if one in texts), _ANY_LANGUAGE)
    wanted = {"brand", *elements}
    parts = [text for element, text in texts[language].items() if element in wanted]
    return " ".join(parts).replace("{frequency}", frequency or frequencies[language])


def _texts() -> Mapping[str, Mapping[str, str]]:
    texts: Mapping[str, Mapping[str, str]] = _document()["texts"]
    return texts


@cache
def _document() -> Any:  # Any: a JSON object of ours
    return json.loads(_FILE.read_text(encoding="utf-8"))

"""The lists that ship with the product, each with its source, date and confidence."""

import json
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
SHIPPED_RULES = FOLDER / "shipped_rules.json"

# Endings that are believed whatever the letters' case, since people write them in capitals too.
SURE_ENDINGS = frozenset(
    [
        "app",
        "asia",
        "biz",
        "cc",
        "click",
        "club",
        "com",
        "edu",
        "fun",
        "gov",
        "info",
        "io",
        "link",
        "live",
        "mobi",
        "net",
        "one",
        "online",
        "org",
        "page",
        "pro",
        "shop",
        "site",
        "space",
        "store",
        "top",
        "vip",
        "vn",
        "website",
        "xyz",
    ]
)


@cache
def top_level_domains() -> frozenset[str]:
    """The last labels of domains, Unicode and in small letters."""
    names: str = _document("top_level_domains.json")["names"]
    return frozenset(names.split())


@cache
def shorteners() -> frozenset[str]:
    """Domains of link shorteners that anybody can use."""
    return frozenset(_document("shorteners.json")["domains"])


def _document(name: str) -> Any:
    return json.loads((FOLDER / name).read_text(encoding="utf-8"))

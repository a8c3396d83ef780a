"""A form as a browser would send it back."""

from html.parser import HTMLParser
from typing import Any


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.values: dict[str, Any] = {}
        self._select = self._textarea = ""
        self._first = True

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        name = found.get("name", "")
        if tag == "input" and name:
            self._input(name, found)
        elif tag == "select":
            self._select, self._first = name, True
        elif tag == "option" and self._select and (self._first or "selected" in found):
            self.values[self._select] = found.get("value", "")
            self._first = False
        elif tag == "textarea" and name:
            self._textarea = name
            self.values[name] = ""

    def _input(self, name: str, found: dict[str, str]) -> None:
        kind = found.get("type", "text")
        if kind in ("checkbox", "radio"):
            if "checked" in found:
                self.values.setdefault(name, []).append(found.get("value", "on"))
        elif kind not in ("submit", "button", "file"):
            self.values[name] = found.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._select = ""
        elif tag == "textarea":
            self._textarea = ""

    def handle_data(self, data: str) -> None:
        if self._textarea:
            self.values[self._textarea] += data.removeprefix("\n")


def form_values(html: str) -> dict[str, Any]:
    """What the inputs of a page hold; buttons are left out."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return {name: value for name, value in reader.values.items() if name != "action"}

"""The table of all options, as docs/carriers.md has it."""

from typing import Any

from carriers.models import Bind
from carriers.options import GROUPS, OPTIONS, default_of, label_of
from carriers.options.values import SECRET


def handbook() -> str:
    """Markdown: one table for each group, in the reader's language."""
    parts = []
    for group in GROUPS:
        rows = "\n".join(_row(name) for name in group.names)
        head = "| Option | Field | Default | What it does |\n|---|---|---|---|"
        parts.append(f"### {group.title}\n\n{group.lead}\n\n{head}\n{rows}\n")
    return "\n".join(parts)


def _row(name: str) -> str:
    option = OPTIONS[name]
    cells = (label_of(name), f"`{name}`", _shown(name), option.sentence())
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _shown(name: str) -> str:
    if OPTIONS[name].unit is SECRET:
        return "–"
    value: Any = default_of(name)
    if value in (None, "", [], {}):
        return "–"
    words = dict(Bind._meta.get_field(name).flatchoices)  # type: ignore[union-attr]  # a column
    if value in words:
        return str(words[value])
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, float):
        return f"{value:g}"
    return str(value)

"""The presets that ship, read from their files."""

import json
from functools import cache
from pathlib import Path

from campaigns.triggers.catalog import Preset, preset_read

FOLDER = Path(__file__).resolve().parent.parent / "triggers" / "presets"
# In this order they are offered.
_CODES = ("order-platform", "crm", "help-desk", "microservice")


@cache
def presets() -> dict[str, Preset]:
    """By code."""
    texts = {code: (FOLDER / f"{code}.json").read_text("utf-8") for code in _CODES}
    return {code: preset_read(json.loads(text)) for code, text in texts.items()}

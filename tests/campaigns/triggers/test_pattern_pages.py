"""docs/patterns say exactly what the presets are."""

import json
import re
from pathlib import Path

import pytest
from django.conf import settings

from campaigns.selectors.trigger_presets import presets

FOLDER = Path(settings.BASE_DIR) / "docs" / "patterns"
BLOCK = re.compile(r"^```json\n(.*?)^```", re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("code", list(presets()))
def test_a_page_shows_every_sample_and_mapping_of_its_preset(code):
    page = (FOLDER / f"{code}.md").read_text("utf-8")
    shown = [json.loads(one) for one in BLOCK.findall(page)]
    for one in presets()[code].mappings:
        assert one.sample in shown, one.name
        assert one.spec in shown, one.name
    for text in presets()[code].templates:
        assert text.body in page
        assert f"`{text.slug}`" in page


@pytest.mark.parametrize("code", list(presets()))
def test_a_page_names_the_headers_of_its_preset(code):
    page = (FOLDER / f"{code}.md").read_text("utf-8")
    source = presets()[code].source
    for name in ("header", "timestamp_header"):
        if source.get(name):
            assert f"`{source[name]}`" in page

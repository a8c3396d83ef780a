"""docs/patterns say exactly what the presets are."""

import json
import os
import re
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.conf import settings

from campaigns.selectors.trigger_presets import presets
from campaigns.triggers.signatures import Scheme, signature_verify

FOLDER = Path(settings.BASE_DIR) / "docs" / "patterns"
COMMAND = re.compile(r"^```bash\n(.*?)^```", re.MULTILINE | re.DOTALL)
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


@pytest.mark.skipif(not shutil.which("openssl"), reason="openssl is not installed")
@pytest.mark.parametrize("code", list(presets()))
def test_the_command_of_a_page_signs_as_its_preset_wants(code):
    preset = presets()[code]
    (command, *_rest) = COMMAND.findall((FOLDER / f"{code}.md").read_text("utf-8"))
    body = json.dumps(preset.mappings[0].sample, ensure_ascii=False)
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    names = ("header", "algorithm", "encoding", "prefix", "signed_content", "timestamp_header")
    values = {name: preset.source[name] for name in names if name in preset.source}
    done = subprocess.run(
        [shutil.which("bash") or "bash", "-c", "curl() { printf '%s\\n' \"$@\"; }\n" + command],
        env=os.environ | {"BODY": body, "SECRET": secret, "URL": "http://x/"},
        capture_output=True,
        text=True,
        check=True,
    )
    pairs = (line.partition(": ") for line in done.stdout.splitlines())
    headers = {name.lower(): value for name, _colon, value in pairs}
    scheme = Scheme(kind=preset.source["signature"], **values)
    signature_verify(scheme, [secret], headers, body.encode(), datetime.now(UTC))

"""Messages by the wording of their recipient's language, whichever door they come by."""

from typing import Any

import pytest

from config.common import clock
from config.common.errors import InvalidError
from messaging.models import Message, TemplateVersion
from messaging.selectors.snapshot import snapshots
from messaging.services.drafts import text_rendered
from messaging.services.releases import Recipient, Release, recipients_assess
from messaging.services.submissions import Accepted, MessageRequest, messages_submit
from tests.factories import make_template_version
from tests.messaging.hot import Line, make_line

pytestmark = pytest.mark.django_db
VARIANTS = [
    {"language": "en", "body": "Hello {name}", "rewriting": "none"},
    {"language": "vi-x-plain", "body": "Chào {name}", "rewriting": "unmarked"},
]


def approved(line: Line, body: str = "Chào {name}", **fields: Any) -> TemplateVersion:
    values = {"slots": [{"name": "name", "type": "name"}], "variants": VARIANTS} | fields
    version = make_template_version(
        line.account, body=body, advertiser=line.sender.advertiser, **values
    )
    snapshots.forget()
    return version


@pytest.mark.parametrize(
    ("language", "text"),
    [("", "Chào Ánh"), ("en-US", "Hello Ánh"), ("vi-x-plain", "Chao Anh"), ("fr", "Chào Ánh")],
)
def test_campaigns_and_single_messages_speak_the_same_language(language: str, text: str) -> None:
    line = make_line()
    version = approved(line)
    release = Release(line.account.pk, None, version.pk, line.sender.pk)
    person = Recipient(1, "84981230001", "VN", {"name": "Ánh"}, language)
    (assessed,) = recipients_assess(snapshots.current(), release, [person], now=clock.now())
    request = MessageRequest(
        to="+84981230001",
        sender=line.sender.address,
        template=version.template.slug,
        parameters={"name": "Ánh"},
        language=language,
    )
    (stored,) = messages_submit(account=line.account, requests=[request], origin="api")
    assert isinstance(stored, Accepted)
    assert Message.objects.get(pk=stored.message_id).text == assessed.text == text


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({}, "missing_parameter"),
        ({"name": " "}, "missing_parameter"),
        ({"name": "a\x00"}, "nul"),
        ({"name": "Mai\nbit.ly/x"}, "value_newline"),
        ({"name": "a@b"}, "value_charset"),
        ({"name": "x" * 31}, "value_too_long"),
    ],
)
def test_a_refused_value_names_its_parameter(values: dict[str, str], code: str) -> None:
    version = approved(make_line())
    text = snapshots.current().texts[version.pk]
    with pytest.raises(InvalidError) as caught:
        text_rendered(text, values)
    assert (caught.value.code, caught.value.field) == (code, "parameters.name")


def test_positions_are_told_from_one() -> None:
    version = approved(make_line())
    with pytest.raises(InvalidError, match="“@” at position 2"):
        text_rendered(snapshots.current().texts[version.pk], {"name": "a@b"})


def test_unknown_parameters_are_named() -> None:
    version = approved(make_line())
    with pytest.raises(InvalidError) as caught:
        text_rendered(snapshots.current().texts[version.pk], {"name": "A", "nmae": "B"})
    assert (caught.value.code, caught.value.field) == ("unknown_parameter", "parameters.nmae")


def test_a_fallback_stands_for_who_has_no_value() -> None:
    slots = [{"name": "name", "type": "name", "fallback": "quý khách"}]
    version = approved(make_line(), slots=slots)
    assert text_rendered(snapshots.current().texts[version.pk], {}) == "Chào quý khách"


def test_a_version_that_cannot_be_read_stops_no_other() -> None:
    line = make_line()
    broken = approved(line, slots=[{"name": "name", "pattern": "("}])
    good = approved(line)
    texts = snapshots.current().texts
    assert good.pk in texts
    assert broken.pk not in texts

"""No page takes half a character or U+0000, and each says where it stands, counted from 1."""

import json
from typing import Any

import pytest
from django.urls import reverse

from messaging.models import TemplateVersion
from tests.factories import make_sender, make_template
from tests.world import World

pytestmark = pytest.mark.django_db
ADD = "admin:messaging_templateversion_add"
COUNTER = "admin:messaging_templateversion_analyse"
SIMULATE = "admin:messaging_inboundmessage_simulate"
PLAIN = {"body": "Chào {name}", "rewriting": "none", "message_format": ""}


def slots(**values: Any) -> list[dict[str, Any]]:
    return [{"name": "name", "type": "text", "max_length": 20, "example": "An", **values}]


def saved(world: World, browse: Any, **values: Any) -> list[str]:
    """Errors of the form of a version; hidden fields are JSON, which can carry anything."""
    form = PLAIN | {"template": make_template(world.account).pk, "slots": json.dumps(slots())}
    answer = browse(world.alice).post(reverse(ADD), form | values)
    assert answer.status_code == 200
    assert not TemplateVersion.objects.exists()
    errors = answer.context["adminform"].form.errors
    return [str(one) for found in errors.values() for one in found]


def test_body_of_a_template(world: World, browse: Any) -> None:
    (error,) = saved(world, browse, body="Chào\x00 {name}")
    assert error == "Character 5 is U+0000, which cannot be stored: remove it."


@pytest.mark.parametrize("bad", ["An\x00", "An\ud83d"])
@pytest.mark.parametrize("member", ["example", "fallback", "pattern"])
def test_slot_of_a_template(world: World, browse: Any, member: str, bad: str) -> None:
    (error,) = saved(world, browse, slots=json.dumps(slots(**{member: bad})))
    assert "position 3" in error


@pytest.mark.parametrize("bad", ["Hi\x00 {name}", "Hi\ud83d {name}"])
def test_other_language_of_a_template(world: World, browse: Any, bad: str) -> None:
    variants = [{"language": "en", "body": bad, "rewriting": "none"}]
    (error,) = saved(world, browse, variants=json.dumps(variants))
    assert "position 3" in error


@pytest.mark.parametrize("bad", ["Chào\x00", "Chào\ud83d"])
def test_text_in_the_composer(world: World, browse: Any, bad: str) -> None:
    question = {"body": bad, "slots": [], "template": None}
    answer = browse(world.alice).post(
        reverse(COUNTER), json.dumps(question), content_type="application/json"
    )
    assert "position 5" in answer.content.decode()


def test_simulated_reply(world: World, browse: Any) -> None:
    sender = make_sender(world.account, receives_replies=True)
    values = {"from_": "0981234567", "sender": sender.pk, "operator": "", "text": "T\x00C"}
    answer = browse(world.alice).post(reverse(SIMULATE), values)
    assert "Character 2 is U+0000" in answer.content.decode()

"""No door to contacts and campaigns takes half a character or U+0000; each says where it stands,
counted from 1."""

from typing import Any

import pytest
from django.urls import reverse

from campaigns.models import BadLine, Contact
from campaigns.services.contacts import contact_create
from config.common.errors import InvalidError
from tests.campaigns.building import imported
from tests.campaigns.launching import VALUES, make_market
from tests.world import World

pytestmark = pytest.mark.django_db
BAD = ["An\x00", "An\ud83d"]


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"name": "An\x00"}, "Character 3 is U+0000"),
        ({"attributes": "city: Hu\x00ế"}, "Character 3 is U+0000"),
    ],
)
def test_contact_on_its_page(
    world: World, browse: Any, values: dict[str, str], sentence: str
) -> None:
    sent = {"account": world.account.pk, "number": "0912345679", "name": "An"} | values
    answer = browse(world.alice).post(reverse("admin:campaigns_contact_add"), sent)
    assert sentence in answer.content.decode()
    assert set(values) == set(answer.context["adminform"].form.errors)
    assert not Contact.objects.exists()


@pytest.mark.parametrize("bad", BAD)
@pytest.mark.parametrize("field", ["name", "attributes.city"])
def test_contact_by_its_service(world: World, field: str, bad: str) -> None:
    values: dict[str, Any] = {"attributes": {"city": bad}} if "." in field else {"name": bad}
    with pytest.raises(InvalidError, match="Character 3 ") as caught:
        contact_create(account=world.account, number="0912345679", actor=None, **values)
    assert caught.value.field == field


def test_row_of_a_file(world: World) -> None:
    imported(world.account, "name,phone,city\nA\x00n,0912345671,\nAn,0912345672,Hu\x00\n")
    assert not Contact.objects.exists()
    found = [(one.line, one.field, one.reason) for one in BadLine.objects.order_by("line")]
    assert [one[:2] for one in found] == [(2, "name"), (3, "attribute:city")]
    assert "Character 2 cannot be stored" in found[0][2]
    assert "Character 3 cannot be stored" in found[1][2]


@pytest.mark.parametrize("bad", BAD)
@pytest.mark.parametrize("kind", ["fixed", "fallback"])
def test_value_of_a_campaign(kind: str, bad: str) -> None:
    value = {"fixed": bad} if kind == "fixed" else {"attribute": "name", "fallback": bad}
    with pytest.raises(InvalidError, match="position 3") as caught:
        make_market().campaign(values=VALUES | {"name": value})
    assert caught.value.field == "values.name"

"""Parts of pages: counting, lists, labels, numbers."""

from typing import Any

import pytest
from django import forms
from django.test import Client
from django.urls import reverse
from django.utils import translation

from compliance.models import ApiKey
from config.common.console.forms import list_formfield
from config.common.console.labels import coloured, label
from config.common.console.lists import BoundedPaginator
from config.dashboards.panels import number
from routing.models import Network, Sender
from tests.factories import make_network, make_user


@pytest.mark.django_db
def test_long_lists_are_counted_to_a_bound(
    monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any
) -> None:
    monkeypatch.setattr("config.common.console.lists.COUNTED_ROWS", 2)
    for _ in range(3):
        make_network()
    with django_assert_num_queries(1) as queries:
        paginator = BoundedPaginator(Network.objects.order_by("name"), 10)
        assert (paginator.count, paginator.has_more) == (2, True)
    assert "LIMIT 3" in queries.captured_queries[0]["sql"]
    first_two = Network.objects.order_by("name")[:2]
    exact = BoundedPaginator(Network.objects.filter(pk__in=[one.pk for one in first_two]), 10)
    assert (exact.count, exact.has_more) == (2, False)


@pytest.mark.django_db
def test_long_list_says_that_there_are_more_than_were_counted(
    monkeypatch: pytest.MonkeyPatch, client: Client
) -> None:
    monkeypatch.setattr("config.common.console.lists.COUNTED_ROWS", 2)
    client.force_login(make_user(is_superuser=True, is_staff=True))
    for name in ("Anytel", "Bestel", "Citytel"):
        make_network(name=name)
    address = reverse("admin:routing_network_changelist")
    words = " ".join(client.get(address).content.decode().split())
    assert "more than 2 results" in words
    assert "more than 2 networks" in words
    assert "Show all" not in words
    found = " ".join(client.get(address, {"q": "Bestel"}).content.decode().split())
    assert "1 result (<a" in found
    assert "1 network<" in found.replace(" <", "<")


def test_lists_that_are_no_query_are_counted() -> None:
    paginator = BoundedPaginator([1, 2, 3], 10)
    assert (paginator.count, paginator.has_more) == (3, False)


def test_closed_choice_is_ticked() -> None:
    field = list_formfield(Sender._meta.get_field("allowed_classes"))
    assert isinstance(field, forms.MultipleChoiceField)
    assert field.clean(["otp", "care"]) == ["otp", "care"]
    with pytest.raises(forms.ValidationError):
        field.clean(["spam"])
    with pytest.raises(forms.ValidationError):
        field.clean([])


def test_open_list_is_written_line_by_line() -> None:
    field = list_formfield(ApiKey._meta.get_field("allowed_addresses"))
    assert field.clean("10.0.0.1\n10.0.0.2") == ["10.0.0.1", "10.0.0.2"]
    assert field.clean("") == []


def test_labels_escape_their_text() -> None:
    assert "&lt;b&gt;" in label("<b>", "danger")


def test_coloured_method_shows_the_text_of_its_kind() -> None:
    @coloured("State", {"good": "success"}, ordering="state")
    def state(_page: object, _obj: object) -> tuple[str, str]:
        return "good", "Fine"

    assert "Fine" in state(None, None)
    assert "green" in state(None, None)
    assert (state.short_description, state.admin_order_field) == ("State", "state")


@pytest.mark.parametrize(("language", "text"), [("en", "1,234,567"), ("vi", "1.234.567")])
def test_large_numbers_are_grouped(language: str, text: str) -> None:
    with translation.override(language):
        assert number(1_234_567) == text

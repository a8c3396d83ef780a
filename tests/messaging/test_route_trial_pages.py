"""Operators' pages of trials of routes."""

from typing import Any

import pytest
from django.urls import reverse

from messaging.models import RouteTrial
from messaging.services.route_trials import route_trial_execute
from routing.services.policies import policy_draft
from tests.messaging.hot import make_line
from tests.messaging.test_route_trials import past, with_second
from tests.world import World

pytestmark = pytest.mark.django_db


def test_a_version_is_tried_from_its_page(world: World, browse: Any) -> None:
    line = make_line(world.account)
    past(line, 3)
    draft, _other = with_second(line)
    client = browse(world.olga)
    version = reverse("admin:routing_routepolicy_try_past", args=[draft.pk])
    asked = client.get(version, follow=True)
    assert "Nothing is sent" in asked.content.decode()
    address = f"{reverse('admin:messaging_routetrial_add')}?policy={draft.pk}"
    assert client.post(address, {"days": 7}).status_code == 302
    trial = RouteTrial.objects.get()
    route_trial_execute(trial.pk)
    page = client.get(reverse("admin:messaging_routetrial_change", args=[trial.pk]))
    text = page.content.decode()
    assert "3 of 3 messages would have gone to another carrier" in text
    assert "Cost in VND" in text


def test_an_empty_time_is_said_in_the_form(world: World, browse: Any) -> None:
    make_line(world.account)
    draft = policy_draft(actor=None)
    address = f"{reverse('admin:messaging_routetrial_add')}?policy={draft.pk}"
    answer = browse(world.olga).post(address, {"days": 7})
    assert "No messages then" in answer.content.decode()


@pytest.mark.parametrize("name", ["alice", "bob", "ines", "ada"])
def test_trials_are_for_operators_alone(world: World, browse: Any, name: str) -> None:
    client = browse(getattr(world, name))
    assert client.get(reverse("admin:messaging_routetrial_changelist")).status_code == 403

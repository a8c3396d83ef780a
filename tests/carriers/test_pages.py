"""Operators' pages about carriers and binds."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from carriers.constants import SessionState
from carriers.models import Bind, BindLease, SessionEvent
from carriers.selectors.sessions import session_of
from config.common import clock
from tests.factories import make_bind
from tests.world import World

pytestmark = pytest.mark.django_db


def bind_form(bind: Bind, **overrides: Any) -> dict[str, Any]:
    """The form of a bind as the page would send it back."""
    values = {
        field.name: getattr(bind, field.attname)
        for field in Bind._meta.fields
        if field.name not in {"id", "password"}
    }
    form = {
        name: value for name, value in values.items() if value is not None and value is not False
    }
    return form | {"source_ton": "{}", "status_classes": "{}", "password": ""} | overrides


def save(browse: Any, world: World, bind: Bind, **overrides: Any) -> Any:
    page = reverse("admin:carriers_bind_change", args=[bind.pk])
    return browse(world.olga).post(page, bind_form(bind, **overrides))


def test_password_is_written_and_never_shown(world: World, browse: Any) -> None:
    bind = make_bind(password="geheim12")
    page = browse(world.olga).get(reverse("admin:carriers_bind_change", args=[bind.pk]))
    assert "geheim12" not in page.content.decode()
    assert save(browse, world, bind).status_code == 302
    assert Bind.objects.get(pk=bind.pk).password == "geheim12"
    save(browse, world, bind, password="neu45678")
    assert Bind.objects.get(pk=bind.pk).password == "neu45678"


def test_password_is_not_in_the_history(world: World, browse: Any) -> None:
    bind = make_bind(password="geheim12")
    save(browse, world, bind, password="neu45678")
    client = browse(world.olga)
    page = client.get(reverse("admin:carriers_bind_history", args=[bind.pk])).content.decode()
    assert "geheim12" not in page
    assert "neu45678" not in page


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"status_classes": '{"0x45": "sometimes"}'}, "status_classes"),
        ({"status_classes": '{"abc": "temporary"}'}, "status_classes"),
        ({"status_classes": "[1]"}, "status_classes"),
        ({"source_ton": '{"short_code": [3]}'}, "source_ton"),
        ({"source_ton": '{"short_code": [9, 0]}'}, "source_ton"),
        ({"single_shifts": ["turkish"], "default_alphabet": "latin1"}, "single_shifts"),
        ({"locking_shifts": ["urdu"], "default_alphabet": "ascii"}, "locking_shifts"),
        ({"locking_shifts": ["spanish"]}, "locking_shifts"),
        ({"single_shifts": ["vietnamese"]}, "single_shifts"),
        ({"port": "70000"}, "port"),
        ({"window": "0"}, "window"),
    ],
)
def test_wrong_values_are_said_at_their_field(
    world: World, browse: Any, change: dict[str, Any], field: str
) -> None:
    answer = save(browse, world, make_bind(), **change)
    assert list(answer.context["adminform"].form.errors) == [field]


def test_right_options_are_kept(world: World, browse: Any) -> None:
    bind = make_bind()
    answer = save(
        browse,
        world,
        bind,
        status_classes='{"0x45": "temporary"}',
        source_ton='{"short_code": [3, 0]}',
        has_latin1="on",
        single_shifts=["turkish", "spanish"],
    )
    assert answer.status_code == 302
    bind.refresh_from_db()
    assert bind.status_classes == {"0x45": "temporary"}
    assert (bind.has_latin1, bind.single_shifts) == (True, ["turkish", "spanish"])
    assert bind.locking_shifts == []


def lease(bind: Bind, state: str, seconds: int) -> BindLease:
    now = clock.now()
    return BindLease.objects.create(
        bind=bind,
        state=state,
        state_since=now - timedelta(minutes=3),
        expires_at=now + timedelta(seconds=seconds),
        holder="worker@one",
        detail="bound to 127.0.0.1",
    )


@pytest.mark.parametrize(
    ("state", "seconds", "shown"),
    [
        ("bound", 5, SessionState.BOUND),
        ("throttled", 5, SessionState.THROTTLED),
        ("bound", -1, SessionState.UNBOUND),
        ("binding", -1, SessionState.UNBOUND),
        ("bind_failed", -1, SessionState.BIND_FAILED),
    ],
)
def test_session_is_told_by_its_lease(
    db: None, state: str, seconds: int, shown: SessionState
) -> None:
    bind = make_bind()
    lease(bind, state, seconds)
    found = Bind.objects.select_related("lease").get(pk=bind.pk)
    assert session_of(found, clock.now()).state == shown


def test_bind_without_lease_is_unbound(db: None) -> None:
    found = Bind.objects.select_related("lease").get(pk=make_bind().pk)
    assert session_of(found, clock.now()).state == SessionState.UNBOUND


def test_lists_show_live_sessions(world: World, browse: Any) -> None:
    bind = make_bind()
    lease(bind, "bound", 60)
    SessionEvent.objects.create(bind=bind, state="bound", detail="hello", at=clock.now())
    client = browse(world.olga)
    binds = client.get(reverse("admin:carriers_bind_changelist")).content.decode()
    assert "Bound, 3" in binds
    carriers = client.get(reverse("admin:carriers_carrier_changelist")).content.decode()
    assert "1 of 1 bound" in carriers
    page = client.get(reverse("admin:carriers_bind_change", args=[bind.pk])).content.decode()
    assert "hello" in page


def test_session_events_are_facts(world: World, browse: Any) -> None:
    event = SessionEvent.objects.create(bind=make_bind(), state="bound", at=clock.now())
    client = browse(world.olga)
    page = reverse("admin:carriers_sessionevent_change", args=[event.pk])
    assert client.get(page).status_code == 200
    assert client.post(page, {}).status_code == 403
    assert client.get(reverse("admin:carriers_sessionevent_add")).status_code == 403


@pytest.mark.parametrize("name", ["alice", "bob", "ines", "ada"])
def test_binds_are_for_operators_alone(world: World, browse: Any, name: str) -> None:
    client = browse(getattr(world, name))
    assert client.get(reverse("admin:carriers_bind_changelist")).status_code == 403
    page = reverse("admin:carriers_bind_change", args=[make_bind().pk])
    assert client.get(page).status_code == 403

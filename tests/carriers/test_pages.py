"""Operators' pages about carriers and binds."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from carriers.constants import SessionState
from carriers.models import Bind, BindLease, SessionEvent
from carriers.presets import PRESETS_BY_CODE
from carriers.selectors.sessions import session_of
from carriers.services.binds import bind_check
from carriers.smpp.statuses import DEFAULT_CLASSES
from compliance.models import AuditEntry
from config.common import clock
from tests.factories import make_bind, make_carrier
from tests.html_forms import form_values
from tests.world import World

pytestmark = pytest.mark.django_db


def save(browse: Any, world: World, bind: Bind, **overrides: Any) -> Any:
    """The bind's page, sent back with changes as a browser would."""
    page = reverse("admin:carriers_bind_change", args=[bind.pk])
    client = browse(world.olga)
    sent = form_values(client.get(page).content.decode()) | overrides
    return client.post(page, {name: value for name, value in sent.items() if value is not None})


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
        ({"status_table-0-code": "abc", "status_table-0-class": "temporary"}, "status_table"),
        ({"status_table-0-class": "sometimes"}, "status_table"),
        ({"source_ton-1-ton": "9", "source_ton-1-npi": "0"}, "source_ton"),
        ({"source_ton-1-ton": "3", "source_ton-1-npi": "x"}, "source_ton"),
        ({"vendor_tlvs-0-tag": "0x0424", "vendor_tlvs-0-value": "a"}, "vendor_tlvs"),
        ({"response_id_form": "pad"}, "response_id_digits"),
        ({"source_policy": "fixed"}, "fixed_source"),
        ({"destination_form": "national"}, "country_code"),
        ({"reconnect_cap_seconds": "1", "reconnect_base_seconds": "5"}, "reconnect_cap_seconds"),
        ({"tls_certificate": "nonsense"}, "tls_certificate"),
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
    bind, blank = make_bind(), len(DEFAULT_CLASSES) - 1
    answer = save(
        browse,
        world,
        bind,
        **{
            "status_table-0-class": "throttle",
            f"status_table-{blank}-code": "0x401",
            f"status_table-{blank}-name": "Spam",
            f"status_table-{blank}-class": "permanent_message",
            "source_ton-1-ton": "6",
            "source_ton-1-npi": "0",
            "class_options-3-registered_delivery": "none",
            "class_options-0-priority_flag": "3",
            "receipt_states-0-word": "ACKED",
            "receipt_states-0-state": "delivered",
            "vendor_tlvs-0-tag": "0x1400",
            "vendor_tlvs-0-source": "advertiser.entity_id",
            "vendor_tlvs-0-required": "on",
        },
        has_latin1="on",
        single_shifts=["turkish", "spanish"],
    )
    assert answer.status_code == 302
    bind.refresh_from_db()
    assert bind.status_classes == {"0x01": "throttle", "0x401": "permanent_message"}
    assert bind.status_names == {"0x401": "Spam"}
    assert bind.source_ton == {"short_code": [6, 0]}
    assert bind.class_options == {
        "marketing": {"registered_delivery": "none"},
        "otp": {"priority_flag": 3},
    }
    assert bind.receipt_states == {"ACKED": "delivered"}
    (rule,) = bind.vendor_tlvs
    assert (rule["tag"], rule["required"]) == ("0x1400", True)
    assert (bind.has_latin1, bind.single_shifts) == (True, ["turkish", "spanish"])
    assert bind.locking_shifts == []


def test_page_that_is_saved_as_it_is_changes_nothing(world: World, browse: Any) -> None:
    bind = make_bind(vendor_tlvs=PRESETS_BY_CODE["india_dlt"].values["vendor_tlvs"][:2])
    save(browse, world, bind)
    before = Bind.objects.filter(pk=bind.pk).values().get()
    save(browse, world, bind)
    assert Bind.objects.filter(pk=bind.pk).values().get() == before
    assert AuditEntry.objects.filter(action="bind.changed").count() <= 1


def test_preset_fills_a_new_form_in(world: World, browse: Any) -> None:
    client = browse(world.olga)
    page = client.get(reverse("admin:carriers_bind_add"), {"preset": "hex_answers"})
    values = form_values(page.content.decode())
    assert values["response_id_form"] == "hex_to_dec"
    made = client.post(
        reverse("admin:carriers_bind_add"),
        values | {"name": "new", "carrier": make_carrier().pk, "host": "a.test", "system_id": "me"},
    )
    assert made.status_code == 302
    assert Bind.objects.get(name="new").receipt_id_form == "strip_zeros_upper"


@pytest.mark.parametrize("code", sorted(PRESETS_BY_CODE))
def test_presets_are_without_problems(code: str) -> None:
    values = {"carrier": make_carrier(), "name": "new", "host": "a.test", "system_id": "me"}
    problems = bind_check(values | PRESETS_BY_CODE[code].values)
    # Whose ids are in the chain is the operator's to say.
    assert {one.field for one in problems} == ({"vendor_tlvs"} if code == "india_dlt" else set())


def test_bind_is_switched_and_copied_on_its_page(world: World, browse: Any) -> None:
    bind, client = make_bind(password="geheim12"), browse(world.olga)
    client.post(reverse("admin:carriers_bind_disconnect", args=[bind.pk]))
    assert not Bind.objects.get(pk=bind.pk).is_enabled
    client.post(reverse("admin:carriers_bind_copy_bind", args=[bind.pk]), {"name": "second"})
    second = Bind.objects.get(name="second")
    assert (second.password, second.is_enabled, second.host) == ("geheim12", False, bind.host)


def test_refused_bind_is_tried_again_from_its_page(world: World, browse: Any) -> None:
    bind, client = make_bind(), browse(world.olga)
    address = reverse("admin:carriers_bind_try_again", args=[bind.pk])
    page = reverse("admin:carriers_bind_change", args=[bind.pk])
    assert address not in client.get(page).content.decode()
    BindLease.objects.create(bind=bind, state="bind_failed", refused_mark="of these values")
    assert address in client.get(page).content.decode()
    client.post(address)
    assert BindLease.objects.get(bind=bind).refused_mark == ""
    assert AuditEntry.objects.filter(action="bind.tried_again").exists()


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


def test_page_shows_what_passes_a_session_this_moment(world: World, browse: Any) -> None:
    bind = make_bind(throughput=450, window=50)
    row = lease(bind, "bound", 60)
    BindLease.objects.filter(pk=row.pk).update(in_flight=12, per_second=90.0, pace=225.0)
    now, state = clock.now(), SessionState.CONNECTION_LOST
    SessionEvent.objects.create(bind=bind, state=state, detail="no answer", at=now)
    client = browse(world.olga)
    page = client.get(reverse("admin:carriers_bind_change", args=[bind.pk])).content.decode()
    part = client.get(reverse("admin:carriers_bind_now", args=[bind.pk]))
    assert "no-store" in part["Cache-Control"]
    for text in (page, part.content.decode()):
        assert "12 of a window of 50" in text
        assert "90 of 450 contracted (20 %)" in text
        assert "225" in text
        assert "Connection lost: no answer" in text


def test_what_a_dead_worker_measured_is_not_shown(world: World, browse: Any) -> None:
    bind = make_bind(throughput=450)
    row = lease(bind, "bound", -60)
    BindLease.objects.filter(pk=row.pk).update(in_flight=12, per_second=90.0)
    part = browse(world.olga).get(reverse("admin:carriers_bind_now", args=[bind.pk]))
    assert "In flight" not in part.content.decode()
    assert "Last trouble" in part.content.decode()


def test_ends_of_our_own_are_worded_and_count_as_trouble(world: World, browse: Any) -> None:
    bind = make_bind()
    at = clock.now()
    SessionEvent.objects.create(bind=bind, state="unbound", detail="lease_ended", at=at)
    SessionEvent.objects.create(bind=bind, state="unbound", detail="stopped", at=at)
    client = browse(world.olga)
    part = client.get(reverse("admin:carriers_bind_now", args=[bind.pk])).content.decode()
    assert "Unbound: the worker lost its lease" in part
    assert "the worker gave it up" in part
    page = client.get(reverse("admin:carriers_sessionevent_changelist")).content.decode()
    assert "lease_ended" not in page


def test_moment_of_a_bind_is_for_operators_alone(world: World, browse: Any) -> None:
    page = reverse("admin:carriers_bind_now", args=[make_bind().pk])
    assert browse(world.alice).get(page).status_code == 404
    assert browse(world.olga).get(reverse("admin:carriers_bind_now", args=[0])).status_code == 404


def test_bind_over_http_shows_what_requests_have_and_no_pdus(world: World, browse: Any) -> None:
    page = browse(world.olga).get(reverse("admin:carriers_bind_add") + "?kind=http")
    text = page.content.decode()
    assert 'name="http_url"' in text
    assert text.index('name="http_url"') < text.index('name="response_timer_seconds"')
    for hidden in ("pdu_read_timer_seconds", "destination_ton", "service_type", "system_id"):
        assert f'name="{hidden}"' not in text

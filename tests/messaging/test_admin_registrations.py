"""Pages of registrations: several networks at once, history, what ends soon, who sees what."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from config.common import clock
from messaging.models import TemplateRegistration, TemplateVersion
from messaging.selectors.snapshot import snapshots
from messaging.services.templates.registrations import registrations_record
from routing.models import Network, NetworkTextRule
from tests.factories import make_network, make_sender, make_template, make_template_version
from tests.world import World

pytestmark = pytest.mark.django_db

LIST = "admin:messaging_templateregistration_changelist"
ADD = "admin:messaging_templateregistration_add"
BODY = "Sao Mai: sale for {name}"


@pytest.fixture
def networks(db: None) -> list[Network]:
    return [make_network("viettel"), make_network("vinaphone")]


@pytest.fixture
def version(world: World) -> TemplateVersion:
    return make_template_version(
        template=make_template(world.account, name="Autumn", message_class="marketing"),
        body=BODY,
        slots=[{"name": "name", "max_length": 30, "example": "Mai"}],
    )


def page(row: TemplateRegistration) -> str:
    return reverse("admin:messaging_templateregistration_change", args=[row.pk])


def record(version: TemplateVersion, network: Network, **values: Any) -> TemplateRegistration:
    fields: dict[str, Any] = {"state": "registered", "actor": None} | values
    (row,) = registrations_record(version=version, networks=[network], **fields)
    return row


def form(version: TemplateVersion, networks: list[Network], **values: Any) -> dict[str, Any]:
    return {
        "version": version.pk,
        "networks": [network.pk for network in networks],
        "state": "registered",
        "reference": "R-1",
        "expires_on": "",
        "reason": "",
    } | values


@pytest.mark.parametrize("who", ["olga", "bob"])
def test_one_version_is_registered_with_several_networks(
    world: World, version: TemplateVersion, networks: list[Network], browse: Any, who: str
) -> None:
    client = browse(getattr(world, who))
    shown = client.get(reverse(ADD), {"version": version.pk}).content.decode()
    assert "Sao Mai: sale for {name}" in shown
    answer = client.post(reverse(ADD), form(version, networks), follow=True)
    assert "2 registrations are recorded." in answer.content.decode()
    rows = TemplateRegistration.objects.order_by("network__code")
    assert [(row.network.code, row.reference) for row in rows] == [
        ("viettel", "R-1"),
        ("vinaphone", "R-1"),
    ]
    assert {row.history.get().history_user for row in rows} == {getattr(world, who)}


def test_what_the_service_refuses_is_shown_at_its_field(
    world: World, version: TemplateVersion, networks: list[Network], browse: Any
) -> None:
    record(version, networks[0])
    answer = browse(world.olga).post(reverse(ADD), form(version, networks))
    shown = answer.content.decode()
    assert "Viettel has a registration of this version already" in shown
    assert BODY in shown
    assert TemplateRegistration.objects.count() == 1


def test_a_change_keeps_its_reason_in_the_history(
    world: World, version: TemplateVersion, networks: list[Network], browse: Any
) -> None:
    row = record(version, networks[0])
    client = browse(world.olga)
    values = {"state": "rejected", "reference": "R-2", "expires_on": "", "reason": "no price"}
    assert client.post(page(row), values).status_code == 302
    shown = client.get(page(row)).content.decode()
    assert "Rejected · R-2 · no price" in shown
    row.refresh_from_db()
    assert (row.state, row.version_id, row.network_id) == (
        "rejected",
        version.pk,
        networks[0].pk,
    )


def test_taking_a_registration_back_needs_a_reason(
    world: World, version: TemplateVersion, networks: list[Network], browse: Any
) -> None:
    row = record(version, networks[0])
    values = {"state": "pending", "reference": "", "expires_on": "", "reason": ""}
    answer = browse(world.olga).post(page(row), values)
    assert answer.status_code == 200
    assert "Give the reason" in answer.content.decode()


@pytest.mark.parametrize(("who", "may_change"), [("olga", True), ("bob", True), ("alice", False)])
def test_who_may_change_it(
    world: World,
    version: TemplateVersion,
    networks: list[Network],
    browse: Any,
    who: str,
    may_change: bool,
) -> None:
    row = record(version, networks[0])
    client = browse(getattr(world, who))
    answer = client.get(page(row))
    assert answer.status_code == 200
    assert ('name="reason"' in answer.content.decode()) is may_change
    assert (client.get(reverse(ADD)).status_code == 200) is may_change


def test_a_stranger_and_an_administrator_see_none(
    world: World, version: TemplateVersion, networks: list[Network], browse: Any
) -> None:
    row = record(version, networks[0])
    assert browse(world.charlie).get(page(row)).status_code in {302, 404}
    assert browse(world.ada).get(page(row)).status_code == 403


def test_an_officer_is_offered_versions_of_their_account_alone(
    world: World, version: TemplateVersion, browse: Any
) -> None:
    foreign = make_template_version(world.other_account)
    draft = make_template_version(world.account, status="draft")
    offered = browse(world.bob).get(reverse(ADD)).context["adminform"].form.fields["version"]
    keys = set(offered.queryset.values_list("pk", flat=True))
    assert version.pk in keys
    assert not keys & {foreign.pk, draft.pk}
    answer = browse(world.bob).post(reverse(ADD), form(foreign, [make_network("viettel")]))
    assert answer.status_code == 200
    assert not TemplateRegistration.objects.exists()


def test_the_list_finds_by_reference_template_and_last_day(
    world: World, version: TemplateVersion, networks: list[Network], browse: Any
) -> None:
    today = clock.now().date()
    soon = record(version, networks[0], reference="R-SOON", expires_on=today + timedelta(days=20))
    late = record(version, networks[1], reference="R-LATE", expires_on=today + timedelta(days=90))
    client = browse(world.olga)

    def found(**query: Any) -> set[int]:
        rows = client.get(reverse(LIST), query).context["cl"].result_list
        return {row.pk for row in rows}

    assert found() == {soon.pk, late.pk}
    assert found(q="R-SOON") == found(expiry="soon") == {soon.pk}
    assert found(q="Autumn", network__id__exact=networks[1].pk) == {late.pk}
    assert found(state__exact="rejected") == set()
    TemplateRegistration.objects.filter(pk=late.pk).update(expires_on=today - timedelta(days=1))
    assert found(expiry="over") == {late.pk}


def test_the_list_asks_few_questions(
    world: World, version: TemplateVersion, browse: Any, django_assert_max_num_queries: Any
) -> None:
    for number in range(12):
        record(version, make_network(f"net-{number}"))
    client = browse(world.olga)
    client.get(reverse(LIST))
    with django_assert_max_num_queries(9):
        client.get(reverse(LIST))


def test_a_registration_is_never_deleted(
    world: World, version: TemplateVersion, networks: list[Network], browse: Any
) -> None:
    row = record(version, networks[0])
    address = reverse("admin:messaging_templateregistration_delete", args=[row.pk])
    assert browse(world.olga).post(address, {"post": "yes"}).status_code == 403


@pytest.fixture
def demanded(world: World, networks: list[Network]) -> list[Network]:
    """Both networks register what the account's brandname advertises."""
    make_sender(world.account, kind="alphanumeric", address="SAOMAI", registered=tuple(networks))
    for network in networks:
        NetworkTextRule.objects.create(
            network=network, message_class="marketing", demands_template_registration=True
        )
    return networks


def version_page(version: TemplateVersion) -> str:
    snapshots.forget()
    return reverse("admin:messaging_templateversion_change", args=[version.pk])


def test_the_versions_page_says_what_is_missing_and_what_ends_soon(
    world: World, version: TemplateVersion, demanded: list[Network], browse: Any
) -> None:
    record(version, demanded[0], expires_on=clock.now().date() + timedelta(days=10))
    shown = browse(world.bob).get(version_page(version)).content.decode()
    assert "Ends within 30 days" in shown
    assert "Nothing is sent there until it is registered." in shown
    assert f"{reverse(ADD)}?version={version.pk}" in shown


def test_the_versions_page_says_what_networks_may_refuse(
    world: World, demanded: list[Network], browse: Any
) -> None:
    NetworkTextRule.objects.update(refused_characters="%[]", confidence="page")
    version = make_template_version(
        template=make_template(world.account, message_class="marketing"), body="[QC] 50% off"
    )
    shown = browse(world.bob).get(version_page(version)).content.decode()
    assert "Viettel, Vinaphone may refuse texts with [ ] % (at 1, 4, 8)." in shown
    assert "Practice of Viettel (read on a public page)" in shown
    assert "1 from networks" in shown


def test_what_is_missing_is_chosen_already(
    world: World, version: TemplateVersion, demanded: list[Network], browse: Any
) -> None:
    record(version, demanded[0])
    snapshots.forget()
    answer = browse(world.olga).get(reverse(ADD), {"version": version.pk})
    form_ = answer.context["adminform"].form
    assert form_.initial["networks"] == [demanded[1].pk]
    words = [str(text) for _key, text in form_.fields["version"].choices]
    assert "Sao Mai Retail · Autumn v1 · Approved · missing: Vinaphone" in words


def test_those_who_only_read_have_no_button_there(
    world: World, version: TemplateVersion, demanded: list[Network], browse: Any
) -> None:
    shown = browse(world.alice).get(version_page(version)).content.decode()
    assert "Not registered" in shown
    assert f"{reverse(ADD)}?version=" not in shown

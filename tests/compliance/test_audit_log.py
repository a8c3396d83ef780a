"""The audit log: who came and went, what pages write, and how it is read, filtered and taken out."""

import json

import pytest
from django.test import Client
from django.urls import reverse

from compliance.models import AuditEntry, User
from compliance.selectors.audit import audit_lines, links_of
from compliance.services.api_keys import api_key_create
from compliance.services.credentials import api_key_authenticate
from config.common import audit
from tests.factories import make_campaign, make_template_version, make_user
from tests.world import World

pytestmark = pytest.mark.django_db
LIST = reverse("admin:compliance_auditentry_changelist")
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
PASSWORD = "correct horse battery staple"


def last() -> AuditEntry:
    return AuditEntry.objects.latest("pk")


def person(username: str = "minh") -> User:
    user = make_user(username, is_staff=True)
    user.set_password(PASSWORD)
    user.save()
    return user


def sign_in(client: Client, username: str, password: str = PASSWORD) -> None:
    client.post(
        reverse("admin:login"),
        {"username": username, "password": password},
        headers={"user-agent": FIREFOX},
    )


def test_a_sign_in_is_noted_with_address_and_program(client: Client) -> None:
    user = person()
    sign_in(client, "minh")
    assert (last().action, last().actor) == ("user.signed_in", user)
    caller = last().detail["caller"]
    assert (caller["address"], caller["agent"]) == ("127.0.0.1", "Firefox")


def test_a_refused_sign_in_names_the_person_it_was_tried_for(client: Client) -> None:
    user = person()
    sign_in(client, "minh", "wrong")
    assert (last().action, last().subject) == ("user.sign_in_refused", f"user:{user.pk}")
    assert "wrong" not in json.dumps(last().detail)


def test_what_was_typed_instead_of_a_name_is_not_readable(client: Client) -> None:
    sign_in(client, "my secret password")
    first = last().detail["typed"]
    assert "secret" not in json.dumps(last().detail)
    sign_in(client, "my secret password")
    assert last().detail["typed"] == first


def test_a_sign_out_is_noted(client: Client) -> None:
    user = person()
    client.force_login(user)
    client.post(reverse("admin:logout"))
    assert (last().action, last().actor) == ("user.signed_out", user)


def test_a_password_of_ones_own_is_noted_without_it(client: Client) -> None:
    client.force_login(person())
    new = "a longer phrase to remember"
    values = {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
    client.post(reverse("admin:password_change"), values)
    assert last().action == "user.password_changed"
    assert new not in json.dumps(last().detail)


def test_a_page_notes_the_object_and_its_changed_fields_once(world: World, client: Client) -> None:
    client.force_login(world.ada)
    page = reverse("admin:compliance_account_change", args=[world.account.pk])
    form = client.get(page).context["adminform"].form
    values = {name: form[name].value() for name in form.fields}
    values = {name: "" if value is None else value for name, value in values.items()}
    inside = {"advertisers-TOTAL_FORMS": "0", "advertisers-INITIAL_FORMS": "0"}
    answer = client.post(page, values | inside | {"name": "Renamed Ltd", "_save": ""})
    assert answer.status_code == 302, answer.context["errors"]
    entry = AuditEntry.objects.get(action="account.changed")
    assert entry.account == world.account
    assert entry.detail["changes"] == ["changed: Name"]


def test_the_first_use_of_a_key_from_an_address_is_noted_once(world: World) -> None:
    _key, text = api_key_create(
        account=world.account, name="shop", scopes=["messages:send"], actor=None
    )
    for address in ("203.0.113.7", "203.0.113.7", "2001:db8::1", "2001:db8::2"):
        api_key_authenticate(text, address)
    entries = AuditEntry.objects.filter(action="api_key.new_address").order_by("pk")
    assert [one.detail["address"] for one in entries] == ["203.0.113.7", "2001:db8::/64"]


def test_an_approval_is_told_in_a_sentence(world: World) -> None:
    version = make_template_version(world.account, name="Đơn hàng")
    audit.record(
        action="template_version.approved",
        actor=world.bob,
        account_id=world.account.pk,
        subject=f"template_version:{version.pk}",
        detail={"template": version.template.slug, "version": version.number},
    )
    (line,) = audit_lines([last()])
    name = world.bob.get_full_name() or "bob"
    assert line.sentence == f"{name} approved version {version.number} of “Đơn hàng”."


def test_an_entry_of_another_time_is_shown_although_nothing_is_known_of_it(world: World) -> None:
    audit.record(action="rocket.launched", actor=None, subject="rocket:7")
    (line,) = audit_lines([last()])
    assert line.sentence == "The system: rocket.launched rocket:7"


def test_the_list_is_searched_by_the_name_of_an_object(world: World, client: Client) -> None:
    campaign = make_campaign(world.account, name="Tết 2027")
    for subject in (f"campaign:{campaign.pk}", "campaign:999999"):
        audit.record(
            action="campaign.paused", actor=None, account_id=world.account.pk, subject=subject
        )
    client.force_login(world.bob)
    found = client.get(LIST, {"q": "tết"}).context["cl"].result_list
    assert [row.subject for row in found] == [f"campaign:{campaign.pk}"]


def test_filters_by_kind_person_and_day(world: World, client: Client) -> None:
    audit.record(action="campaign.paused", actor=world.alice, account_id=world.account.pk)
    audit.record(action="list.created", actor=world.bob, account_id=world.account.pk)
    client.force_login(world.bob)
    for query in ({"kind": "campaign"}, {"who": str(world.alice.pk)}):
        rows = client.get(LIST, query).context["cl"].result_list
        assert [row.action for row in rows] == ["campaign.paused"], query
    assert not client.get(LIST, {"at_to": "2020-01-01"}).context["cl"].result_list


def test_the_download_holds_the_filtered_entries_and_is_noted(world: World, client: Client) -> None:
    audit.record(action="campaign.paused", actor=None, account_id=world.account.pk, subject="=1+1")
    audit.record(action="list.created", actor=None, account_id=world.account.pk)
    audit.record(action="campaign.paused", actor=None, account_id=world.other_account.pk)
    client.force_login(world.bob)
    export = reverse("admin:compliance_auditentry_export", args=["json"])
    answer = client.get(export, {"kind": "campaign"})
    entries = json.loads(b"".join(answer))["entries"]
    assert [(one["action"], one["account"]) for one in entries] == [
        ("campaign.paused", world.account.pk)
    ]
    assert last().action == "audit.exported"
    assert last().detail["rows"] == 1
    sheet = client.get(reverse("admin:compliance_auditentry_export", args=["csv"]))
    assert "'=1+1" in b"".join(sheet).decode()


def test_strangers_do_not_get_the_log(world: World, client: Client) -> None:
    audit.record(action="campaign.paused", actor=None, account_id=world.account.pk)
    client.force_login(world.charlie)
    answer = client.get(reverse("admin:compliance_auditentry_export", args=["json"]))
    if answer.status_code == 200:
        assert json.loads(b"".join(answer))["entries"] == []
    else:
        assert answer.status_code in {403, 404}


@pytest.mark.django_db(transaction=True)
def test_an_entry_knows_the_link_that_binds_it() -> None:
    audit.record(action="campaign.paused", actor=None)
    audit.record(action="campaign.resumed", actor=None)
    entries = list(AuditEntry.objects.filter(account=None).order_by("-pk")[:2])
    numbers = links_of(entries)
    assert numbers[entries[0].pk] == numbers[entries[1].pk] + 1

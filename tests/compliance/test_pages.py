"""What people do on compliance's pages reaches the services, and their refusals reach the form."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from compliance.constants import Role, SuppressionCause, SuppressionSource
from compliance.models import (
    Account,
    ApiKey,
    AuditEntry,
    ConsentRecord,
    ConsentState,
    OAuthClient,
    RulePackVersion,
    Suppression,
    User,
)
from compliance.selectors.access import has_role
from compliance.services.access import role_grant
from compliance.services.api_keys import api_key_create, api_key_revoke
from compliance.services.credentials import api_key_authenticate
from compliance.services.rules import rule_packs_load_shipped
from compliance.services.suppressions import suppression_add
from config.common import clock
from config.common.errors import NotAllowedError
from tests.factories import PASSWORD, make_account, make_msisdn, make_user
from tests.world import World

pytestmark = pytest.mark.django_db


def address(label: str, kind: str, *args: Any) -> str:
    return reverse(f"admin:{label.replace('.', '_')}_{kind}", args=args)


def errors(answer: Any) -> dict[str, list[str]]:
    """The form's errors of a page that was shown again."""
    assert answer.status_code == 200
    return dict(answer.context["adminform"].form.errors)


def consent_form(world: World, **overrides: Any) -> dict[str, Any]:
    return {
        "account": world.account.pk,
        "advertiser": world.advertiser.pk,
        "msisdn": "0912 345 678",
        "purpose": "marketing",
        "action": "granted",
        "method": "form",
        "given_at_0": "2026-01-15",
        "given_at_1": "10:00:00",
        "source": "Shop 12",
        "evidence_note": "Form 4711",
    } | overrides


def test_officer_records_consent_in_the_countrys_way_of_writing(world: World, browse: Any) -> None:
    answer = browse(world.bob).post(address("compliance.consentrecord", "add"), consent_form(world))
    assert answer.status_code == 302
    record = ConsentRecord.objects.get()
    assert (record.msisdn, record.actor) == ("84912345678", world.bob)
    assert record.evidence == {"note": "Form 4711"}
    assert ConsentState.objects.get().state == "granted"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"msisdn": "hello"}, "msisdn"),
        ({"given_at_0": "2999-01-01"}, "given_at"),
        ({"advertiser": ""}, "advertiser"),
    ],
)
def test_mistakes_are_shown_at_their_field(
    world: World, browse: Any, change: dict[str, str], field: str
) -> None:
    form = consent_form(world, **change)
    answer = browse(world.bob).post(address("compliance.consentrecord", "add"), form)
    assert list(errors(answer)) == [field]
    assert not ConsentRecord.objects.exists()


def test_brand_of_another_account_cannot_be_chosen(world: World, browse: Any) -> None:
    form = consent_form(world, advertiser=world.other_advertiser.pk)
    answer = browse(world.bob).post(address("compliance.consentrecord", "add"), form)
    assert list(errors(answer)) == ["advertiser"]


def test_with_two_accounts_brand_and_account_must_fit(world: World, browse: Any) -> None:
    role_grant(user=world.bob, role=Role.OFFICER, account=world.other_account, actor=None)
    form = consent_form(world, advertiser=world.other_advertiser.pk)
    answer = browse(world.bob).post(address("compliance.consentrecord", "add"), form)
    assert list(errors(answer)) == ["advertiser"]


def test_account_is_out_of_sight_where_there_is_one(world: World, browse: Any) -> None:
    client = browse(world.bob)
    page = client.get(address("compliance.suppression", "add")).content.decode()
    assert re.search(r'type="hidden" name="account"', page)
    columns = client.get(address("compliance.suppression", "changelist")).context["cl"].list_display
    assert "account" not in columns


@pytest.mark.parametrize("label", ["compliance.consentrecord", "compliance.auditentry"])
def test_facts_have_no_buttons_to_change_them(world: World, browse: Any, label: str) -> None:
    browse(world.bob).post(address("compliance.consentrecord", "add"), consent_form(world))
    model = {"compliance.consentrecord": ConsentRecord, "compliance.auditentry": AuditEntry}[label]
    row = model.objects.filter(account=world.account).latest("pk")  # type: ignore[attr-defined]
    client = browse(world.bob)
    assert client.get(address(label, "change", row.pk)).context["has_change_permission"] is False
    assert client.post(address(label, "change", row.pk), {}).status_code == 403
    assert client.post(address(label, "delete", row.pk), {"post": "yes"}).status_code == 403


@pytest.mark.parametrize("term", ["0912", "+84 912", "84912", "0084912"])
def test_numbers_are_found_as_people_write_them(world: World, browse: Any, term: str) -> None:
    client = browse(world.bob)
    client.post(address("compliance.consentrecord", "add"), consent_form(world))
    found = client.get(address("compliance.consentstate", "changelist"), {"q": term})
    assert "+84912345678" in found.content.decode()
    other = client.get(address("compliance.consentstate", "changelist"), {"q": "0999"})
    assert "+84912345678" not in other.content.decode()


def test_numbers_are_read_in_the_way_of_the_own_country(world: World, browse: Any) -> None:
    Account.objects.filter(pk=world.account.pk).update(country="US")
    client = browse(world.bob)
    form = consent_form(world, msisdn="(212) 555-0123")
    assert client.post(address("compliance.consentrecord", "add"), form).status_code == 302
    found = client.get(address("compliance.consentrecord", "changelist"), {"q": "212 555"})
    assert "+12125550123" in found.content.decode()


def suppress(world: World, cause: str = SuppressionCause.MANUAL) -> Suppression:
    return suppression_add(
        account=world.account,
        advertiser=None,
        msisdn=make_msisdn(),
        purpose="marketing",
        source=SuppressionSource.CONSOLE,
        cause=cause,
        actor=world.bob,
    )


def test_officer_lifts_with_a_reason(world: World, browse: Any) -> None:
    row, client = suppress(world), browse(world.bob)
    page = address("compliance.suppression", "lift", row.pk)
    assert client.get(page).status_code == 200
    assert client.post(page, {"reason": ""}).status_code == 200
    assert client.post(page, {"reason": "entered by mistake"}).status_code == 302
    row.refresh_from_db()
    assert row.lifted_reason == "entered by mistake"


def test_refusal_of_a_service_is_said_on_the_page(world: World, browse: Any) -> None:
    row = suppress(world, SuppressionCause.REFUSAL)
    answer = browse(world.bob).post(
        address("compliance.suppression", "lift", row.pk), {"reason": "they called"}
    )
    assert "only the person takes it back" in answer.content.decode()


def test_marketer_suppresses_but_does_not_lift(world: World, browse: Any) -> None:
    client = browse(world.alice)
    form = {
        "account": world.account.pk,
        "msisdn": "0912345678",
        "purpose": "all",
        "cause": "manual",
        "reason": "asked in the shop",
    }
    assert client.post(address("compliance.suppression", "add"), form).status_code == 302
    row = Suppression.objects.get()
    assert (row.source, row.created_by) == ("console", world.alice)
    assert client.get(address("compliance.suppression", "lift", row.pk)).status_code == 404


def create_key(client: Client, world: World, **overrides: Any) -> Any:
    form = {"account": world.account.pk, "name": "Shop", "scopes": ["messages:send"]} | overrides
    return client.post(address("compliance.apikey", "add"), form)


def test_key_is_shown_once(world: World, browse: Any) -> None:
    client = browse(world.ines)
    answer = create_key(client, world, allowed_addresses="203.0.113.0/24\n2001:db8::1")
    shown = re.search(r"sb_[\w-]{20,}", answer.content.decode())
    assert shown is not None
    assert "no-store" in answer["Cache-Control"]
    key = api_key_authenticate(shown[0], "203.0.113.9")
    assert key.allowed_addresses == ["203.0.113.0/24", "2001:db8::1/128"]
    assert (
        shown[0] not in client.get(address("compliance.apikey", "change", key.pk)).content.decode()
    )


def test_wrong_address_of_a_key_is_said_at_its_field(world: World, browse: Any) -> None:
    answer = create_key(browse(world.ines), world, allowed_addresses="example")
    assert list(errors(answer)) == ["allowed_addresses"]
    assert not ApiKey.objects.exists()


def test_key_is_limited_later_and_revoked(world: World, browse: Any) -> None:
    key, _text = api_key_create(
        account=world.account, name="Shop", scopes=["messages:send"], actor=None
    )
    client = browse(world.ines)
    change = address("compliance.apikey", "change", key.pk)
    client.post(change, {"name": "Web shop", "scopes": ["messages:read"]})
    key.refresh_from_db()
    assert (key.name, key.scopes) == ("Web shop", ["messages:read"])
    client.post(address("compliance.apikey", "revoke", key.pk))
    key.refresh_from_db()
    assert key.revoked_at is not None
    assert client.post(change, {"name": "x", "scopes": ["messages:send"]}).status_code == 403


def test_administrator_revokes_keys_of_accounts_and_makes_those_of_the_platform(
    world: World, browse: Any
) -> None:
    key, _text = api_key_create(
        account=world.account, name="Shop", scopes=["messages:send"], actor=None
    )
    client = browse(world.ada)
    form = {"name": "Ours", "scopes": ["operations"], "account": str(world.account.pk)}
    client.post(address("compliance.apikey", "add"), form)
    client.post(address("compliance.apikey", "add"), form | {"scopes": ["messages:send"]})
    made = ApiKey.objects.exclude(pk=key.pk).get()
    assert (made.account, made.scopes) == (None, ["operations"])
    assert client.post(address("compliance.apikey", "revoke", key.pk)).status_code == 302
    integrator = browse(world.ines)
    assert integrator.get(address("compliance.apikey", "change", made.pk)).status_code in {302, 404}
    page = integrator.get(address("compliance.apikey", "changelist"))
    assert made.name not in page.content.decode()


def test_revoked_key_has_no_revoke_button(world: World, browse: Any) -> None:
    key, _text = api_key_create(
        account=world.account, name="Shop", scopes=["messages:send"], actor=None
    )
    client, page = browse(world.ines), address("compliance.apikey", "change", key.pk)
    button = address("compliance.apikey", "revoke", key.pk)
    assert button in client.get(page).content.decode()
    api_key_revoke(api_key=key, actor=None)
    assert button not in client.get(page).content.decode()


def test_key_is_renewed_with_an_overlap_that_can_be_ended(world: World, browse: Any) -> None:
    key, old = api_key_create(
        account=world.account, name="Shop", scopes=["messages:send"], actor=None
    )
    client = browse(world.ines)
    until = timezone.localtime(clock.now() + timedelta(days=2))
    form = {"until_0": until.strftime("%Y-%m-%d"), "until_1": until.strftime("%H:%M:%S")}
    answer = client.post(address("compliance.apikey", "rotate", key.pk), form)
    new = re.search(r"sb_[\w-]{20,}", answer.content.decode())
    assert new is not None
    assert "no-store" in answer["Cache-Control"]
    for text in (old, new[0]):
        assert api_key_authenticate(text, "203.0.113.9") == key
    page = client.get(address("compliance.apikey", "change", key.pk)).content.decode()
    assert f"{key.prefix}…" in page  # the former one
    assert new[0][:11] in page
    assert client.post(address("compliance.apikey", "end_former", key.pk)).status_code == 302
    with pytest.raises(NotAllowedError):
        api_key_authenticate(old, "203.0.113.9")
    assert api_key_authenticate(new[0], "203.0.113.9") == key


@pytest.mark.parametrize("page", ["rotate", "end_former"])
def test_nobody_else_renews_a_key(world: World, browse: Any, page: str) -> None:
    key, _text = api_key_create(
        account=world.account, name="Shop", scopes=["messages:send"], actor=None
    )
    for person in (world.charlie, world.alice):
        assert browse(person).get(address("compliance.apikey", page, key.pk)).status_code in {
            302,
            404,
        }


def test_client_is_shown_once_with_its_id_on_its_own_pages(world: World, browse: Any) -> None:
    browser = browse(world.ines)
    form = {"account": world.account.pk, "name": "CRM", "scopes": ["messages:send"]}
    page = browser.post(address("compliance.oauthclient", "add"), form).content.decode()
    made = OAuthClient.objects.get()
    assert made.client_id
    assert made.client_id in page
    secret = re.search(r"sbs_[\w-]{20,}", page)
    assert secret is not None
    clients = browser.get(address("compliance.oauthclient", "changelist")).content.decode()
    assert made.client_id in clients
    keys = browser.get(address("compliance.apikey", "changelist")).content.decode()
    assert "CRM" not in keys
    shown = browser.get(address("compliance.oauthclient", "change", made.pk)).content.decode()
    assert made.client_id in shown
    assert secret[0] not in shown
    stranger = browse(world.charlie)
    assert stranger.get(address("compliance.oauthclient", "change", made.pk)).status_code in {
        302,
        403,
        404,
    }
    assert browser.post(address("compliance.oauthclient", "revoke", made.pk)).status_code == 302
    made.refresh_from_db()
    assert made.revoked_at


def user_form(user: User, **overrides: Any) -> dict[str, Any]:
    return {"username": user.username, "language": "vi", "is_active": "on"} | overrides


def test_administrator_gives_and_takes_roles(world: World, browse: Any) -> None:
    user, client = make_user(), browse(world.ada)
    page = address("compliance.user", "change", user.pk)
    form = user_form(user, marketer=[world.account.pk], platform_roles=["operator"])
    assert client.post(page, form).status_code == 302
    user = User.objects.get(pk=user.pk)
    assert has_role(user, Role.MARKETER, world.account.pk)
    assert has_role(user, Role.OPERATOR)
    assert client.post(page, user_form(user, officer=[world.other_account.pk])).status_code == 302
    user = User.objects.get(pk=user.pk)
    assert not has_role(user, Role.MARKETER)
    assert has_role(user, Role.OFFICER, world.other_account.pk)
    assert AuditEntry.objects.filter(actor=world.ada, action="role.granted").count() == 3


def test_administrator_cannot_take_the_own_role(world: World, browse: Any) -> None:
    answer = browse(world.ada).post(
        address("compliance.user", "change", world.ada.pk), user_form(world.ada)
    )
    assert "You cannot take the administrator role from yourself" in answer.content.decode()
    assert has_role(User.objects.get(pk=world.ada.pk), Role.ADMINISTRATOR)


def test_new_person_may_sign_in_and_has_no_role(world: World, browse: Any) -> None:
    form = {
        "username": "newcomer",
        "language": "vi",
        "usable_password": "true",
        "password1": PASSWORD + "!9",
        "password2": PASSWORD + "!9",
    }
    answer = browse(world.ada).post(address("compliance.user", "add"), form)
    user = User.objects.get(username="newcomer")
    assert answer.url == address("compliance.user", "change", user.pk)
    assert (user.is_staff, user.is_superuser) == (True, False)
    assert not user.get_all_permissions()


def test_administrator_does_not_touch_superusers(world: World, browse: Any) -> None:
    root = User.objects.create_superuser("root", password=PASSWORD)
    client = browse(world.ada)
    page = address("compliance.user", "change", root.pk)
    assert client.post(page, user_form(root)).status_code == 403
    password = reverse("admin:auth_user_password_change", args=[root.pk])
    assert client.get(password).status_code == 403


def test_administrator_makes_accounts(world: World, browse: Any) -> None:
    form = {
        "name": "New Agency",
        "slug": "new-agency",
        "status": "active",
        "country": "vn",
        "timezone": "Asia/Ho_Chi_Minh",
        "language": "vi",
        "currency": "VND",
        "share": "2",
        "free_text_classes": ["otp"],
        "advertisers-TOTAL_FORMS": "1",
        "advertisers-INITIAL_FORMS": "0",
        "advertisers-0-name": "New Brand",
        "advertisers-0-country": "VN",
    }
    assert browse(world.ada).post(address("compliance.account", "add"), form).status_code == 302
    account = Account.objects.get(slug="new-agency")
    assert (account.country, account.free_text_classes) == ("VN", ["otp"])
    assert account.advertisers.get().name == "New Brand"


def test_limit_of_codes_is_read_as_people_write_it(world: World, browse: Any) -> None:
    client, page = browse(world.ada), address("compliance.account", "change", world.account.pk)
    form = {
        name: value
        for name, value in client.get(page).context["adminform"].form.initial.items()
        if value is not None
    } | {"advertisers-TOTAL_FORMS": "0", "advertisers-INITIAL_FORMS": "0"}
    assert form["verification_limit"] == "6000 per 1m"
    bad = errors(client.post(page, form | {"verification_limit": "many per hour"}))
    assert bad == {
        "verification_limit": [
            "“many per hour” is no limit: write it like “5 per 10m, 15 per 1d” (s, m, h or d)."
        ]
    }
    assert client.post(page, form | {"verification_limit": "10 per 1m"}).status_code == 302
    world.account.refresh_from_db()
    assert world.account.verification_limit == "10 per 1m"


def test_history_is_read_and_not_put_back(world: World, browse: Any) -> None:
    account, client = make_account(), browse(world.ada)
    version = account.history.latest()
    page = address("compliance.account", "simple_history", account.pk, version.pk)
    assert client.get(address("compliance.account", "history", account.pk)).status_code == 200
    assert client.get(page).status_code == 200
    assert client.post(page, {"name": "x"}).status_code == 403


def test_rule_pack_is_readable(world: World, browse: Any) -> None:
    rule_packs_load_shipped(actor=None)
    pack = RulePackVersion.objects.get(country="VN")
    page = browse(world.bob).get(address("compliance.rulepackversion", "change", pack.pk))
    text = page.content.decode()
    for sentence in (
        "Not legal advice",
        "Sent 07:00–22:00, local time in Asia/Ho_Chi_Minh.",
        "At most 3 messages of one advertiser to a number in 24 hours.",
        "Decree 91/2020/ND-CP, Art. 13.6",
        "Read in the source",
    ):
        assert sentence in text


def test_only_administrators_put_rules_in_force(world: World, browse: Any) -> None:
    rule_packs_load_shipped(actor=None)
    pack = RulePackVersion.objects.get(country="VN")
    waiting = RulePackVersion.objects.create(
        country="VN",
        version="2099.1",
        effective_from=pack.effective_from,
        data=pack.data | {"pack_version": "2099.1"},
        checksum="0" * 64,
        status="submitted",
        origin="shipped",
    )
    page = address("compliance.rulepackversion", "approve", waiting.pk)
    assert browse(world.bob).post(page, {"reason": "Read"}).status_code == 404
    assert browse(world.ada).post(page, {"reason": "Read"}).status_code == 302
    waiting.refresh_from_db()
    assert (waiting.status, waiting.activations.get().approved_by) == ("active", world.ada)

"""Pages of own rules and exceptions: plain forms, a second person, nothing of other accounts."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from compliance.account_rules import KINDS
from compliance.constants import Role
from compliance.models import AccountRule, RuleException
from compliance.selectors.account_rules import country_day
from compliance.services.account_rules import AccountRuleValues, account_rule_create
from compliance.services.rules import rule_packs_load_shipped
from tests.factories import make_member
from tests.world import World

pytestmark = pytest.mark.django_db

OWN = {
    "window": {"opens_0": "08:00", "closes_0": "20:00", "holidays": "2027-02-06 Tet"},
    "cap": {"limit": "1", "hours": "168"},
    "consent": {"message_classes": ["care"]},
    "register": {"max_age_hours": "24"},
    "sender": {"kinds": ["short_code"], "message_classes": ["care"]},
    "max_segments": {"limit": "1"},
}
LETTER = b"The province asks for warnings at night."


@pytest.fixture(autouse=True)
def packs(world: World) -> None:
    rule_packs_load_shipped(actor=None)


def page(model: str, kind: str, *args: Any) -> str:
    return reverse(f"admin:compliance_{model}_{kind}", args=args)


def form(world: World, kind: str, **changes: Any) -> dict[str, Any]:
    shared = {
        "account": world.account.pk,
        "country": "vn",
        "message_classes": ["marketing"],
        "note": "Our promise",
    }
    return {**shared, **OWN[kind], **changes}


def test_every_kind_can_be_chosen(world: World, browse: Any) -> None:
    text = browse(world.bob).get(page("accountrule", "add")).content.decode()
    assert all(f"?kind={kind}" in text for kind in KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_officer_sets_a_rule_of_each_kind(world: World, browse: Any, kind: str) -> None:
    client, address = browse(world.bob), f"{page('accountrule', 'add')}?kind={kind}"
    assert client.get(address).status_code == 200
    answer = client.post(address, form(world, kind))
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    rule = AccountRule.objects.get()
    assert (rule.kind, rule.account, rule.set_by) == (kind, world.account, world.bob)
    assert client.get(page("accountrule", "change", rule.pk)).status_code == 200
    assert "In force" in client.get(page("accountrule", "changelist")).content.decode()


@pytest.mark.parametrize(
    ("kind", "change", "field"),
    [
        ("window", {"closes_0": "07:00"}, "closes_0"),
        ("window", {"opens_0": "8"}, "opens_0"),
        ("window", {"opens_0": "06:00", "closes_0": "23:00", "holidays": ""}, "__all__"),
        ("cap", {"country": "XX"}, "country"),
        ("cap", {"note": ""}, "note"),
        ("cap", {"effective_from": "2020-01-01"}, "effective_from"),
    ],
)
def test_mistakes_are_named_at_their_field(
    world: World, browse: Any, kind: str, change: dict[str, str], field: str
) -> None:
    address = f"{page('accountrule', 'add')}?kind={kind}"
    answer = browse(world.bob).post(address, form(world, kind, **change))
    assert field in answer.context["adminform"].form.errors


def test_officer_ends_a_rule_with_a_reason(world: World, browse: Any) -> None:
    values = AccountRuleValues("max_segments", {"limit": 1}, "VN", ["marketing"], "Short")
    rule = account_rule_create(account=world.account, values=values, actor=world.bob)
    address = page("accountrule", "end", rule.pk)
    assert browse(world.alice).post(address, {"reason": "x"}).status_code == 404
    browse(world.bob).post(address, {"reason": "No longer promised"})
    rule.refresh_from_db()
    assert rule.end_reason == "No longer promised"


def ask(world: World, browse: Any, **changes: Any) -> Any:
    today = country_day("VN")
    values = {
        "account": world.account.pk,
        "first_day": today.isoformat(),
        "last_day": (today + timedelta(days=20)).isoformat(),
        "reason": "Flood warnings",
        "evidence": SimpleUploadedFile("letter.txt", LETTER),
    } | changes
    address = f"{page('ruleexception', 'add')}?country=VN&rule=vn.ads.hours"
    return browse(world.bob).post(address, values)


def test_rules_are_chosen_by_their_sentences(world: World, browse: Any) -> None:
    text = browse(world.bob).get(page("ruleexception", "add")).content.decode()
    assert "Sent 07:00–22:00" in text
    assert "vn.suppression" not in text


def test_officer_asks_and_an_administrator_confirms(world: World, browse: Any) -> None:
    answer = ask(world, browse)
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    exception = RuleException.objects.get()
    confirm = page("ruleexception", "confirm_exception", exception.pk)
    bob, ada = browse(world.bob), browse(world.ada)
    assert "Somebody else must decide" in bob.post(confirm).content.decode()
    assert (
        "Flood warnings" in ada.get(page("ruleexception", "change", exception.pk)).content.decode()
    )
    ada.post(confirm, {"note": "Read the letter"})
    exception.refresh_from_db()
    assert (exception.status, exception.decided_by) == ("confirmed", world.ada)
    assert "Ends in 20 days" in bob.get(page("ruleexception", "changelist")).content.decode()
    assert "Ends in 20 days" in bob.get(reverse("admin:index")).content.decode()


def test_evidence_is_given_to_those_who_see_the_exception(world: World, browse: Any) -> None:
    ask(world, browse)
    exception = RuleException.objects.get()
    document = exception.documents.get()
    address = f"{page('ruleexception', 'evidence', exception.pk)}?document={document.pk}"
    answer = browse(world.ada).get(address)
    assert answer.content == LETTER
    assert answer["Content-Disposition"] == 'attachment; filename="letter.txt"'
    stranger = make_member(Role.OFFICER, world.other_account)
    assert browse(stranger).get(address).status_code == 404


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"evidence": SimpleUploadedFile("virus.exe", b"MZ\x90\x00")}, "evidence"),
        ({"evidence": ""}, "evidence"),
        ({"last_day": "2099-01-01"}, "last_day"),
        ({"reason": ""}, "reason"),
        ({"message_classes": ["otp"]}, "message_classes"),
    ],
)
def test_mistakes_of_an_exception_are_named(
    world: World, browse: Any, change: Any, field: str
) -> None:
    answer = ask(world, browse, **change)
    assert field in answer.context["adminform"].form.errors
    assert not RuleException.objects.exists()


def test_exception_ends_at_once(world: World, browse: Any) -> None:
    ask(world, browse)
    exception = RuleException.objects.get()
    browse(world.ada).post(page("ruleexception", "end", exception.pk), {"reason": "Dry again"})
    exception.refresh_from_db()
    assert (exception.status, exception.ended_by) == ("ended", world.ada)


@pytest.mark.parametrize("person", ["alice", "ines", "olga"])
def test_others_set_no_rules(world: World, browse: Any, person: str) -> None:
    client = browse(getattr(world, person))
    for model in ("accountrule", "ruleexception"):
        assert client.get(page(model, "add")).status_code in {302, 403}

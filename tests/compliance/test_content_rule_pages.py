"""The pages of content rules: a form per kind, buttons, the test box, and who may do what."""

from typing import Any

import pytest
from django.urls import reverse

from compliance.constants import Role
from compliance.content_policy import KINDS
from compliance.models import AuditEntry, ContentRule
from compliance.services.access import role_grant
from compliance.services.content_rules import content_rules_load_shipped
from tests.factories import make_content_rule
from tests.world import World

pytestmark = pytest.mark.django_db

LIST = "admin:compliance_contentrule_changelist"
PARAMS: dict[str, dict[str, Any]] = {
    "forbidden_phrase": {"phrases": "vay tiền\nvay nóng", "match": "words", "marks": "ignored"},
    "required_phrase": {"phrases": "Sao Mai", "place": "start", "marks": "kept"},
    "link_domains": {"domains": "saomai.vn"},
    "link_shorteners": {"also": "", "allowed": "bit.ly"},
    "link_count": {"most": "0"},
    "brand_required": {"spellings": ""},
    "segment_count": {"most": "3"},
    "capital_letters": {"percent": "50", "least_letters": "20"},
    "character_set": {"characters": "%#"},
}


def page(kind: str, *args: Any) -> str:
    return reverse(f"admin:compliance_contentrule_{kind}", args=args)


def form(kind: str, **overrides: Any) -> dict[str, Any]:
    return {
        "name": "Ours",
        "severity": "block",
        "country": "vn",
        "source": "customer",
        "is_active": "on",
        "note": "",
        **PARAMS[kind],
    } | overrides


def errors(answer: Any) -> dict[str, list[str]]:
    assert answer.status_code == 200
    return dict(answer.context["adminform"].form.errors)


def test_every_kind_can_be_chosen(world: World, browse: Any) -> None:
    text = browse(world.bob).get(page("add")).content.decode()
    for kind, about in KINDS.items():
        assert f"?kind={kind}" in text
        assert about.title in text


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_officer_makes_a_rule_of_each_kind(world: World, browse: Any, kind: str) -> None:
    client, address = browse(world.bob), f"{page('add')}?kind={kind}"
    assert client.get(address).status_code == 200
    answer = client.post(address, form(kind, account=world.account.pk))
    assert answer.status_code == 302, errors(answer)
    rule = ContentRule.objects.get()
    assert (rule.kind, rule.account, rule.country) == (kind, world.account, "VN")
    assert client.get(page("change", rule.pk)).status_code == 200


def test_parameters_are_shown_as_they_were_written(world: World, browse: Any) -> None:
    client = browse(world.bob)
    client.post(
        f"{page('add')}?kind=forbidden_phrase", form("forbidden_phrase", account=world.account.pk)
    )
    shown = client.get(page("change", ContentRule.objects.get().pk)).content.decode()
    assert "vay tiền\nvay nóng" in shown


@pytest.mark.parametrize(
    ("kind", "change", "field"),
    [
        ("link_domains", {"domains": "https://shop.vn/x"}, "domains"),
        ("link_domains", {"domains": ""}, "domains"),
        ("forbidden_phrase", {"phrases": "(", "match": "pattern"}, "phrases"),
        ("link_count", {"most": "99"}, "most"),
        ("link_count", {"country": "XX"}, "country"),
        ("link_count", {"name": ""}, "name"),
        ("link_count", {"effective_from": "2026-02-01", "effective_to": "2026-01-01"}, "effective_to"),
    ],
)  # fmt: skip
def test_mistakes_are_shown_at_their_field(
    world: World, browse: Any, kind: str, change: dict[str, str], field: str
) -> None:
    values = form(kind, account=world.account.pk, **change)
    answer = browse(world.bob).post(f"{page('add')}?kind={kind}", values)
    assert list(errors(answer)) == [field]
    assert not ContentRule.objects.exists()


def test_officer_sets_no_rule_for_everybody(world: World, browse: Any) -> None:
    address = f"{page('add')}?kind=link_count"
    for account in ("", world.other_account.pk):
        answer = browse(world.bob).post(address, form("link_count", account=account))
        assert list(errors(answer)) == ["account"]
    assert browse(world.ada).post(address, form("link_count", account="")).status_code == 302
    assert ContentRule.objects.get().account is None


def test_change_is_made_with_a_reason(world: World, browse: Any) -> None:
    rule = make_content_rule(world.account)
    client = browse(world.bob)
    values = form("forbidden_phrase", severity="warn")
    assert list(errors(client.post(page("change", rule.pk), values))) == ["reason"]
    answer = client.post(page("change", rule.pk), {**values, "reason": "too strict"})
    assert answer.status_code == 302
    rule.refresh_from_db()
    assert (rule.severity, rule.params["phrases"]) == ("warn", ["vay tiền", "vay nóng"])
    assert "too strict" in client.get(page("history", rule.pk)).content.decode()
    assert AuditEntry.objects.filter(action="content_rule.changed", actor=world.bob).exists()


def test_platforms_rules_are_to_read_for_officers(world: World, browse: Any) -> None:
    rule = content_rules_load_shipped(actor=None)[0]
    client = browse(world.bob)
    assert rule.name in client.get(reverse(LIST)).content.decode()
    answer = client.get(page("change", rule.pk))
    assert answer.context["has_change_permission"] is False
    assert "Every account" in answer.content.decode()
    assert client.post(page("change", rule.pk), {}).status_code == 403
    assert client.post(page("switch_off", rule.pk), {"reason": "x"}).status_code == 404
    assert client.get(page("history", rule.pk)).status_code == 200


def test_rule_is_switched_off_and_on(world: World, browse: Any) -> None:
    rule = make_content_rule(world.account)
    client = browse(world.bob)
    for name, is_active in (("switch_off", False), ("switch_on", True)):
        assert name.replace("_", "-") in client.get(page("change", rule.pk)).content.decode()
        assert client.post(page(name, rule.pk), {"reason": "why not"}).status_code == 302
        rule.refresh_from_db()
        assert rule.is_active is is_active


def test_nobody_deletes_a_rule(world: World, browse: Any) -> None:
    rule = make_content_rule(world.account)
    for person in (world.bob, world.ada):
        answer = browse(person).post(page("delete", rule.pk), {"post": "yes"})
        assert answer.status_code == 403


def test_platforms_rule_is_duplicated_into_the_own_account(world: World, browse: Any) -> None:
    rule = make_content_rule(params={"phrases": ["vay nóng"]}, note="Because")
    client = browse(world.bob)
    answer = client.get(page("duplicate", rule.pk))
    assert answer.status_code == 302
    shown = client.get(answer.url)
    assert "vay nóng" in shown.content.decode()
    assert shown.context["adminform"].form.initial["account"] == world.account.pk


def test_copying_a_strangers_rule_shows_nothing_of_it(world: World, browse: Any) -> None:
    rule = make_content_rule(world.other_account, params={"phrases": ["secret"]})
    shown = browse(world.bob).get(f"{page('add')}?kind=forbidden_phrase&copy={rule.pk}")
    assert "secret" not in shown.content.decode()


def test_list_says_whose_and_what(world: World, browse: Any) -> None:
    make_content_rule(world.account, name="Mine")
    make_content_rule(world.other_account, name="Theirs")
    make_content_rule(name="Everybodys")
    text = browse(world.alice).get(reverse(LIST)).content.decode()
    assert ("Mine" in text, "Theirs" in text, "Everybodys" in text) == (True, False, True)
    only = browse(world.ada).get(reverse(LIST), {"account__id__exact": world.account.pk})
    assert "Everybodys" not in only.content.decode()


def test_empty_list_explains_itself(world: World, browse: Any) -> None:
    assert "No rule yet" in browse(world.bob).get(reverse(LIST)).content.decode()


def test_list_costs_the_same_however_long(
    world: World, browse: Any, django_assert_max_num_queries: Any
) -> None:
    for _number in range(5):
        make_content_rule(world.account)
    client = browse(world.bob)
    with django_assert_max_num_queries(10):
        client.get(reverse(LIST))


# The test box.


def trial(world: World, **overrides: Any) -> dict[str, Any]:
    return {
        "text": "VAY tiền nhanh tại bit.ly/x",
        "account": world.account.pk,
        "message_class": "care",
        "country": "VN",
    } | overrides


def test_box_tells_rule_place_and_fix(world: World, browse: Any) -> None:
    rule = make_content_rule(world.account, name="No loans", params={"phrases": ["vay tien"]})
    make_content_rule(kind="link_shorteners", name="No shorteners", params={}, severity="warn")
    answer = browse(world.alice).post(page("try_out"), trial(world))
    text = answer.content.decode()
    assert '<mark class="cr-block" title="No loans">VAY tiền</mark>' in text
    assert '<mark class="cr-warn" title="No shorteners">bit.ly/x</mark>' in text
    assert page("change", rule.pk) in text
    assert "Take it out or say it in other words." in text
    assert "Such a text is blocked." in text


def test_box_asks_the_packs_too(world: World, browse: Any) -> None:
    call = trial(world, text="Giam gia", message_class="marketing", country="US")
    text = browse(world.bob).post(page("try_out"), call).content.decode()
    assert "0 content rules" in text


@pytest.mark.parametrize(("with_inactive", "is_found"), [("", False), ("on", True)])
def test_box_can_ask_rules_that_are_off(
    world: World, browse: Any, with_inactive: str, is_found: bool
) -> None:
    make_content_rule(world.account, name="Draft rule", is_active=False)
    answer = browse(world.bob).post(page("try_out"), trial(world, with_inactive=with_inactive))
    assert ("Draft rule" in answer.content.decode()) is is_found


def test_box_knows_brand_and_segments(world: World, browse: Any) -> None:
    make_content_rule(kind="brand_required", name="Brand", params={})
    make_content_rule(kind="segment_count", name="Short", params={"most": 1})
    client = browse(world.bob)
    for text, brand, length in (("Sao Mai", False, False), ("x" * 200, True, True)):
        call = trial(world, text=text, advertiser=world.advertiser.pk)
        trial_found = client.post(page("try_out"), call).context["rows"]
        names = [row.rule for row in trial_found]
        assert ("Brand" in names, "Short" in names) == (brand, length)


def test_slots_of_a_template_are_no_text(world: World, browse: Any) -> None:
    make_content_rule(kind="character_set", params={"characters": "{"})
    client = browse(world.bob)
    found = [
        len(
            client.post(page("try_out"), trial(world, text="Ma {code}", is_template=one)).context[
                "rows"
            ]
        )
        for one in ("on", "")
    ]
    assert found == [0, 1]


def test_strangers_neither_try_nor_see(world: World, browse: Any) -> None:
    make_content_rule(world.account, name="No loans")
    text = browse(world.charlie).post(page("try_out"), trial(world)).content.decode()
    assert "No loans" not in text
    for person in (world.ines, world.olga):
        assert browse(person).get(page("try_out")).status_code in (302, 403)
        assert browse(person).get(page("add")).status_code in (302, 403)


def test_advertiser_of_another_account_is_refused(world: World, browse: Any) -> None:
    role_grant(user=world.bob, role=Role.OFFICER, account=world.other_account, actor=None)
    call = trial(world, advertiser=world.other_advertiser.pk)
    answer = browse(world.bob).post(page("try_out"), call)
    assert list(answer.context["form"].errors) == ["advertiser"]


def test_box_begins_with_what_fits_the_rule(world: World, browse: Any) -> None:
    rule = make_content_rule(world.account, is_active=False, message_classes=["otp"], country="US")
    client = browse(world.bob)
    answer = client.get(client.get(page("try_rule", rule.pk)).url)
    initial = answer.context["form"].initial
    assert (initial["message_class"], initial["country"]) == ("otp", "US")
    assert initial["with_inactive"] is True

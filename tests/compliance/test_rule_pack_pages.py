"""The pages of rule packs: written by officers without JSON, put in force by administrators."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from compliance.constants import Role
from compliance.models import RulePackVersion
from compliance.selectors.rules import rulebook, today_of
from compliance.services.rule_drafts import rule_pack_draft
from compliance.services.rules import (
    rule_pack_activate,
    rule_pack_submit,
    rule_packs_load_shipped,
)
from config.common import clock
from tests.factories import make_member
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def loaded(world: World) -> RulePackVersion:
    rule_packs_load_shipped(actor=None)
    return RulePackVersion.objects.get(country="VN")


@pytest.fixture
def draft(world: World, loaded: RulePackVersion) -> RulePackVersion:
    return rule_pack_draft(based_on=loaded, actor=world.bob, reason="Quieter evenings")


def page(name: str, *args: Any, **query: str) -> str:
    found = reverse(f"admin:compliance_rulepackversion_{name}", args=args)
    return f"{found}?{'&'.join(f'{k}={v}' for k, v in query.items())}" if query else found


def filled(answer: Any, **changes: Any) -> dict[str, Any]:
    """What a browser would send back of a form, with changes."""
    form = answer.context["form"]
    values = {"checksum": answer.context["version"].checksum}
    for name in form.fields:
        value = form[name].value()
        if value is not None and value is not False and value != "":
            values[name] = form.fields[name].prepare_value(value)
    return values | changes


def hours(version: RulePackVersion) -> Any:
    return next(one for one in version.data["rules"] if one["id"] == "vn.ads.hours")


def test_officer_makes_a_draft_of_their_own(
    world: World, browse: Any, loaded: RulePackVersion
) -> None:
    answer = browse(world.bob).post(page("new_version", loaded.pk), {"reason": "Quieter"})
    made = RulePackVersion.objects.get(status="draft")
    assert answer["Location"] == page("change", made.pk)
    assert (made.author, made.based_on, made.purpose) == (world.bob, loaded, "Quieter")
    assert "This is your draft" in browse(world.bob).get(page("change", made.pk)).content.decode()


def test_hours_are_changed_in_a_form(world: World, browse: Any, draft: RulePackVersion) -> None:
    client, address = browse(world.bob), page("rule", draft.pk, rule="vn.ads.hours")
    form = filled(client.get(address), closes_0="20:00", holidays="2027-02-06 Tet")
    answer = client.post(address, form, follow=True)
    draft.refresh_from_db()
    params = hours(draft)["params"]
    assert params["spans"] == [{"from": "07:00", "to": "20:00"}]
    assert params["holidays"] == {"2027-02-06": "Tet"}
    text = answer.content.decode()
    assert "come out otherwise than expected" in text
    assert "22:00" in text
    assert "20:00" in text


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"closes_0": "06:00"}, "closes_0"),
        ({"opens_0": "7"}, "opens_0"),
        ({"holidays": "some day"}, "holidays"),
        ({"effective_to": "2019-01-01"}, "effective_to"),
        ({"source": "+"}, "source_title"),
    ],
)
def test_mistakes_are_named_at_their_field(
    world: World, browse: Any, draft: RulePackVersion, change: dict[str, str], field: str
) -> None:
    client, address = browse(world.bob), page("rule", draft.pk, rule="vn.ads.hours")
    answer = client.post(address, filled(client.get(address), **change))
    assert field in answer.context["form"].errors


def test_every_rule_is_saved_as_it_was_read(
    world: World, browse: Any, draft: RulePackVersion
) -> None:
    client, before = browse(world.bob), list(draft.data["rules"])
    for rule in before:
        address = page("rule", draft.pk, rule=rule["id"])
        answer = client.post(address, filled(client.get(address)))
        assert answer.status_code == 302, (rule["id"], answer.context["form"].errors)
    draft.refresh_from_db()
    assert draft.data["rules"] == [
        {key: value for key, value in rule.items() if value is not None} for rule in before
    ]


def test_a_rule_is_added_and_ended(world: World, browse: Any, draft: RulePackVersion) -> None:
    client, address = browse(world.bob), page("rule", draft.pk, kind="max_segments")
    form = filled(
        client.get(address),
        id="vn.otp.short",
        applies_to=["otp"],
        severity="warn",
        limit="1",
        citation="Own policy",
        confidence="memory",
        source="+",
        source_title="A letter",
        source_kind="page",
        source_read_on="2026-11-20",
        effective_to="2027-06-01",
    )
    answer = client.post(address, form)
    assert answer.status_code == 302, answer.context["form"].errors
    draft.refresh_from_db()
    added = draft.data["rules"][-1]
    assert (added["id"], added["params"], added["effective_to"]) == (
        "vn.otp.short",
        {"limit": 1},
        "2027-06-01",
    )
    assert draft.data["sources"][-1]["title"] == "A letter"


def test_policies_are_changed(world: World, browse: Any, draft: RulePackVersion) -> None:
    client, address = browse(world.bob), page("policies", draft.pk)
    answer = client.post(address, filled(client.get(address), review_hours="12", body_months="6"))
    assert answer.status_code == 302, answer.context["form"].errors
    draft.refresh_from_db()
    assert draft.data["optout"]["review_hours"] == 12
    assert draft.data["retention"]["body_months"] == 6


def test_a_case_takes_over_what_is_found(world: World, browse: Any, draft: RulePackVersion) -> None:
    client, address = browse(world.bob), page("case", draft.pk, case="0")
    wrong = filled(client.get(address), outcome="blocked", close_at="")
    client.post(address, wrong)
    draft.refresh_from_db()
    assert draft.data["examples"][0]["expect"]["outcome"] == "blocked"
    shown = client.get(address)
    assert "The stored case comes out otherwise" in shown.content.decode()
    client.post(address, filled(shown) | {"take_over": "1"})
    draft.refresh_from_db()
    assert draft.data["examples"][0]["expect"]["outcome"] == "allowed"


def test_a_failing_case_stops_submission(world: World, browse: Any, draft: RulePackVersion) -> None:
    client, address = browse(world.bob), page("case", draft.pk, case="0")
    client.post(address, filled(client.get(address), outcome="blocked"))
    answer = client.post(page("submit_version", draft.pk), {"reason": "Ready"})
    assert "do not come out as expected" in answer.content.decode()
    draft.refresh_from_db()
    assert draft.status == "draft"


def test_a_file_replaces_a_draft_and_mistakes_name_their_place(
    world: World, browse: Any, draft: RulePackVersion
) -> None:
    client, address = browse(world.bob), page("upload", draft.pk)
    document = json.loads(json.dumps(draft.data))
    document["rules"][0]["severity"] = "shout"
    broken = SimpleUploadedFile("p.json", json.dumps(document).encode())
    answer = client.post(address, {"file": broken, "checksum": draft.checksum})
    assert "pack.rules[0].severity" in str(answer.context["form"].errors)
    document = {**draft.data, "note": "From a file"}
    right = SimpleUploadedFile("p.json", json.dumps(document).encode())
    client.post(address, {"file": right, "checksum": draft.checksum})
    draft.refresh_from_db()
    assert draft.data["note"] == "From a file"


def test_nobody_else_changes_a_draft(world: World, browse: Any, draft: RulePackVersion) -> None:
    for client in (browse(world.ada), browse(make_member(Role.OFFICER, world.account))):
        for name in ("rule", "policies", "case", "upload"):
            assert client.get(page(name, draft.pk)).status_code == 404


def test_officers_of_other_accounts_see_neither_draft_nor_name(
    world: World, browse: Any, draft: RulePackVersion, loaded: RulePackVersion
) -> None:
    stranger = browse(make_member(Role.OFFICER, world.other_account))
    assert stranger.get(page("change", draft.pk)).status_code in {302, 404}
    assert world.bob.username not in stranger.get(page("changelist")).content.decode()
    assert stranger.get(page("differences", draft.pk)).status_code == 404
    text = stranger.get(page("change", loaded.pk)).content.decode()
    assert draft.version not in text


def test_administrator_sees_the_difference_and_approves_for_a_day(
    world: World, browse: Any, draft: RulePackVersion
) -> None:
    client, address = browse(world.bob), page("rule", draft.pk, rule="vn.ads.cap")
    client.post(address, filled(client.get(address), citation="A newer decree"))
    client.post(page("submit_version", draft.pk), {"reason": "The newer decree"})
    ada, day = browse(world.ada), today_of(draft) + timedelta(days=69)
    shown = ada.get(page("approve", draft.pk)).content.decode()
    assert "A newer decree" in shown
    ada.post(
        page("approve", draft.pk), {"reason": "Read and right", "active_from": day.isoformat()}
    )
    draft.refresh_from_db()
    assert draft.status == "staged"
    assert "in 69 days" in ada.get(page("changelist")).content.decode()
    ada.post(page("cancel_activation", draft.pk), {"reason": "The law is late"})
    draft.refresh_from_db()
    assert draft.status == "submitted"


def test_officers_approve_nothing(world: World, browse: Any, draft: RulePackVersion) -> None:
    rule_pack_submit(version=draft, actor=world.bob, reason="Ready")
    for name in ("approve", "reject", "cancel_activation"):
        assert browse(world.bob).post(page(name, draft.pk), {"reason": "x"}).status_code == 404


def test_versions_are_compared_in_words(
    world: World, browse: Any, draft: RulePackVersion, loaded: RulePackVersion
) -> None:
    client, address = browse(world.bob), page("rule", draft.pk, rule="vn.ads.hours")
    client.post(address, filled(client.get(address), closes_0="20:00"))
    text = client.get(page("differences", draft.pk, against=str(loaded.pk))).content.decode()
    assert "07:00–22:00" in text
    assert "07:00–20:00" in text


def test_a_newer_shipped_version_is_announced(
    world: World, browse: Any, loaded: RulePackVersion
) -> None:
    RulePackVersion.objects.create(
        country="VN",
        version="2099.1",
        effective_from=loaded.effective_from,
        data=loaded.data | {"pack_version": "2099.1"},
        checksum="0" * 64,
        status="submitted",
        origin="shipped",
        submitted_at=clock.now(),
    )
    text = browse(world.ada).get(page("changelist")).content.decode()
    assert "A newer shipped version waits for approval: 2099.1" in text
    assert rulebook().rules_for("VN", clock.now()).pack.version == loaded.version


def test_only_administrators_bring_a_pack_from_a_file(
    world: World, browse: Any, loaded: RulePackVersion
) -> None:
    document = {**loaded.data, "country": "TH", "pack_version": "1"}
    file = SimpleUploadedFile("th.json", json.dumps(document).encode())
    assert browse(world.bob).get(page("from_file")).status_code == 404
    answer = browse(world.ada).post(page("from_file"), {"file": file, "reason": "Thailand"})
    assert answer.status_code == 302, answer.context["form"].errors
    assert RulePackVersion.objects.get(country="TH").author == world.ada


def test_going_back_is_a_new_activation(
    world: World, browse: Any, draft: RulePackVersion, loaded: RulePackVersion
) -> None:
    rule_pack_submit(version=draft, actor=world.bob, reason="Ready")
    rule_pack_activate(version=draft, actor=world.ada, reason="Right")
    loaded.refresh_from_db()
    assert loaded.status == "retired"
    browse(world.ada).post(page("approve", loaded.pk), {"reason": "It was better"})
    loaded.refresh_from_db()
    draft.refresh_from_db()
    assert (loaded.status, draft.status) == ("active", "retired")
    assert loaded.activations.count() == 2

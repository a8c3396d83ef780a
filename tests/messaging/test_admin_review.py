"""The reviewer's pages: what is shown of a version, decisions, the queue, several at once."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from campaigns.constants import CampaignStatus
from compliance.constants import Role
from compliance.services.access import role_grant
from compliance.services.rules import rule_packs_load_shipped
from config.common import clock
from messaging.constants import VersionStatus
from messaging.models import TemplateVersion
from messaging.services.templates import version_approve
from routing.models import NetworkTextRule
from tests.factories import make_campaign, make_network, make_template_version, make_user
from tests.messaging.test_admin_templates import button, page
from tests.world import World

pytestmark = pytest.mark.django_db
S = VersionStatus
HOUR = timedelta(hours=1)
SLOTS = [
    {"name": "name", "type": "name", "max_length": 30, "example": "An", "fallback": "ban"},
    {"name": "code", "type": "code", "max_length": 6, "example": "529420", "pattern": "[0-9]{6}"},
]


def waiting(world: World, **overrides: Any) -> TemplateVersion:
    values: dict[str, Any] = {
        "status": S.SUBMITTED,
        "author": world.alice,
        "submitted_at": clock.now(),
    }
    return make_template_version(overrides.pop("account", world.account), **(values | overrides))


def review(world: World, browse: Any, version: TemplateVersion, who: str = "bob") -> Any:
    return browse(getattr(world, who)).get(page("templateversion", "change", version.pk))


def text_of(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def queue(client: Any, **params: Any) -> Any:
    return client.get(
        page("templateversion", "changelist"), {"status__exact": "submitted"} | params
    )


def tick(client: Any, *versions: TemplateVersion, **fields: Any) -> Any:
    address = f"{page('templateversion', 'changelist')}?status__exact=submitted"
    data = {"action": "approve_together", "_selected_action": [one.pk for one in versions]}
    return client.post(address, data | fields)


def test_page_shows_shortest_typical_and_longest(world: World, browse: Any) -> None:
    version = waiting(world, body="Hi {name}, code {code}", slots=SLOTS)
    answer = review(world, browse, version)
    [language] = answer.context["languages"]
    texts = {one.key: one.text for one in language.renderings}
    assert texts["typical"] == "Hi An, code 529420"
    assert len(texts["shortest"]) < len(texts["typical"]) < len(texts["longest"])
    assert "At most 1 segment, whatever the values." in text_of(answer)


def test_text_without_slots_has_one_preview_and_a_certain_cost(world: World, browse: Any) -> None:
    answer = review(world, browse, waiting(world, body="Hello"))
    assert [one.key for one in answer.context["languages"][0].renderings] == ["typical"]
    assert "Always 1 segment: the text has no slots." in text_of(answer)


def test_every_language_is_shown_with_its_worst_case(world: World, browse: Any) -> None:
    version = waiting(
        world,
        body="Chào {name}",
        slots=SLOTS[:1],
        variants=[{"language": "en", "body": "Hello {name}" + "!" * 200, "rewriting": "none"}],
    )
    answer = review(world, browse, version)
    assert [one.name for one in answer.context["languages"]] == ["Vietnamese", "English"]
    assert "The most expensive language: English." in answer.context["worst"]


def test_letters_are_said_with_what_they_do_to_the_text(world: World, browse: Any) -> None:
    answer = review(world, browse, waiting(world, body="Đã gửi", rewriting="unmarked"))
    [language] = answer.context["languages"]
    assert "without marks" in language.letters
    assert "".join(one.text for one in language.changes if one.kind == "added") == "Dagui"
    assert "Da gui" in text_of(answer)


def test_slots_table_says_everything_about_a_slot(world: World, browse: Any) -> None:
    answer = review(world, browse, waiting(world, body="{name} {code}", slots=SLOTS))
    name, code = answer.context["slots"]
    assert (name["type"], name["longest"], name["fallback"]) == ("Name", 30, "ban")
    assert (code["pattern"], code["characters"]) == ("[0-9]{6}", "Letters a–z and digits")


def test_differences_cover_all_that_is_reviewed(world: World, browse: Any) -> None:
    former = make_template_version(world.account, body="Hi {name}", slots=SLOTS[:1], language="vi")
    version = waiting(
        world,
        template=former.template,
        body="Hello {name} {code}",
        slots=[SLOTS[0] | {"max_length": 20}, SLOTS[1]],
        rewriting="smart",
        message_format="origin_bound",
        variants=[{"language": "en", "body": "Dear {name}", "rewriting": "none"}],
    )
    found = {one.title: one for one in review(world, browse, version).context["differences"]}
    assert set(found) == {
        "Text in Vietnamese",
        "New language: English",
        "Format",
        "Letters in Vietnamese",
        "Slot “name”",
        "Slot “code”",
    }
    assert found["Slot “name”"].before == "Longest value: 30"
    assert found["Slot “code”"].before == "none"


def test_same_wording_is_said_to_be_the_same(world: World, browse: Any) -> None:
    former = make_template_version(world.account)
    answer = review(world, browse, waiting(world, template=former.template))
    assert answer.context["differences"] == []
    assert "the wording is the same" in text_of(answer)


def test_class_is_said_with_the_rules_that_follow(world: World, browse: Any) -> None:
    rule_packs_load_shipped(actor=None)
    answer = review(world, browse, waiting(world, message_class="marketing", body="[QC] Sale"))
    assert "Advertising." in text_of(answer)
    assert any("91/2020" in row.citation for row in answer.context["class_rules"])


def test_findings_name_their_rule(world: World, browse: Any) -> None:
    rule_packs_load_shipped(actor=None)
    answer = review(world, browse, waiting(world, message_class="marketing", body="Sale"))
    assert "vn.ads.label" in {row.rule_id for row in answer.context["findings"]}


def test_buttons_stand_at_both_ends_and_say_what_was_seen(world: World, browse: Any) -> None:
    answer = review(world, browse, waiting(world))
    titles = [str(one.title) for one in answer.context["buttons"]]
    assert titles == ["Approve", "Reject", "Withdraw"]
    assert text_of(answer).count('class="sb-buttons"') == 2
    assert "?seen=" in answer.context["buttons"][0].url


def test_stored_text_that_is_no_template_is_still_shown(world: World, browse: Any) -> None:
    answer = review(world, browse, waiting(world, body="Hi {broken"))
    assert answer.status_code == 200
    assert "Hi {broken" in text_of(answer)


def test_history_has_the_template_too(world: World, browse: Any) -> None:
    version = waiting(world)
    template = version.template
    browse(world.alice).post(page("template", "change", template.pk), {"name": "Other name"})
    rows = review(world, browse, version).context["history_rows"]
    changed = next(one for one in rows if one.what == "Template changed")
    assert changed.who == "alice"
    assert f"“{template.name}” became “Other name”" in changed.comment


def test_approval_carries_what_was_seen(world: World, browse: Any) -> None:
    version = waiting(world, message_class="marketing", body="[QC] Sale")
    client = browse(world.bob)
    seen = client.get(button(version, "approve")).context["fingerprint"]
    rule_packs_load_shipped(actor=None)
    answer = client.post(button(version, "approve"), {"comment": "", "seen": seen})
    assert "What you saw has changed" in text_of(answer)
    assert answer.context["fingerprint"] != seen
    version.refresh_from_db()
    assert version.status == S.SUBMITTED


def test_approval_page_says_that_the_rules_changed_since_the_review_page(
    world: World, browse: Any
) -> None:
    version = waiting(world)
    answer = browse(world.bob).get(button(version, "approve"), {"seen": "other"})
    assert answer.context["has_changed"]
    assert "This is how it is now." in text_of(answer)


def test_approval_for_later_says_when(world: World, browse: Any) -> None:
    former = make_template_version(world.account)
    version = waiting(world, template=former.template)
    client = browse(world.bob)
    answer = client.post(
        button(version, "approve"),
        {"comment": "", "activates_at": "2027-03-01T08:30"},
        follow=True,
    )
    assert "Approved, in force from 03/01/2027 8:30" in text_of(answer)
    version.refresh_from_db()
    assert version.activates_at is not None
    assert version.activates_at.isoformat() == "2027-03-01T01:30:00+00:00"  # in Vietnam's zone
    assert "until then version 1 is sent." in text_of(answer)


def test_time_that_is_over_is_refused_at_its_field(world: World, browse: Any) -> None:
    version = waiting(world)
    answer = browse(world.bob).post(
        button(version, "approve"), {"comment": "", "activates_at": "2020-01-01T00:00"}
    )
    assert answer.context["form"].errors["activates_at"]


def test_staged_version_is_put_in_force_at_once(world: World, browse: Any) -> None:
    version = version_approve(
        version=waiting(world), reviewer=world.bob, activates_at=clock.now() + HOUR
    )
    browse(world.bob).post(button(version, "activate"), {"comment": "Earlier"})
    version.refresh_from_db()
    assert version.status == S.APPROVED


def test_withdrawal_names_campaigns_and_what_becomes_of_them(world: World, browse: Any) -> None:
    version = make_template_version(world.account, author=world.alice)
    make_campaign(
        world.account,
        name="Autumn",
        template_version=version,
        status=CampaignStatus.RUNNING,
        audience_size=40,
    )
    make_campaign(
        world.account,
        name="Over",
        template_version=version,
        status=CampaignStatus.COMPLETED,
    )
    answer = browse(world.bob).get(button(version, "withdraw"))
    [use] = answer.context["uses"]
    assert ("Autumn" in use.link, use.unreleased, use.unsent) == (True, 40, 0)
    assert "recipients without a message get none" in text_of(answer)


def test_withdrawal_leads_to_the_wording_before(world: World, browse: Any) -> None:
    former = make_template_version(world.account, status=S.RETIRED, body="Old words")
    version = make_template_version(template=former.template, author=world.alice)
    role_grant(user=world.bob, role=Role.MARKETER, account=world.account, actor=None)
    answer = browse(world.bob).post(button(version, "withdraw"), {"comment": "Wrong"}, follow=True)
    step = answer.context["next_step"]
    assert step == {
        "number": 1,
        "may_write": True,
        "url": f"{page('templateversion', 'add')}?from={former.pk}",
    }
    assert text_of(answer).count("Go back to the wording of version 1") == 2


def test_retired_wording_is_written_anew(world: World, browse: Any) -> None:
    version = make_template_version(world.account, status=S.RETIRED)
    answer = browse(world.alice).get(button(version, "roll_back"))
    assert answer.url == f"{page('templateversion', 'add')}?from={version.pk}"


def test_queue_shows_what_a_reviewer_weighs(world: World, browse: Any) -> None:
    rule_packs_load_shipped(actor=None)
    waiting(world, name="Sale", message_class="marketing", body="Sale!")
    answer = queue(browse(world.bob))
    assert "rules forbid it" in text_of(answer)
    assert answer.context["cl"].list_display[1:] == [
        *answer.context["cl"].model_admin.queue_display
    ]


def test_queue_is_sorted_by_age_and_filtered_by_class(world: World, browse: Any) -> None:
    now = clock.now()
    late = waiting(world, submitted_at=now - 2 * HOUR)
    otp = waiting(world, submitted_at=now - 3 * HOUR, message_class="otp")
    client = browse(world.bob)
    assert [one.pk for one in queue(client).context["cl"].result_list] == [otp.pk, late.pk]
    found = queue(client, template__message_class__exact="care").context["cl"].result_list
    assert [one.pk for one in found] == [late.pk]


def test_long_queue_costs_as_many_queries_as_a_short_one(
    world: World, browse: Any, django_assert_max_num_queries: Any
) -> None:
    client = browse(world.bob)
    waiting(world)
    queue(client)
    for _ in range(30):
        waiting(world)
    with django_assert_max_num_queries(25):
        assert len(queue(client).context["cl"].result_list) == 31


def test_empty_queue_says_so(world: World, browse: Any) -> None:
    client = browse(world.bob)
    assert "Nothing waits for review." in text_of(queue(client))
    assert "Nothing fits" in text_of(queue(client, q="sale"))


def test_ticked_versions_are_approved_together(world: World, browse: Any) -> None:
    first, second = waiting(world), waiting(world)
    client = browse(world.bob)
    asked = tick(client, first, second)
    seen = asked.context["review"].fingerprint
    answer = tick(client, first, second, together="1", seen=seen, comment="Alike")
    assert answer.status_code == 302
    statuses = TemplateVersion.objects.values_list("status", "comment")
    assert list(statuses) == [(S.APPROVED, "Alike")] * 2


def test_page_says_which_versions_differ_and_why(world: World, browse: Any) -> None:
    versions = [waiting(world), waiting(world), waiting(world, message_class="otp")]
    client = browse(world.bob)
    asked = tick(client, *versions)
    odd = [row for row in asked.context["rows"] if row.obstacle]
    assert [(row.version.pk, row.obstacle) for row in odd] == [
        (versions[2].pk, "Its class is another than that of most: One-time code.")
    ]
    tick(client, *versions, together="1", seen=asked.context["review"].fingerprint)
    assert set(TemplateVersion.objects.values_list("status", flat=True)) == {S.SUBMITTED}


def test_foreign_versions_are_not_even_named(world: World, browse: Any) -> None:
    foreign = waiting(world, account=world.other_account, name="Secret name")
    own = waiting(world)
    asked = tick(browse(world.bob), own, foreign)
    assert "Secret name" not in text_of(asked)
    assert [row.version.pk for row in asked.context["rows"]] == [own.pk]


@pytest.mark.parametrize("who", ["alice", "ines", "ada", "olga"])
def test_only_reviewers_tick(world: World, browse: Any, who: str) -> None:
    version = waiting(world, author=make_user())
    tick(browse(getattr(world, who)), version, together="1", seen="x")
    version.refresh_from_db()
    assert version.status == S.SUBMITTED


def test_review_page_of_a_stranger_gives_nothing_away(world: World, browse: Any) -> None:
    version = waiting(world, body="Secret words")
    answer = browse(world.charlie).get(
        reverse("admin:messaging_templateversion_change", args=[version.pk])
    )
    assert answer.status_code == 302


def test_queue_counts_what_networks_may_refuse(world: World, browse: Any) -> None:
    NetworkTextRule.objects.create(
        network=make_network("viettel"), message_class="care", refused_characters="%"
    )
    waiting(world, body="50%")
    assert "1 from networks" in text_of(queue(browse(world.bob)))


def test_page_of_several_says_what_networks_may_refuse(world: World, browse: Any) -> None:
    NetworkTextRule.objects.create(
        network=make_network("viettel"), message_class="care", refused_characters="%"
    )
    asked = tick(browse(world.bob), waiting(world, body="50%"), waiting(world, body="60%"))
    assert [row.rule_id for row in asked.context["shared_findings"]] == [
        "network.viettel.care.characters"
    ]

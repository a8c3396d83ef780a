"""Keyword rules in the console: kept, tried, switched, copied, undone, and what they did."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from compliance.services.rules import rule_packs_load_shipped
from config.common import clock
from messaging.constants import RuleState
from messaging.models import KeywordHit, KeywordRule
from messaging.selectors.keyword_rules import rules_in, state_of
from messaging.selectors.snapshot import snapshots
from tests.factories import make_inbound, make_sender, make_template_version
from tests.world import World

pytestmark = pytest.mark.django_db
NUMBER = "84981234567"


def page(model: str, name: str, *args: Any) -> str:
    return reverse(f"admin:messaging_{model}_{name}", args=args)


@pytest.fixture
def sender(world: World) -> Any:
    rule_packs_load_shipped(actor=None)
    sender = make_sender(world.account, advertiser=world.advertiser, receives_replies=True)
    make_template_version(
        world.account,
        advertiser=world.advertiser,
        slug="gift",
        body="Your gift, {name}!",
        slots=[{"name": "name", "max_length": 20, "example": "Mai"}],
    )
    snapshots.forget()
    return sender


def make_rule(sender: Any, *words: str, **values: Any) -> KeywordRule:
    return KeywordRule.objects.create(
        account=sender.account,
        sender=sender,
        **({"name": "Gift", "match_kind": "first_word", "words": list(words)} | values),
    )


GIFT = [{"do": "reply", "template": "gift", "parameters": {"name": "{rest}"}}]


def posted(sender: Any, **values: Any) -> dict[str, Any]:
    return {
        "account": sender.account.pk,
        "name": "Gift",
        "sender": sender.pk,
        "priority": "100",
        "match_kind": "first_word",
        "words": "gift\nquà",
        "languages": "",
        "actions": json.dumps(GIFT),
        "question": "null",
        "is_active": "on",
    } | values


def test_a_marketer_makes_a_rule_and_changes_it(world: World, browse: Any, sender: Any) -> None:
    client = browse(world.alice)
    answer = client.post(page("keywordrule", "add"), posted(sender))
    assert answer.status_code == 302, answer.content.decode()
    rule = KeywordRule.objects.get()
    assert (rule.words, rule.actions, rule.question) == (["gift", "quà"], GIFT, None)
    assert rule.history.get().history_user == world.alice
    client.post(page("keywordrule", "change", rule.pk), posted(sender, priority="5"))
    rule.refresh_from_db()
    assert rule.priority == 5
    assert rule.history.count() == 2


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"words": "STOP"}, "always comes first"),
        ({"words": ""}, "Write at least one word."),
        ({"actions": "[]"}, "The rule does nothing"),
        ({"actions": '[{"do": "reply", "template": "none"}]'}, "is not an approved template"),
        ({"actions": "nonsense"}, "Enter a valid JSON."),
        ({"match_kind": "pattern", "words": "(a"}, "is no pattern"),
        ({"question": '{"template": "gift", "answers": []}'}, "This is missing"),
    ],
)
def test_what_cannot_work_is_said_at_its_field(
    world: World, browse: Any, sender: Any, values: dict[str, str], said: str
) -> None:
    answer = browse(world.alice).post(page("keywordrule", "add"), posted(sender, **values))
    assert said in answer.content.decode()
    assert not KeywordRule.objects.exists()


def test_the_place_of_a_refusal_goes_to_the_editor(world: World, browse: Any, sender: Any) -> None:
    wrong = [*GIFT, {"do": "reply", "template": "gone"}]
    answer = browse(world.alice).post(
        page("keywordrule", "add"), posted(sender, actions=json.dumps(wrong))
    )
    assert answer.context["keyword_setup"]["refusedAt"] == "actions.1.template"


def test_the_list_is_in_order_with_states_and_troubles(
    world: World, browse: Any, sender: Any
) -> None:
    later = clock.now() + timedelta(days=1)
    make_rule(sender, "a", name="Third", priority=50, actions=GIFT)
    make_rule(sender, "b", name="First", priority=1, actions=GIFT, is_shadow=True)
    make_rule(sender, name="Second", priority=2, match_kind="any", actions=GIFT)
    make_rule(sender, "c", name="Off", priority=60, actions=GIFT, is_active=False)
    make_rule(sender, "d", name="Later", priority=70, actions=GIFT, valid_from=later)
    client = browse(world.alice)
    answer = client.get(page("keywordrule", "changelist"))
    rows = list(answer.context["cl"].result_list)
    assert [row.name for row in rows] == ["First", "Second", "Third", "Off", "Later"]
    states = [state_of(row, clock.now()) for row in rows]
    assert states == ["shadow", "active", "active", "off", "scheduled"]
    for state in RuleState:
        found = rules_in(KeywordRule.objects.all(), state, clock.now())
        assert {one.name for one in found} == {
            row.name for row, its in zip(rows, states, strict=True) if its == state
        }
        listed = client.get(page("keywordrule", "changelist"), {"state": state.value})
        assert listed.context["cl"].result_count == len(found)
    shown = answer.content.decode()
    assert "never acts: whatever fits it fits" in shown
    # The template is withdrawn: the rules that name it say so.
    sender.account.templates.get().versions.update(status="withdrawn")
    snapshots.forget()
    shown = client.get(page("keywordrule", "changelist")).content.decode()
    assert "is not an approved template" in shown


def test_rules_of_a_sender_and_those_of_all(world: World, browse: Any, sender: Any) -> None:
    other = make_sender(world.account, advertiser=world.advertiser, receives_replies=True)
    make_rule(sender, "a b", name="First word", actions=GIFT)
    make_rule(sender, "a", name="Exact", match_kind="exact", actions=GIFT)
    every = make_rule(sender, "b", name="Every", priority=1, actions=GIFT)
    KeywordRule.objects.filter(pk=every.pk).update(sender=None)
    make_rule(other, "c", name="Other's", actions=GIFT)
    client = browse(world.alice)
    answer = client.get(page("keywordrule", "changelist"), {"replies_to": sender.pk})
    asked = [row.name for row in answer.context["cl"].result_list]
    assert asked == ["Every", "Exact", "First word"]
    everything = client.get(page("keywordrule", "changelist")).context["cl"].result_list
    assert [row.name for row in everything][-1] == "Every"


def test_an_officer_reads_the_steps_and_changes_nothing(
    world: World, browse: Any, sender: Any
) -> None:
    rule = make_rule(sender, "gift", actions=GIFT)
    client = browse(world.bob)
    shown = client.get(page("keywordrule", "change", rule.pk)).content.decode()
    assert "Reply: gift · name = {rest}" in shown
    assert client.post(page("keywordrule", "change", rule.pk), posted(sender)).status_code == 403
    assert client.post(page("keywordrule", "switch", rule.pk), {"post": "1"}).status_code == 404


def test_off_on_copy_and_undo(world: World, browse: Any, sender: Any) -> None:
    rule = make_rule(sender, "gift", actions=GIFT)
    client = browse(world.alice)
    client.post(page("keywordrule", "switch", rule.pk))
    rule.refresh_from_db()
    assert not rule.is_active
    client.post(page("keywordrule", "undo", rule.pk))
    rule.refresh_from_db()
    assert rule.is_active
    answer = client.post(page("keywordrule", "copy", rule.pk))
    copy = KeywordRule.objects.exclude(pk=rule.pk).get()
    assert answer["Location"] == page("keywordrule", "change", copy.pk)
    assert (copy.name, copy.is_active, copy.actions) == ("Gift, copy 1", False, GIFT)
    assert copy.sender == sender


def test_undo_needs_a_change(world: World, browse: Any, sender: Any) -> None:
    rule = make_rule(sender, "gift", actions=GIFT)
    answer = browse(world.alice).post(page("keywordrule", "undo", rule.pk))
    assert "nothing to undo" in answer.content.decode()


@pytest.mark.parametrize(
    ("text", "sentence", "step"),
    [
        ("gift Mai", "“Gift” acts.", "Your gift, Mai!"),
        ("STOP", "A compliance keyword acts; no rule is asked.", None),
        ("hello", "No rule acts", None),
    ],
)
def test_the_test_box_says_who_wins_and_why(
    world: World, browse: Any, sender: Any, text: str, sentence: str, step: str | None
) -> None:
    make_rule(sender, "gift", actions=GIFT)
    make_rule(sender, "gift", name="Later", priority=200, actions=GIFT)
    asked = {"sender": sender.pk, "from_": f"+{NUMBER}", "text": text}
    answer = browse(world.alice).post(page("keywordrule", "try_reply"), asked)
    shown = answer.content.decode()
    assert sentence in shown
    assert [one["text"] for one in answer.context["steps"]] == ([step] if step else [])
    if step:
        assert "It fits too, but “Gift” comes first." in shown
    assert not KeywordHit.objects.exists()


def test_a_rule_that_is_off_is_tried_as_if_it_were_on(
    world: World, browse: Any, sender: Any
) -> None:
    rule = make_rule(sender, "gift", actions=GIFT, is_active=False)
    client = browse(world.alice)
    asked = {"sender": sender.pk, "from_": f"+{NUMBER}", "text": "gift Mai"}
    address = page("keywordrule", "try_reply")
    assert "No rule acts" in client.post(address, asked).content.decode()
    answer = client.post(address, {**asked, "rule": rule.pk})
    assert "“Gift” acts." in answer.content.decode()
    rule.refresh_from_db()
    assert not rule.is_active
    shown = client.get(f"{address}?rule={rule.pk}").content.decode()
    assert "gift</textarea>" in shown


def test_nobody_tries_the_senders_of_another_account(
    world: World, browse: Any, sender: Any
) -> None:
    theirs = make_sender(
        world.other_account, advertiser=world.other_advertiser, receives_replies=True
    )
    asked = {"sender": theirs.pk, "from_": f"+{NUMBER}", "text": "gift"}
    answer = browse(world.alice).post(page("keywordrule", "try_reply"), asked)
    assert "found" not in answer.context
    client = browse(world.charlie)
    rule = make_rule(sender, "gift", actions=GIFT)
    assert client.get(page("keywordrule", "switch", rule.pk)).status_code == 404
    choices = client.get(page("keywordrule", "choices"), {"account": world.account.pk})
    assert choices.status_code == 403 or choices.json()["templates"] == []


def test_the_editor_is_offered_approved_templates_with_their_slots(
    world: World, browse: Any, sender: Any
) -> None:
    answer = browse(world.alice).get(page("keywordrule", "choices"), {"account": world.account.pk})
    (gift,) = answer.json()["templates"]
    assert (gift["slug"], gift["slots"]) == ("gift", [{"name": "name", "needed": True}])


def test_matches_show_each_step_and_failures_reach_the_home_page(
    world: World, browse: Any, sender: Any
) -> None:
    rule = make_rule(sender, "gift", actions=GIFT)
    reply = make_inbound(world.account, text="gift Mai", sender=sender)
    hit = KeywordHit.objects.create(
        account=world.account,
        rule=rule,
        rule_name="Gift",
        message=reply,
        sender=sender,
        msisdn=reply.msisdn,
        outcome="acted",
        matched="gift",
        results=[
            {"do": "reply", "result": "failed", "why": "x", "detail": "The template is gone."},
            {"do": "forward", "result": "done"},
        ],
        failures=1,
        created_at=clock.now(),
    )
    client = browse(world.alice)
    listed = client.get(page("keywordhit", "changelist"), {"problem": "failed"})
    assert listed.context["cl"].result_count == 1
    loops = client.get(page("keywordhit", "changelist"), {"problem": "loop"})
    assert loops.context["cl"].result_count == 0
    shown = client.get(page("keywordhit", "change", hit.pk)).content.decode()
    assert "The template is gone." in shown
    assert "gift Mai" in shown
    assert "Keyword rules that failed" in client.get(reverse("admin:index")).content.decode()
    rules = client.get(page("keywordrule", "changelist")).content.decode()
    assert "1 failed" in rules
    assert browse(world.charlie).get(page("keywordhit", "change", hit.pk)).status_code != 200

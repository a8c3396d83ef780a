"""Pages of templates: writing, the counter, the review, and who sees which button."""

import json
from typing import Any

import pytest
from django.urls import reverse

from compliance.constants import Role
from compliance.services.rules import rule_packs_load_shipped
from messaging.constants import VersionStatus
from messaging.models import Template, TemplateVersion
from messaging.services.templates import version_create
from tests.factories import (
    make_advertiser,
    make_member,
    make_template,
    make_template_version,
    make_user,
)
from tests.world import World

pytestmark = pytest.mark.django_db


def page(model: str, name: str, *args: Any) -> str:
    return reverse(f"admin:messaging_{model}_{name}", args=args)


def button(version: TemplateVersion, name: str) -> str:
    return reverse(f"admin:messaging_templateversion_{name}", args=[version.pk])


def button_names(answer: Any) -> set[str]:
    return {one["path"].rstrip("/").rsplit("/", 1)[-1] for one in answer.context["actions_detail"]}


def test_marketer_makes_a_template_and_goes_on_to_its_text(world: World, browse: Any) -> None:
    answer = browse(world.alice).post(
        page("template", "add"),
        {
            "account": world.account.pk,
            "name": "Order notice",
            "slug": "order-notice",
            "message_class": "care",
            "language": "vi",
            "advertiser": world.advertiser.pk,
        },
    )
    template = Template.objects.get()
    assert answer.url == f"{page('templateversion', 'add')}?template={template.pk}"
    assert template.history.get().history_user == world.alice


def test_foreign_advertiser_is_not_offered(world: World, browse: Any) -> None:
    answer = browse(world.alice).post(
        page("template", "add"),
        {
            "account": world.account.pk,
            "name": "Order notice",
            "slug": "order-notice",
            "message_class": "care",
            "language": "vi",
            "advertiser": world.other_advertiser.pk,
        },
    )
    assert answer.status_code == 200
    assert not Template.objects.exists()


def test_reviewed_head_shows_class_and_advertiser_read_only(world: World, browse: Any) -> None:
    template = make_template_version(world.account, advertiser=world.advertiser).template
    form = browse(world.alice).get(page("template", "change", template.pk)).context["adminform"]
    assert {"message_class", "advertiser", "language", "slug"} <= set(form.readonly_fields)
    assert set(form.form.fields) == {"name"}


def test_an_old_state_of_a_template_opens(world: World, browse: Any) -> None:
    template = make_template(world.account)
    template.name = "Renamed"
    template.save()
    first = template.history.earliest()
    old = page("template", "simple_history", template.pk, first.pk)
    assert browse(world.alice).get(old).status_code == 200


def test_template_page_marks_the_version_that_is_sent(world: World, browse: Any) -> None:
    version = make_template_version(world.account)
    make_template_version(template=version.template, status=VersionStatus.DRAFT)
    rows = browse(world.alice).get(page("template", "change", version.template_id))
    assert [(row.number, row.is_sent_now) for row in rows.context["versions"]] == [
        (2, False),
        (1, True),
    ]


def test_only_writers_are_offered_a_new_version(world: World, browse: Any) -> None:
    template = make_template(world.account)
    address = page("template", "change", template.pk)
    assert "new_version_url" in browse(world.alice).get(address).context
    assert "new_version_url" not in browse(world.bob).get(address).context


def test_marketer_writes_a_version_newlines_intact(world: World, browse: Any) -> None:
    template = make_template(world.account)
    slots = [{"name": "code", "max_length": 8, "example": "529420"}]
    browse(world.alice).post(
        page("templateversion", "add"),
        {
            "template": template.pk,
            "body": "MAX sign-in: {code}\r\n+QyYAqib1U4\r\n",
            "slots": json.dumps(slots),
        },
    )
    version = TemplateVersion.objects.get()
    assert version.body == "MAX sign-in: {code}\n+QyYAqib1U4\n"
    assert (version.slots, version.author) == (slots, world.alice)


def test_bad_text_is_shown_at_its_field(world: World, browse: Any) -> None:
    answer = browse(world.alice).post(
        page("templateversion", "add"),
        {"template": make_template(world.account).pk, "body": "Hi {Name}", "slots": "[]"},
    )
    assert "small letters" in answer.context["adminform"].form.errors["body"][0]
    assert not TemplateVersion.objects.exists()


def test_version_of_a_foreign_template_is_not_written(world: World, browse: Any) -> None:
    foreign = make_template(world.other_account)
    answer = browse(world.alice).post(
        page("templateversion", "add"), {"template": foreign.pk, "body": "Hi", "slots": "[]"}
    )
    assert answer.status_code == 200
    assert not TemplateVersion.objects.exists()


def test_draft_is_changed_in_its_form(world: World, browse: Any) -> None:
    version = make_template_version(world.account, status=VersionStatus.DRAFT)
    address = page("templateversion", "change", version.pk)
    assert 'id="composer"' in browse(world.alice).get(address).content.decode()
    browse(world.alice).post(address, {"body": "New text", "slots": "[]"})
    version.refresh_from_db()
    assert version.body == "New text"


def test_submitted_version_has_no_form(world: World, browse: Any) -> None:
    version = make_template_version(world.account, status=VersionStatus.SUBMITTED)
    address = page("templateversion", "change", version.pk)
    assert 'id="composer"' not in browse(world.alice).get(address).content.decode()
    assert browse(world.alice).post(address, {"body": "X", "slots": "[]"}).status_code == 403


def test_new_version_takes_over_a_wording(world: World, browse: Any) -> None:
    version = make_template_version(world.account, body="Hello {name}")
    address = f"{page('templateversion', 'add')}?from={version.pk}"
    initial = browse(world.alice).get(address).context["adminform"].form.initial
    assert initial["body"] == "Hello {name}"
    foreign = make_template_version(world.other_account, body="Secret")
    address = f"{page('templateversion', 'add')}?from={foreign.pk}"
    assert "Secret" not in browse(world.alice).get(address).content.decode()


@pytest.mark.parametrize(
    ("who", "status", "buttons"),
    [
        ("alice", "draft", {"submit"}),
        ("alice", "submitted", {"withdraw", "new"}),
        ("alice", "approved", {"withdraw", "new"}),
        ("alice", "rejected", {"new"}),
        ("alice", "staged", {"withdraw", "new"}),
        ("alice", "retired", {"withdraw", "roll-back"}),
        ("bob", "draft", set()),
        ("bob", "submitted", {"approve", "reject", "withdraw"}),
        ("bob", "staged", {"activate", "withdraw"}),
        ("bob", "approved", {"withdraw"}),
        ("bob", "retired", {"withdraw"}),
        ("ines", "submitted", set()),
    ],
)
def test_buttons_by_role_and_state(
    world: World, browse: Any, who: str, status: str, buttons: set[str]
) -> None:
    version = make_template_version(world.account, status=status, author=world.alice)
    shown = browse(getattr(world, who)).get(page("templateversion", "change", version.pk))
    assert button_names(shown) == buttons


def test_author_sees_no_review_buttons_although_officer(world: World, browse: Any) -> None:
    erin = make_member(Role.OFFICER, world.account, "erin")
    version = make_template_version(world.account, status="submitted", author=erin)
    shown = browse(erin).get(page("templateversion", "change", version.pk))
    assert button_names(shown) == {"withdraw"}


def test_superuser_cannot_approve_own_through_the_page(world: World, browse: Any) -> None:
    root = make_user("root", is_superuser=True, is_staff=True)
    version = make_template_version(world.account, status="submitted", author=root)
    answer = browse(root).post(button(version, "approve"), {"comment": ""})
    assert "You wrote this version" in answer.content.decode()
    version.refresh_from_db()
    assert version.status == VersionStatus.SUBMITTED


def test_review_from_submission_to_approval(world: World, browse: Any) -> None:
    version = version_create(
        template=make_template(world.account), body="Hello", slots=[], author=world.alice
    )
    browse(world.alice).post(button(version, "submit"))
    browse(world.bob).post(button(version, "approve"), {"comment": "Fine"})
    version.refresh_from_db()
    assert (version.status, version.comment) == (VersionStatus.APPROVED, "Fine")


def test_rejection_without_comment_is_refused_by_the_form(world: World, browse: Any) -> None:
    version = make_template_version(world.account, status="submitted", author=world.alice)
    browse(world.bob).post(button(version, "reject"), {"comment": ""})
    version.refresh_from_db()
    assert version.status == VersionStatus.SUBMITTED


def test_withdrawal_says_how_much_it_stops(world: World, browse: Any) -> None:
    version = make_template_version(world.account, author=world.alice)
    answer = browse(world.bob).post(button(version, "withdraw"), {"comment": "Old"}, follow=True)
    assert "Withdrawn. No message of it was waiting." in answer.content.decode()
    version.refresh_from_db()
    assert version.status == VersionStatus.WITHDRAWN


@pytest.mark.parametrize(
    "name",
    ["submit", "approve", "activate", "reject", "withdraw", "roll_back", "new_version"],
)
@pytest.mark.parametrize("who", ["charlie", "ines", "ada"])
def test_buttons_give_nothing_away_to_others(
    world: World, browse: Any, who: str, name: str
) -> None:
    version = make_template_version(world.account, status="submitted", author=world.alice)
    assert browse(getattr(world, who)).get(button(version, name)).status_code in {403, 404}


@pytest.mark.parametrize("model", ["template", "templateversion"])
def test_stranger_sees_nothing(world: World, browse: Any, model: str) -> None:
    version = make_template_version(world.account, name="Secret name")
    pk = version.pk if model == "templateversion" else version.template_id
    client = browse(world.charlie)
    assert "Secret name" not in client.get(page(model, "changelist")).content.decode()
    assert client.get(page(model, "change", pk)).status_code == 302


def test_review_page_shows_changes_escaped(world: World, browse: Any) -> None:
    former = make_template_version(world.account, body="Hello <b>you</b>")
    version = make_template_version(
        template=former.template, body="Hello <b>them</b>", status="submitted"
    )
    answer = browse(world.bob).get(page("templateversion", "change", version.pk))
    [found] = answer.context["differences"]
    assert [one.text for one in found.changes if one.kind == "added"] == ["them"]
    assert "&lt;b&gt;<del>you</del><ins>them</ins>" in answer.content.decode()
    assert "<b>" not in answer.content.decode().split('id="version-review"')[1]


def test_review_page_names_rules_and_clauses(world: World, browse: Any) -> None:
    rule_packs_load_shipped(actor=None)
    version = make_template_version(
        world.account, body="Sale!", status="submitted", message_class="marketing"
    )
    answer = browse(world.bob).get(page("templateversion", "change", version.pk))
    assert answer.context["is_blocked"]
    assert "Begin the text with [QC]." in answer.content.decode()
    assert "Decree 91/2020/ND-CP" in answer.content.decode()


def test_history_says_who_and_why(world: World, browse: Any) -> None:
    version = make_template_version(world.account, status="submitted", author=world.alice)
    browse(world.bob).post(button(version, "reject"), {"comment": "Wrong price"})
    rows = browse(world.alice).get(page("templateversion", "change", version.pk))
    latest = rows.context["history_rows"][0]
    assert (latest.who, latest.what, latest.comment) == ("bob", "Rejected", "Wrong price")


def test_review_queue_begins_with_the_longest_waiting(world: World, browse: Any) -> None:
    for name in ("First", "Second"):
        version = version_create(
            template=make_template(world.account, name=name),
            body="Hi",
            slots=[],
            author=world.alice,
        )
        browse(world.alice).post(button(version, "submit"))
    queue = browse(world.bob).get(
        page("templateversion", "changelist"), {"status__exact": "submitted"}
    )
    assert [str(one) for one in queue.context["cl"].result_list] == ["First v1", "Second v1"]


@pytest.mark.parametrize("model", ["template", "templateversion"])
def test_lists_ask_as_much_for_many_as_for_few(
    world: World, browse: Any, model: str, django_assert_max_num_queries: Any
) -> None:
    client = browse(world.alice)
    address = page(model, "changelist")

    def grow(count: int) -> None:
        for _ in range(count):
            make_template_version(world.account, advertiser=make_advertiser(world.account))

    grow(2)
    with django_assert_max_num_queries(30) as few:
        client.get(address)
    grow(8)
    with django_assert_max_num_queries(len(few)):
        assert len(client.get(address).context["cl"].result_list) == 10

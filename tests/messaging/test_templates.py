"""Heads and drafts of templates: who may write them, and what a text must be."""

import unicodedata
from typing import Any

import pytest

from compliance.models import AuditEntry
from config.common import versions
from config.common.errors import ConflictError, DomainError, InvalidError, NotAllowedError
from messaging.constants import VersionStatus
from messaging.models import Template, TemplateVersion
from messaging.services.templates import (
    template_change,
    template_create,
    version_create,
    version_submit,
    version_update,
)
from tests.factories import make_advertiser, make_template, make_template_version
from tests.world import World

pytestmark = pytest.mark.django_db
OTP = "MAX sign-in. Don't share this code with anyone: {code}\r\n+QyYAqib1U4"
CODE = [{"name": "code", "max_length": 8, "example": "529420"}]


def head(world: World, **overrides: Any) -> dict[str, Any]:
    return {
        "account": world.account,
        "advertiser": world.advertiser,
        "name": "Sign-in code",
        "slug": "sign-in",
        "message_class": "otp",
        "language": "en",
        "actor": world.alice,
    } | overrides


def test_marketer_makes_a_template(world: World) -> None:
    template = template_create(**head(world))
    assert template.history.get().history_user == world.alice
    assert AuditEntry.objects.get(action="template.created").account == world.account


@pytest.mark.parametrize("who", ["bob", "charlie", "olga", "ines"])
def test_nobody_else_makes_one(world: World, who: str) -> None:
    with pytest.raises(NotAllowedError):
        template_create(**head(world, actor=getattr(world, who)))
    assert not Template.objects.exists()


def test_short_name_is_unique_in_the_account(world: World) -> None:
    template_create(**head(world))
    with pytest.raises(ConflictError) as caught:
        template_create(**head(world))
    assert (caught.value.code, caught.value.field) == ("slug_taken", "slug")


@pytest.mark.parametrize(
    ("overrides", "field"),
    [
        ({"slug": "Not a slug"}, "slug"),
        ({"name": "  "}, "name"),
        ({"message_class": "advert"}, "message_class"),
    ],
)
def test_bad_head_names_the_field(world: World, overrides: dict[str, str], field: str) -> None:
    with pytest.raises(InvalidError) as caught:
        template_create(**head(world, **overrides))
    assert caught.value.field == field


def test_advertiser_is_of_the_same_account(world: World) -> None:
    with pytest.raises(InvalidError) as caught:
        template_create(**head(world, advertiser=world.other_advertiser))
    assert caught.value.field == "advertiser"


def change(template: Template, world: World, **overrides: Any) -> Template:
    values = {
        "name": template.name,
        "language": template.language,
        "advertiser": template.advertiser,
        "message_class": template.message_class,
        "actor": world.alice,
    } | overrides
    return template_change(template=template, **values)


def test_class_is_free_while_only_drafts_exist(world: World) -> None:
    template = make_template(world.account)
    make_template_version(template=template, status=VersionStatus.DRAFT)
    assert change(template, world, message_class="marketing").message_class == "marketing"


def test_class_and_advertiser_stay_once_a_version_was_submitted(world: World) -> None:
    template = make_template_version(world.account, status=VersionStatus.SUBMITTED).template
    assert change(template, world, name="New name").name == "New name"
    for other in (
        {"message_class": "marketing"},
        {"advertiser": make_advertiser(world.account)},
    ):
        with pytest.raises(NotAllowedError) as caught:
            change(template, world, **other)
        assert caught.value.code == "class_is_reviewed"


def test_draft_gets_the_next_number_its_author_and_plain_newlines(world: World) -> None:
    template = make_template(world.account)
    first = version_create(template=template, body=OTP, slots=CODE, author=world.alice)
    second = version_create(template=template, body=OTP, slots=[], author=world.alice)
    assert (first.number, second.number, first.author) == (1, 2, world.alice)
    assert first.status == VersionStatus.DRAFT
    assert first.body.endswith("{code}\n+QyYAqib1U4")
    assert second.slots == [{"name": "code", "max_length": 40, "example": ""}]
    assert first.history.get().history_user == world.alice


def test_text_is_stored_in_nfc(world: World) -> None:
    body = unicodedata.normalize("NFD", "Mã xác thực của bạn là {code}")
    version = version_create(
        template=make_template(world.account), body=body, slots=CODE, author=world.alice
    )
    assert version.body == unicodedata.normalize("NFC", body)


@pytest.mark.parametrize(
    ("body", "code", "position"),
    [
        ("Code {code", "unclosed_brace", 5),
        ("Code code}", "unopened_brace", 9),
        ("Code {Code}", "bad_slot_name", 5),
        ("a\x00b", "nul", None),
        ("   \n", "empty_text", None),
        ("x" * 1601, "text_too_long", None),
    ],
)
def test_bad_text_is_refused_with_its_place(
    world: World, body: str, code: str, position: int | None
) -> None:
    with pytest.raises(InvalidError) as caught:
        version_create(
            template=make_template(world.account), body=body, slots=[], author=world.alice
        )
    assert (caught.value.code, caught.value.field) == (code, "body")
    assert caught.value.context.get("position") == position
    assert position is None or str(position + 1) in str(caught.value)


@pytest.mark.parametrize(
    ("spec", "code"),
    [
        ({"name": "code", "max_length": 501}, "bad_longest"),
        ({"name": "code", "max_length": -1}, "bad_longest"),
        ({"name": "code", "max_length": "many"}, "bad_slots"),
        ({"name": "code", "max_length": 2, "example": "123"}, "example_too_long"),
        ({"name": "code", "max_length": 2, "example": "\x00"}, "nul"),
        ("code", "bad_slots"),
    ],
)
def test_bad_slots_are_refused(world: World, spec: Any, code: str) -> None:
    with pytest.raises(InvalidError) as caught:
        version_create(
            template=make_template(world.account), body=OTP, slots=[spec], author=world.alice
        )
    assert (caught.value.code, caught.value.field) == (code, "slots")


def test_draft_is_changed_by_any_marketer_of_the_account(world: World) -> None:
    version = make_template_version(world.account, status=VersionStatus.DRAFT)
    changed = version_update(version=version, body="{a}", slots=[], actor=world.alice)
    assert [one["name"] for one in changed.slots] == ["a"]
    assert changed.history.first().history_change_reason == "changed"


@pytest.mark.parametrize("who", ["bob", "charlie", "olga"])
def test_nobody_else_changes_it(world: World, who: str) -> None:
    version = make_template_version(world.account, status=VersionStatus.DRAFT)
    with pytest.raises(NotAllowedError):
        version_update(version=version, body="Hi", slots=[], actor=getattr(world, who))


@pytest.mark.parametrize("status", [one for one in VersionStatus if one != VersionStatus.DRAFT])
def test_only_drafts_are_changed(world: World, status: str) -> None:
    version = make_template_version(world.account, status=status)
    with pytest.raises(ConflictError) as caught:
        version_update(version=version, body="Other", slots=[], actor=world.alice)
    assert caught.value.code == "not_a_draft"


@pytest.mark.parametrize(
    ("body", "slots", "code"),
    [
        ("{code}", [], "example_missing"),
        (
            "x" * 1500 + "{code}",
            [{"name": "code", "max_length": 500, "example": "1"}],
            "too_long",
        ),
    ],
)
def test_incomplete_version_is_not_submitted(
    world: World, body: str, slots: list[Any], code: str
) -> None:
    version = version_create(
        template=make_template(world.account), body=body, slots=slots, author=world.alice
    )
    with pytest.raises(DomainError) as caught:
        version_submit(version=version, actor=world.alice)
    assert caught.value.code == code


def test_writing_a_draft_leaves_queued_messages_alone(world: World) -> None:
    template = make_template(world.account)
    before = versions.current()
    version = version_create(template=template, body=OTP, slots=CODE, author=world.alice)
    version_submit(version=version, actor=world.alice)
    assert versions.current() == before
    TemplateVersion.objects.filter(pk=version.pk).update(status=VersionStatus.APPROVED)
    assert versions.current() == before + 1

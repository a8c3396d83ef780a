"""What a version has to be when it is saved, and when it is handed in."""

from typing import Any

import pytest

from config.common.errors import InvalidError
from messaging.models import TemplateVersion
from messaging.services.templates import version_create, version_submit, version_update
from tests.factories import make_template
from tests.world import World

pytestmark = pytest.mark.django_db
NAME = {"name": "name", "type": "name", "max_length": 20, "example": "Mai"}
CODE = {"name": "code", "type": "code", "max_length": 6, "example": "529420"}


def written(world: World, body: str = "Chào {name}", **fields: Any) -> TemplateVersion:
    return version_create(
        template=make_template(world.account, language="vi"),
        author=world.alice,
        **{"body": body, "slots": [NAME, CODE]} | fields,
    )


def refused(world: World, body: str = "Chào {name}", **fields: Any) -> tuple[str, str | None]:
    with pytest.raises(InvalidError) as caught:
        version_submit(version=written(world, body, **fields), actor=world.alice)
    assert str(caught.value)
    return caught.value.code, caught.value.field


def test_letters_languages_and_format_are_stored(world: World) -> None:
    version = written(
        world,
        "Chào {name},\r\nmã {code}",
        rewriting="unmarked",
        variants=[{"language": " EN_gb ", "body": "Hello\r\n{name}"}],
    )
    assert version.body == "Chào {name},\nmã {code}"
    assert version.rewriting == "unmarked"
    assert version.variants == [{"language": "en-gb", "body": "Hello\n{name}", "rewriting": "none"}]
    assert [one["name"] for one in version.slots] == ["name", "code"]
    assert version_submit(version=version, actor=world.alice).status == "submitted"


def test_update_leaves_what_is_not_named(world: World) -> None:
    version = written(world, rewriting="smart", variants=[{"language": "en", "body": "Hi"}])
    changed = version_update(version=version, body="Xin {name}", slots=[NAME], actor=world.alice)
    assert (changed.body, changed.rewriting, len(changed.variants)) == ("Xin {name}", "smart", 1)
    cleared = version_update(
        version=version, body="Xin", slots=[], variants=[], rewriting="none", actor=world.alice
    )
    assert (cleared.slots, cleared.variants, cleared.rewriting) == ([], [], "none")


@pytest.mark.parametrize(
    ("variant", "code", "field"),
    [
        ("en", "bad_variant", "variants.0"),
        ({"language": "english please", "body": "x"}, "bad_language", "variants.0.language"),
        ({"language": "", "body": "x"}, "bad_language", "variants.0.language"),
        ({"language": "vi", "body": "x"}, "language_twice", "variants.0.language"),
        ({"language": "en", "body": " "}, "empty_text", "variants.0.body"),
        ({"language": "en"}, "empty_text", "variants.0.body"),
        ({"language": "en", "body": "{"}, "unclosed_brace", "variants.0.body"),
        ({"language": "en", "body": "{city}"}, "unknown_slot", "variants.0.body"),
        ({"language": "en", "body": "\ud83d"}, "lone_surrogate", "variants.0.body"),
        (
            {"language": "en", "body": "x", "rewriting": "capital"},
            "bad_rewriting",
            "variants.0.rewriting",
        ),
    ],
)
def test_languages_are_held_to_the_rules(world: World, variant: Any, code: str, field: str) -> None:
    assert refused(world, variants=[variant]) == (code, field)


def test_a_language_stands_once(world: World) -> None:
    twice = [{"language": "en", "body": "Hi"}, {"language": "EN", "body": "Hello"}]
    assert refused(world, variants=twice) == ("language_twice", "variants.1.language")


@pytest.mark.parametrize(
    ("fields", "code", "field"),
    [
        ({"rewriting": "capital"}, "bad_rewriting", "rewriting"),
        ({"message_format": "mms"}, "bad_message_format", "message_format"),
        ({"slots": [NAME | {"type": "number"}]}, "bad_type", "slots"),
        ({"slots": [NAME | {"pattern": "("}]}, "bad_pattern", "slots"),
        ({"slots": [NAME | {"pattern": "[A-Z]+"}]}, "example_pattern", "slots"),
        ({"slots": [NAME | {"example": "a@b"}]}, "example_charset", "slots"),
        ({"slots": [NAME | {"fallback": "x" * 21}]}, "fallback_too_long", "slots"),
        ({"slots": [NAME | {"fallback": "a\nb"}]}, "fallback_newline", "slots"),
        ({"slots": [NAME | {"example": ""}]}, "example_missing", "slots"),
        ({"body": "{name}\u0301"}, "mark_after_slot", "body"),
        ({"body": "{name}\u200b\u0301", "rewriting": "smart"}, "mark_after_slot", "body"),
    ],
)
def test_bad_wordings_are_refused_with_field_and_rule(
    world: World, fields: dict[str, Any], code: str, field: str
) -> None:
    assert refused(world, **fields) == (code, field)


def test_an_example_has_to_fit_in_the_letters_of_every_language(world: World) -> None:
    slots = [NAME | {"example": "Иван"}]
    assert written(world, slots=slots).pk
    plain = [{"language": "en", "body": "Hi {name}", "rewriting": "unmarked"}]
    assert refused(world, slots=slots, variants=plain) == ("example_charset", "slots")


def test_the_guaranteed_worst_case_counts_not_the_example(world: World) -> None:
    text = {"name": "name", "max_length": 500, "example": "Mai"}
    assert refused(world, "x" * 171 + "{name}", slots=[text]) == ("too_long", "body")
    assert written(world, "x" * 170 + "{name}", slots=[text]).pk
    english = [{"language": "en", "body": "x" * 171 + "{name}"}]
    assert refused(world, slots=[text], variants=english) == ("too_long", "variants.0.body")


@pytest.mark.parametrize(
    ("body", "variants", "found"),
    [
        ("Mã: {code}", [], ("format_origin_missing", "body")),
        (
            "Mã: {code}\n@example.com #{code}",
            [{"language": "en", "body": "Code: {code}"}],
            ("format_origin_missing", "variants.0.body"),
        ),
    ],
)
def test_a_format_is_held_in_every_language(
    world: World, body: str, variants: Any, found: tuple[str, str]
) -> None:
    assert refused(world, body, variants=variants, message_format="origin_bound") == found


def test_a_format_that_is_met_is_handed_in(world: World) -> None:
    version = written(world, "Ma: {code}\n+QyYAqib1U4", message_format="sms_retriever")
    assert version_submit(version=version, actor=world.alice).status == "submitted"

"""Making and changing many tables in one migration."""

from typing import Any

import pytest
from django.db import connection, models
from django.db.migrations import AddConstraint, AddField, AddIndex, AlterField, CreateModel
from django.db.migrations.state import ProjectState

from config.common.schema import ChangeModels, CreateModels


def _key() -> tuple[str, Any]:
    return ("id", models.BigAutoField(primary_key=True))


def _reference(to: str) -> Any:
    return models.ForeignKey(to, models.CASCADE, null=True, related_name="+")


# The first refers to the second, and back.
PAIR = CreateModels(
    [
        CreateModel("Left", [_key(), ("right", _reference("config.right"))]),
        CreateModel("Right", [_key(), ("left", _reference("config.left"))]),
    ]
)


def _applied(state: ProjectState) -> ProjectState:
    after = state.clone()
    PAIR.state_forwards("config", after)
    return after


def test_nothing_is_rendered_before_it_is_asked_for():
    state = ProjectState()
    assert state.apps  # what a migration before has rendered
    PAIR.state_forwards("config", state)
    assert "apps" not in vars(state)
    assert {model._meta.model_name for model in state.apps.get_models()} >= {"left", "right"}


@pytest.mark.django_db
def test_models_may_refer_to_each_other_in_any_order():
    before = ProjectState()
    after = _applied(before)
    with connection.schema_editor() as editor:
        PAIR.database_forwards("config", editor, before, after)
    with connection.cursor() as cursor:
        constraints = connection.introspection.get_constraints(cursor, "config_left")
    assert [one["foreign_key"] for one in constraints.values() if one["foreign_key"]] == [
        ("config_right", "id")
    ]
    with connection.schema_editor() as editor:
        PAIR.database_backwards("config", editor, after, before)
    assert not {"config_left", "config_right"} & set(connection.introspection.table_names())


@pytest.mark.django_db
def test_changes_go_from_the_state_before_all_to_the_state_after_all():
    """A table that is made has what is added to it later in the list; an old one gets it."""
    start = ProjectState()
    old = CreateModels([CreateModel("Old", [_key(), ("word", models.CharField(max_length=5))])])
    before = start.clone()
    old.state_forwards("config", before)
    unique = models.UniqueConstraint(fields=["count"], name="new_count_once")
    changes = ChangeModels(
        [
            CreateModel("New", [_key()]),
            AddField("New", "count", models.IntegerField(default=0)),
            AddConstraint("New", unique),
            AddField("Old", "new", _reference("config.new")),
            AlterField("Old", "word", models.CharField(max_length=9)),
            AddIndex("Old", models.Index(fields=["word"], name="old_by_word")),
        ]
    )
    after = before.clone()
    changes.state_forwards("config", after)
    with connection.schema_editor() as editor:
        old.database_forwards("config", editor, start, before)
    with connection.schema_editor() as editor:
        changes.database_forwards("config", editor, before, after)
    with connection.cursor() as cursor:
        made = connection.introspection.get_constraints(cursor, "config_new")
        changed = connection.introspection.get_constraints(cursor, "config_old")
        columns = connection.introspection.get_table_description(cursor, "config_old")
    assert made["new_count_once"]["columns"] == ["count"]
    assert changed["old_by_word"]["columns"] == ["word"]
    assert ("config_new", "id") in [one["foreign_key"] for one in changed.values()]
    assert {one.name: one.display_size for one in columns}["word"] == 9
    with connection.schema_editor() as editor:
        changes.database_backwards("config", editor, after, before)
    assert "config_new" not in connection.introspection.table_names()

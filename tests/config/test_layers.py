"""Relations between models follow the layers: what the import contracts cannot see."""

from collections.abc import Iterator

import pytest
from django.apps import apps
from django.db.models import Field, Model

LAYERS = {"campaigns": 4, "messaging": 3, "routing": 2, "carriers": 1, "compliance": 1}


def relations() -> Iterator[tuple[type[Model], "Field[object, object]", type[Model]]]:
    """Every relation from a model of ours to a model."""
    for model in apps.get_models(include_auto_created=True):
        if model._meta.app_label not in LAYERS:
            continue
        for field in model._meta.get_fields():
            related = getattr(field, "related_model", None)
            if isinstance(field, Field) and isinstance(related, type):
                yield model, field, related


def is_allowed(source: type[Model], target: type[Model]) -> bool:
    """Down, within an app, to people, or to what is not ours; siblings don't know each other."""
    origin, aim = source._meta.app_label, target._meta.app_label
    if aim not in LAYERS or origin == aim or target._meta.label == "compliance.User":
        return True
    return LAYERS[origin] > LAYERS[aim]


def test_foreign_keys_go_down_only() -> None:
    wrong = [
        f"{model._meta.label}.{field.name} → {related._meta.label}"
        for model, field, related in relations()
        if not is_allowed(model, related)
    ]
    assert wrong == []


def test_the_walk_sees_relations() -> None:
    seen = {(model._meta.label, related._meta.label) for model, _field, related in relations()}
    assert ("campaigns.Campaign", "routing.Sender") in seen
    assert ("carriers.HistoricalCarrier", "compliance.User") in seen


@pytest.mark.parametrize(
    ("source", "target", "is_right"),
    [
        ("campaigns.Campaign", "compliance.Account", True),
        ("compliance.Account", "campaigns.Campaign", False),
        ("carriers.Bind", "compliance.Account", False),
        ("compliance.Account", "carriers.Bind", False),
        ("carriers.Bind", "compliance.User", True),
    ],
)
def test_direction_is_judged_by_layers(source: str, target: str, is_right: bool) -> None:
    assert is_allowed(apps.get_model(source), apps.get_model(target)) is is_right

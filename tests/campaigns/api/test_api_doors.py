"""Every address of campaigns, contacts, lists and imports asks for a key first."""

import re

import pytest
from django.test import Client

from campaigns.api.urls import urlpatterns

pytestmark = pytest.mark.django_db


def addresses():
    for one in urlpatterns:
        path = str(one.pattern)
        path = re.sub(r"<int:\w+>", "1", path)
        path = re.sub(r"<uuid:\w+>", "01936b1e-7f00-7000-8000-4d2f6c1f0a11", path)
        path = re.sub(r"<slug:\w+>", "crm", path)
        for method in one.callback.view_class.scopes:
            yield pytest.param(method, f"/api/v1/{path}", id=f"{method} {path}")


@pytest.mark.parametrize(("method", "path"), list(addresses()))
def test_without_a_key_nobody_gets_in(method, path):
    answer = Client().generic(method, path)
    assert answer.status_code == 401
    assert answer["Content-Type"] == "application/problem+json"


def test_every_operation_names_its_scopes():
    for one in urlpatterns:
        view = one.callback.view_class
        if getattr(view, "is_open", False):  # what platforms post is signed
            continue
        methods = {
            name.upper() for name in ("get", "post", "patch", "delete") if hasattr(view, name)
        }
        assert methods == set(view.scopes), view
        assert all(view.scopes.values()), view

"""Every address of campaigns, contacts, lists and imports asks for a key first."""

import pytest
from django.test import Client

from campaigns.api.urls import urlpatterns

pytestmark = pytest.mark.django_db


def addresses():
    for one in urlpatterns:
        path = str(one.pattern)
        for name in ("campaign_id", "contact_id", "list_id", "import_id"):
            path = path.replace(f"<int:{name}>", "1")
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
        methods = {
            name.upper() for name in ("get", "post", "patch", "delete") if hasattr(view, name)
        }
        assert methods == set(view.scopes), view
        assert all(view.scopes.values()), view

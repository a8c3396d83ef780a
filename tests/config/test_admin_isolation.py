"""No page of the console shows one account's things to people of another (invariant 9).

Walks every address the resolver knows. A new page is walked by itself when its name begins
with its model's and it takes no argument or the object's key; any other page must be added
here, otherwise `test_every_page_is_known` fails.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db.models import ForeignKey, Model
from django.forms import ModelChoiceField
from django.test import Client, RequestFactory
from django.urls import reverse
from pytest_django import DjangoDbBlocker

from compliance.access import PERMISSIONS, account_path, permission_of
from compliance.constants import ACCOUNT_ROLES, Role
from compliance.models import Account, User
from compliance.services.access import role_grant
from tests.config.everything import Things, make_everything
from tests.config.walk import Page, console_pages, page_name, registered
from tests.factories import make_account, make_user
from tests.recording import Recording, record

pytestmark = pytest.mark.django_db

MINE, THEIRS = "AAmineAA", "ZZtheirsZZ"
SEARCH = "ZZtheirs"  # finds the marker, and is not it where a page repeats what was searched
MODELS = {model._meta.label_lower: model for model in registered()}
SCOPED = sorted(label for label in MODELS if account_path(label) is not None)
PLATFORM = sorted(set(MODELS) - set(SCOPED))
SITE_PAGES = {
    "index",
    "login",
    "logout",
    "password_change",
    "password_change_done",
    "autocomplete",
    "jsi18n",
    "view_on_site",
    "app_list",
    "search",
    "(?P<url>.*)$",  # Django's page for addresses nobody knows
    "<path:object_id>/",  # redirects to the change page
    "auth_user_password_change",
}
DENIED = {302, 403, 404, 405}


@dataclass(frozen=True, slots=True)
class Scene:
    """Two accounts with one of everything, a stranger to theirs, and one with mixed roles."""

    mine: Things
    theirs: Things
    stranger: User
    mixed: User


@pytest.fixture(scope="module")
def _scene(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Recording[Scene]:
    with django_db_blocker.unblock():
        return record(_make_scene)


@pytest.fixture
def scene(db: None, _scene: Recording[Scene]) -> Scene:
    """Of every page the same two accounts."""
    return _scene.play()


def _make_scene() -> Scene:
    """The stranger holds every role on our account; the mixed person is marketer of ours and
    integrator of theirs."""
    own, other = make_account(name=f"{MINE} account"), make_account(name=f"{THEIRS} account")
    stranger, mixed = make_user("stranger"), make_user("mixed")
    for role in ACCOUNT_ROLES:
        role_grant(user=stranger, role=role, account=own, actor=None)
    role_grant(user=mixed, role=Role.MARKETER, account=own, actor=None)
    role_grant(user=mixed, role=Role.INTEGRATOR, account=other, actor=None)
    mine = make_everything(own, MINE, make_user(f"{MINE}-author"))
    theirs = make_everything(other, THEIRS, make_user(f"{THEIRS}-author"))
    return Scene(mine, theirs, stranger, mixed)


def content(response: Any) -> str:
    """The whole answer, also where it is streamed."""
    if response.streaming:
        return b"".join(response.streaming_content).decode()
    return str(response.content.decode()) + str(response.headers.get("Location", ""))


def pages_of(label: str, arguments: int) -> list[Page]:
    """Pages of a model that take so many arguments."""
    prefix = label.replace(".", "_") + "_"
    return [
        page
        for page in console_pages()
        if page.name.startswith(prefix) and page.arguments == arguments
    ]


def object_addresses(label: str, obj: Model) -> Iterator[str]:
    """Every page about an object, with its old versions."""
    for page in pages_of(label, 1):
        yield reverse(f"admin:{page.name}", args=[obj.pk])
    history = getattr(type(obj), "history", None)
    if history is not None:
        for version in history.filter(id=obj.pk):
            yield reverse(
                f"admin:{page_name(type(obj), 'simple_history')}", args=[obj.pk, version.pk]
            )


def list_addresses(label: str, theirs: Things) -> Iterator[str]:
    """Every page without an object: lists plain, searched, filtered, and prefilled forms."""
    model = MODELS[label]
    relations = [field for field in model._meta.get_fields() if isinstance(field, ForeignKey)]
    prefill = {
        field.name: theirs[field.related_model._meta.label_lower].pk
        for field in relations
        if field.related_model._meta.label_lower in theirs
    }
    query = "&".join(f"{name}={value}" for name, value in prefill.items())
    for page in pages_of(label, 0):
        address = reverse(f"admin:{page.name}")
        yield address
        if page.name.endswith("_add"):
            yield f"{address}?{query}"
        else:
            yield f"{address}?q={SEARCH}"
            yield from (f"{address}?{name}__id__exact={pk}" for name, pk in prefill.items())


def sees(user: User, label: str, account: Account) -> bool:
    """Whether a role of the person on that account shows things of this model."""
    roles = [role for role in Role if user.has_perm(f"compliance.act_as_{role}", account)]
    return any(
        permission_of(label, "view") in PERMISSIONS[role] for role in roles if role in ACCOUNT_ROLES
    )


def test_every_page_is_known() -> None:
    prefixes = tuple(label.replace(".", "_") + "_" for label in MODELS)
    unknown = [
        page.name
        for page in console_pages()
        if page.name not in SITE_PAGES
        and not (page.name.startswith(prefixes) and page.arguments <= 1)
        and not (page.name.endswith("_simple_history") and page.arguments == 2)
    ]
    assert unknown == [], "teach this module to walk these pages"


def test_every_scoped_model_is_in_the_scene(scene: Scene) -> None:
    assert set(SCOPED) <= set(scene.theirs), "make one in tests/config/everything.py"


def test_the_markers_are_really_shown_to_those_who_may(scene: Scene, browse: Any) -> None:
    """Otherwise the walk below would prove nothing."""
    client = browse(scene.stranger)
    for label in SCOPED:
        if sees(scene.stranger, label, scene.mine["compliance.account"]):  # type: ignore[arg-type]
            answer = client.get(
                reverse(f"admin:{page_name(MODELS[label], 'change')}", args=[scene.mine[label].pk])
            )
            assert answer.status_code == 200, label
            assert MINE in content(answer), label


@pytest.mark.parametrize("label", SCOPED)
def test_a_stranger_sees_nothing_of_theirs(scene: Scene, browse: Any, label: str) -> None:
    client = browse(scene.stranger)
    obj = scene.theirs[label]
    for address in object_addresses(label, obj):
        for answer in (client.get(address), client.post(address, {"post": "yes"})):
            assert answer.status_code in DENIED, address
            assert THEIRS not in content(answer), address
    for address in list_addresses(label, scene.theirs):
        answer = client.get(address)
        assert answer.status_code in DENIED | {200}, address
        assert THEIRS not in content(answer), address
    assert type(obj)._default_manager.filter(pk=obj.pk).exists()


@pytest.mark.parametrize("label", SCOPED)
def test_mixed_roles_do_not_mix(scene: Scene, browse: Any, label: str) -> None:
    theirs: Any = scene.theirs["compliance.account"]
    may_see = sees(scene.mixed, label, theirs)
    client = browse(scene.mixed)
    obj = scene.theirs[label]
    change = reverse(f"admin:{page_name(MODELS[label], 'change')}", args=[obj.pk])
    assert (client.get(change).status_code == 200) is may_see
    if may_see:
        return
    for address in object_addresses(label, obj):
        answer = client.get(address)
        assert answer.status_code in DENIED, address
        assert THEIRS not in content(answer), address
    for address in list_addresses(label, scene.theirs):
        assert THEIRS not in content(client.get(address)), address


@pytest.mark.parametrize("label", SCOPED)
def test_bulk_actions_leave_theirs_alone(scene: Scene, browse: Any, label: str) -> None:
    model, obj = MODELS[label], scene.theirs[label]
    model_admin = registered()[model]
    client = browse(scene.stranger)
    before = model._default_manager.filter(pk=obj.pk).values().get()
    for name in (
        model_admin._get_base_actions() if hasattr(model_admin, "_get_base_actions") else ()
    ):
        data = {"action": name[1], "_selected_action": [str(obj.pk)], "post": "yes", "index": 0}
        answer = client.post(reverse(f"admin:{page_name(model, 'changelist')}"), data)
        assert THEIRS not in content(answer), name[1]
    assert model._default_manager.filter(pk=obj.pk).values().get() == before


@pytest.mark.parametrize("label", SCOPED)
def test_forms_offer_nothing_of_theirs(scene: Scene, rf: RequestFactory, label: str) -> None:
    model_admin = registered()[MODELS[label]]
    request = rf.get("/")
    theirs = scene.theirs["compliance.account"]
    for user in (scene.stranger, scene.mixed):
        request.user = User.objects.get(pk=user.pk)
        if request.user.has_perm(permission_of(label, "add"), theirs):
            continue
        if not model_admin.has_add_permission(request):
            continue
        for name, field in model_admin.get_form(request).base_fields.items():
            offered = offers(field, scene.theirs)
            assert not offered, f"{label}.{name} offers {offered} to {user.username}"


def offers(field: Any, things: Things) -> list[Model]:
    """Those of the things that a field lets one choose."""
    if not isinstance(field, ModelChoiceField):
        return []
    rows: Any = field.queryset
    same = [one.pk for one in things.values() if isinstance(one, rows.model)]
    return list(rows.filter(pk__in=same))


def autocompletes() -> list[tuple[str, str]]:
    """Every relation of a model with pages to a model with pages."""
    return sorted(
        (label, field.name)
        for label, model in MODELS.items()
        for field in model._meta.get_fields()
        if isinstance(field, ForeignKey) and field.related_model in registered()
    )


@pytest.mark.parametrize(("label", "field"), autocompletes())
def test_autocompletes_offer_nothing_of_theirs(
    scene: Scene, browse: Any, label: str, field: str
) -> None:
    app, model = label.split(".")
    query = {"app_label": app, "model_name": model, "field_name": field}
    client = browse(scene.stranger)
    for term in ("", SEARCH):
        answer = client.get(reverse("admin:autocomplete"), {**query, "term": term})
        assert answer.status_code in {200, 403, 404}
        assert THEIRS not in content(answer)


def test_pages_of_the_site_show_nothing_of_theirs(scene: Scene, browse: Any) -> None:
    client = browse(scene.stranger)
    addresses = [
        reverse("admin:index"),
        reverse("admin:search") + f"?s={SEARCH}&extended=1",
        reverse("admin:jsi18n"),
        reverse("admin:password_change"),
        *(
            reverse("admin:app_list", args=[app])
            for app in {label.split(".")[0] for label in MODELS}
        ),
        *(
            reverse("admin:view_on_site", args=[ContentType.objects.get_for_model(one).pk, one.pk])
            for one in scene.theirs.values()
        ),
    ]
    for address in addresses:
        assert THEIRS not in content(client.get(address)), address


@pytest.mark.parametrize("label", PLATFORM)
def test_accounts_people_do_not_reach_the_platforms_pages(
    scene: Scene, browse: Any, label: str
) -> None:
    may_see = scene.stranger.has_perm(permission_of(label, "view"))
    client = browse(scene.stranger)
    for page in pages_of(label, 0):
        answer = client.get(reverse(f"admin:{page.name}"))
        expected = {200} if may_see and page.name.endswith("_changelist") else DENIED
        assert answer.status_code in expected, page.name
    for page in pages_of(label, 1):
        if not may_see:
            answer = client.get(reverse(f"admin:{page.name}", args=[1]))
            assert answer.status_code in DENIED, page.name


def test_operators_see_no_text_of_accounts(scene: Scene, world: Any, browse: Any) -> None:
    """They may see traffic, but not what was written in it (texts end like these)."""
    client: Client = browse(world.olga)
    written = [f"{THEIRS} {word}" for word in ("message", "reply", "text")]
    for label in ("messaging.message", "messaging.inboundmessage", "messaging.templateversion"):
        addresses = [
            *object_addresses(label, scene.theirs[label]),
            *list_addresses(label, scene.theirs),
        ]
        for address in addresses:
            shown = content(client.get(address))
            assert not any(text in shown for text in written), address


def test_nobody_signed_in_reaches_nothing(scene: Scene, client: Client) -> None:
    for label in SCOPED:
        for address in object_addresses(label, scene.theirs[label]):
            answer = client.get(address)
            assert answer.status_code == 302, address
            assert "/admin/login/" in answer["Location"], address

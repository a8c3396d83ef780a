"""Which roles a person has, and so which accounts a permission reaches: one query per request."""

from dataclasses import dataclass
from typing import Any, TypeVar

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ObjectDoesNotExist
from django.db.models import CharField, Model, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Cast
from guardian.models import UserObjectPermission

from compliance.access import (
    ACCOUNT_ROLE_NAMES,
    PERMISSIONS,
    PLATFORM_ROLE_NAMES,
    SHARED_MODELS,
    account_path,
    permission_of,
    roles_granting,
)
from compliance.models import Account, User

PREFIX = "act_as_"
_CACHE = "_signalbox_access"
AnyUser = User | AnonymousUser
Rows = TypeVar("Rows", bound=QuerySet[Any])


@dataclass(frozen=True, slots=True)
class Access:
    """A person's roles: (role, account id) with None for the platform; zone of the account."""

    roles: frozenset[tuple[str, int | None]]
    zone: str | None

    def platform(self) -> frozenset[str]:
        """Roles on the platform."""
        return frozenset(role for role, account_id in self.roles if account_id is None)

    def accounts(self, roles: frozenset[str]) -> frozenset[int]:
        """Accounts on which one of the roles is held."""
        return frozenset(
            account_id
            for role, account_id in self.roles
            if account_id is not None and role in roles
        )


NOBODY = Access(frozenset(), None)


def access_of(user: AnyUser) -> Access:
    """The person's roles, read once per user object (so once per request)."""
    if not isinstance(user, User) or not user.is_active:
        return NOBODY
    cached = getattr(user, _CACHE, None)
    if cached is None:
        cached = _read(user)
        setattr(user, _CACHE, cached)
    return cached


def forget(user: User) -> None:
    """Drop what `access_of` remembers, after a role was given or taken."""
    if hasattr(user, _CACHE):
        delattr(user, _CACHE)


def _read(user: User) -> Access:
    zone = Account.objects.annotate(key=Cast("pk", CharField())).filter(key=OuterRef("object_pk"))
    rows = (
        UserObjectPermission.objects.filter(
            user_id=user.pk,
            permission__codename__startswith=PREFIX,
            permission__content_type__app_label="compliance",
        )
        .annotate(zone=Subquery(zone.values("timezone")[:1]))
        .values_list("permission__codename", "object_pk", "zone")
    )
    roles: set[tuple[str, int | None]] = set()
    zones: dict[int, str] = {}
    for codename, object_pk, name in rows:
        role = codename.removeprefix(PREFIX)
        if role in PLATFORM_ROLE_NAMES:
            roles.add((role, None))
        elif role in ACCOUNT_ROLE_NAMES:
            roles.add((role, int(object_pk)))
            zones[int(object_pk)] = name
    return Access(frozenset(roles), zones[min(zones)] if zones else None)


def accounts_for(user: AnyUser, *roles: str) -> frozenset[int]:
    """Accounts on which the person has one of the roles (any role when none is named)."""
    return access_of(user).accounts(frozenset(roles) or ACCOUNT_ROLE_NAMES)


def platform_roles(user: AnyUser) -> frozenset[str]:
    """The person's roles on the platform."""
    return access_of(user).platform()


def has_role(user: AnyUser, role: str, account_id: int | None = None) -> bool:
    """Whether the person has the role: on this account, or, with None, anywhere."""
    access = access_of(user)
    if account_id is None or role in PLATFORM_ROLE_NAMES:
        return any(role == held for held, _ in access.roles)
    return (role, account_id) in access.roles


def zone_of(user: AnyUser) -> str | None:
    """The time zone of the person's first account; None where there is none."""
    return access_of(user).zone


def permitted_accounts(user: AnyUser, permission: str) -> frozenset[int] | None:
    """The accounts on which `app.action_model` is allowed; None means: on every account."""
    if user.is_superuser and user.is_active:
        return None
    roles = roles_granting(permission)
    access = access_of(user)
    return None if roles & access.platform() else access.accounts(roles)


def permissions_of(user: AnyUser) -> frozenset[str]:
    """Everything some role of the person allows somewhere."""
    return frozenset().union(*(PERMISSIONS[role] for role, _ in access_of(user).roles))


def people_of(account_id: int, permission: str) -> QuerySet[User]:
    """The active people who may do `app.action_model` by a role on the account."""
    names = [f"{PREFIX}{role}" for role in roles_granting(permission) & ACCOUNT_ROLE_NAMES]
    holders = UserObjectPermission.objects.filter(
        object_pk=str(account_id),
        permission__codename__in=names,
        permission__content_type__app_label="compliance",
    )
    return User.objects.filter(is_active=True, pk__in=holders.values("user_id")).order_by(
        "username"
    )


def account_id_of(obj: Model) -> int | None:
    """The account an object belongs to; None for what belongs to the platform.

    An object without its relation set yet (an unsaved one) has no account either.
    """
    path = account_path(obj._meta.label_lower)
    if path is None:
        return None
    if path == "":
        return None if obj.pk is None else int(obj.pk)
    *steps, last = path.split("__")
    found: Any = obj
    try:
        for step in steps:
            found = getattr(found, step, None)
    except ObjectDoesNotExist:  # an old version of an object whose parent is gone
        return None
    account_id: int | None = getattr(found, f"{last}_id", None)
    return account_id


def may(user: AnyUser, permission: str, obj: Model) -> bool:
    """Whether the person's role in the object's account, or on the platform, allows it.

    What belongs to the platform (rule packs) may be seen with a role on any account, as may
    the rows without an account of models that both have.
    """
    accounts = permitted_accounts(user, permission)
    if accounts is None:
        return True
    label = obj._meta.label_lower
    if account_path(label) is None:
        return bool(accounts)
    account_id = account_id_of(obj)
    if account_id is None and label in SHARED_MODELS and obj.pk is not None:
        return bool(accounts) and permission == permission_of(label, "view")
    return account_id in accounts


def limited(queryset: Rows, accounts: frozenset[int] | None) -> Rows:
    """Rows of these accounts; None leaves all. What belongs to the platform is not limited."""
    path = account_path(queryset.model._meta.label_lower)
    if accounts is None or path is None:
        return queryset
    return queryset.filter(**{f"{path or 'pk'}__in": accounts})


def visible(queryset: Rows, user: AnyUser) -> Rows:
    """The rows that some role of the person may view."""
    permission = permission_of(queryset.model._meta.label_lower, "view")
    accounts = permitted_accounts(user, permission)
    if accounts is not None and not accounts:
        return queryset.none()
    if accounts is not None and queryset.model._meta.label_lower in SHARED_MODELS:
        return queryset.filter(Q(account__in=accounts) | Q(account=None))
    return limited(queryset, accounts)


def related_choices(queryset: Rows, user: AnyUser, permission: str) -> Rows:
    """What may be chosen for a relation of an object on which `permission` is needed:
    the accounts where it is held, or visible things of those accounts."""
    accounts = permitted_accounts(user, permission)
    if queryset.model is Account:
        return limited(queryset, accounts)
    return limited(visible(queryset, user), accounts)

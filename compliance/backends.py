"""Permissions from roles: every check asks the role in the object's account."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.db.models import Model

from compliance.models import Account
from compliance.selectors.access import PREFIX, has_role, may, permissions_of


class RoleBackend(ModelBackend):
    """Django's sign-in with the roles of `compliance.access` as the only permissions.

    Without an object the answer is "some role anywhere allows it", which menus ask; with
    one it is the role held in that object's account, or on the platform.
    """

    def has_perm(self, user_obj: Any, perm: str, obj: Model | None = None) -> bool:
        """`app.action_model`, or a role as `act_as_<role>` on an account or the platform."""
        if not user_obj.is_active or user_obj.is_anonymous:
            return False
        _, _, codename = perm.rpartition(".")
        if codename.startswith(PREFIX):
            account_id = obj.pk if isinstance(obj, Account) else None
            return has_role(user_obj, codename.removeprefix(PREFIX), account_id)
        if obj is None:
            return perm in permissions_of(user_obj)
        return may(user_obj, perm, obj)

    def has_module_perms(self, user_obj: Any, app_label: str) -> bool:
        """Whether some role anywhere allows something of the app."""
        return any(perm.startswith(f"{app_label}.") for perm in permissions_of(user_obj))

    def get_user_permissions(self, user_obj: Any, obj: Model | None = None) -> set[str]:
        """Everything allowed: anywhere, or on this object."""
        permissions = permissions_of(user_obj)
        if obj is None:
            return set(permissions)
        return {perm for perm in permissions if may(user_obj, perm, obj)}

    def get_group_permissions(self, user_obj: Any, obj: Model | None = None) -> set[str]:
        """Groups carry no roles."""
        return set()

    def get_all_permissions(self, user_obj: Any, obj: Model | None = None) -> set[str]:
        """Uncached: roles are cached on the person, and may change within a request."""
        return self.get_user_permissions(user_obj, obj)

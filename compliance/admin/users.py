from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.http import HttpRequest
from django.utils.functional import lazy
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from guardian.models import UserObjectPermission
from unfold.decorators import display
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminSelect2MultipleWidget,
)

from compliance.admin.number_form import country_cleaned
from compliance.constants import ACCOUNT_ROLES, PLATFORM_ROLES, Role
from compliance.models import Account, User
from compliance.scoping import PlatformScopedAdmin, ScopedForm
from compliance.selectors.access import PREFIX, access_of
from compliance.services.access import roles_set
from config.common.console.actors import actor_of
from config.common.console.labels import coloured

_ON_ACCOUNTS = {
    Role.MARKETER: _("Contacts, lists, imports and campaigns; drafts of templates."),
    Role.OFFICER: _("Approves templates, records consent, lifts suppressions."),
    Role.INTEGRATOR: _("API keys and webhooks."),
}


def _role_of(role: Role) -> str:
    return gettext("%(role)s of") % {"role": role.label}


# Filled in when it is read: a filled lazy text would keep the language of the start.
_label = lazy(_role_of, str)


def _accounts_field(role: Role) -> forms.ModelMultipleChoiceField:
    return forms.ModelMultipleChoiceField(
        queryset=Account.objects.all(),
        required=False,
        label=_label(role),
        help_text=_ON_ACCOUNTS[role],
        widget=UnfoldAdminSelect2MultipleWidget,
    )


class UserForm(ScopedForm, UserChangeForm):
    """A person with the roles: per role the accounts, and those on the platform."""

    marketer = _accounts_field(Role.MARKETER)
    officer = _accounts_field(Role.OFFICER)
    integrator = _accounts_field(Role.INTEGRATOR)
    platform_roles = forms.MultipleChoiceField(
        choices=[(role.value, role.label) for role in PLATFORM_ROLES],
        required=False,
        label=_("On the platform"),
        help_text=_("Operators look after carriers and routes; administrators after accounts."),
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        access = access_of(self.instance)
        for role in ACCOUNT_ROLES:
            held = access.accounts(frozenset({role.value}))
            self.fields[role.value].initial = sorted(held)
        self.fields["platform_roles"].initial = sorted(access.platform())

    def clean_country(self) -> str:
        """Two capitals, or nothing."""
        return country_cleaned(self.cleaned_data["country"])

    def roles(self) -> set[tuple[str, int | None]]:
        """What was chosen, as (role, account id)."""
        chosen: set[tuple[str, int | None]] = {
            (role, None) for role in self.cleaned_data["platform_roles"]
        }
        for role in ACCOUNT_ROLES:
            chosen |= {(role.value, account.pk) for account in self.cleaned_data[role.value]}
        return chosen


@admin.register(User)
class UserAdmin(DjangoUserAdmin, PlatformScopedAdmin):  # type: ignore[misc]  # two ModelAdmins
    form = UserForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ("username", "full_name", "roles_text", "language", "state", "last_login")
    list_filter = ("is_active", "language")
    list_select_related = ()
    search_fields = ("username", "first_name", "last_name", "email")
    readonly_fields = ("last_login", "date_joined")
    autocomplete_fields = ()
    filter_horizontal = ()
    ordering = ("username",)
    fieldsets = (
        (None, {"fields": (("username", "language"), "password")}),
        (_("Person"), {"fields": (("first_name", "last_name"), ("email", "country"))}),
        (
            _("Roles"),
            {
                "fields": ("marketer", "officer", "integrator", "platform_roles"),
                "description": _(
                    "What a person may do is decided by the roles on each account alone."
                    " Every change is written to the audit log."
                ),
            },
        ),
        (
            _("Sign-in"),
            {
                "fields": ("is_active", ("last_login", "date_joined")),
                "description": _("People who leave are made inactive; their traces stay."),
            },
        ),
    )
    add_fieldsets = (
        (
            None,
            {
                "fields": ("username", "language", "usable_password", "password1", "password2"),
                "description": _("Roles are chosen on the next page."),
            },
        ),
    )

    @display(description=_("name"))
    def full_name(self, obj: User) -> str:
        return obj.get_full_name()

    @coloured(_("state"), {"active": "success", "inactive": "danger"})
    def state(self, obj: User) -> tuple[str, Any]:
        return ("active", _("Active")) if obj.is_active else ("inactive", _("Inactive"))

    @display(description=_("roles"))
    def roles_text(self, obj: User) -> SafeString | str:
        lines = self.roles_by_user.get(obj.pk, [])
        return format_html_join("", "<div>{}</div>", ((line,) for line in lines)) or "–"

    def get_queryset(self, request: HttpRequest) -> Any:
        self.roles_by_user = _Roles()
        return super().get_queryset(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Who may everything is changed only by such a person."""
        if isinstance(obj, User) and obj.is_superuser and not request.user.is_superuser:
            return False
        return super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """People leave traces in facts that nobody may change, so they are made inactive."""
        return False

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        if not change:
            obj.is_staff = True
        super().save_model(request, obj, form, change)
        if change:
            roles_set(user=obj, roles=form.roles(), actor=actor_of(request))


class _Roles:
    """Roles of everybody, read once when the first row of a list asks for them."""

    def __init__(self) -> None:
        self._lines: dict[int, list[str]] | None = None

    def get(self, user_id: int, default: list[str]) -> list[str]:
        """One line per role of the person."""
        if self._lines is None:
            self._lines = self._read()
        return self._lines.get(user_id, default)

    def _read(self) -> dict[int, list[str]]:
        names = {str(pk): name for pk, name in Account.objects.values_list("pk", "name")}
        rows = UserObjectPermission.objects.filter(
            permission__codename__startswith=PREFIX
        ).values_list("user_id", "permission__codename", "object_pk")
        lines: dict[int, list[str]] = {}
        for user_id, codename, object_pk in rows:
            role = Role(codename.removeprefix(PREFIX))
            where = "" if role in PLATFORM_ROLES else f" · {names.get(object_pk, '?')}"
            lines.setdefault(user_id, []).append(f"{role.label}{where}")
        return {user_id: sorted(found) for user_id, found in lines.items()}

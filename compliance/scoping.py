"""Admin pages of accounts: a person sees and touches only what a role allows there.

`AccountScopedAdmin` is for what belongs to an account; `PlatformScopedAdmin`, for what
belongs to the platform, is the one of `config.common.console.pages`. Both ask
`compliance.backends.RoleBackend`. Errors of services (`DomainError`) raised while saving are
shown in the form.
"""

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.forms import HiddenInput
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import StackedInline, TabularInline

from compliance.access import account_path
from compliance.models import Account
from compliance.selectors.access import (
    account_id_of,
    permitted_accounts,
    related_choices,
    visible,
)
from config.common.console.forms import ServiceForm
from config.common.console.pages import InlineMixin, PlatformScopedAdmin, ReadOnlyMixin, Relations

__all__ = [
    "AccountScopedAdmin",
    "OwnOrEverybodysMixin",
    "PlatformScopedAdmin",
    "ReadOnlyMixin",
    "ScopedForm",
    "ScopedStackedInline",
    "ScopedTabularInline",
]


class ScopedForm(ServiceForm):
    """Refuses to join objects of two accounts."""

    def clean(self) -> dict[str, Any] | None:
        """Every object chosen belongs to the account of this one."""
        cleaned = super().clean()
        chosen = self.cleaned_data.get("account")
        own = chosen.pk if chosen is not None else account_id_of(self.instance)
        for name, value in list(self.cleaned_data.items()):
            if own is not None and _account_of(value) not in (None, own):
                self.add_error(name, ValidationError(_("Choose one of the same account.")))
        return cleaned


def _account_of(value: object) -> int | None:
    return account_id_of(value) if isinstance(value, Model) else None


class AccountRelations(Relations):
    """Relations offer only what the person may use in the accounts at hand."""

    def choices_to_edit(self, rows: Any, request: HttpRequest) -> Any:
        """Visible things of accounts where this may be written."""
        return related_choices(rows, request.user, self.editing(request))

    def choices_to_see(self, rows: Any, request: HttpRequest) -> Any:
        """Visible things of accounts where this may be read."""
        return related_choices(rows, request.user, self.permission("view"))

    def editing(self, request: HttpRequest) -> str:
        """The permission that decides where things of this model may be written."""
        add = self.permission("add")
        return add if request.user.has_perm(add) else self.permission("change")

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """The account is preset and out of sight when there is only one to choose."""
        if db_field.remote_field.model is Account and not db_field.null:
            accounts = permitted_accounts(request.user, self.editing(request))
            if accounts is not None and len(accounts) == 1:
                kwargs |= {"initial": next(iter(accounts)), "widget": HiddenInput()}
        return super().formfield_for_foreignkey(db_field, request, **kwargs)  # type: ignore[misc]


class ScopedTabularInline(AccountRelations, InlineMixin, TabularInline):
    """A table of rows inside a page of an account's thing."""


class ScopedStackedInline(AccountRelations, InlineMixin, StackedInline):
    """Forms of rows inside a page of an account's thing."""


class OwnOrEverybodysMixin:
    """For models whose rows without an account hold for every account: officers choose among
    their accounts, and only administrators may leave it empty. Put it before the page's class."""

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """The account is asked for, and out of sight when there is only one to choose."""
        page: Any = self
        accounts = permitted_accounts(request.user, page.permission("add"))
        if db_field.name == "account" and accounts is not None:
            kwargs["required"] = True
            if len(accounts) == 1:
                kwargs |= {"initial": next(iter(accounts)), "widget": HiddenInput()}
        return super().formfield_for_foreignkey(db_field, request, **kwargs)  # type: ignore[misc]


class AccountScopedAdmin(AccountRelations, PlatformScopedAdmin):
    """Pages about an account's things: only of accounts where the person's role allows it.

    The account is chosen once: it is not changed afterwards, and out of sight for people
    with a single account.
    """

    form = ScopedForm

    def account_noted(self, obj: Model) -> int | None:
        """The object's account."""
        return account_id_of(obj)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Only what a role of the person may view."""
        return visible(super().get_queryset(request), request.user)

    def _has_one_account(self, request: HttpRequest) -> bool:
        accounts = permitted_accounts(request.user, self.permission("view"))
        return accounts is not None and len(accounts) == 1

    def _is_noise(self, request: HttpRequest, name: object) -> bool:
        return name == "account" and self._has_one_account(request)

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        """Without the account's column where all rows are of one."""
        columns = super().get_list_display(request)
        return [one for one in columns if not self._is_noise(request, one)]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """The account of an existing object stays."""
        fields = list(super().get_readonly_fields(request, obj))
        if obj is not None and account_path(self.opts.label_lower) == "account":
            fields += [] if "account" in fields else ["account"]
        return fields

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """Without the account on existing objects where there is only one."""
        fieldsets = super().get_fieldsets(request, obj)
        if obj is None or not self._has_one_account(request):
            return list(fieldsets)
        return [
            (title, {**options, "fields": _without(options["fields"], "account")})
            for title, options in fieldsets
        ]


def _without(fields: Any, name: str) -> list[Any]:
    kept = [
        tuple(one for one in field if one != name) if isinstance(field, (tuple, list)) else field
        for field in fields
        if field != name
    ]
    return [field for field in kept if field != ()]

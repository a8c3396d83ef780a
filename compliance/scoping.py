"""The base of every admin page: a person sees and touches only what a role allows there.

`AccountScopedAdmin` is for what belongs to an account, `PlatformScopedAdmin` for what
belongs to the platform; both ask `compliance.backends.RoleBackend`. Errors of services
(`DomainError`) raised while saving are shown in the form.
"""

from typing import Any

from django.contrib.admin import FieldListFilter, RelatedFieldListFilter
from django.core.exceptions import FieldDoesNotExist, PermissionDenied
from django.db import transaction
from django.db.models import Field, ForeignKey, Model, QuerySet
from django.forms import HiddenInput
from django.http import HttpRequest, HttpResponse
from simple_history.admin import SimpleHistoryAdmin
from unfold.admin import ModelAdmin, StackedInline, TabularInline

from compliance.access import account_path, permission_of
from compliance.models import Account
from compliance.scoped_parts import PENDING_ERROR, BoundedPaginator, ScopedForm, scoped_filter
from compliance.selectors.access import permitted_accounts, related_choices, visible
from config.common.errors import DomainError


class ScopedRelations:
    """Relations offer only what the person may use there."""

    def get_field_queryset(self, db: Any, db_field: Any, request: HttpRequest) -> Any:
        """The choices of a foreign key, limited to the accounts where this may be edited."""
        queryset = super().get_field_queryset(db, db_field, request)  # type: ignore[misc]
        if queryset is None:
            queryset = db_field.remote_field.model._default_manager.using(db)
        return related_choices(queryset.all(), request.user, self.editing(request))

    def editing(self, request: HttpRequest) -> str:
        """The permission that decides where things of this model may be written."""
        label = self.opts.label_lower  # type: ignore[attr-defined]
        add = permission_of(label, "add")
        return add if request.user.has_perm(add) else permission_of(label, "change")

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """The account is preset and out of sight when there is only one to choose."""
        if db_field.remote_field.model is Account and not db_field.null:
            accounts = permitted_accounts(request.user, self.editing(request))
            if accounts is not None and len(accounts) == 1:
                kwargs |= {"initial": next(iter(accounts)), "widget": HiddenInput()}
        return super().formfield_for_foreignkey(db_field, request, **kwargs)  # type: ignore[misc]


class ScopedInlineMixin(ScopedRelations):
    """Rows inside a page: the role in the page's account decides about them."""

    extra = 0

    def _may(self, request: HttpRequest, action: str, parent: Model | None) -> bool:
        permission = permission_of(self.opts.label_lower, action)  # type: ignore[attr-defined]
        return bool(request.user.has_perm(permission, parent))

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self._may(request, "view", obj)

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self._may(request, "add", obj)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self._may(request, "change", obj)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self._may(request, "delete", obj)


class ScopedTabularInline(ScopedInlineMixin, TabularInline):
    """A table of rows inside a page."""


class ScopedStackedInline(ScopedInlineMixin, StackedInline):
    """Forms of rows inside a page."""


class ScopedAdmin(ScopedRelations, SimpleHistoryAdmin, ModelAdmin):
    """What both kinds of pages share; use one of the two classes below."""

    form = ScopedForm
    paginator = BoundedPaginator
    show_full_result_count = False
    list_per_page = 50
    list_filter_submit = True
    warn_unsaved_form = True
    compressed_fields = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Only what a role of the person may view."""
        return visible(super().get_queryset(request), request.user)

    def may(self, request: HttpRequest, action: str, obj: Model | str | None = None) -> bool:
        """Whether the person's role allows `action`: on this object (or its id), or somewhere."""
        permission = permission_of(self.opts.label_lower, action)
        if obj is None or isinstance(obj, Model):
            return bool(request.user.has_perm(permission, obj))
        found = self.get_object(request, str(obj))  # unfold's actions pass the id
        return found is not None and bool(request.user.has_perm(permission, found))

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.may(request, "view", obj)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.may(request, "add")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.may(request, "change", obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.may(request, "delete", obj)

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        """The form knows the request, for errors of services."""
        form = super().get_form(request, obj, change=change, **kwargs)
        bases = (form,) if issubclass(form, ScopedForm) else (ScopedForm, form)
        return type(form.__name__, bases, {"request": request})

    def _changeform_view(
        self, request: HttpRequest, object_id: Any, form_url: str, extra_context: Any
    ) -> HttpResponse:
        """Once more with the error in the form when a service refuses."""
        arguments = (request, object_id, form_url, extra_context)
        if request.method != "POST":
            return super()._changeform_view(*arguments)
        try:
            with transaction.atomic():
                return super()._changeform_view(*arguments)
        except DomainError as error:
            setattr(request, PENDING_ERROR, error)
            return super()._changeform_view(*arguments)

    def get_list_filter(self, request: HttpRequest) -> Any:
        """Filters over relations offer only what the person may see."""
        return [self._scoped(item) for item in super().get_list_filter(request)]

    def _scoped(self, item: Any) -> Any:
        path, kind = item if isinstance(item, (tuple, list)) else (item, None)
        if not isinstance(path, str):
            return item
        field = self._field_at(path)
        if not isinstance(field, ForeignKey):
            return item
        kind = kind or RelatedFieldListFilter
        assert issubclass(kind, FieldListFilter)
        return path, scoped_filter(kind)

    def _field_at(self, path: str) -> Field[Any, Any] | None:
        model: Any = self.model
        field: Any = None
        for step in path.split("__"):
            try:
                field = model._meta.get_field(step)
            except FieldDoesNotExist:
                return None
            model = getattr(field, "related_model", None)
        return field

    def _has_history(self) -> bool:
        return hasattr(self.model._meta, "simple_history_manager_attribute")

    def get_urls(self) -> list[Any]:
        """Old versions have pages only where the model has history."""
        urls = super().get_urls()
        if self._has_history():
            return urls
        return [url for url in urls if not str(url.name or "").endswith("_simple_history")]

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        """The versions of the object, or the admin's own log where there are none."""
        if self._has_history():
            return super().history_view(request, object_id, extra_context)
        return super(SimpleHistoryAdmin, self).history_view(request, object_id, extra_context)

    def history_form_view(
        self, request: HttpRequest, object_id: str, version_id: str, extra_context: Any = None
    ) -> HttpResponse:
        """An old version, to read: putting it back would pass by the services."""
        if request.method == "POST":
            raise PermissionDenied
        return super().history_form_view(request, object_id, version_id, extra_context)

    def revert_disabled(self, request: HttpRequest, obj: Any = None) -> bool:
        return True


class PlatformScopedAdmin(ScopedAdmin):
    """Pages about the platform: operators and administrators, by their roles."""


class AccountScopedAdmin(ScopedAdmin):
    """Pages about an account's things: only of accounts where the person's role allows it.

    The account is chosen once: it is not changed afterwards, and out of sight for people
    with a single account.
    """

    def _has_one_account(self, request: HttpRequest) -> bool:
        view = permission_of(self.opts.label_lower, "view")
        accounts = permitted_accounts(request.user, view)
        return accounts is not None and len(accounts) == 1

    def _is_noise(self, request: HttpRequest, name: object) -> bool:
        return name == "account" and self._has_one_account(request)

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        """Without the account's column where all rows are of one."""
        return [
            one for one in super().get_list_display(request) if not self._is_noise(request, one)
        ]

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

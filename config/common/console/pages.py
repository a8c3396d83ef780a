"""The base of every admin page: what a person may do is asked about the object itself.

Apps above `compliance` use the classes of `compliance.scoping`, which limit rows and choices
by account; what belongs to the platform alone is built on `PlatformScopedAdmin` here.
"""

from typing import Any, TypeVar

from django.contrib.admin import RelatedFieldListFilter
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import FieldDoesNotExist, PermissionDenied
from django.db import transaction
from django.db.models import ForeignKey, JSONField, Model, QuerySet, URLField
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from simple_history.admin import SimpleHistoryAdmin
from unfold.admin import ModelAdmin, StackedInline, TabularInline
from unfold.widgets import UnfoldAdminTextareaWidget

from config.common.console.forms import ServiceForm, list_formfield, refuse
from config.common.console.lists import BoundedPaginator, limited_filter
from config.common.console.noting import NotingMixin
from config.common.errors import DomainError

Rows = TypeVar("Rows", bound=QuerySet[Any])


class Relations:
    """Fields of a page; relations offer only what the hooks let through."""

    def permission(self, action: str) -> str:
        """`app.action_model` of this page's model."""
        opts = self.opts  # type: ignore[attr-defined]
        return f"{opts.app_label}.{action}_{opts.model_name}"

    def choices_to_edit(self, rows: Rows, request: HttpRequest) -> Rows:
        """Those of the rows that may be chosen for a relation."""
        return rows

    def choices_to_see(self, rows: Rows, request: HttpRequest) -> Rows:
        """Those of the rows that a filter may offer."""
        return rows

    def get_field_queryset(self, db: Any, db_field: Any, request: HttpRequest) -> Any:
        rows = super().get_field_queryset(db, db_field, request)  # type: ignore[misc]
        if rows is None:
            rows = db_field.remote_field.model._default_manager.using(db)
        return self.choices_to_edit(rows.all(), request)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Lists of a closed choice are ticked, others written one per line; addresses are https."""
        if isinstance(db_field, ArrayField):
            return list_formfield(db_field)
        if isinstance(db_field, URLField):
            kwargs["assume_scheme"] = "https"
        return super().formfield_for_dbfield(db_field, request, **kwargs)  # type: ignore[misc]


class InlineMixin(Relations):
    """Rows inside a page: the permission is asked about the page's object."""

    extra = 0

    def _may(self, request: HttpRequest, action: str, parent: Model | None) -> bool:
        return bool(request.user.has_perm(self.permission(action), parent))

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self._may(request, "view", obj)

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self._may(request, "add", obj)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self._may(request, "change", obj)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self._may(request, "delete", obj)


class PlatformTabularInline(InlineMixin, TabularInline):
    """A table of rows inside a page of the platform."""


class PlatformStackedInline(InlineMixin, StackedInline):
    """Forms of rows inside a page of the platform."""


class PlatformScopedAdmin(NotingMixin, Relations, SimpleHistoryAdmin, ModelAdmin):
    """Pages about the platform: operators and administrators, by their roles."""

    form = ServiceForm
    change_list_template = "admin/list.html"
    empty_title: Any = _("Nothing here yet")
    empty_text: Any = ""
    formfield_overrides = {JSONField: {"widget": UnfoldAdminTextareaWidget(attrs={"rows": 3})}}
    paginator = BoundedPaginator
    show_full_result_count = False
    list_per_page = 50
    list_filter_submit = True
    warn_unsaved_form = True
    compressed_fields = True
    # Saving leads to the next step, or there is nothing to add another of.
    has_one_save_button = False

    def get_ordering(self, request: HttpRequest) -> Any:
        """Newest first where nothing else is said, so that pages never overlap."""
        return self.ordering or self.opts.ordering or ("-pk",)

    def may(self, request: HttpRequest, action: str, obj: Model | str | None = None) -> bool:
        """Whether the person may do `action`: on this object (or its id), or somewhere."""
        if obj is None or isinstance(obj, Model):
            return bool(request.user.has_perm(self.permission(action), obj))
        found = self.get_object(request, str(obj))  # unfold's actions pass the id
        return found is not None and bool(request.user.has_perm(self.permission(action), found))

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
        bases = (form,) if issubclass(form, ServiceForm) else (ServiceForm, form)
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
            refuse(request, error)
            return super()._changeform_view(*arguments)

    def get_list_filter(self, request: HttpRequest) -> Any:
        """Filters over relations offer only what the person may see."""
        return [self._limited(item) for item in super().get_list_filter(request)]

    def _limited(self, item: Any) -> Any:
        path, kind = item if isinstance(item, (tuple, list)) else (item, RelatedFieldListFilter)
        if isinstance(path, str) and isinstance(self._field_at(path), ForeignKey):
            return path, limited_filter(kind)
        return item

    def _field_at(self, path: str) -> Any:
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

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """What never changes leads to no history: there is none."""
        can_change = self.has_change_permission(request, context.get("original"))
        changes = self._has_history() or can_change
        context["show_history"] = bool(context.get("show_history")) and changes
        if self.has_one_save_button:
            context |= {"show_save_and_continue": False, "show_save_and_add_another": False}
        return super().render_change_form(request, context, *args, **kwargs)

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


class ReadOnlyMixin:
    """Facts: nobody adds, changes or deletes them here; put it before the page's class."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

"""Parts of the scoped admin: forms that show services' errors, filters and lists that don't leak."""

from functools import cached_property
from typing import Any

from django import forms
from django.contrib.admin import RelatedFieldListFilter
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Model
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from compliance.access import account_path, permission_of
from compliance.selectors.access import account_id_of, related_choices
from config.common.errors import DomainError

COUNTED_ROWS = 10_000
PENDING_ERROR = "_signalbox_error"  # on the request: what a service refused in this POST


class BoundedPaginator(Paginator):
    """Counts at most 10,000 rows, so that a list of millions opens as fast as one of ten."""

    @cached_property
    def count(self) -> int:
        """The number of rows, or 10,000 when there are more."""
        rows = self.object_list
        if hasattr(rows, "order_by"):
            return int(rows.order_by()[:COUNTED_ROWS].count())
        return len(rows)


class ScopedForm(forms.ModelForm):
    """Shows what a service refused, and refuses to join objects of two accounts."""

    request: HttpRequest

    def full_clean(self) -> None:
        """Adds the error of a service, raised by the first attempt to save, to its field."""
        super().full_clean()
        error: DomainError | None = getattr(self.request, PENDING_ERROR, None)
        if error is not None and self.is_bound:
            self.add_error(error.field if error.field in self.fields else None, str(error))

    def clean(self) -> dict[str, Any] | None:
        """Every object chosen belongs to the account of this one."""
        cleaned = super().clean()
        own = self._own_account()
        for name, value in self.cleaned_data.items():
            if own is not None and _account_of(value) not in (None, own):
                self.add_error(name, ValidationError(_("Choose one of the same account.")))
        return cleaned

    def _own_account(self) -> int | None:
        chosen = self.cleaned_data.get("account")
        return chosen.pk if chosen is not None else account_id_of(self.instance)


def _account_of(value: object) -> int | None:
    if not isinstance(value, Model) or account_path(value._meta.label_lower) is None:
        return None
    return account_id_of(value)


class ScopedChoices(RelatedFieldListFilter):
    """A filter over a relation that offers only what the person may see."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> Any:
        """Pairs of key and text, limited to the accounts where the list may be seen."""
        queryset = related_choices(
            field.remote_field.model._default_manager.all(),
            request.user,
            permission_of(model_admin.opts.label_lower, "view"),
        )
        ordering = self.field_admin_ordering(field, request, model_admin)
        if ordering:
            queryset = queryset.order_by(*ordering)
        return [(one.pk, str(one)) for one in queryset]


def scoped_filter(kind: type[RelatedFieldListFilter]) -> type[RelatedFieldListFilter]:
    """The same filter, offering only what the person may see."""
    if issubclass(kind, ScopedChoices):
        return kind
    return type(f"Scoped{kind.__name__}", (ScopedChoices, kind), {})

"""Lists of telephone numbers: searched the way people write them, shown in E.164."""

from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from compliance.models import Account
from compliance.numbers import search_prefixes, to_display
from compliance.selectors.access import accounts_for

DEFAULT_COUNTRY = "VN"


def country_of(request: HttpRequest) -> str:
    """The country in whose way this person writes numbers: that of the first account."""
    accounts = sorted(accounts_for(request.user))
    found = Account.objects.filter(pk__in=accounts[:1]).values_list("country", flat=True).first()
    return found or DEFAULT_COUNTRY


class NumberListMixin:
    """Searching a number also finds 0912… and +84 912…; put it before the scoped admin."""

    number_field = "msisdn"
    change_form_before_template = "admin/number_link.html"  # what else is known of it
    search_help_text = _("A number or its beginning, for example 0912 345.")

    @display(description=_("number"), ordering="msisdn")
    def number(self, obj: Model) -> str:
        """The number with plus."""
        return to_display(str(getattr(obj, self.number_field)))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """By the beginning of the number, where the term looks like one."""
        prefixes = search_prefixes(search_term, country_of(request)) if search_term else ()
        if prefixes:
            found_by = [Q(**{f"{self.number_field}__startswith": prefix}) for prefix in prefixes]
            return queryset.filter(reduce(or_, found_by)), False
        found: tuple[QuerySet[Any], bool] = super().get_search_results(  # type: ignore[misc]
            request, queryset, search_term
        )
        return found

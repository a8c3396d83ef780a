"""What the lists of this app share: words for an empty list, days, and numbers as people write."""

import uuid
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from django.contrib.admin import ListFilter, ShowFacets
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.forms import RangeDateForm
from unfold.utils import parse_date_str

from compliance.number_lists import country_of
from config.common import clock
from config.common.ids import uuid7_floor
from routing.numbers import NumberError, shipped_normalizer

SHOWN_DAYS = 7


class ListPage:
    """A list whose filters never count: a count per choice would read the whole table once for
    each. Put it before the page's class."""

    show_facets = ShowFacets.NEVER


class DayRangeFilter(ListFilter):
    """Rows of whole days, in the reader's zone, by the time in their UUIDv7.

    A range over the ids leaves only the partitions of those days. Without a range the last
    seven days are shown, unless something narrower was asked for (`narrower`).
    """

    title = _("day")
    template = "unfold/filters/filters_date_range.html"
    form_class = RangeDateForm
    parameter_name = "day"
    field_name = "id"
    narrower: tuple[str, ...] = ("q",)

    def __init__(
        self, request: HttpRequest, params: dict[str, Any], model: Any, model_admin: Any
    ) -> None:
        super().__init__(request, params, model, model_admin)
        self.request = request
        for name in self.expected_parameters():
            values = params.pop(name, None)
            if values:
                self.used_parameters[name] = values[-1] if isinstance(values, list) else values

    def has_output(self) -> bool:
        return True

    def expected_parameters(self) -> list[Any]:
        return [f"{self.parameter_name}_from", f"{self.parameter_name}_to"]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        first, last = self._days()
        if first is not None:
            queryset = queryset.filter(**{f"{self.field_name}__gte": _start_id(first)})
        if last is not None:
            next_day = last + timedelta(days=1)
            queryset = queryset.filter(**{f"{self.field_name}__lt": _start_id(next_day)})
        return queryset

    def choices(self, changelist: Any) -> Iterator[dict[str, Any]]:
        first, last = self._days()
        shown = dict(zip(self.expected_parameters(), (first, last), strict=True))
        yield {
            "request": self.request,
            "parameter_name": self.parameter_name,
            "form": self.form_class(name=self.parameter_name, data=shown),
        }

    def _days(self) -> tuple[date | None, date | None]:
        asked = [self.used_parameters.get(name) for name in self.expected_parameters()]
        if any(asked):
            first, last = (parse_date_str(value) if value else None for value in asked)
            return first, last
        if any(self.request.GET.get(name) for name in self.narrower):
            return None, None
        return timezone.localdate(clock.now()) - timedelta(days=SHOWN_DAYS - 1), None


def _start_id(day: date) -> uuid.UUID:
    start = datetime.combine(day, time.min, tzinfo=timezone.get_current_timezone())
    return uuid7_floor(start)


def msisdn_of(term: str, request: HttpRequest) -> str | None:
    """The stored form of a number in any notation, in the way of the reader's country."""
    try:
        return shipped_normalizer()(term, default_country=country_of(request)).msisdn
    except NumberError:
        digits = term.strip().removeprefix("+")
        return digits if digits.isdecimal() and digits.isascii() else None


class FoundByNumber:
    """A page whose rows are searched by the whole number, and by nothing like it."""

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """By the whole number."""
        term = search_term.strip()
        if not term:
            return queryset, False
        msisdn = msisdn_of(term, request)
        return (queryset.filter(msisdn=msisdn) if msisdn else queryset.none()), False


def uuid_of(term: str) -> uuid.UUID | None:
    """The id that somebody pasted, or None."""
    try:
        return uuid.UUID(term.strip())
    except ValueError:
        return None

"""Within which time an answer is owed, when somebody is there to give it, and who gets the rest."""

import re
from typing import Any, Final

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.widgets import UnfoldAdminTextInputWidget

from compliance.models import User
from compliance.scoping import AccountScopedAdmin, ScopedForm
from compliance.selectors.access import people_of, permitted_accounts
from config.common.console.actors import actor_of
from messaging.admin.pages import ListPage
from messaging.models import ResponseRule
from messaging.opening_hours import HoursError, days_of
from messaging.services.conversations.limits import (
    ResponseLimit,
    hours_sentence,
    response_rule_delete,
    response_rule_save,
)
from messaging.services.conversations.records import HANDLE

_DAYS: Final = range(7)
_SPAN: Final = re.compile(r"(\d{1,2})(?::(\d\d))?\s*(?:-|–|—)\s*(\d{1,2})(?::(\d\d))?")
_HOUR_MINUTES: Final = 60


def _day(number: int) -> str:
    return f"day_{number}"


def _hours(number: int) -> forms.CharField:
    return forms.CharField(
        label=WEEKDAYS[number],
        required=False,
        max_length=20,
        widget=UnfoldAdminTextInputWidget(attrs={"placeholder": "08:00-18:00"}),
    )


class ResponseRuleForm(ScopedForm):
    """The rule, with a field for each weekday; hours are the person's who answers, so one line
    says when the day opens and closes."""

    day_0 = _hours(0)
    day_1 = _hours(1)
    day_2 = _hours(2)
    day_3 = _hours(3)
    day_4 = _hours(4)
    day_5 = _hours(5)
    day_6 = _hours(6)

    class Meta:
        model = ResponseRule
        fields = ("account", "sender", "limit_minutes", "escalate_to", "zone")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for number in _DAYS:
            if _day(number) in self.fields:
                self.fields[_day(number)].initial = _span_shown(self.instance.hours, number)
        if "escalate_to" in self.fields:
            field: Any = self.fields["escalate_to"]
            field.queryset = self._people()

    def _people(self) -> Any:
        """Who answers for the rule's account; for a new rule, for any account of the writer."""
        if self.instance.pk is not None:
            return people_of(self.instance.account_id, HANDLE)
        accounts = permitted_accounts(self.request.user, "messaging.add_responserule")
        if accounts is None:
            return User.objects.filter(is_active=True).order_by("username")
        found = User.objects.none()
        for account_id in accounts:
            found = found | people_of(account_id, HANDLE)
        return found.distinct()

    def clean(self) -> dict[str, Any] | None:
        """With the hours of the week, each mistake at its day."""
        cleaned = super().clean()
        given = [str(self.cleaned_data.get(_day(number)) or "").strip() for number in _DAYS]
        hours = [_span_read(one) for one in given]
        for number, span in zip(_DAYS, hours, strict=True):
            if span == []:
                self.add_error(
                    _day(number),
                    gettext("Write when the day opens and closes, as 08:00-18:00; empty: closed."),
                )
        if not self.errors and any(hours):
            try:
                days_of(hours)
            except HoursError as error:
                where = None if error.day is None else _day(error.day)
                self.add_error(where, hours_sentence(error.code))
        self.cleaned_data["hours"] = hours if any(hours) else []
        return cleaned


def _span_shown(hours: Any, number: int) -> str:
    span = hours[number] if hours else None
    return "-".join(span) if span else ""


def _span_read(text: str) -> list[str] | None:
    """Two times as they are stored, None for a day off, an empty list for what is neither."""
    if not text:
        return None
    found = _SPAN.fullmatch(text)
    if found is None:
        return []
    opens, opens_minute, closes, closes_minute = found.groups()
    return [f"{int(opens):02}:{opens_minute or '00'}", f"{int(closes):02}:{closes_minute or '00'}"]


@admin.register(ResponseRule)
class ResponseRuleAdmin(ListPage, AccountScopedAdmin):
    """One rule for the account, and one for each sender that needs another."""

    form = ResponseRuleForm
    has_one_save_button = True
    list_display = ("whose", "limit", "opening", "escalates_to", "account")
    list_filter = ("account",)
    list_select_related = ("account", "sender", "escalate_to")
    autocomplete_fields = ()
    sortable_by = ()
    empty_title = _("No limit yet")
    empty_text = _(
        "Say within how many minutes an answer is owed. What nobody answers in time is announced on"
        " the home page, by an event, and given to somebody."
    )
    fieldsets = (
        (
            None,
            {
                "fields": ("account", "sender", "limit_minutes", "escalate_to"),
                "description": _(
                    "The time runs from the first reply that nobody has answered, in opening hours"
                    " alone: a question of Friday night is due on Monday morning. Changes hold for"
                    " everybody who waits now."
                ),
            },
        ),
        (
            _("Opening hours"),
            {
                "fields": ("zone", *(_day(number) for number in _DAYS)),
                "description": _(
                    "When somebody answers, as 08:00-18:00; an empty day is closed, and no day at"
                    " all is always open. 24:00 is the end of the day."
                ),
            },
        ),
    )

    @display(description=_("sender"))
    def whose(self, obj: ResponseRule) -> str:
        return str(obj)

    @display(description=_("answer within"))
    def limit(self, obj: ResponseRule) -> str:
        minutes = obj.limit_minutes
        if minutes % _HOUR_MINUTES == 0:
            hours = minutes // _HOUR_MINUTES
            return ngettext("%(count)d hour", "%(count)d hours", hours) % {"count": hours}
        return ngettext("%(count)d minute", "%(count)d minutes", minutes) % {"count": minutes}

    @display(description=_("opening hours"))
    def opening(self, obj: ResponseRule) -> str:
        return hours_shown(obj)

    @display(description=_("escalate to"))
    def escalates_to(self, obj: ResponseRule) -> str:
        return obj.escalate_to.get_username() if obj.escalate_to else "–"

    def save_model(self, request: HttpRequest, obj: ResponseRule, form: Any, change: bool) -> None:
        values = form.cleaned_data
        limit = ResponseLimit(
            limit_minutes=values["limit_minutes"],
            sender=values["sender"],
            escalate_to=values["escalate_to"],
            zone=values["zone"],
            hours=values["hours"],
        )
        rule = ResponseRule.objects.get(pk=obj.pk) if change else None
        saved = response_rule_save(
            rule=rule, account=obj.account, limit=limit, actor=actor_of(request)
        )
        obj.pk = saved.pk

    def delete_model(self, request: HttpRequest, obj: ResponseRule) -> None:
        response_rule_delete(rule=obj, actor=actor_of(request))

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        for rule in queryset:
            response_rule_delete(rule=rule, actor=actor_of(request))


def hours_shown(rule: ResponseRule) -> str:
    """The week in a line, days of the same hours together: Monday–Friday 08:00-18:00."""
    if not rule.hours:
        return gettext("Always open")
    parts: list[tuple[int, int, str]] = []
    for number in _DAYS:
        span = _span_shown(rule.hours, number)
        if parts and parts[-1][2] == span and parts[-1][1] == number - 1:
            parts[-1] = (parts[-1][0], number, span)
        else:
            parts.append((number, number, span))
    return ", ".join(
        f"{WEEKDAYS[first]}{f'–{WEEKDAYS[last]}' if last > first else ''} {span}"
        for first, last, span in parts
        if span
    )

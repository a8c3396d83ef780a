"""Pages of what other packages bring: periodic tasks for administrators, and no groups."""

from typing import Any

from django.apps import apps as django_apps
from django.contrib import admin
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django_celery_beat.admin import (
    PeriodicTaskForm,
    TaskSelectWidget,
)
from django_celery_beat.models import (
    ClockedSchedule,
    CrontabSchedule,
    IntervalSchedule,
    PeriodicTask,
    SolarSchedule,
)
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from config.common.console.forms import ServiceForm
from config.common.console.pages import PlatformScopedAdmin

# Clients of OAuth 2 are compliance's; of the toolkit only the protocol is used.
for _model in django_apps.get_app_config("oauth2_provider").get_models():
    if admin.site.is_registered(_model):
        admin.site.unregister(_model)
# Roles are held on accounts and on the platform; Django's groups would say something else.
admin.site.unregister(Group)
for _model in (ClockedSchedule, CrontabSchedule, IntervalSchedule, PeriodicTask, SolarSchedule):
    admin.site.unregister(_model)


class UnfoldTaskSelectWidget(UnfoldAdminSelectWidget, TaskSelectWidget):
    """Celery's tasks in our look."""


class TaskForm(ServiceForm, PeriodicTaskForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["task"].widget = UnfoldAdminTextInputWidget()
        self.fields["regtask"].widget = UnfoldTaskSelectWidget()
        for name in ("args", "kwargs", "description"):
            self.fields[name].widget.attrs["rows"] = 3


@admin.register(PeriodicTask)
class TaskAdmin(PlatformScopedAdmin):
    """What beat starts, and when; read anew by beat within seconds."""

    form = TaskForm
    list_display = ("name", "task", "scheduler", "enabled", "last_run_at", "total_run_count")
    list_filter = ("enabled", "one_off")
    list_select_related = ("interval", "crontab", "solar", "clocked")
    search_fields = ("name", "task")
    readonly_fields = ("last_run_at",)
    autocomplete_fields = ()
    ordering = ("name",)
    fieldsets = (
        (None, {"fields": ("name", "regtask", "task", "enabled", "description")}),
        (
            _("Schedule"),
            {"fields": ("interval", "crontab", "clocked", "start_time", "one_off", "last_run_at")},
        ),
        (_("Arguments"), {"fields": ("args", "kwargs", "queue", "expire_seconds")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related(*self.list_select_related)


class ScheduleAdmin(PlatformScopedAdmin):
    """When something starts."""

    list_display = ("__str__",)
    list_select_related = ()
    readonly_fields = ()
    autocomplete_fields = ()


@admin.register(IntervalSchedule)
class IntervalAdmin(ScheduleAdmin):
    search_fields = ("every", "period")


@admin.register(CrontabSchedule)
class CrontabAdmin(ScheduleAdmin):
    search_fields = ("minute", "hour")


@admin.register(ClockedSchedule)
class ClockedAdmin(ScheduleAdmin):
    search_fields = ("clocked_time",)

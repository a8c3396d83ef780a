from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from carriers.labels import SESSION_COLOURS, detail_words
from carriers.models import SessionEvent
from config.common.console.labels import coloured
from config.common.console.pages import PlatformScopedAdmin, ReadOnlyMixin


@admin.register(SessionEvent)
class SessionEventAdmin(ReadOnlyMixin, PlatformScopedAdmin):
    """What happened to sessions: facts, to read."""

    list_display = ("at", "bind", "state_label", "detail_shown", "worker")
    list_filter = ("state", "bind")
    list_select_related = ("bind",)
    search_fields = ("bind__name", "detail")
    readonly_fields = ("at", "bind", "state", "detail_shown", "worker")
    autocomplete_fields = ()
    fieldsets = ((None, {"fields": readonly_fields}),)

    @coloured(_("state"), SESSION_COLOURS, ordering="state")
    def state_label(self, obj: SessionEvent) -> tuple[str, str]:
        return obj.state, obj.get_state_display()

    @display(description=_("detail"))
    def detail_shown(self, obj: SessionEvent) -> str:
        return detail_words(obj.detail) or "–"

"""Lists of registers: uploaded, looked at, loaded with progress, in force."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminFileFieldWidget

from compliance.admin.file_lines import (
    BAD_HEADS,
    PREVIEW_HEADS,
    bad_line_text,
    csv_file,
    read_as,
    table,
)
from compliance.models import RegisterSnapshot
from compliance.scoping import PlatformScopedAdmin
from compliance.services.registers import (
    SnapshotValues,
    register_preview,
    snapshot_discard,
    snapshot_start,
    snapshot_upload,
)
from compliance.services.registers.loading import FAILURES
from config.common.console.actors import actor_of
from config.common.console.confirmation import Question, confirm, object_or_404
from config.common.console.forms import ServiceForm
from config.common.console.labels import coloured, plain

_STATE = RegisterSnapshot.State
_COLOURS = {
    _STATE.WAITING: "warning",
    _STATE.LOADING: "info",
    _STATE.IN_FORCE: "success",
    _STATE.SUPERSEDED: "",
    _STATE.FAILED: "danger",
}
_SHOWN_BAD_LINES = 20


class UploadForm(ServiceForm):
    file = forms.FileField(
        label=_("File"),
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": ".csv,.txt,text/csv,text/plain"}),
        help_text=_(
            "CSV or text, one number per line in any national form, with or without a header."
            " Flags S (messages) and V (calls) in a column of their own; in a file of changes"
            " also + or -."
        ),
    )

    class Meta:
        model = RegisterSnapshot
        fields = ("register", "reference", "as_of", "kind", "may_shrink", "file")


@admin.register(RegisterSnapshot)
class RegisterSnapshotAdmin(PlatformScopedAdmin):
    """Every file that came for a register, with what it changed."""

    form = UploadForm
    list_display = (
        "reference",
        "register",
        "state_label",
        "as_of",
        "numbers_shown",
        "changes_shown",
        "bad",
        "loaded_by",
    )
    list_filter = ("state", "register")
    list_select_related = ("register", "loaded_by")
    search_fields = ("reference", "file_name")
    search_help_text = _("A snapshot id or a file name.")
    autocomplete_fields = ()
    ordering = ("-id",)
    actions_detail = ("load", "discard", "bad_lines")
    readonly_fields = (
        "state_label",
        "progress",
        "problem",
        "numbers_shown",
        "changes_shown",
        "bad",
        "bad_table",
        "preview",
        "loader",
        "in_force_at",
        "finished_at",
        "file_name",
        "checksum",
        "created_at",
    )
    add_fieldsets = (
        (
            None,
            {
                "fields": ("register", "reference", "as_of", "kind", "file", "may_shrink"),
                "description": _("You see how its lines are read before anything is loaded."),
            },
        ),
    )

    loader = plain("loaded_by", _("loaded by"))

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """What a list has to show depends on how far it came."""
        if obj is None:
            return self.add_fieldsets
        about = (
            _("The file"),
            {
                "fields": (
                    ("register", "reference"),
                    ("kind", "as_of"),
                    ("file_name", "loader"),
                    "checksum",
                )
            },
        )
        bad = ((_("Bad lines"), {"fields": ("bad_table",)}),) if obj.lines_bad else ()
        return ((None, {"fields": self._heads(obj)}), *bad, about)

    def _heads(self, obj: RegisterSnapshot) -> tuple[Any, ...]:
        if obj.state == _STATE.WAITING:
            return ("state_label", "preview")
        if obj.state == _STATE.LOADING:
            return ("state_label", "progress")
        if obj.state == _STATE.FAILED:
            return ("state_label", "problem")
        return ("state_label", ("numbers_shown", "changes_shown"), ("in_force_at", "bad"))

    @coloured(_("state"), _COLOURS, ordering="state")
    def state_label(self, obj: RegisterSnapshot) -> tuple[str, str]:
        return obj.state, obj.get_state_display()

    @display(description=_("numbers"))
    def numbers_shown(self, obj: RegisterSnapshot) -> str:
        if obj.state not in (_STATE.IN_FORCE, _STATE.SUPERSEDED):
            return "–"
        return gettext("%(all)s: %(sms)s refuse messages, %(voice)s calls") % {
            "all": _grouped(obj.numbers),
            "sms": _grouped(obj.numbers_sms),
            "voice": _grouped(obj.numbers_voice),
        }

    @display(description=_("changes"))
    def changes_shown(self, obj: RegisterSnapshot) -> str:
        if obj.state not in (_STATE.IN_FORCE, _STATE.SUPERSEDED):
            return "–"
        return gettext("%(added)s new, %(changed)s changed, %(removed)s taken off") % {
            "added": _grouped(obj.added),
            "changed": _grouped(obj.changed),
            "removed": _grouped(obj.removed),
        }

    @display(description=_("bad lines"), ordering="lines_bad")
    def bad(self, obj: RegisterSnapshot) -> str:
        return _grouped(obj.lines_bad)

    @display(description=_("problem"))
    def problem(self, obj: RegisterSnapshot) -> str:
        return gettext(FAILURES.get(obj.error, obj.error))

    @display(description=_("progress"))
    def progress(self, obj: RegisterSnapshot) -> str:
        share = 100 * obj.bytes_done // max(obj.bytes_total, 1)
        return gettext("%(share)s %% read: %(lines)s lines, %(bad)s of them bad") % {
            "share": share,
            "lines": _grouped(obj.lines_read),
            "bad": _grouped(obj.lines_bad),
        }

    @display(description=_("bad lines"))
    def bad_table(self, obj: RegisterSnapshot) -> SafeString:
        rows = obj.bad_lines.order_by("line")[:_SHOWN_BAD_LINES]
        return table(BAD_HEADS, ((one.line, one.content, bad_line_text(one.code)) for one in rows))

    @display(description=_("how it is read"))
    def preview(self, obj: RegisterSnapshot) -> SafeString | str:
        try:
            seen = register_preview(obj)
        except FileNotFoundError:
            return gettext(FAILURES["file_missing"])
        counts = gettext(
            "About %(about)s lines. Of the first %(lines)s, %(good)s are good (%(sms)s refuse"
            " messages, %(voice)s calls) and %(bad)s bad."
        ) % {
            "about": _grouped(seen.lines_about),
            "lines": _grouped(seen.lines),
            "good": _grouped(seen.good),
            "sms": _grouped(seen.sms),
            "voice": _grouped(seen.voice),
            "bad": _grouped(seen.bad),
        }
        rows = [
            (number, line, read_as(row, code, with_channels=True))
            for number, line, row, code in seen.shown
        ]
        return SafeString(f'<p class="mb-3">{counts}</p>') + table(PREVIEW_HEADS, rows)

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        """The upload's form is for the upload."""
        if obj is not None:
            kwargs["form"] = ServiceForm
        return super().get_form(request, obj, change=change, **kwargs)

    def save_model(
        self, request: HttpRequest, obj: RegisterSnapshot, form: Any, change: bool
    ) -> None:
        values = form.cleaned_data
        made = snapshot_upload(
            register=values["register"],
            file=values["file"],
            file_name=values["file"].name,
            values=SnapshotValues(
                values["reference"], values["as_of"], values["kind"], values["may_shrink"]
            ),
            actor=actor_of(request),
        )
        obj.pk = made.pk

    def response_add(
        self, request: HttpRequest, obj: RegisterSnapshot, post_url_continue: Any = None
    ) -> HttpResponse:
        """On to the page that shows how it is read."""
        page = reverse("admin:compliance_registersnapshot_change", args=[obj.pk])
        return HttpResponseRedirect(page)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """The page follows a load by itself."""
        response = super().change_view(request, object_id, form_url, extra_context)
        found = self.get_object(request, object_id)
        if found is not None and found.state == _STATE.LOADING:
            response["Refresh"] = "2"
        return response

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> Any:
        """Only what can be done with this list now."""
        found = self.get_object(request, str(object_id))
        if found is None:
            return []
        may_start = found.state == _STATE.WAITING and self.may(request, "add")
        hidden = {"load": not may_start, "discard": not may_start, "bad": not found.lines_bad}
        return [
            one
            for one in super().get_actions_detail(request, object_id)
            if not hidden.get(one.path, False)
        ]

    @action(description=_("Put in force"), url_path="load", icon="play_arrow")
    def load(self, request: HttpRequest, object_id: str) -> HttpResponse:
        snapshot = object_or_404(self, request, object_id, "add")
        question = Question(
            title=_("Put this list in force?"),
            text=_(
                "Advertising to every number on it that refuses messages is blocked from then on,"
                " also what is waiting to be sent. Numbers that are no longer on it may be"
                " written to again."
            ),
            submit=_("Put in force"),
            done=_("The list is being loaded."),
        )
        return confirm(
            request,
            self,
            snapshot,
            question,
            lambda _values: snapshot_start(snapshot=snapshot, actor=actor_of(request)),
        )

    @action(description=_("Discard"), url_path="discard", icon="delete")
    def discard(self, request: HttpRequest, object_id: str) -> HttpResponse:
        snapshot = object_or_404(self, request, object_id, "add")
        question = Question(
            title=_("Discard this file?"),
            text=_("The file is deleted; the list in force stays."),
            submit=_("Discard"),
            done=_("The file is discarded."),
            is_dangerous=True,
        )
        return confirm(
            request,
            self,
            snapshot,
            question,
            lambda _values: snapshot_discard(snapshot=snapshot, actor=actor_of(request)),
        )

    @action(description=_("Download the bad lines"), url_path="bad", icon="download")
    def bad_lines(self, request: HttpRequest, object_id: str) -> HttpResponse:
        found = self.get_object(request, object_id)
        if found is None or not self.may(request, "add", found):
            raise Http404
        rows = found.bad_lines.order_by("line").iterator()
        return csv_file(
            f"register-{found.pk}-bad-lines",
            BAD_HEADS,
            ((one.line, one.content, bad_line_text(one.code)) for one in rows),
        )


def _grouped(number: int) -> str:
    return str(number_format(number, force_grouping=True))

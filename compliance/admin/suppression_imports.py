"""Files of suppressions: uploaded, looked at, run with progress, and taken back."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminTextInputWidget

from compliance.admin.file_lines import (
    BAD_HEADS,
    PREVIEW_HEADS,
    bad_line_text,
    csv_file,
    read_as,
    table,
)
from compliance.admin.own_account import own_account_only
from compliance.constants import SuppressionCause
from compliance.downloads import download
from compliance.models import SuppressionImport
from compliance.scoping import AccountScopedAdmin, ScopedForm
from compliance.services.suppression_imports import (
    FAILURES,
    ImportValues,
    suppression_import_discard,
    suppression_import_preview,
    suppression_import_start,
    suppression_import_undo,
    suppression_import_upload,
)
from config.common.console.actors import actor_of
from config.common.console.confirmation import Question, confirm, object_or_404
from config.common.console.labels import coloured, plain

_STATE = SuppressionImport.State
_KIND = SuppressionImport.Kind
_COLOURS = {
    _STATE.UPLOADED: "warning",
    _STATE.WAITING: "info",
    _STATE.RUNNING: "info",
    _STATE.COMPLETED: "success",
    _STATE.FAILED: "danger",
    _STATE.UNDONE: "",
}
_AT_WORK = (_STATE.WAITING, _STATE.RUNNING)
_ENDED = (_STATE.COMPLETED, _STATE.UNDONE)
_SHOWN_BAD_LINES = 20
_CAUSES = (SuppressionCause.MANUAL, SuppressionCause.COMPLAINT, SuppressionCause.REFUSAL)


class UploadForm(ScopedForm):
    file = forms.FileField(
        label=_("File"),
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": ".csv,.txt,text/csv,text/plain"}),
        help_text=_(
            "CSV or text, one number per line; a header may name the columns number, brand and"
            " reason. Numbers of other countries begin with a plus."
        ),
    )

    class Meta:
        model = SuppressionImport
        fields = (
            "kind",
            "account",
            "advertiser",
            "network",
            "purpose",
            "cause",
            "reason",
            "expires_at",
            "file",
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cause: Any = self.fields["cause"]
        cause.choices = [(one.value, one.label) for one in _CAUSES]
        cause.help_text = _("Of a network's file it is always a refusal.")
        own_account_only(self, "compliance.add_suppressionimport")
        if not self.fields["account"].required:  # those who load files of networks
            self.fields["kind"].initial = _KIND.OPERATOR


class UndoForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=200, widget=UnfoldAdminTextInputWidget)


@admin.register(SuppressionImport)
class SuppressionImportAdmin(AccountScopedAdmin):
    """What each file added; nothing is imported before its lines were seen."""

    form = UploadForm
    list_display = (
        "file_name",
        "kind",
        "state_label",
        "added_shown",
        "known_shown",
        "bad",
        "created_by",
        "created_at",
        "account",
    )
    list_filter = ("kind", "state", "account")
    list_select_related = ("account", "advertiser", "created_by")
    search_fields = ("file_name", "network")
    search_help_text = _("A file name or a network.")
    autocomplete_fields = ("advertiser",)
    ordering = ("-id",)
    empty_title = _("No file yet")
    empty_text = _("Upload a list of numbers: you see how its lines are read before it counts.")
    actions_detail = ("start", "discard", "show_added", "bad_lines", "undo")
    readonly_fields = (
        "state_label",
        "preview",
        "progress",
        "problem",
        "result",
        "brands",
        "bad_table",
        "maker",
        "file_name",
        "checksum",
        "created_at",
        "finished_at",
    )
    add_fieldsets = (
        (
            None,
            {
                "fields": ("kind", "account", "advertiser", "file"),
                "description": _("You see how its lines are read before anybody is suppressed."),
            },
        ),
        (
            _("What it says"),
            {"fields": ("network", ("purpose", "cause"), "reason", "expires_at")},
        ),
    )

    maker = plain("created_by", _("by"))

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """What a file has to show depends on how far it came."""
        if obj is None:
            return self.add_fieldsets
        heads: dict[str, tuple[Any, ...]] = {
            _STATE.UPLOADED: ("state_label", "preview"),
            _STATE.WAITING: ("state_label", "progress"),
            _STATE.RUNNING: ("state_label", "progress"),
            _STATE.FAILED: ("state_label", "problem", "result"),
        }
        head = heads.get(obj.state, ("state_label", "result"))
        brands = ("brands",) if obj.unknown_brand else ()
        about = (
            *("kind", ("account", "advertiser"), "network", ("purpose", "cause")),
            *(("reason", "expires_at"), ("file_name", "maker"), ("created_at", "finished_at")),
            "checksum",
        )
        bad = ((_("Bad lines"), {"fields": ("bad_table",)}),) if obj.lines_bad else ()
        return ((None, {"fields": head + brands}), *bad, (_("The file"), {"fields": about}))

    @coloured(_("state"), _COLOURS, ordering="state")
    def state_label(self, obj: SuppressionImport) -> tuple[str, str]:
        return obj.state, obj.get_state_display()

    @display(description=_("new"), ordering="added")
    def added_shown(self, obj: SuppressionImport) -> str:
        return _grouped(obj.added)

    @display(description=_("known"), ordering="known")
    def known_shown(self, obj: SuppressionImport) -> str:
        return _grouped(obj.known)

    @display(description=_("bad lines"), ordering="lines_bad")
    def bad(self, obj: SuppressionImport) -> str:
        return _grouped(obj.lines_bad)

    @display(description=_("result"))
    def result(self, obj: SuppressionImport) -> str:
        text = gettext(
            "%(added)s newly suppressed, %(known)s suppressed before, %(unknown)s of unknown"
            " brands, %(bad)s lines set aside"
        ) % {
            "added": _grouped(obj.added),
            "known": _grouped(obj.known),
            "unknown": _grouped(obj.unknown_brand),
            "bad": _grouped(obj.lines_bad),
        }
        if obj.state != _STATE.UNDONE:
            return text
        lifted = gettext("%(count)s lifted again") % {"count": _grouped(obj.lifted)}
        return f"{text} – {lifted}"

    @display(description=_("unknown brands"))
    def brands(self, obj: SuppressionImport) -> str:
        return ", ".join(
            f"{name} ({_grouped(count)})" for name, count in obj.unknown_brands.items()
        )

    @display(description=_("problem"))
    def problem(self, obj: SuppressionImport) -> str:
        return gettext(FAILURES.get(obj.error, obj.error))

    @display(description=_("progress"))
    def progress(self, obj: SuppressionImport) -> str:
        share = 100 * obj.bytes_done // max(obj.bytes_total, 1)
        return gettext("%(share)s %% read: %(lines)s lines, %(bad)s of them bad") % {
            "share": share,
            "lines": _grouped(obj.lines_read),
            "bad": _grouped(obj.lines_bad),
        }

    @display(description=_("bad lines"))
    def bad_table(self, obj: SuppressionImport) -> SafeString:
        rows = obj.bad_lines.order_by("line")[:_SHOWN_BAD_LINES]
        return table(BAD_HEADS, ((one.line, one.content, bad_line_text(one.code)) for one in rows))

    @display(description=_("how it is read"))
    def preview(self, obj: SuppressionImport) -> SafeString | str:
        try:
            seen = suppression_import_preview(obj)
        except FileNotFoundError:
            return gettext(FAILURES["file_missing"])
        return table(
            PREVIEW_HEADS,
            (
                (number, line, read_as(row, code, with_channels=False))
                for number, line, row, code in seen.rows
            ),
        )

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        """The upload's form is for the upload."""
        if obj is not None:
            kwargs["form"] = ScopedForm
        return super().get_form(request, obj, change=change, **kwargs)

    def save_model(
        self, request: HttpRequest, obj: SuppressionImport, form: Any, change: bool
    ) -> None:
        values = dict(form.cleaned_data)
        file = values.pop("file")
        made = suppression_import_upload(
            values=ImportValues(**values),
            file=file,
            file_name=file.name,
            actor=actor_of(request),
        )
        obj.pk = made.pk

    def response_add(
        self, request: HttpRequest, obj: SuppressionImport, post_url_continue: Any = None
    ) -> HttpResponse:
        """On to the page that shows how it is read."""
        page = reverse("admin:compliance_suppressionimport_change", args=[obj.pk])
        return HttpResponseRedirect(page)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """The page follows a run by itself."""
        response = super().change_view(request, object_id, form_url, extra_context)
        found = self.get_object(request, object_id)
        if found is not None and found.state in _AT_WORK:
            response["Refresh"] = "2"
        return response

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Files are the record of where suppressions came from."""
        return False

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> Any:
        """Only what can be done with this file now."""
        found = self.get_object(request, str(object_id))
        if found is None:
            return []
        may_start = found.state == _STATE.UPLOADED and self.may(request, "add", found)
        may_undo = found.state == _STATE.COMPLETED and self.may(request, "undo", found)
        hidden = {
            "start": not may_start,
            "discard": not may_start,
            "added": found.state not in _ENDED,
            "bad": not found.lines_bad,
            "undo": not may_undo,
        }
        return [
            one
            for one in super().get_actions_detail(request, object_id)
            if not hidden.get(one.path, False)
        ]

    @action(description=_("Import"), url_path="start", icon="play_arrow")
    def start(self, request: HttpRequest, object_id: str) -> HttpResponse:
        found = object_or_404(self, request, object_id, "add")
        question = Question(
            title=_("Import this file?"),
            text=_(
                "Its numbers are suppressed at once, also for messages that are waiting to be"
                " sent. What the file adds can be taken back."
            ),
            submit=_("Import"),
            done=_("The import is running."),
        )
        return confirm(
            request,
            self,
            found,
            question,
            lambda _values: suppression_import_start(found=found, actor=actor_of(request)),
        )

    @action(description=_("Discard"), url_path="discard", icon="delete")
    def discard(self, request: HttpRequest, object_id: str) -> HttpResponse:
        found = object_or_404(self, request, object_id, "add")
        question = Question(
            title=_("Discard this file?"),
            text=_("The file is deleted; nobody is suppressed by it."),
            submit=_("Discard"),
            done=_("The file is discarded."),
            is_dangerous=True,
        )
        return confirm(
            request,
            self,
            found,
            question,
            lambda _values: suppression_import_discard(found=found, actor=actor_of(request)),
        )

    @action(description=_("Show what it added"), url_path="added", icon="list_alt")
    def show_added(self, request: HttpRequest, object_id: str) -> HttpResponse:
        page = reverse("admin:compliance_suppression_changelist")
        return HttpResponseRedirect(f"{page}?imported_in__id__exact={int(object_id)}")

    @action(description=_("Take back"), url_path="undo", icon="undo")
    def undo(self, request: HttpRequest, object_id: str) -> HttpResponse:
        found = object_or_404(self, request, object_id, "undo")
        question = Question(
            title=_("Take this file back?"),
            text=_(
                "Everything it added is lifted, and nothing else. People who refused by another"
                " way stay suppressed; consent that the file took back stays taken back in the"
                " ledger. Say why; the reason is kept."
            ),
            submit=_("Take back"),
            done=_("The file is taken back."),
            is_dangerous=True,
        )
        return confirm(
            request,
            self,
            found,
            question,
            lambda values: _undone(found, values["reason"], request),
            UndoForm,
        )

    @action(description=_("Download the bad lines"), url_path="bad", icon="download")
    def bad_lines(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        found = self.get_object(request, object_id)
        if found is None or not self.may(request, "view", found):
            raise Http404
        rows = found.bad_lines.order_by("line")

        def make() -> HttpResponseBase:
            made: HttpResponseBase = csv_file(
                f"suppressions-{found.pk}-bad-lines",
                BAD_HEADS,
                ((one.line, one.content, bad_line_text(one.code)) for one in rows.iterator()),
            )
            return made

        if found.account is None:
            return make()
        return download(
            request, found.account, "suppressions.bad_lines", make, rows=found.lines_bad
        )


def _undone(found: SuppressionImport, reason: str, request: HttpRequest) -> None:
    suppression_import_undo(found=found, reason=reason, actor=actor_of(request))


def _grouped(number: int) -> str:
    return str(number_format(number, force_grouping=True))

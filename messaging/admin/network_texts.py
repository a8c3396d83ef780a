"""Rules of networks about texts. The rules are routing's; what they cost is counted here."""

import json
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from compliance.scoping import PlatformScopedAdmin
from config.common.console.forms import ServiceForm
from config.common.console.labels import coloured, label
from messaging.admin.pages import ListPage
from messaging.encoding import gsm7
from messaging.services.counting import fitting_lengths
from routing.constants import Confidence, SenderKind
from routing.models import NetworkTextRule
from routing.services.text_rules import is_as_shipped

_LONGEST_ADDITION = 80
_EXACT = ("adds_before", "adds_after", "refused_characters")
_CONFIDENCE_COLOURS = {
    Confidence.CONTRACT: "success",
    Confidence.RUN: "success",
    Confidence.SOURCE_CODE: "info",
    Confidence.PAGE: "info",
    Confidence.ONE_SOURCE: "warning",
    Confidence.MEMORY: "warning",
}


class TextRuleForm(ServiceForm):
    """Spaces at the ends of what a network adds are part of it."""

    class Meta:
        model = NetworkTextRule
        fields = (
            "network",
            "message_class",
            "is_active",
            *_EXACT,
            "refuses_certainly",
            "max_segments",
            "demands_template_registration",
            "registered_senders",
            "source",
            "read_on",
            "confidence",
            "note",
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in _EXACT:
            if name in self.fields:
                field: Any = self.fields[name]
                field.strip = False
                field.widget.attrs |= {"autocomplete": "off", "spellcheck": "false"}
        for name in ("source", "note"):
            if name in self.fields:
                self.fields[name].widget.attrs["rows"] = 3


@admin.register(NetworkTextRule)
class NetworkTextRuleAdmin(ListPage, PlatformScopedAdmin):
    """What networks add to texts, refuse, and demand of templates."""

    form = TextRuleForm
    list_display = (
        "network",
        "class_label",
        "adds",
        "first_part",
        "demands",
        "confidence_label",
        "is_active",
    )
    list_filter = (
        "network",
        "message_class",
        "is_active",
        "demands_template_registration",
        "confidence",
    )
    list_select_related = ("network",)
    search_fields = ("network__name", "network__code", "adds_before", "adds_after", "source")
    search_help_text = gettext_lazy("A network, a label or suffix, or a source.")
    autocomplete_fields = ("network",)
    readonly_fields = ("origin",)
    change_form_before_template = "admin/messaging/networktextrule/example.html"
    empty_title = gettext_lazy("No rule yet")
    empty_text = gettext_lazy(
        "Without rules texts are counted as they are written, and no network demands anything."
    )
    fieldsets = (
        (
            None,
            {
                "fields": (("network", "message_class"), "is_active"),
                "description": gettext_lazy(
                    "Practice differs between networks and changes: each rule says where it comes"
                    " from and how sure that is. Changes count within a second."
                ),
            },
        ),
        (
            gettext_lazy("What it adds"),
            {"fields": (("adds_before", "adds_after"), "max_segments")},
        ),
        (
            gettext_lazy("What it refuses"),
            {"fields": ("refused_characters", "refuses_certainly")},
        ),
        (
            gettext_lazy("What it demands"),
            {"fields": ("demands_template_registration", "registered_senders")},
        ),
        (
            gettext_lazy("Where this comes from"),
            {"fields": ("source", ("read_on", "confidence"), "note")},
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("network")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """Whether it is ours or theirs, of an existing rule."""
        fieldsets = list(super().get_fieldsets(request, obj))
        if obj is not None:
            title, options = fieldsets[-1]
            fieldsets[-1] = (title, {**options, "fields": ("origin", *options["fields"])})
        return fieldsets

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """Network and class are the rule's key."""
        fields = list(super().get_readonly_fields(request, obj))
        return [*fields, "network", "message_class"] if obj else fields

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A shipped rule would come back with the next release: it is switched off instead."""
        if isinstance(obj, NetworkTextRule) and obj.shipped is not None:
            return False
        return super().has_delete_permission(request, obj)

    @display(description=gettext_lazy("class"), ordering="message_class")
    def class_label(self, obj: NetworkTextRule) -> str:
        return obj.get_message_class_display()

    @display(description=gettext_lazy("adds"))
    def adds(self, obj: NetworkTextRule) -> str:
        added = f"{obj.adds_before}…{obj.adds_after}"
        if added == "…":
            return "–"
        return format_html('<span style="white-space: pre">{}</span>', added)

    @display(description=gettext_lazy("one segment holds"))
    def first_part(self, obj: NetworkTextRule) -> str:
        """GSM-7 and UCS-2, as prices are quoted."""
        plain, marked = (
            fitting_lengths(obj.adds_before, obj.adds_after, encoding, 1)[0]
            for encoding in ("gsm7", "ucs2")
        )
        return f"{plain} / {marked}"

    @display(description=gettext_lazy("registered templates"))
    def demands(self, obj: NetworkTextRule) -> str:
        if not obj.demands_template_registration:
            return "–"
        kinds = ", ".join(str(SenderKind(one).label) for one in obj.registered_senders)
        return kinds or _("All")

    @coloured(gettext_lazy("confidence"), _CONFIDENCE_COLOURS, ordering="confidence")
    def confidence_label(self, obj: NetworkTextRule) -> tuple[str, object]:
        return obj.confidence, obj.get_confidence_display()

    @display(description=gettext_lazy("origin"))
    def origin(self, obj: NetworkTextRule) -> SafeString:
        if obj.shipped is None:
            return label(_("Written here"), "info")
        if is_as_shipped(obj):
            return label(_("As shipped %(edition)s") % {"edition": obj.shipped["edition"]})
        return label(_("Changed here"), "info")

    def get_urls(self) -> list[Any]:
        example = self.admin_site.admin_view(self.example)
        return [
            path("example/", example, name="routing_networktextrule_example"),
            *super().get_urls(),
        ]

    def example(self, request: HttpRequest) -> HttpResponse:
        """What the rule in the form would do to lengths: JSON in, sentences out."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        try:
            asked = json.loads(request.body)
            before, after = str(asked["adds_before"]), str(asked["adds_after"])
        except (ValueError, KeyError, TypeError):
            return JsonResponse({"lines": []}, status=400)
        lines = example_lines(before[:_LONGEST_ADDITION], after[:_LONGEST_ADDITION])
        return JsonResponse({"lines": lines})

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any
    ) -> Any:
        rule = context.get("original")
        context["example_url"] = reverse("admin:routing_networktextrule_example")
        context["example_lines"] = example_lines(
            rule.adds_before if rule else "", rule.adds_after if rule else ""
        )
        return super().render_change_form(request, context, *args, **kwargs)


def example_lines(before: str, after: str) -> list[str]:
    """What an addition does to the lengths that customers know."""
    added = before + after
    if not added:
        return [_("It adds nothing: 160 characters are one segment, with marks 70.")]
    lines = []
    if gsm7.is_gsm7(added):
        one, two, three = fitting_lengths(before, after, "gsm7", 3)
        lines.append(
            _("Your %(length)d characters become %(whole)d: that is one segment.")
            % {"length": one, "whole": 160}
        )
        lines.append(
            _("Of a plain text %(one)d, %(two)d, %(three)d characters fit into 1, 2, 3 segments.")
            % {"one": one, "two": two, "three": three}
        )
    else:
        lines.append(_("The addition has letters outside GSM-7: every text becomes UCS-2."))
    one, two, three = fitting_lengths(before, after, "ucs2", 3)
    lines.append(
        _("Of a text with marks %(one)d, %(two)d, %(three)d fit: its addition is UCS-2 too.")
        % {"one": one, "two": two, "three": three}
    )
    return lines

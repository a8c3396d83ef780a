from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminTextareaWidget

from compliance.admin.number_form import NumberForm
from compliance.constants import GIVEN_ACTIONS, GIVEN_METHODS
from compliance.models import ConsentRecord
from compliance.services.consent import consent_enter
from compliance.services.documents import document_add
from config.common.console.actors import actor_of


class ConsentRecordForm(NumberForm):
    evidence_note = forms.CharField(
        label=_("Evidence"),
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text=_("What proves it: the form's number, a link to the scan, who was present."),
    )
    call_reference = forms.CharField(
        label=_("Call or reply"),
        required=False,
        max_length=120,
        help_text=_("The recording's number, or the text of the reply."),
    )
    evidence_file = forms.FileField(
        label=_("File"),
        required=False,
        widget=UnfoldAdminFileFieldWidget,
        help_text=_("A scan, a picture or a recording, up to 10 MiB. Its checksum is kept too."),
    )

    class Meta:
        model = ConsentRecord
        fields = (
            "account",
            "advertiser",
            "msisdn",
            "purpose",
            "action",
            "method",
            "given_at",
            "expires_at",
            "source",
            "text_version",
            "content",
            "form",
            "frequency",
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        if "action" in fields:
            fields["action"].choices = [("", _("Select value")), *_pairs(GIVEN_ACTIONS)]
            fields["method"].choices = [("", _("Select value")), *_pairs(GIVEN_METHODS)]
            fields["frequency"].help_text = _(
                "For example 4/month, 2 per week or 3 lần/tuần: it becomes the person's own limit."
            )
            fields["call_reference"].widget.attrs |= fields["source"].widget.attrs


def _pairs(choices: tuple[Any, ...]) -> list[tuple[str, Any]]:
    return [(one.value, one.label) for one in choices]


def record_of(form: Any, request: HttpRequest) -> ConsentRecord:
    """Writes what the form says into the ledger, with its file."""
    cleaned, actor = form.cleaned_data, actor_of(request)
    values = {name: cleaned[name] for name in ConsentRecordForm.Meta.fields}
    evidence = {"note": cleaned["evidence_note"], "call": cleaned["call_reference"]}
    upload = cleaned["evidence_file"]
    document = upload and document_add(
        account=cleaned["account"],
        name=upload.name,
        content=upload.read(),
        actor=actor,
        field="evidence_file",
    )
    return consent_enter(
        **values,
        evidence={name: text for name, text in evidence.items() if text},
        document=document or None,
        actor=actor,
    )

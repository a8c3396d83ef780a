"""The test box of keyword rules: what an imagined reply would do, and why. Nothing is sent."""

import copy
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from compliance.selectors.access import limited, permitted_accounts, visible
from config.common.console.forms import PositionsForm
from config.common.errors import DomainError
from messaging.admin.labels import change_page
from messaging.admin.pages import msisdn_of
from messaging.keyword_rules.model import Judgement
from messaging.models import KeywordRule
from messaging.services.keyword_rules import Trial, keyword_rules_try
from messaging.services.keyword_rules.sentences import (
    judgement_sentence,
    keyword_sentence,
    step_name,
)
from messaging.services.keyword_rules.trying import Planned
from routing.models import Sender

_VIEW = "messaging.view_keywordrule"
_LONGEST = 2000
_COLOURS = {"wins": "success", "shadow": "info"}
_DECISIONS = {"allowed": "success", "delayed": "info", "blocked": "danger"}


class TrialForm(PositionsForm, forms.Form):
    """A reply as it might come in."""

    sender = forms.ModelChoiceField(
        Sender.objects.none(),
        label=_("To"),
        empty_label=None,
        widget=UnfoldAdminSelectWidget,
        help_text=_("The sender that the person writes to."),
    )
    from_ = forms.CharField(
        label=_("From"),
        max_length=25,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("The person's number: 0912 345 678 or +84 912 345 678."),
    )
    text = forms.CharField(
        label=_("Text"),
        max_length=_LONGEST,
        strip=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}),
    )
    language = forms.RegexField(
        r"^[A-Za-z]{2,3}$",
        label=_("Language"),
        required=False,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("Such as vi. Empty: the one in which the number was written to last."),
    )
    rule = forms.ModelChoiceField(
        KeywordRule.objects.none(),
        label=_("As if this rule were on"),
        required=False,
        empty_label=_("The rules as they are"),
        widget=UnfoldAdminSelectWidget,
        help_text=_("Of one that is off, in shadow or scheduled: what it would do."),
    )

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request
        accounts = permitted_accounts(request.user, _VIEW)
        senders = limited(Sender.objects.filter(receives_replies=True), accounts)
        fields: Any = self.fields
        fields["sender"].queryset = senders.select_related("account").order_by("address")
        fields["rule"].queryset = _rules(request)

    def clean_from_(self) -> str:
        """Digits, in the way of the person's country."""
        msisdn = msisdn_of(self.cleaned_data["from_"], self.request)
        if msisdn is None:
            raise forms.ValidationError(_("This is no telephone number."))
        return msisdn

    def clean(self) -> dict[str, Any]:
        """The rule is one of the sender's account."""
        values = super().clean() or self.cleaned_data
        sender, rule = values.get("sender"), values.get("rule")
        if sender is not None and rule is not None and rule.account_id != sender.account_id:
            self.add_error("rule", _("The rule is another account's than the sender."))
        return values

    def trial(self) -> Trial:
        """Reads the reply by the rules. Raises DomainError."""
        values = self.cleaned_data
        sender: Sender = values["sender"]
        return keyword_rules_try(
            account=sender.account,
            sender=sender,
            msisdn=values["from_"],
            text=values["text"],
            language=values["language"].casefold() or None,
            draft=_switched_on(values.get("rule")),
        )


def _rules(request: HttpRequest) -> QuerySet[KeywordRule]:
    rows = visible(KeywordRule.objects.select_related("account"), request.user)
    return rows.order_by("name", "pk")


def _switched_on(rule: KeywordRule | None) -> KeywordRule | None:
    """A copy that acts now; nothing is stored."""
    if rule is None:
        return None
    draft = copy.copy(rule)
    draft.is_active, draft.is_shadow, draft.valid_from, draft.valid_until = True, False, None, None
    return draft


def trial_page(admin: Any, request: HttpRequest) -> HttpResponse:
    """The form, and under it what the rules would do. What was written is posted, so that no log
    of addresses has it."""
    if not request.user.has_perm(_VIEW):
        raise PermissionDenied
    is_asked = request.method == "POST"
    form = TrialForm(request, request.POST if is_asked else None, initial=_initial(request))
    found = _found(form) if is_asked and form.is_valid() else None
    context = {
        **admin.admin_site.each_context(request),
        "title": gettext("Try a reply"),
        "form": form,
        "opts": admin.opts,
        "back": reverse("admin:messaging_keywordrule_changelist"),
        "media": admin.media + form.media,
        **({} if found is None else _shown(found)),
    }
    return TemplateResponse(request, "admin/messaging/keywordrule/trial.html", context)


def _initial(request: HttpRequest) -> dict[str, Any]:
    asked = request.GET.get("rule", "")
    rule = _rules(request).filter(pk=int(asked)).first() if asked.isdecimal() else None
    if rule is None:
        return {}
    text = rule.words[0] if rule.words and rule.match_kind != "pattern" else ""
    return {"rule": rule.pk, "sender": rule.sender_id, "text": text}


def _found(form: TrialForm) -> Trial | None:
    try:
        return form.trial()
    except DomainError as error:
        field = {"from": "from_", "to": "sender"}.get(error.field, error.field)
        form.add_error(field if field in form.fields else None, str(error))
        return None


def _shown(found: Trial) -> dict[str, Any]:
    return {
        "found": found,
        "sentence": _sentence(found),
        "keyword": keyword_sentence(found.keyword, is_taken=found.is_taken),
        "values": [
            (f"{{{name}}}", value)
            for name, value in (found.winner.values if found.winner else {}).items()
        ],
        "steps": [_step(one) for one in found.steps],
        "rows": [_row(one) for one in found.judgements],
    }


def _sentence(found: Trial) -> str:
    if found.is_taken:
        return gettext("A compliance keyword acts; no rule is asked.")
    if found.answer and found.question is not None:
        return gettext("It answers the question of “%(rule)s”: %(answer)s.") % {
            "rule": found.question.rule_name,
            "answer": found.answer,
        }
    if found.winner is not None:
        return gettext("“%(rule)s” acts.") % {"rule": found.winner.rule.name}
    return gettext("No rule acts: the reply waits in its conversation for a person.")


def _step(one: Planned) -> dict[str, Any]:
    preview = one.preview
    error = one.error or (preview.refusal if preview else None)
    ruling = preview.ruling if preview else None
    about = [one.template, one.service, one.list_name, one.note]
    about += [f"{name} = {value}" for name, value in one.fields.items()]
    return {
        "name": step_name(one.do),
        "about": " · ".join(part for part in about if part),
        "text": preview.text if preview else "",
        "segments": preview.segment_count if preview else None,
        "decision": _decision(ruling.compliance.decision) if ruling else "",
        "colour": _DECISIONS.get(ruling.compliance.decision, "") if ruling else "",
        "error": str(error) if error else "",
    }


def _decision(decision: str) -> str:
    return {
        "allowed": gettext("may be sent"),
        "delayed": gettext("is sent later"),
        "blocked": gettext("would be blocked"),
    }.get(decision, decision)


def _row(one: Judgement) -> dict[str, Any]:
    return {
        "name": one.rule.name,
        "address": change_page("messaging.keywordrule", one.rule.id),
        "priority": one.rule.priority,
        "sentence": judgement_sentence(one),
        "colour": _COLOURS.get(one.why, ""),
        "wins": one.why == "wins",
    }

"""What callers send and see of trigger sources, mappings and events."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from campaigns.api.trigger_common import said
from campaigns.constants import ReadFrom, SignatureKind, TriggerResult, TriggerVersionStatus
from campaigns.models import TriggerEvent, TriggerMapping, TriggerSource, TriggerVersion
from campaigns.selectors.triggers import active_of, draft_of
from campaigns.services.triggers.common import sentence
from campaigns.services.triggers.sources import Made
from campaigns.services.triggers.trials import MappingTrial, Trial
from campaigns.triggers.signatures import ALGORITHMS, ENCODINGS, SIGNED_CONTENTS
from config.common.api.fields import (
    Moment,
    OutputSerializer,
    StrictSerializer,
    Text,
    Truth,
    Whole,
    Word,
)
from messaging.api.preview_answers import preview_shown
from messaging.api.preview_outputs import PreviewOutput
from messaging.api.problems import NAMES

_HMAC_TEXTS = (
    "header",
    "prefix",
    "timestamp_header",
    "id_header",
    "timestamp_member",
    "signature_member",
)
_HMAC = (*_HMAC_TEXTS, "algorithm", "encoding", "signed_content")


SANDBOX_HELP = _(
    "true: what its events send goes to the sandbox, reaches nobody and costs nothing; from the "
    "next event on."
)


class HmacInput(StrictSerializer):
    """How the platform signs."""

    header = Text(max_length=80, help_text=_("The header of the signature."))
    algorithm = Word(choices=ALGORITHMS, default="sha256")
    encoding = Word(choices=ENCODINGS, default="hex")
    prefix = Text(max_length=20, allow_blank=True, default="", help_text="`sha256=`")
    signed_content = Word(choices=SIGNED_CONTENTS, default="{body}")
    timestamp_header = Text(max_length=80, allow_blank=True, default="")
    id_header = Text(max_length=80, allow_blank=True, default="")
    timestamp_member = Text(
        max_length=20,
        allow_blank=True,
        default="",
        help_text=_("Where the header reads like `t=1700000000,v1=5257a8…`: `t`."),
    )
    signature_member = Text(
        max_length=20, allow_blank=True, default="", help_text=_("In the same: `v1`.")
    )


class PlaceInput(StrictSerializer):
    """Where something about the event is."""

    in_ = Word(choices=ReadFrom.choices, help_text=_("`path`: in the body."))
    at = Text(max_length=200, allow_blank=True, help_text=_("A JSON path, or a header's name."))


class TriggerSourceChange(StrictSerializer):
    """What changes of a source; what is left out stays."""

    name = Text(max_length=80, required=False)
    is_enabled = Truth(required=False, help_text=_("Off: events are kept, nothing is sent."))
    is_test = Truth(required=False, help_text=SANDBOX_HELP)
    signature = Word(choices=SignatureKind.choices, required=False)
    hmac = HmacInput(required=False, allow_null=True, help_text=_("Needed with `hmac`."))
    tolerance_seconds = Whole(min_value=10, max_value=3600, required=False)
    event_name = PlaceInput(required=False)
    event_id = PlaceInput(required=False, help_text=_("The same id acts once; else the body."))
    allowed_addresses = serializers.ListField(
        child=Text(max_length=43), required=False, max_length=50, help_text=_("Empty: any.")
    )
    dedupe_hours = Whole(min_value=1, max_value=2160, required=False)
    payload_days = Whole(min_value=1, max_value=90, required=False)


class TriggerSourceInput(TriggerSourceChange):
    """A new source."""

    name = Text(max_length=80)
    secret = Text(
        max_length=200,
        required=False,
        help_text=_("The platform's, where it chooses; else one is made."),
    )


class SecretInput(StrictSerializer):
    """A new secret; empty for one that is made here."""

    secret = Text(max_length=200, required=False)


def source_values(values: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of the service."""
    found = {
        name: value
        for name, value in values.items()
        if name not in {"hmac", "event_name", "event_id", "secret"}
    }
    if values.get("hmac"):
        found |= values["hmac"]
        found.setdefault("signature", SignatureKind.HMAC.value)
    for name, field in (("event_name", "name"), ("event_id", "key")):
        if name in values:
            found |= {f"{field}_from": values[name]["in"], f"{field}_at": values[name]["at"]}
    return found


class HmacOutput(OutputSerializer):
    """How the platform signs."""

    header = serializers.CharField()
    algorithm = serializers.CharField()
    encoding = serializers.CharField()
    prefix = serializers.CharField()
    signed_content = serializers.CharField()
    timestamp_header = serializers.CharField()
    id_header = serializers.CharField()
    timestamp_member = serializers.CharField()
    signature_member = serializers.CharField()


class PlaceOutput(OutputSerializer):
    """Where something about the event is."""

    in_ = serializers.ChoiceField(choices=ReadFrom.choices)
    at = serializers.CharField()


class LastRefusalOutput(OutputSerializer):
    """The last request that was not taken."""

    at = Moment()
    code = serializers.CharField()
    detail = serializers.CharField()


class TriggerSourceOutput(OutputSerializer):
    """A source; its secret is shown only when it is new."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    is_enabled = serializers.BooleanField()
    is_test = serializers.BooleanField(help_text="What its events send goes to the sandbox.")
    url = serializers.CharField(help_text="Where the platform posts, on this server.")
    signature = serializers.ChoiceField(choices=SignatureKind.choices)
    hmac = HmacOutput(allow_null=True)
    tolerance_seconds = serializers.IntegerField()
    event_name = PlaceOutput()
    event_id = PlaceOutput()
    allowed_addresses = serializers.ListField(child=serializers.CharField())
    dedupe_hours = serializers.IntegerField()
    payload_days = serializers.IntegerField()
    created_at = Moment()
    last_event_at = Moment(allow_null=True)
    last_refusal = LastRefusalOutput(allow_null=True)
    previous_secret_until = Moment(allow_null=True)
    secret = serializers.CharField(required=False, help_text="Shown this once.")


def source_shown(source: TriggerSource) -> dict[str, Any]:
    """A source as JSON values."""
    is_hmac = source.signature == SignatureKind.HMAC
    refusal = None
    if source.refused_at is not None:
        refusal = {
            "at": _time(source.refused_at),
            "code": source.refused_code,
            "detail": sentence(source.refused_code, source.refused_params),
        }
    return {
        "id": source.pk,
        "name": source.name,
        "is_enabled": source.is_enabled,
        "is_test": source.is_test,
        "url": source.address,
        "signature": source.signature,
        "hmac": {name: getattr(source, name) for name in _HMAC} if is_hmac else None,
        "tolerance_seconds": source.tolerance_seconds,
        "event_name": {"in": source.name_from, "at": source.name_at},
        "event_id": {"in": source.key_from, "at": source.key_at},
        "allowed_addresses": source.allowed_addresses,
        "dedupe_hours": source.dedupe_hours,
        "payload_days": source.payload_days,
        "created_at": _time(source.created_at),
        "last_event_at": _time(source.last_event_at),
        "last_refusal": refusal,
        "previous_secret_until": _time(source.previous_secret_until),
    }


def made_shown(made: Made) -> dict[str, Any]:
    """With the secret where it is new."""
    shown = source_shown(made.source)
    return shown | {"secret": made.secret} if made.secret else shown


class Spec(serializers.DictField):
    """What a mapping says."""

    default_error_messages = {"not_a_dict": _("The value is not a JSON object: write {{…}}.")}


_SPEC_HELP = _(
    "`events`, `condition`, `number`, `from`, `template`, `class`, `slots`, `language`, "
    "`time_zone`, `dedupe`, `client_reference`, `metadata`, `delay`, `expires_minutes`: see the "
    "manual. A value is a JSON path (`$.customer.phone`), or an object with `path`, `format`, "
    "`default`."
)


class TriggerMappingChange(StrictSerializer):
    """What changes of a mapping; a spec becomes its draft."""

    name = Text(max_length=80, required=False)
    is_enabled = Truth(required=False)
    spec = Spec(required=False, help_text=_SPEC_HELP)
    sample = Text(
        max_length=65_536,
        required=False,
        allow_blank=True,
        help_text=_("The body of an event, for dry runs."),
    )
    sample_event = Text(max_length=120, required=False, allow_blank=True)
    activate = Truth(default=False, help_text=_("Events are read by the draft from now on."))


class TriggerMappingInput(TriggerMappingChange):
    """A new mapping."""

    name = Text(max_length=80)
    spec = Spec(help_text=_SPEC_HELP)


class TriggerVersionOutput(OutputSerializer):
    """A version of a mapping."""

    version = serializers.IntegerField()
    status = serializers.ChoiceField(choices=TriggerVersionStatus.choices)
    spec = serializers.DictField()
    created_at = Moment()
    activated_at = Moment(allow_null=True)


class TriggerMappingOutput(OutputSerializer):
    """A mapping with the versions that matter."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    is_enabled = serializers.BooleanField()
    active = TriggerVersionOutput(allow_null=True)
    draft = TriggerVersionOutput(allow_null=True)
    sample = serializers.CharField(allow_null=True)
    sample_event = serializers.CharField(allow_null=True)
    last_message_at = Moment(allow_null=True)


def version_shown(version: TriggerVersion) -> dict[str, Any]:
    """A version as JSON values."""
    return {
        "version": version.number,
        "status": version.status,
        "spec": version.spec,
        "created_at": _time(version.created_at),
        "activated_at": _time(version.activated_at),
    }


def mapping_shown(mapping: TriggerMapping) -> dict[str, Any]:
    """A mapping as JSON values."""
    active, draft = active_of(mapping), draft_of(mapping)
    return {
        "id": mapping.pk,
        "name": mapping.name,
        "is_enabled": mapping.is_enabled,
        "active": None if active is None else version_shown(active),
        "draft": None if draft is None else version_shown(draft),
        "sample": mapping.sample or None,
        "sample_event": mapping.sample_event or None,
        "last_message_at": _time(mapping.last_sent_at),
    }


class TriggerStepOutput(OutputSerializer):
    """What one mapping made of the event."""

    mapping = serializers.IntegerField()
    name = serializers.CharField()
    version = serializers.IntegerField()
    outcome = serializers.ChoiceField(choices=["sent", "skipped", "refused"])
    message = serializers.UUIDField(allow_null=True)
    code = serializers.CharField(allow_null=True)
    place = serializers.CharField(allow_null=True, help_text="In the mapping, dotted.")
    detail = serializers.CharField(allow_null=True)


class TriggerEventOutput(OutputSerializer):
    """An event and what became of it."""

    id = serializers.UUIDField()
    event = serializers.CharField(allow_null=True)
    is_test = serializers.BooleanField(help_text="It came while its source was in the sandbox.")
    received_at = Moment()
    result = serializers.ChoiceField(choices=TriggerResult.choices)
    reason = serializers.CharField(allow_null=True)
    detail = serializers.CharField(allow_null=True)
    repeats = serializers.IntegerField(help_text="How often it was told again.")
    runs = serializers.IntegerField()
    ran_at = Moment()
    mappings = TriggerStepOutput(many=True)


class TriggerEventDetailOutput(TriggerEventOutput):
    """With its body, while that is kept."""

    body = serializers.CharField(allow_null=True)
    body_until = Moment(allow_null=True)


def event_shown(event: TriggerEvent) -> dict[str, Any]:
    """An event as JSON values."""
    return {
        "id": str(event.pk),
        "event": event.name or None,
        "is_test": event.is_test,
        "received_at": _time(event.received_at),
        "result": event.result,
        "reason": event.reason or None,
        "detail": _detail(event),
        "repeats": event.repeats,
        "runs": event.runs,
        "ran_at": _time(event.ran_at),
        "mappings": [_step_shown(one) for one in event.steps],
    }


def event_detail_shown(event: TriggerEvent) -> dict[str, Any]:
    """With its body."""
    is_kept = event.body_until is not None
    return event_shown(event) | {
        "body": event.body if is_kept else None,
        "body_until": _time(event.body_until),
    }


def _detail(event: TriggerEvent) -> str | None:
    step = next((one for one in event.steps if one.get("code") == event.reason), None)
    if step is not None:
        return said(step)
    return sentence(event.reason, event.reason_params) if event.reason else None


def _step_shown(step: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "mapping": step["mapping"],
        "name": step["name"],
        "version": step["version"],
        "outcome": step["outcome"],
        "message": step.get("message"),
        "code": step.get("code") or None,
        "place": step.get("place") or None,
        "detail": said(step),
    }


def _time(moment: Any) -> str | None:
    return None if moment is None else Moment().to_representation(moment)


class DryRunInput(StrictSerializer):
    """An event as the platform would post it; nothing is stored or sent."""

    payload = serializers.JSONField(help_text=_("The event's body, as JSON."))
    event = Text(max_length=120, required=False, help_text=_("Its name; absent: read from it."))
    headers = serializers.DictField(child=Text(max_length=500), required=False)
    drafts = Truth(default=False, help_text=_("Drafts in place of active versions."))


class ReasonOutput(OutputSerializer):
    """Why nothing would be sent."""

    place = serializers.CharField()
    code = serializers.CharField()
    detail = serializers.CharField()


class ComparisonOutput(OutputSerializer):
    """A comparison of the condition, and what was found."""

    path = serializers.CharField()
    operator = serializers.CharField()
    found = serializers.CharField(allow_null=True)
    met = serializers.BooleanField()


class WantedOutput(OutputSerializer):
    """The message as it would be asked for."""

    to = serializers.CharField()
    from_ = serializers.CharField()
    template = serializers.CharField()
    parameters = serializers.DictField(child=serializers.CharField())
    language = serializers.CharField(allow_null=True)
    send_at = Moment(allow_null=True)
    expires_at = Moment(allow_null=True)
    client_reference = serializers.CharField(allow_null=True)
    metadata = serializers.DictField(child=serializers.CharField())


class MappingTrialOutput(OutputSerializer):
    """What one mapping would do."""

    mapping = serializers.IntegerField()
    name = serializers.CharField()
    version = serializers.IntegerField()
    is_draft = serializers.BooleanField()
    is_on = serializers.BooleanField(help_text="Events are read by this version now.")
    is_for_it = serializers.BooleanField()
    would_send = serializers.BooleanField()
    conditions = ComparisonOutput(many=True)
    reasons = ReasonOutput(many=True)
    message = WantedOutput(allow_null=True)
    preview = PreviewOutput(allow_null=True)


class TriggerTrialOutput(OutputSerializer):
    """What every mapping of the source would do."""

    event = serializers.CharField()
    mappings = MappingTrialOutput(many=True)


def trial_shown(trial: Trial) -> dict[str, Any]:
    """A dry run as JSON values."""
    return {"event": trial.event_name, "mappings": [_trial_shown(one) for one in trial.mappings]}


def _trial_shown(one: MappingTrial) -> dict[str, Any]:
    return {
        "mapping": one.mapping.pk,
        "name": one.mapping.name,
        "version": one.version,
        "is_draft": one.is_draft,
        "is_on": one.is_on,
        "is_for_it": one.judged.is_for_it,
        "would_send": one.sends,
        "conditions": [
            {
                "path": found.leaf.path,
                "operator": found.leaf.operator,
                "found": None if found.is_missing else found.found,
                "met": found.is_met,
            }
            for found in one.judged.findings
        ],
        "reasons": [
            {"place": place, "code": code, "detail": text} for place, code, text in one.reasons
        ],
        "message": _wanted_shown(one),
        "preview": None if one.preview is None else preview_shown(one.preview, NAMES),
    }


def _wanted_shown(one: MappingTrial) -> dict[str, Any] | None:
    wanted = one.judged.wanted
    if wanted is None:
        return None
    return {
        "to": wanted.to,
        "from": wanted.sender,
        "template": wanted.template,
        "parameters": dict(wanted.parameters),
        "language": wanted.language or None,
        "send_at": _time(wanted.send_at),
        "expires_at": _time(wanted.expires_at),
        "client_reference": wanted.client_reference or None,
        "metadata": dict(wanted.metadata),
    }

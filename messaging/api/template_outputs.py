"""What callers see of templates and their versions."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from compliance.constants import MessageClass
from config.common.api.fields import Moment, OutputSerializer
from messaging.api.wording_outputs import (
    ContentOutput,
    WorstCaseOutput,
    content_shown,
    worst_shown,
)
from messaging.constants import MessageFormat, Rewriting, VersionStatus
from messaging.models import Template, TemplateVersion
from messaging.selectors.reviews import review_fingerprint
from messaging.selectors.templates import findings_of
from messaging.services.templates.versions import template_parsed
from messaging.wordings import cost_of, specs_of
from routing.constants import RegistrationState


class SlotOutput(OutputSerializer):
    """What may stand in a slot."""

    name = serializers.CharField()
    max_length = serializers.IntegerField()
    example = serializers.CharField()


class VariantOutput(OutputSerializer):
    """The same message in another language."""

    language = serializers.CharField()
    text = serializers.CharField()
    rewriting = serializers.ChoiceField(Rewriting.choices)


class TemplateOutput(OutputSerializer):
    """A template; `approved_version` is what is sent now, null while there is none."""

    template = serializers.CharField(source="slug", help_text="What goes into `template`.")
    name = serializers.CharField()
    class_ = serializers.ChoiceField(MessageClass.choices, source="message_class")
    language = serializers.CharField()
    advertiser = serializers.CharField(source="advertiser.name")
    approved_version = serializers.SerializerMethodField()
    text = serializers.SerializerMethodField()
    slots = serializers.SerializerMethodField()

    def get_approved_version(self, template: Template) -> int | None:
        return next((version.number for version in _approved(template)), None)

    def get_text(self, template: Template) -> str | None:
        return next((version.body for version in _approved(template)), None)

    @extend_schema_field(SlotOutput(many=True))
    def get_slots(self, template: Template) -> list[dict[str, Any]]:
        return next((version.slots for version in _approved(template)), [])


def _approved(template: Template) -> list[Any]:
    """What `templates_page` and `template_get` have put there."""
    versions: list[Any] = getattr(template, "approved_versions", [])
    return versions


class TemplateVersionOutput(OutputSerializer):
    """One wording of a template."""

    version = serializers.IntegerField(source="number")
    status = serializers.ChoiceField(VersionStatus.choices)
    text = serializers.CharField(source="body")
    slots = SlotOutput(many=True)
    rewriting = serializers.ChoiceField(
        Rewriting.choices, help_text="The letters that text and values are sent in."
    )
    variants = serializers.SerializerMethodField()
    message_format = serializers.ChoiceField(
        MessageFormat.choices, help_text="A form that phones read by machine; empty: plain text."
    )
    author = serializers.CharField(source="author.username")
    submitted_at = Moment(allow_null=True)
    reviewer = serializers.SerializerMethodField()
    reviewed_at = Moment(allow_null=True)
    activates_at = Moment(allow_null=True, help_text="When a staged version comes into force.")
    comment = serializers.CharField()

    @extend_schema_field(VariantOutput(many=True))
    def get_variants(self, version: TemplateVersion) -> list[dict[str, Any]]:
        return [
            {
                "language": one["language"],
                "text": one["body"],
                "rewriting": one.get("rewriting", Rewriting.NONE.value),
            }
            for one in version.variants
        ]

    def get_reviewer(self, version: TemplateVersion) -> str | None:
        return version.reviewer.username if version.reviewer else None


class RegistrationOutput(OutputSerializer):
    """Where the version stands with a network."""

    network = serializers.CharField(source="network.code")
    state = serializers.ChoiceField(RegistrationState.choices)
    reference = serializers.CharField()
    expires_on = serializers.DateField(allow_null=True)


class TemplateVersionDetailOutput(TemplateVersionOutput):
    """A wording with what a reviewer judges it by."""

    worst_case = WorstCaseOutput()
    content = ContentOutput(many=True, help_text="What rules say about the text, by country.")
    registrations = RegistrationOutput(many=True)
    fingerprint = serializers.CharField(
        help_text="Of all of this; give it back as `seen` to approve exactly this."
    )

    def to_representation(self, instance: TemplateVersion) -> dict[str, Any]:
        findings = findings_of(instance)
        parsed = template_parsed(instance.body)
        shown: dict[str, Any] = _VERSION.to_representation(instance)
        rows = instance.registrations.select_related("network").order_by("network__code")
        return shown | {
            "worst_case": worst_shown(cost_of(parsed, specs_of(parsed, instance.slots))),
            "content": content_shown(findings),
            "registrations": [_REGISTRATION.to_representation(row) for row in rows],
            "fingerprint": review_fingerprint(instance, findings),
        }


class WithdrawnOutput(TemplateVersionOutput):
    """A withdrawn wording."""

    stopped_count = serializers.IntegerField(
        help_text="Messages of it that had not left, and never will."
    )


_VERSION = TemplateVersionOutput()
_REGISTRATION = RegistrationOutput()

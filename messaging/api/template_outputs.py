"""What callers see of templates and their versions."""

from collections.abc import Mapping
from dataclasses import asdict
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
from messaging.selectors.findings import findings_of
from messaging.selectors.registration_standing import standings_of
from messaging.selectors.reviews import review_fingerprint
from messaging.selectors.snapshot import snapshots, version_wordings
from messaging.wording.slots import SLOT_TYPES, spec_of
from messaging.wording.worst import cost_of
from routing.constants import RegistrationState


class SlotOutput(OutputSerializer):
    """What may stand in a slot."""

    name = serializers.CharField()
    type = serializers.CharField(help_text="One of: " + ", ".join(SLOT_TYPES) + ".")
    max_length = serializers.IntegerField(help_text="In characters as phones count them.")
    charset = serializers.CharField(help_text="Empty: the type's own.")
    pattern = serializers.CharField(help_text="RE2; empty: any value.")
    example = serializers.CharField()
    fallback = serializers.CharField(help_text="Empty: a recipient without a value is refused.")
    currency = serializers.CharField(help_text="ISO 4217, of an amount.")

    def to_representation(self, instance: Mapping[str, Any]) -> dict[str, Any]:
        """All members; stored are those that are not at their default."""
        return asdict(spec_of(instance))


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
    program = serializers.CharField(
        source="program.code", default=None, allow_null=True, help_text="Its word in replies."
    )
    asks_consent = serializers.BooleanField()
    is_paid = serializers.BooleanField()
    approved_version = serializers.SerializerMethodField()
    text = serializers.SerializerMethodField(
        help_text="As it was written; `rewriting` says in which letters it is sent."
    )
    rewriting = serializers.SerializerMethodField()
    languages = serializers.SerializerMethodField(
        help_text="Of the approved version, its own first: what `language` chooses from."
    )
    slots = serializers.SerializerMethodField()

    def get_approved_version(self, template: Template) -> int | None:
        return next((version.number for version in _approved(template)), None)

    def get_text(self, template: Template) -> str | None:
        return next((version.body for version in _approved(template)), None)

    @extend_schema_field(serializers.ChoiceField(Rewriting.choices, allow_null=True))
    def get_rewriting(self, template: Template) -> str | None:
        return next((version.rewriting for version in _approved(template)), None)

    def get_languages(self, template: Template) -> list[str]:
        others = (one["language"] for version in _approved(template) for one in version.variants)
        return [template.language, *others] if _approved(template) else []

    @extend_schema_field(SlotOutput(many=True))
    def get_slots(self, template: Template) -> list[dict[str, Any]]:
        slots: list[Any] = next((version.slots for version in _approved(template)), [])
        return [_SLOT.to_representation(slot) for slot in slots]


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
    """Where the version stands with a network that registers texts."""

    network = serializers.CharField(help_text="Its code.")
    is_demanded = serializers.BooleanField(help_text="It carries registered texts only.")
    is_registered = serializers.BooleanField(
        help_text="Today. Where demanded and false, nothing is sent there."
    )
    state = serializers.ChoiceField(
        RegistrationState.choices, allow_null=True, help_text="Null: none is recorded."
    )
    reference = serializers.CharField(help_text="The network's own number for it.")
    expires_on = serializers.DateField(allow_null=True)
    from_version = serializers.IntegerField(
        allow_null=True, help_text="Of another version with the same text."
    )


class TemplateVersionDetailOutput(TemplateVersionOutput):
    """A wording with what a reviewer judges it by."""

    worst_case = WorstCaseOutput(
        allow_null=True, help_text="Of its dearest language; null for a draft that is no text yet."
    )
    content = ContentOutput(many=True, help_text="What rules say about the text, by country.")
    registrations = RegistrationOutput(many=True)
    fingerprint = serializers.CharField(
        help_text="Of all of this; give it back as `seen` to approve exactly this."
    )

    def to_representation(self, instance: TemplateVersion) -> dict[str, Any]:
        findings = findings_of(instance)
        shown: dict[str, Any] = _VERSION.to_representation(instance)
        return shown | {
            "worst_case": _worst(instance),
            "content": content_shown(findings),
            "registrations": _registrations(instance),
            "fingerprint": review_fingerprint(instance, findings),
        }


def _worst(version: TemplateVersion) -> dict[str, Any] | None:
    """Of the language that can cost the most."""
    try:
        costs = [cost_of(wording) for wording in version_wordings(version)]
    except (ValueError, KeyError):  # written under other rules, and never submitted
        return None
    return worst_shown(max(costs, key=lambda one: one.worst.segment_count))


def _registrations(version: TemplateVersion) -> list[dict[str, Any]]:
    numbers = snapshots.current().numbers
    return [
        {
            "network": numbers.code_of(one.network_id) or one.network_name,
            "is_demanded": one.is_demanded,
            "is_registered": one.is_valid,
            "state": row and row.state,
            "reference": row.reference if row else "",
            "expires_on": row.expires_on.isoformat() if row and row.expires_on else None,
            "from_version": one.from_number,
        }
        for one in standings_of(version)
        for row in [one.registration]
    ]


class WithdrawnOutput(TemplateVersionOutput):
    """A withdrawn wording."""

    stopped_count = serializers.IntegerField(
        help_text="Messages of it that had not left, and never will."
    )


_SLOT = SlotOutput()
_VERSION = TemplateVersionOutput()

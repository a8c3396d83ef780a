"""What callers send and see of verifications. A code comes in, and never goes out."""

import ipaddress
from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from config.common.api.fields import Moment, OutputSerializer, StrictSerializer, Text, Whole, Word
from config.common.api.pagination import PageInput
from messaging.api.inputs import Metadata
from messaging.api.outputs import sender_address
from messaging.constants import CheckResult, VerificationReason, VerificationStatus
from messaging.models import Verification
from messaging.services.verification.checking import Checked
from messaging.verification.codes import LONGEST, SHORTEST
from routing.numbers import to_e164

CHANNELS = (("sms", _("SMS")),)


class Address(Text):
    """An IP address."""

    default_error_messages = {
        "address": _("“{input}” is no IP address: give the person's own, like 203.0.113.7."),
    }

    def to_internal_value(self, data: Any) -> str:  # whatever JSON holds
        value = super().to_internal_value(data)
        try:
            return str(ipaddress.ip_address(value))
        except ValueError:
            self.fail("address", input=value[:45])


class VerificationInput(StrictSerializer):
    """Who is verified, and how; what is left out is the service's."""

    to = Text(
        max_length=40,
        help_text=_("The number: E.164, or as written in the account's country."),
    )
    service = Text(
        required=False,
        allow_null=True,
        max_length=40,
        help_text=_("Short name of a verification service; needed where there are several."),
    )
    channel = Word(choices=CHANNELS, default="sms", help_text=_("How the code is sent."))
    locale = Text(
        required=False,
        allow_null=True,
        max_length=35,
        help_text=_("The person's language tag (vi, en-GB): chooses among the service's texts."),
    )
    template = Text(
        required=False,
        allow_null=True,
        max_length=50,
        help_text=_("One of the service's templates, where the language does not choose."),
    )
    from_ = Text(
        source="sender",
        required=False,
        allow_null=True,
        max_length=30,
        help_text=_("Another sender of the account than the service's."),
    )
    app_hash = serializers.RegexField(
        r"\A[A-Za-z0-9+/]{11}\Z",
        required=False,
        allow_null=True,
        help_text=_("Eleven characters of the Android app, for SMS Retriever."),
        error_messages={
            "invalid": _("The value is no app hash: it has eleven characters of base64.")
        },
    )
    web_otp_domain = Text(
        required=False,
        allow_null=True,
        max_length=253,
        help_text=_("Sends the text that ends with `@domain #code`, which browsers fill in."),
    )
    code_length = Whole(required=False, allow_null=True, min_value=SHORTEST, max_value=LONGEST)
    lifetime_seconds = Whole(
        required=False,
        allow_null=True,
        min_value=30,
        max_value=3600,
        help_text=_("How long a code is good, from each send on."),
    )
    ip = Address(
        required=False,
        allow_null=True,
        max_length=45,
        help_text=_("The person's address as you saw it: limits and the shield count by it."),
    )
    device_id = Text(
        source="device",
        required=False,
        allow_null=True,
        max_length=100,
        help_text=_("Your id of the person's device or session: limits count by it."),
    )
    client_reference = Text(
        required=False,
        allow_null=True,
        max_length=100,
        help_text=_("Your own id of the verification; unique in the account."),
    )
    metadata = Metadata(
        required=False,
        allow_null=True,
        help_text=_("Your own notes, at most 4 kB; they come back in answers and events."),
    )


class CodeInput(StrictSerializer):
    """The code as the person typed it."""

    code = Text(max_length=40, help_text=_("Digits; spaces and hyphens between them do no harm."))


class NumberCodeInput(CodeInput):
    """The code, and the number that it was sent to."""

    to = Text(max_length=40, help_text=_("The number: its newest verification is checked."))
    service = Text(
        required=False,
        allow_null=True,
        max_length=40,
        help_text=_("Short name of the service, where the account has several."),
    )


class VerificationsQuery(PageInput):
    """Filters of the list; all that are given hold."""

    status = Word(choices=VerificationStatus.choices, required=False)
    service = Text(max_length=40, required=False, help_text=_("Its short name."))
    to = Text(max_length=40, required=False, help_text=_("The number."))
    country = Text(max_length=2, required=False, help_text=_("Two letters."))
    client_reference = Text(max_length=100, required=False)
    created_after = Moment(required=False, help_text=_("Started at this time or later."))
    created_before = Moment(required=False, help_text=_("Started before this time."))


class SendOutput(OutputSerializer):
    """A code on its way; `/messages/{id}` says what became of it."""

    message_id = serializers.UUIDField()
    at = Moment()


class VerificationOutput(OutputSerializer):
    """A verification."""

    id = serializers.UUIDField()
    to = serializers.SerializerMethodField(help_text="E.164.")
    service = serializers.CharField(source="service.slug")
    channel = serializers.ChoiceField(CHANNELS)
    status = serializers.ChoiceField(VerificationStatus.choices)
    reason = serializers.ChoiceField(
        [one for one in VerificationReason.choices if one[0]],
        allow_null=True,
        help_text="Why it ended otherwise than by its code or its time.",
    )
    locale = serializers.CharField()
    from_ = serializers.SerializerMethodField(help_text="The sender.")
    template = serializers.CharField(source="template_slug")
    code_length = serializers.IntegerField()
    sends = SendOutput(source="sent", many=True)
    checks_left = serializers.IntegerField()
    next_send_at = Moment(
        allow_null=True, help_text="From when on `/resend` works; null where it never will."
    )
    livemode = serializers.SerializerMethodField(
        help_text="False where a test key started it: its code is known and proves nothing."
    )
    client_reference = serializers.CharField(allow_null=True)
    metadata = serializers.DictField()
    created_at = Moment()
    expires_at = Moment()
    done_at = Moment(allow_null=True)

    def get_to(self, row: Verification) -> str:
        return to_e164(row.msisdn)

    def get_livemode(self, row: Verification) -> bool:
        return not row.is_test

    def get_from(self, row: Verification) -> str:
        usual = row.service.sender
        is_usual = row.sender_address == usual.address
        return sender_address(usual.kind, usual.address) if is_usual else row.sender_address

    def to_representation(self, instance: Verification) -> dict[str, Any]:
        shown: dict[str, Any] = super().to_representation(instance)
        shown["reason"] = instance.reason or None
        shown["client_reference"] = instance.client_reference or None
        shown["metadata"] = instance.metadata or {}
        if instance.status != VerificationStatus.PENDING:
            shown["next_send_at"] = None
        return shown


class CodeOutput(OutputSerializer):
    """What came of a check: let the person in where `approved` is true, and only then."""

    approved = serializers.BooleanField(source="is_approved")
    result = serializers.ChoiceField(
        CheckResult.choices,
        help_text="`older`: the code was replaced by a newer one; ask for that.",
    )
    checks_left = serializers.SerializerMethodField()
    verification = VerificationOutput()

    @extend_schema_field(int)
    def get_checks_left(self, checked: Checked) -> int:
        return checked.verification.checks_left

"""Evidence: proof packs of a message and of a number, a message's trace, the audit log."""

import base64
from typing import Any, Final
from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from compliance.constants import Scope
from compliance.selectors.audit import AuditWanted, audit_lines, audit_page, links_of
from compliance.services.audit_exports import entry_facts
from config.common.api.fields import Moment, OutputSerializer, StrictSerializer, Text, Word
from config.common.api.pagination import PageInput, cut, page_response, query
from config.common.api.schema import operation, page_of
from config.common.api.views import ApiView
from config.common.errors import NotFoundError
from messaging.api.common import account_of, int_cursor, key_of, msisdn
from messaging.api.outputs import StepOutput
from messaging.selectors.proofs.messages import (
    decided_at,
    message_evidence,
    message_for_proof,
)
from messaging.selectors.proofs.model import plain
from messaging.selectors.proofs.people import consent_records
from messaging.selectors.trace import message_trace
from messaging.selectors.trace_steps import trace_steps
from messaging.services.proofs import (
    LARGEST_NUMBER,
    Pack,
    Wanted,
    proof_of_message,
    proof_of_number,
    stories,
)

_TAG: Final = "evidence"
_SCOPE: Final = Scope.EVIDENCE_READ.value
_FORMS = ("json", "pdf")


class ProofQuery(StrictSerializer):
    """In which form."""

    format = Word(
        choices=_FORMS,
        default="json",
        help_text=gettext_lazy("`json`, or `pdf` with the JSON attached."),
    )


class NumberProofQuery(ProofQuery):
    """In which form, and of what time."""

    after = Moment(required=False, help_text=gettext_lazy("Messages accepted at or after this."))
    before = Moment(required=False, help_text=gettext_lazy("Messages accepted before this."))


class AuditQuery(PageInput):
    """Filters of the audit log."""

    action = Text(
        max_length=60,
        required=False,
        help_text=gettext_lazy("`campaign.launched`, or `campaign` for all about campaigns."),
    )
    object = Text(max_length=120, required=False, help_text=gettext_lazy("Such as `campaign:12`."))
    actor = Text(max_length=150, required=False, help_text=gettext_lazy("A person's user name."))
    after = Moment(required=False, help_text=gettext_lazy("At or after this."))
    before = Moment(required=False, help_text=gettext_lazy("Before this."))


class ProofOutput(OutputSerializer):
    """A proof pack; docs/compliance.md, “Evidence”, lists its members."""

    schema = serializers.CharField(help_text="`signalbox.proof/1`.")
    subject = serializers.CharField(help_text="`message:<id>` or `number:+<digits>`.")
    made_at = serializers.DateTimeField()
    made_for = serializers.DictField(help_text="The person or the API key that asked.")
    language = serializers.CharField(help_text="Of the sentences in it.")
    story = serializers.ListField(help_text="What happened, in sentences.")
    message = serializers.DictField(allow_null=True, help_text="The message and its rules.")
    messages = serializers.ListField(help_text="Of a number: its newest messages, in short.")
    bounds = serializers.DictField(allow_null=True, help_text="Of a number: which messages.")
    person = serializers.DictField(help_text="Consent, refusals and replies of the number.")
    audit = serializers.ListField(help_text="Entries of the audit log about all this.")
    links = serializers.ListField(help_text="Links of the chained books, computed anew.")
    digests = serializers.ListField(help_text="The signed digest after those links.")
    retention = serializers.ListField(help_text="What is not kept any more, and why.")


class TraceOutput(OutputSerializer):
    """Why a message was, or was not, sent."""

    story = serializers.ListField(help_text="What happened, in sentences.")
    message = serializers.DictField()
    advertiser = serializers.DictField()
    sender = serializers.DictField(allow_null=True)
    template = serializers.DictField(allow_null=True)
    consent = serializers.DictField(help_text="Where the number stood when it was decided.")
    rules = serializers.DictField(allow_null=True, help_text="Every rule and what came of it.")
    route = serializers.ListField()
    segments = serializers.ListField()
    events = serializers.ListField()
    steps = StepOutput(many=True, help_text="The message's whole way in the order of time.")
    register = serializers.DictField(allow_null=True)


class AuditOutput(OutputSerializer):
    """An entry of the audit log."""

    id = serializers.IntegerField()
    at = serializers.DateTimeField()
    who = serializers.CharField()
    sentence = serializers.CharField(help_text="What happened, in the caller's language.")
    action = serializers.CharField(help_text="Stable name; decide by this.")
    object = serializers.CharField()
    link = serializers.IntegerField(allow_null=True, help_text="Its link in the chained log.")
    digest = serializers.CharField(help_text="SHA-256 of the entry, as the link binds it.")
    detail = serializers.DictField()


_AUDIT_ENTRY = {
    "id": 4711,
    "at": "2026-11-22T09:30:00+00:00",
    "who": "Trần Văn Bình",
    "sentence": "Trần Văn Bình approved version 3 of “Đơn hàng”.",
    "action": "template_version.approved",
    "object": "template_version:12",
    "link": 902,
    "digest": "9f2c…",
    "detail": {"template": "don-hang", "version": 3, "comment": ""},
}
_FILES = {
    (200, "application/json"): ProofOutput,
    (200, "application/pdf"): OpenApiTypes.BINARY,
}


class MessageProofView(ApiView):
    """`/messages/{id}/proof`"""

    scopes = {"GET": (_SCOPE,)}

    @operation(
        "get_message_proof",
        "Proof pack of a message",
        tag=_TAG,
        scope=_SCOPE,
        query=ProofQuery,
        responses=_FILES,
        also=(404,),
        description="Everything that is kept about the message. The audit log notes each pack with "
        "the checksum of its JSON, which the header `Repr-Digest` (RFC 9530) carries.",
    )
    def get(self, request: Request, message_id: UUID) -> HttpResponse:
        wanted = _wanted(request, query(request, ProofQuery()))
        return _file(proof_of_message(wanted=wanted, message_id=message_id))


class NumberProofView(ApiView):
    """`/numbers/{number}/proof`"""

    scopes = {"GET": (_SCOPE,)}

    @operation(
        "get_number_proof",
        "Proof pack of a number",
        tag=_TAG,
        scope=_SCOPE,
        query=NumberProofQuery,
        responses=_FILES,
        description="Consent, refusals and replies of the number, and its newest "
        f"{LARGEST_NUMBER:,} messages; `after` and `before` lead to older ones.",
    )
    def get(self, request: Request, number: str) -> HttpResponse:
        wanted = _wanted(request, query(request, NumberProofQuery()))
        digits = msisdn(number, account_of(request), field="number")
        return _file(proof_of_number(wanted=wanted, msisdn=digits))


class MessageTraceView(ApiView):
    """`/messages/{id}/trace`"""

    scopes = {"GET": (Scope.MESSAGES_READ.value,)}

    @operation(
        "get_message_trace",
        "Why a message was, or was not, sent",
        tag="messages",
        scope=Scope.MESSAGES_READ.value,
        responses={200: TraceOutput},
        also=(404,),
        description="Each rule that was asked, with what it asks, what was found, what to do and "
        "where it is written; segments, receipts and events. `steps` has all of it by time: gates, "
        "the routes that were weighed, PDUs (`submit_sm`, `deliver_sm`) and every webhook attempt.",
    )
    def get(self, request: Request, message_id: UUID) -> Response:
        account = account_of(request)
        message = message_for_proof(account.pk, message_id)
        if message is None:
            raise NotFoundError("message_not_found", _("There is no message with this id."))
        records = consent_records(account.pk, message.msisdn)
        trace = message_trace(message, for_operator=False, with_deliveries=True)
        evidence = message_evidence(message, records, for_operator=False, trace=trace)
        found = plain(evidence) | {
            "story": list(stories.of_decision(evidence)),
            "steps": plain(trace_steps(message, trace, decided_at(message))),
        }
        return Response(found)


class AuditView(ApiView):
    """`/audit`"""

    scopes = {"GET": (_SCOPE,)}

    @operation(
        "list_audit",
        "Read the audit log",
        tag=_TAG,
        scope=_SCOPE,
        query=AuditQuery,
        responses={200: page_of("Audit", AuditOutput)},
        description="Newest first.",
        examples=[
            OpenApiExample(
                "A page",
                {"data": [_AUDIT_ENTRY], "next_cursor": None},
                response_only=True,
                status_codes=["200"],
            )
        ],
    )
    def get(self, request: Request) -> Response:
        wanted = query(request, AuditQuery())
        entries = audit_page(
            account_of(request).pk,
            AuditWanted(
                action=wanted.get("action", ""),
                subject=wanted.get("object", ""),
                actor=wanted.get("actor", ""),
                after=wanted.get("after"),
                before=wanted.get("before"),
            ),
            before_id=int_cursor(wanted.get("cursor")),
            limit=wanted["limit"] + 1,
        )
        page = cut(entries, wanted["limit"], lambda entry: entry.pk)
        links = links_of(page.rows)
        shown = [
            entry_facts(line.entry, line.who, line.sentence, links)
            for line in audit_lines(page.rows)
        ]
        for entry in shown:
            del entry["account"]
        return page_response(request, page, shown)


def _wanted(request: Request, values: Any) -> Wanted:
    return Wanted(
        account=account_of(request),
        actor=None,
        form=values["format"],
        api_key=key_of(request),
        first=values.get("after"),
        last=values.get("before"),
    )


def _file(pack: Pack) -> HttpResponse:
    response = HttpResponse(pack.content, content_type=pack.media_type)
    response["Content-Disposition"] = f'attachment; filename="{pack.name}"'
    if pack.media_type == "application/json":
        digest = base64.b64encode(bytes.fromhex(pack.sha256)).decode()
        response["Repr-Digest"] = f"sha-256=:{digest}:"
    return response

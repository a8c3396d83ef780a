"""One message's whole way, with carriers, binds and routes by name."""

from uuid import UUID

from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from config.common.api.fields import Moment, OutputSerializer
from config.common.errors import NotFoundError
from messaging.api.operations.common import OperationsView, reads
from messaging.api.outputs import StepOutput
from messaging.constants import MessageStatus
from messaging.models import Message
from messaging.selectors.proofs.messages import decided_at
from messaging.selectors.proofs.model import plain
from messaging.selectors.trace import message_trace
from messaging.selectors.trace_steps import trace_steps


class OperatorTraceOutput(OutputSerializer):
    """A message's way; texts and whom it went to are the account's."""

    id = serializers.UUIDField()
    account = serializers.CharField()
    class_ = serializers.CharField()
    status = serializers.ChoiceField(MessageStatus.choices)
    from_ = serializers.CharField()
    network = serializers.CharField(allow_null=True)
    segment_count = serializers.IntegerField()
    accepted_at = Moment()
    configuration = serializers.IntegerField(
        allow_null=True, help_text="The version of the configuration that decided."
    )
    steps = StepOutput(many=True)


class OperatorTraceView(OperationsView):
    """`/operations/messages/{id}/trace`"""

    @reads(
        "read_message_trace",
        "Trace a message",
        responses={200: OperatorTraceOutput},
        also=(404,),
        description="What the account's own trace has under `steps`, with the names of carriers, "
        "binds and routes, the terms by which routes were weighed, and the carrier's message ids.",
    )
    def get(self, request: Request, message_id: UUID) -> Response:
        rows = Message.objects.select_related("account", "sender", "network")
        message = rows.filter(pk=message_id).first()
        if message is None:
            raise NotFoundError("message_not_found", _("There is no message with this id."))
        trace = message_trace(message, for_operator=True, with_deliveries=False)
        found = {
            "id": str(message.pk),
            "account": message.account.slug,
            "class": message.message_class,
            "status": message.status,
            "from": message.sender.address,
            "network": message.network.code if message.network else None,
            "segment_count": message.segment_count,
            "accepted_at": message.created_at,
            "configuration": trace.decision.configuration if trace.decision else None,
            "steps": trace_steps(message, trace, decided_at(message)),
        }
        return Response(plain(found))

"""What a message would be, cost and meet, before it is sent."""

from typing import Any, Final

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiExample
from rest_framework.request import Request
from rest_framework.response import Response

from compliance.constants import Scope
from config.common.api.fields import Moment, Text, Truth, Whole
from config.common.api.schema import operation
from config.common.api.throttling import Budget
from config.common.api.views import ApiView, body
from messaging.api import examples
from messaging.api.common import account_of, wording_fields
from messaging.api.inputs import RowInput
from messaging.api.preview_answers import preview_shown
from messaging.api.preview_outputs import PreviewOutput
from messaging.api.problems import NAMES
from messaging.api.wording_inputs import WordingInput
from messaging.services.previews import DraftWording, PreviewRequest, message_preview

# The longest text that 255 segments hold (3GPP TS 23.040 §9.2.3.24.1).
_MAX_CHARACTERS = 255 * 153
_SCOPES = (Scope.MESSAGES_SEND.value, Scope.MESSAGES_READ.value, Scope.TEMPLATES_WRITE.value)
# Of a message, and of no consequence for what it would be.
_IGNORED = ("client_reference", "metadata")


class PreviewInput(RowInput):
    """A message as for sending, of which everything but its words may be left out."""

    to = Text(
        max_length=40,
        required=False,
        allow_null=True,
        help_text=_("The recipient; with `from` the answer says what would become of the message."),
    )
    text = Text(
        required=False,
        allow_null=True,
        allow_blank=True,
        trim_whitespace=False,
        max_length=_MAX_CHARACTERS,
        help_text=_("A text as it would be sent."),
    )
    wording = WordingInput(
        required=False, allow_null=True, help_text=_("A template's text that is not saved yet.")
    )
    at = Moment(
        required=False, allow_null=True, help_text=_("Decide as at this time; absent: `send_at`.")
    )
    normalize = Truth(
        default=True,
        help_text=_("Composed form (NFC) and the version's letters, as sending does; or as given."),
    )
    audience_size = Whole(
        min_value=1,
        max_value=100_000_000,
        required=False,
        allow_null=True,
        help_text=_("Also answer what so many such messages cost."),
    )


_INPUT: Final = PreviewInput()


def _request(values: dict[str, Any]) -> PreviewRequest:
    given = {
        name: value for name, value in values.items() if value is not None and name not in _IGNORED
    }
    if "wording" in given:
        given["wording"] = DraftWording(**given["wording"])
    return PreviewRequest(**given)


class PreviewView(ApiView):
    """`/messages/preview`"""

    scopes = {"POST": _SCOPES}
    budgets = {"POST": Budget.READS}
    takes_test_keys = True

    @operation(
        "preview_message",
        "Preview a message",
        tag="messages",
        scope=_SCOPES[0],
        request=PreviewInput,
        responses={200: PreviewOutput},
        description="Answered by the code that sends: encoding, segments and cost, what makes it "
        "expensive, and with `to` and `from` its network, way and legal decision. Nothing is "
        "stored or counted. What sending would refuse is the answer's `refusal`; what it could "
        "not read (a number, a template's name) is an error here too.",
        examples=[
            OpenApiExample("A text", examples.PREVIEW_REQUEST, request_only=True),
            OpenApiExample("A wording", examples.PREVIEW_WORDING_REQUEST, request_only=True),
            OpenApiExample(
                "One letter too many", examples.PREVIEW, response_only=True, status_codes=["200"]
            ),
        ],
    )
    def post(self, request: Request) -> Response:
        asked = _request(body(request, _INPUT))
        slots = () if asked.wording is None else asked.wording.slots
        with wording_fields(slots, "" if asked.wording is None else "wording."):
            found = message_preview(account=account_of(request), request=asked)
        return Response(preview_shown(found, NAMES))

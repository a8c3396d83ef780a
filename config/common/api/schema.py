"""What every operation of the API says about itself in OpenAPI, so that none forgets it."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    OpenApiResponse,
    extend_schema,
    inline_serializer,
)
from rest_framework import serializers

from config.common.api.fields import OutputSerializer, StrictSerializer
from config.common.api.problems import MEDIA_TYPE, TITLES, document


class ProblemErrorOutput(OutputSerializer):
    """One wrong input: named by exactly one of `pointer`, `parameter` and `header`."""

    pointer = serializers.CharField(required=False, help_text="JSON Pointer into the body.")
    parameter = serializers.CharField(required=False, help_text="Name of a query parameter.")
    header = serializers.CharField(required=False, help_text="Name of a request header.")
    code = serializers.CharField(help_text="Stable name of the rule that was broken.")
    detail = serializers.CharField(help_text="The field, the rule and the fix, for people.")


class ProblemOutput(OutputSerializer):
    """An error by RFC 9457."""

    type = serializers.CharField(help_text="URN of the kind of problem; ends with `code`.")
    title = serializers.CharField(help_text="The same for every problem of this status.")
    status = serializers.IntegerField()
    code = serializers.CharField(help_text="Stable; decide by this, never by the texts.")
    detail = serializers.CharField(help_text="What to do about it, in the caller's language.")
    instance = serializers.CharField(help_text="Path of the request.")
    closest = serializers.DictField(
        required=False, help_text="What comes nearest to an input that matches nothing."
    )
    message_id = serializers.UUIDField(required=False)
    retry_after = serializers.IntegerField(required=False, help_text="Seconds.")
    missing = serializers.DictField(
        required=False, help_text="With 402: `amount` and `currency` that are not covered."
    )
    errors_ = ProblemErrorOutput(many=True, required=False)


_EXAMPLES: Mapping[int, tuple[str, str]] = {
    400: ("malformed_json", "The body is not JSON: line 3, column 9 (Expecting value)."),
    401: ("invalid_api_key", "This API key is not known: check it."),
    402: (
        "credit_exhausted",
        "This costs 700 VND and 350 VND may be spent: 350 VND is missing. Ask for a top-up or a"
        " higher limit, then send it again.",
    ),
    403: ("scope_missing", "The API key lacks the scope “messages:send”: use a key that has it."),
    404: ("not_found", "There is no such thing for this key."),
    409: (
        "idempotency_key_in_use",
        "A request with this Idempotency-Key is still running: repeat it in a moment.",
    ),
    413: ("too_large", "The body is larger than the server reads: send fewer messages at a time."),
    415: (
        "unsupported_media_type",
        "The body's type is not understood: send “Content-Type: application/json”.",
    ),
    422: ("invalid_request", "to: The field is missing: add it."),
    429: (
        "rate_limited",
        "The key has used up its 6000 “sends” of this minute: try again in 12 s.",
    ),
}
_ALWAYS = (401, 403, 429)
_WITH_QUERY = (422,)
_WITH_KEY = (409, 422)
_WITH_BODY = (400, 413, 415, 422)


def _problem(status: int) -> OpenApiResponse:
    code, detail = _EXAMPLES[status]
    example = document(status, code, detail, instance="/api/v1/messages")
    if status == 422:
        example["errors"] = [{"pointer": "#/to", "code": "required", "detail": detail}]
    return OpenApiResponse(
        ProblemOutput,
        description=str(TITLES[status]),
        examples=[OpenApiExample(code, example, media_type=MEDIA_TYPE, response_only=True)],
    )


def problems(*statuses: int) -> dict[tuple[int, str], OpenApiResponse]:
    """Responses for an operation's errors."""
    return {(status, MEDIA_TYPE): _problem(status) for status in sorted(set(statuses))}


def operation(
    operation_id: str,
    summary: str,
    *,
    tag: str,
    scope: str,
    responses: Mapping[Any, Any],  # by status, or by status and media type
    request: Any = None,  # serializer class, as drf-spectacular takes it
    query: type[StrictSerializer] | None = None,
    also: Sequence[int] = (),
    description: str = "",
    **more: Any,
) -> Callable[[Any], Any]:
    """`extend_schema` with the problems that the operation can answer, and its scope."""
    statuses = {*_ALWAYS, *also}
    statuses |= set(_WITH_BODY) if request is not None else set()
    statuses |= set(_WITH_QUERY) if query is not None else set()
    parameters = more.pop("parameters", [])
    if any(one.name == "Idempotency-Key" for one in parameters):
        statuses |= set(_WITH_KEY)
    return extend_schema(
        operation_id=operation_id,
        summary=summary,
        description=f"{description}\n\nScope: {f'`{scope}`' if scope else 'any'}.".strip(),
        tags=[tag],
        request=request,
        parameters=[*([query] if query else []), *parameters],
        responses={**responses, **problems(*statuses)},
        **more,
    )


def page_of(name: str, row: type[serializers.Serializer[Any]]) -> serializers.Serializer[Any]:
    """The schema of a page of rows."""
    return inline_serializer(
        name=f"{name}Page",
        fields={
            "data": row(many=True),
            "next_cursor": serializers.CharField(
                allow_null=True, help_text="Null on the last page; else pass it as `cursor`."
            ),
        },
    )


def header(name: str, description: str) -> OpenApiParameter:
    """A request header of an operation."""
    return OpenApiParameter(name, str, OpenApiParameter.HEADER, description=description)

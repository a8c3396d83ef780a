"""Verifications: start, read, check, send again, cancel."""

from collections.abc import Mapping
from functools import partial
from typing import Any, Final
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.utils import OpenApiExample
from rest_framework.request import Request
from rest_framework.response import Response

from compliance.constants import Scope
from compliance.models import Account
from config.common.api.idempotency import idempotency_key
from config.common.api.pagination import cut, page_response, query
from config.common.api.schema import operation, page_of
from config.common.api.throttling import Budget
from config.common.api.views import ApiView, body
from messaging.api import verification_examples as examples
from messaging.api.common import (
    KEY_HEADER,
    account_of,
    answer_response,
    key_of,
    msisdn,
    uuid_cursor,
    written,
)
from messaging.api.repeating import repeatable
from messaging.api.verification_forms import (
    CodeInput,
    CodeOutput,
    NumberCodeInput,
    VerificationInput,
    VerificationOutput,
    VerificationsQuery,
)
from messaging.selectors.verifications import (
    VerificationFilter,
    verification_get,
    verifications_page,
)
from messaging.services.idempotency import Answer, answer_once
from messaging.services.verification.changes import verification_cancel, verification_resend
from messaging.services.verification.checking import verification_check
from messaging.services.verification.gate import VerificationRefusedError
from messaging.services.verification.sending import Wish
from messaging.services.verification.starting import Start, refusal_note, verification_start

READ: Final = (Scope.VERIFICATIONS_READ.value,)
WRITE: Final = (Scope.VERIFICATIONS_WRITE.value,)
TAG: Final = "verifications"
_INPUT: Final = VerificationInput()
_CHECK: Final = CodeInput()
_NUMBER_CHECK: Final = NumberCodeInput()
_SHOWN: Final = VerificationOutput()
_CHECKED: Final = CodeOutput()
_CHECK_SAYS: Final = (
    "`approved` true exactly once: of the right code, the first time. A wrong code answers 200"
    " with `approved` false; what has ended answers 409, with `code` saying how"
    " (`verification_approved`, `verification_expired`, `verification_failed`,"
    " `verification_canceled`, `verification_blocked`)."
)
_CHECK_EXAMPLES: Final = [
    OpenApiExample("As typed", examples.CHECK_REQUEST, request_only=True),
    OpenApiExample("Right", examples.CHECKED, response_only=True, status_codes=["200"]),
    OpenApiExample("Wrong", examples.WRONG, response_only=True, status_codes=["200"]),
]


class VerificationsView(ApiView):
    """`/verifications`"""

    takes_test_keys = True
    scopes = {"GET": (*READ, *WRITE), "POST": WRITE}
    budgets = {"POST": Budget.SENDS}

    @operation(
        "start_verification",
        "Start a verification",
        tag=TAG,
        scope=WRITE[0],
        request=VerificationInput,
        responses={201: VerificationOutput},
        also=(402, 409),
        parameters=[KEY_HEADER],
        description="Sends a code to the number. Give the person's `ip` and `device_id`: limits "
        "and the shield against SMS pumping count by them. One that still waits for the same "
        "number and service is canceled. 403 with `verification_held` and others: not sent, and "
        "told by the event `verification.blocked`. A test key starts one in the sandbox, whose code "
        "is 123456, as long as the codes of the service, and 234567 when it is sent again.",
        examples=[
            OpenApiExample("A sign-in", examples.START_REQUEST, request_only=True),
            OpenApiExample(
                "Started", examples.VERIFICATION, response_only=True, status_codes=["201"]
            ),
        ],
    )
    def post(self, request: Request) -> HttpResponse:
        account, values = account_of(request), body(request, _INPUT)
        start = start_of(values, is_test=key_of(request).is_test)
        try:
            answer = answer_once(
                api_key=key_of(request),
                route="verifications",
                key=idempotency_key(request),
                payload=request.data,
                work=partial(_started, account, start),
            )
        except VerificationRefusedError as error:
            refusal_note(account=account, start=start, error=error)
            raise
        return answer_response(answer)

    @operation(
        "list_verifications",
        "List verifications",
        tag=TAG,
        scope=READ[0],
        query=VerificationsQuery,
        responses={200: page_of("Verification", VerificationOutput)},
        description="Newest first.",
        examples=[
            OpenApiExample(
                "A page",
                {"data": [examples.VERIFICATION], "next_cursor": None},
                response_only=True,
                status_codes=["200"],
            )
        ],
    )
    def get(self, request: Request) -> Response:
        account, wanted = account_of(request), query(request, VerificationsQuery())
        values = {name: wanted[name] for name in wanted if name not in {"limit", "cursor"}}
        if "to" in values:
            values["to"] = msisdn(values["to"], account, field="to")
        rows = verifications_page(
            account,
            VerificationFilter(**values, is_test=key_of(request).is_test),
            before=uuid_cursor(wanted.get("cursor")),
            limit=wanted["limit"] + 1,
        )
        page = cut(rows, wanted["limit"], lambda row: row.pk)
        return page_response(request, page, [_SHOWN.to_representation(row) for row in page.rows])


def start_of(values: Mapping[str, Any], *, is_test: bool) -> Start:
    """The service's request."""
    given = {name: value for name, value in values.items() if value is not None}
    given.pop("channel", None)
    asked = ("locale", "template", "app_hash", "web_otp_domain")
    wish = Wish(**{name: given.pop(name) for name in asked if name in given})
    if "sender" in given:
        given["sender"] = given["sender"].removeprefix("+")
    return Start(wish=wish, is_test=is_test, **given)


def _started(account: Account, start: Start) -> Answer:
    made = verification_start(account=account, start=start)
    return Answer(
        status=201,
        body=written(_SHOWN.to_representation(made)),
        location=f"/api/v1/verifications/{made.pk}",
    )


def _response(request: Request, verification_id: UUID) -> Response:
    """As it stands now. Raises NotFoundError."""
    found = verification_get(account_of(request), verification_id, is_test=key_of(request).is_test)
    return Response(_SHOWN.to_representation(found))


class VerificationView(ApiView):
    """`/verifications/{id}`"""

    scopes = {"GET": (*READ, *WRITE)}

    @operation(
        "get_verification",
        "Read a verification",
        tag=TAG,
        scope=READ[0],
        responses={200: VerificationOutput},
        also=(404,),
        examples=[OpenApiExample("Pending", examples.VERIFICATION, response_only=True)],
    )
    def get(self, request: Request, verification_id: UUID) -> Response:
        return _response(request, verification_id)


class VerificationCheckView(ApiView):
    """`/verifications/{id}/check`"""

    takes_test_keys = True
    scopes = {"POST": WRITE}
    budgets = {"POST": Budget.SENDS}

    @operation(
        "check_verification",
        "Check a code",
        tag=TAG,
        scope=WRITE[0],
        request=CodeInput,
        responses={200: CodeOutput},
        also=(404, 409),
        description=_CHECK_SAYS,
        examples=_CHECK_EXAMPLES,
    )
    def post(self, request: Request, verification_id: UUID) -> Response:
        checked = verification_check(
            account=account_of(request),
            code=body(request, _CHECK)["code"],
            is_test=key_of(request).is_test,
            pk=verification_id,
        )
        return Response(_CHECKED.to_representation(checked))


class NumberCheckView(ApiView):
    """`/verifications/check`"""

    takes_test_keys = True
    scopes = {"POST": WRITE}
    budgets = {"POST": Budget.SENDS}

    @operation(
        "check_verification_of_number",
        "Check a code by number",
        tag=TAG,
        scope=WRITE[0],
        request=NumberCodeInput,
        responses={200: CodeOutput},
        also=(404, 409),
        description=f"Holds the code against the newest verification of the number. {_CHECK_SAYS}",
        examples=[
            OpenApiExample("By number", examples.NUMBER_CHECK_REQUEST, request_only=True),
            *_CHECK_EXAMPLES[1:],
        ],
    )
    def post(self, request: Request) -> Response:
        values, account = body(request, _NUMBER_CHECK), account_of(request)
        key: dict[str, Any] = {"msisdn": msisdn(values["to"], account, field="to")}
        if values.get("service"):
            key["service__slug"] = values["service"]
        is_test = key_of(request).is_test
        checked = verification_check(account=account, code=values["code"], is_test=is_test, **key)
        return Response(_CHECKED.to_representation(checked))


class VerificationResendView(ApiView):
    """`/verifications/{id}/resend`"""

    takes_test_keys = True
    scopes = {"POST": WRITE}
    budgets = {"POST": Budget.SENDS}

    @operation(
        "resend_verification",
        "Send a new code",
        tag=TAG,
        scope=WRITE[0],
        responses={200: VerificationOutput},
        also=(402, 404, 409),
        parameters=[KEY_HEADER],
        description="A new code with a life of its own; the one before it is void. Possible from "
        "`next_send_at` on, each time after a longer wait: before that the answer is 429 with "
        "`Retry-After`.",
        examples=[OpenApiExample("Sent again", examples.RESENT, response_only=True)],
    )
    @repeatable
    def post(self, request: Request, verification_id: UUID) -> Response:
        verification_resend(
            account=account_of(request),
            verification_id=verification_id,
            is_test=key_of(request).is_test,
        )
        return _response(request, verification_id)


class VerificationCancelView(ApiView):
    """`/verifications/{id}/cancel`"""

    takes_test_keys = True
    scopes = {"POST": WRITE}

    @operation(
        "cancel_verification",
        "Cancel a verification",
        tag=TAG,
        scope=WRITE[0],
        responses={200: VerificationOutput},
        also=(404, 409),
        description="Its code is void at once.",
        examples=[OpenApiExample("Canceled", examples.CANCELED, response_only=True)],
    )
    def post(self, request: Request, verification_id: UUID) -> Response:
        verification_cancel(
            account=account_of(request),
            verification_id=verification_id,
            is_test=key_of(request).is_test,
        )
        return _response(request, verification_id)

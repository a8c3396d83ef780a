"""The review of a version: each step is an address of its own."""

from typing import Any, Final

from rest_framework.request import Request
from rest_framework.response import Response

from compliance.constants import Scope
from config.common.api.schema import operation
from config.common.api.views import ApiView, body
from messaging.api.common import account_of, actor_of
from messaging.api.template_inputs import ApproveInput, NothingInput, RejectInput, WithdrawInput
from messaging.api.template_outputs import TemplateVersionDetailOutput, WithdrawnOutput
from messaging.api.templates import TAG
from messaging.selectors.catalog import version_get
from messaging.services.templates import (
    version_approve,
    version_reject,
    version_submit,
    version_withdraw,
)

_WRITE = (Scope.TEMPLATES_WRITE.value,)
_REVIEW = (Scope.TEMPLATES_REVIEW.value,)
_DETAIL: Final = TemplateVersionDetailOutput()
_WITHDRAWN: Final = WithdrawnOutput()
_NOTHING: Final = NothingInput()
_APPROVE: Final = ApproveInput()
_REJECT: Final = RejectInput()
_WITHDRAW: Final = WithdrawInput()


class VersionSubmitView(ApiView):
    """`/templates/{template}/versions/{version}/submit`"""

    scopes = {"POST": _WRITE}

    @operation(
        "submit_template_version",
        "Submit a version",
        tag=TAG,
        scope=_WRITE[0],
        request=NothingInput,
        responses={200: TemplateVersionDetailOutput},
        also=(404, 409),
        description="Hands a draft to the reviewers; from now on it stays as it is. One version "
        "of a template waits at a time.",
    )
    def post(self, request: Request, template: str, version: int) -> Response:
        found = version_get(account_of(request), template, version)
        body(request, _NOTHING)
        moved = version_submit(version=found, actor=actor_of(request))
        return Response(_DETAIL.to_representation(moved))


class VersionApproveView(ApiView):
    """`/templates/{template}/versions/{version}/approve`"""

    scopes = {"POST": _REVIEW}

    @operation(
        "approve_template_version",
        "Approve a version",
        tag=TAG,
        scope=_REVIEW[0],
        request=ApproveInput,
        responses={200: TemplateVersionDetailOutput},
        also=(404, 409),
        description="By somebody else than the author. It is sent from now on, or from "
        "`activates_at`, and the former version is retired with it.",
    )
    def post(self, request: Request, template: str, version: int) -> Response:
        found = version_get(account_of(request), template, version)
        values: dict[str, Any] = body(request, _APPROVE)
        moved = version_approve(version=found, reviewer=actor_of(request), **values)
        return Response(_DETAIL.to_representation(moved))


class VersionRejectView(ApiView):
    """`/templates/{template}/versions/{version}/reject`"""

    scopes = {"POST": _REVIEW}

    @operation(
        "reject_template_version",
        "Reject a version",
        tag=TAG,
        scope=_REVIEW[0],
        request=RejectInput,
        responses={200: TemplateVersionDetailOutput},
        also=(404, 409),
        description="For good: the author writes a new version. The comment says what to change.",
    )
    def post(self, request: Request, template: str, version: int) -> Response:
        found = version_get(account_of(request), template, version)
        values = body(request, _REJECT)
        moved = version_reject(version=found, reviewer=actor_of(request), **values)
        return Response(_DETAIL.to_representation(moved))


class VersionWithdrawView(ApiView):
    """`/templates/{template}/versions/{version}/withdraw`"""

    scopes = {"POST": (*_REVIEW, *_WRITE)}

    @operation(
        "withdraw_template_version",
        "Withdraw a version",
        tag=TAG,
        scope=_REVIEW[0],
        request=WithdrawInput,
        responses={200: WithdrawnOutput},
        also=(404, 409),
        description="By an officer, or by its author (scope `templates:write`). Of a version that "
        "was approved nothing leaves any more; `stopped_count` says how much had not left.",
    )
    def post(self, request: Request, template: str, version: int) -> Response:
        found = version_get(account_of(request), template, version)
        values = body(request, _WITHDRAW)
        done = version_withdraw(version=found, actor=actor_of(request), **values)
        shown = _DETAIL.to_representation(done.version)
        return Response(
            {name: shown[name] for name in shown if name in _WITHDRAWN.fields}
            | {"stopped_count": done.stopped}
        )

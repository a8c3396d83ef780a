"""What the shield holds, and numbers that are let through: read by an account's keys; said in the
name of the key's maker, with that person's roles."""

from typing import Any, cast

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import OpenApiExample
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from compliance.models import Account
from config.common import clock
from config.common.api.fields import Moment, OutputSerializer, StrictSerializer, Text, Truth
from config.common.api.pagination import PageInput, cut, page_response, query
from config.common.api.schema import operation, page_of
from config.common.api.views import ApiView, body
from config.common.errors import NotFoundError
from messaging.api import verification_examples as examples
from messaging.api.common import KEY_HEADER, account_of, actor_of, int_cursor
from messaging.api.repeating import repeatable
from messaging.api.sender_pools import IN_NAME, answered
from messaging.api.verifications import READ, TAG, WRITE
from messaging.constants import HoldCause
from messaging.models import VerificationHold, VerificationOverride
from messaging.selectors.shield import holding_now
from messaging.selectors.verifications import service_get
from messaging.services.verification.settings import hold_lift, override_add, override_end


class StandingQuery(PageInput):
    """Filters of holds and overrides."""

    is_active = Truth(
        required=False, help_text=gettext_lazy("Only what holds now, or only what has ended.")
    )


class HoldOutput(OutputSerializer):
    """A prefix or a country into which no code is sent."""

    id = serializers.IntegerField()
    service = serializers.CharField(source="service.slug")
    country = serializers.CharField()
    prefix = serializers.CharField(help_text="Empty: the whole country.")
    cause = serializers.ChoiceField(HoldCause.choices)
    is_monitor = serializers.BooleanField(help_text="It only notes what it would stop.")
    measured = serializers.DictField()
    reason = serializers.CharField()
    placed_at = Moment()
    until = Moment()
    ended_at = Moment(allow_null=True)


class LiftInput(StrictSerializer):
    """Why."""

    reason = Text(max_length=200)


class ShieldOverrideInput(StrictSerializer):
    """Numbers that are let through for a time."""

    prefix = Text(
        max_length=20, help_text=gettext_lazy("A number, or how numbers begin: +84981234567.")
    )
    service = Text(
        max_length=40,
        required=False,
        allow_null=True,
        help_text=gettext_lazy("Its short name; absent: every service of the account."),
    )
    until = Moment(help_text=gettext_lazy("At most thirty days ahead."))
    reason = Text(max_length=200)


class ShieldOverrideOutput(OutputSerializer):
    """Numbers that are let through."""

    id = serializers.IntegerField()
    service = serializers.CharField(source="service.slug", allow_null=True, default=None)
    prefix = serializers.CharField()
    reason = serializers.CharField()
    created_at = Moment()
    until = Moment()
    ended_at = Moment(allow_null=True)


_HOLD, _OVERRIDE = HoldOutput(), ShieldOverrideOutput()
_LIFT, _ADD = LiftInput(), ShieldOverrideInput()


def _page(request: Request, rows: Any, shown: Any) -> Response:
    """The newest first."""
    wanted = query(request, StandingQuery())
    if wanted.get("is_active") is not None:
        now = holding_now(clock.now())
        rows = rows.filter(now) if wanted["is_active"] else rows.exclude(now)
    before = int_cursor(wanted.get("cursor"))
    rows = rows.filter(pk__lt=before) if before is not None else rows
    page = cut(
        list(rows.order_by("-pk")[: wanted["limit"] + 1]), wanted["limit"], lambda row: row.pk
    )
    return page_response(request, page, [shown.to_representation(row) for row in page.rows])


def _one(rows: Any, pk: int) -> Any:
    found = rows.filter(pk=pk).first()
    if found is None:
        raise NotFoundError("not_found", _("There is no such thing for this key."))
    return found


def _holds(account: Account) -> Any:
    return VerificationHold.objects.filter(account=account).select_related("service")


def _overrides(account: Account) -> Any:
    return VerificationOverride.objects.filter(account=account).select_related("service")


class VerificationHoldsView(ApiView):
    """`/verification-holds`"""

    scopes = {"GET": (*READ, *WRITE)}

    @operation(
        "list_verification_holds",
        "List holds of the shield",
        tag=TAG,
        scope=READ[0],
        query=StandingQuery,
        responses={200: page_of("VerificationHold", HoldOutput)},
        description="Newest first: prefixes and countries into which no code is sent.",
        examples=[answered("A page", {"data": [examples.HOLD], "next_cursor": None})],
    )
    def get(self, request: Request) -> Response:
        return _page(request, _holds(account_of(request)), _HOLD)


class VerificationHoldLiftView(ApiView):
    """`/verification-holds/{id}/lift`"""

    scopes = {"POST": WRITE}

    @operation(
        "lift_verification_hold",
        "Lift a hold",
        tag=TAG,
        scope=WRITE[0],
        request=LiftInput,
        responses={200: HoldOutput},
        also=(404, 409),
        description="Codes go there again at once, and the shield does not hold the place anew for"
        f" as long as its holds last. {IN_NAME}",
        examples=[
            OpenApiExample("Why", {"reason": "Real customers"}, request_only=True),
            answered("Lifted", examples.LIFTED),
        ],
    )
    def post(self, request: Request, hold_id: int) -> Response:
        rows = _holds(account_of(request))
        hold = cast(VerificationHold, _one(rows, hold_id))
        hold_lift(hold, reason=body(request, _LIFT)["reason"], actor=actor_of(request))
        return Response(_HOLD.to_representation(_one(rows, hold_id)))


class VerificationOverridesView(ApiView):
    """`/verification-overrides`"""

    scopes = {"GET": (*READ, *WRITE), "POST": WRITE}

    @operation(
        "list_verification_overrides",
        "List numbers that are let through",
        tag=TAG,
        scope=READ[0],
        query=StandingQuery,
        responses={200: page_of("VerificationOverride", ShieldOverrideOutput)},
        description="Newest first.",
        examples=[answered("A page", {"data": [examples.OVERRIDE], "next_cursor": None})],
    )
    def get(self, request: Request) -> Response:
        return _page(request, _overrides(account_of(request)), _OVERRIDE)

    @operation(
        "add_verification_override",
        "Let numbers through",
        tag=TAG,
        scope=WRITE[0],
        request=ShieldOverrideInput,
        responses={201: ShieldOverrideOutput},
        also=(404, 409),
        parameters=[KEY_HEADER],
        description="Until then the shield, the countries of the service and its limits by number,"
        f" block, address and device do not stop them. {IN_NAME}",
        examples=[
            OpenApiExample("A customer", examples.OVERRIDE_REQUEST, request_only=True),
            answered("Added", examples.OVERRIDE, "201"),
        ],
    )
    @repeatable
    def post(self, request: Request) -> Response:
        values, account = body(request, _ADD), account_of(request)
        slug = values.get("service")
        override = VerificationOverride(
            account=account,
            service=service_get(account, slug) if slug else None,
            prefix=values["prefix"],
            until=values["until"],
            reason=values["reason"],
        )
        override_add(override, actor=actor_of(request))
        return Response(_OVERRIDE.to_representation(override), 201)


class VerificationOverrideEndView(ApiView):
    """`/verification-overrides/{id}/end`"""

    scopes = {"POST": WRITE}

    @operation(
        "end_verification_override",
        "End an override",
        tag=TAG,
        scope=WRITE[0],
        responses={200: ShieldOverrideOutput},
        also=(404, 409),
        description=f"Shield and limits hold for the numbers again at once. {IN_NAME}",
        examples=[answered("Ended", examples.OVERRIDE_ENDED)],
    )
    def post(self, request: Request, override_id: int) -> Response:
        rows = _overrides(account_of(request))
        override = cast(VerificationOverride, _one(rows, override_id))
        override_end(override, actor=actor_of(request))
        return Response(_OVERRIDE.to_representation(_one(rows, override_id)))

"""Suppressions: who must not be written to, and the check of many numbers at once."""

from typing import Any, Final

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from compliance.constants import (
    MessageClass,
    Purpose,
    Scope,
    SuppressionCause,
    SuppressionSource,
)
from compliance.models import Account, Advertiser, Program, Suppression
from compliance.services.consent import suppression_enter
from compliance.services.suppressions import suppression_lift
from config.common.api.fields import Moment, OutputSerializer, StrictSerializer, Text, Word
from config.common.api.pagination import PageInput, cut, page_response, query
from config.common.api.schema import operation, page_of
from config.common.api.views import ApiView, body
from config.common.errors import InvalidError, NotFoundError
from messaging.api.common import KEY_HEADER, account_of, int_cursor, msisdn
from messaging.api.repeating import repeatable
from messaging.selectors.consents import advertiser_named, suppressions_page
from messaging.selectors.suppression_checks import About, CheckedNumber, numbers_check
from routing.numbers import to_e164

_READ = (Scope.CONSENT_READ.value,)
_WRITE = (Scope.CONSENT_WRITE.value,)
MOST_NUMBERS = 10_000
_NUMBER = _("A mobile number: E.164, or as written in the account's country.")
_BRAND = _("The brand, exactly as in the account's list of advertisers.")
_PROGRAM = _("The word of one of the brand's programs.")
_SENDER = _("The address of a sender.")
_ENTERED = [
    (one.value, one.label)
    for one in (SuppressionCause.MANUAL, SuppressionCause.COMPLAINT, SuppressionCause.REFUSAL)
]


class SuppressionsQuery(PageInput):
    """Filters of suppressions."""

    number = Text(max_length=40, required=False, help_text=_NUMBER)
    advertiser = Text(max_length=120, required=False, help_text=_BRAND)
    purpose = Word(choices=Purpose.choices, required=False)
    cause = Word(choices=SuppressionCause.choices, required=False)


class SuppressionInput(StrictSerializer):
    """A number that must not get messages of a purpose."""

    number = Text(max_length=40, help_text=_NUMBER)
    purpose = Word(choices=Purpose.choices)
    cause = Word(choices=_ENTERED, default=SuppressionCause.MANUAL.value)
    advertiser = Text(
        max_length=120,
        required=False,
        allow_null=True,
        help_text=_("The brand; absent: every advertiser of the account."),
    )
    program = Text(max_length=20, required=False, allow_null=True, help_text=_PROGRAM)
    sender = Text(max_length=15, default="", help_text=_SENDER)
    reason = Text(max_length=200, default="")
    expires_at = Moment(
        required=False, allow_null=True, help_text=_("When it ends by itself; absent: never.")
    )


class LiftQuery(StrictSerializer):
    """Why a suppression is lifted."""

    reason = Text(max_length=200, help_text=_("Kept with the suppression."))


class SuppressionOutput(OutputSerializer):
    """A suppression in force."""

    id = serializers.IntegerField()
    number = serializers.SerializerMethodField()
    advertiser = serializers.SerializerMethodField(help_text="Null: every advertiser.")
    program = serializers.SerializerMethodField(help_text="Null: every program.")
    sender = serializers.CharField(help_text="Empty: whatever it is sent from.")
    purpose = serializers.ChoiceField(Purpose.choices)
    cause = serializers.ChoiceField(SuppressionCause.choices)
    source_ = serializers.ChoiceField(SuppressionSource.choices)
    reason = serializers.CharField()
    created_at = Moment()
    expires_at = Moment(allow_null=True, help_text="Null: until it is lifted.")

    def get_number(self, suppression: Suppression) -> str:
        return to_e164(suppression.msisdn)

    def get_advertiser(self, suppression: Suppression) -> str | None:
        return suppression.advertiser.name if suppression.advertiser else None

    def get_program(self, suppression: Suppression) -> str | None:
        return suppression.program.code if suppression.program else None


class CheckInput(StrictSerializer):
    """Numbers, and the messages they would get."""

    numbers = serializers.ListField(
        child=Text(max_length=40, help_text=_NUMBER), min_length=1, max_length=MOST_NUMBERS
    )
    class_ = Word(choices=MessageClass.choices, source="message_class")
    advertiser = Text(
        max_length=120,
        required=False,
        allow_null=True,
        help_text=_("The brand; absent: the account's only one, else what stops every brand."),
    )
    program = Text(max_length=20, required=False, allow_null=True, help_text=_PROGRAM)
    sender = Text(max_length=15, default="", help_text=_SENDER)


class CheckedOutput(OutputSerializer):
    """What stands against a number."""

    given = serializers.CharField(help_text="As it was asked.")
    number = serializers.SerializerMethodField(help_text="Null: it is no number; see `error`.")
    error = serializers.CharField(help_text="Why it is no number, else empty.")
    suppressed = serializers.SerializerMethodField()
    causes = serializers.ListField(child=serializers.ChoiceField(SuppressionCause.choices))
    until = Moment(
        allow_null=True, help_text="When the last of them ends; null: not by time, or none stands."
    )
    registered = serializers.BooleanField(
        source="is_registered",
        allow_null=True,
        help_text="Whether the country's register lists it; null: no list was ever loaded.",
    )

    def get_number(self, checked: CheckedNumber) -> str | None:
        return to_e164(checked.msisdn) if checked.msisdn else None

    def get_suppressed(self, checked: CheckedNumber) -> bool:
        return bool(checked.causes)


class RegisterOutput(OutputSerializer):
    """A register that was asked."""

    country = serializers.CharField()
    name = serializers.CharField()
    list = serializers.CharField(source="reference", help_text="The keeper's id of the list.")
    as_of = Moment()


class CheckOutput(OutputSerializer):
    """The numbers in the order of the question, and the registers that were asked."""

    numbers = CheckedOutput(many=True)
    registers = RegisterOutput(many=True)


_INPUT: Final = SuppressionInput()
_CHECK_INPUT: Final = CheckInput()
_SUPPRESSION: Final = SuppressionOutput()
_CHECKED: Final = CheckedOutput()
_REGISTER: Final = RegisterOutput()


def _program(advertiser: Advertiser | None, code: str | None) -> Program | None:
    if not code:
        return None
    found = Program.objects.filter(advertiser=advertiser, code__iexact=code).first()
    if advertiser is None or found is None:
        raise InvalidError(
            "unknown_program",
            gettext("Give the brand, and the word of one of its programs."),
            field="program",
        )
    return found


def _equalities(account: Account, wanted: Any) -> dict[str, Any]:
    values = {name: wanted[name] for name in ("purpose", "cause") if name in wanted}
    if "number" in wanted:
        values["msisdn"] = msisdn(wanted["number"], account, field="number")
    if "advertiser" in wanted:
        values["advertiser"] = advertiser_named(account, wanted["advertiser"])
    return values


class SuppressionsView(ApiView):
    """`/suppressions`"""

    scopes = {"GET": _READ, "POST": _WRITE}

    @operation(
        "list_suppressions",
        "List suppressions",
        tag="consent",
        scope=_READ[0],
        query=SuppressionsQuery,
        responses={200: page_of("Suppression", SuppressionOutput)},
        description="Those in force, newest first.",
    )
    def get(self, request: Request) -> Response:
        account, wanted = account_of(request), query(request, SuppressionsQuery())
        rows = suppressions_page(
            account,
            _equalities(account, wanted),
            before=int_cursor(wanted.get("cursor")),
            limit=wanted["limit"] + 1,
        )
        page = cut(rows, wanted["limit"], lambda suppression: suppression.pk)
        shown = [_SUPPRESSION.to_representation(row) for row in page.rows]
        return page_response(request, page, shown)

    @operation(
        "add_suppression",
        "Suppress a number",
        tag="consent",
        scope=_WRITE[0],
        request=SuppressionInput,
        responses={201: SuppressionOutput},
        also=(409,),
        parameters=[KEY_HEADER],
        description="From now on nothing of the purpose is sent to the number. Repeating is "
        "harmless; of two causes the stronger stands. Report complaints with `cause: complaint`.",
    )
    @repeatable
    def post(self, request: Request) -> Response:
        account, values = account_of(request), body(request, _INPUT)
        brand = values.get("advertiser")
        advertiser = None if brand is None else advertiser_named(account, brand)
        suppression = suppression_enter(
            account=account,
            advertiser=advertiser,
            program=_program(advertiser, values.get("program")),
            sender=values["sender"],
            msisdn=msisdn(values["number"], account, field="number"),
            purpose=values["purpose"],
            cause=values["cause"],
            source=SuppressionSource.API,
            reason=values["reason"],
            expires_at=values.get("expires_at"),
            actor=None,
        )
        return Response(_SUPPRESSION.to_representation(suppression), 201)


class SuppressionView(ApiView):
    """`/suppressions/{id}`"""

    scopes = {"DELETE": _WRITE}

    @operation(
        "lift_suppression",
        "Lift a suppression",
        tag="consent",
        scope=_WRITE[0],
        query=LiftQuery,
        responses={204: None},
        also=(403, 404, 409),
        description="Ends it; the row stays as a record with the reason. What the person asked "
        "for is lifted only after a newer consent is on record.",
    )
    def delete(self, request: Request, suppression_id: int) -> Response:
        wanted = query(request, LiftQuery())
        found = Suppression.objects.filter(account=account_of(request), pk=suppression_id).first()
        if found is None:
            raise NotFoundError(
                "unknown_suppression", gettext("There is no such suppression in this account.")
            )
        suppression_lift(suppression=found, reason=wanted["reason"], actor=None)
        return Response(status=204)


class SuppressionCheckView(ApiView):
    """`/suppressions/check`"""

    takes_test_keys = True  # it reads
    scopes = {"POST": _READ}

    @operation(
        "check_suppressions",
        "Check many numbers",
        tag="consent",
        scope=_READ[0],
        request=CheckInput,
        responses={200: CheckOutput},
        description=f"What stands against up to {MOST_NUMBERS:,} numbers for messages of a class,"
        " and whether the country's do-not-call register lists them (it stops advertising).",
    )
    def post(self, request: Request) -> Response:
        account, values = account_of(request), body(request, _CHECK_INPUT)
        advertiser = _brand(account, values.get("advertiser"))
        about = About(
            message_class=values["message_class"],
            advertiser=advertiser,
            program=_program(advertiser, values.get("program")),
            sender=values["sender"],
        )
        rows, registers = numbers_check(account, values["numbers"], about)
        return Response(
            {
                "numbers": [_CHECKED.to_representation(row) for row in rows],
                "registers": [_REGISTER.to_representation(one) for one in registers.values()],
            }
        )


def _brand(account: Account, name: str | None) -> Advertiser | None:
    if name is not None:
        return advertiser_named(account, name)
    brands = list(Advertiser.objects.filter(account=account)[:2])
    return brands[0] if len(brands) == 1 else None

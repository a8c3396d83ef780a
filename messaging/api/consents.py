"""Consent: what people agreed to, and took back."""

from typing import Any, Final

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from compliance.constants import (
    GIVEN_ACTIONS,
    GIVEN_METHODS,
    ConsentAction,
    ConsentMethod,
    Purpose,
    Scope,
)
from compliance.models import Account, ConsentRecord
from config.common.api.fields import Moment, OutputSerializer, StrictSerializer, Text, Whole, Word
from config.common.api.pagination import PageInput, cut, page_response, query
from config.common.api.schema import operation, page_of
from config.common.api.views import ApiView, body
from messaging.api.common import KEY_HEADER, account_of, int_cursor, msisdn
from messaging.api.inputs import Metadata
from messaging.api.repeating import repeatable
from messaging.selectors.consents import (
    advertiser_named,
    consents_page,
    document_of,
)
from messaging.services.replies.wishes import consent_take
from routing.numbers import to_e164

_READ = (Scope.CONSENT_READ.value,)
_WRITE = (Scope.CONSENT_WRITE.value,)
_NUMBER = _("A mobile number: E.164, or as written in the account's country.")
_BRAND = _("The brand, exactly as in the account's list of advertisers.")


class ConsentsQuery(PageInput):
    """Filters of consent."""

    number = Text(max_length=40, required=False, help_text=_NUMBER)
    advertiser = Text(max_length=120, required=False, help_text=_BRAND)
    purpose = Word(choices=Purpose.choices, required=False)


class ConsentInput(StrictSerializer):
    """A fact for the ledger: who agreed to what, when and how; or took it back."""

    number = Text(max_length=40, help_text=_NUMBER)
    advertiser = Text(max_length=120, help_text=_BRAND)
    purpose = Word(choices=Purpose.choices)
    action = Word(choices=[(one.value, one.label) for one in GIVEN_ACTIONS])
    method = Word(
        choices=[(one.value, one.label) for one in GIVEN_METHODS], default=ConsentMethod.API.value
    )
    source_ = Text(
        max_length=120, default="", help_text=_("Where it was given: a form's address, a shop.")
    )
    evidence = Metadata(default=dict, help_text=_("What proves it: a flat object, up to 4 kB."))
    document = Whole(
        min_value=1,
        max_value=2**63 - 1,
        required=False,
        allow_null=True,
        help_text=_("A file that proves it: the id that `/documents` gave."),
    )
    given_at = Moment(required=False, help_text=_("When it was given; absent: now."))
    expires_at = Moment(
        required=False,
        allow_null=True,
        help_text=_("Until when it holds; absent: as long as the account says."),
    )
    text_version = Text(max_length=120, default="", help_text=_("The text that was shown."))
    content = Text(max_length=120, default="", help_text=_("The content agreed to."))
    form = Text(max_length=60, default="", help_text=_("The form agreed to."))
    frequency = Text(
        max_length=60,
        default="",
        help_text=_("The frequency agreed to, such as 4/month or 3 lần/tuần: it is kept to."),
    )


class ConsentOutput(OutputSerializer):
    """A fact of the ledger."""

    id = serializers.IntegerField()
    number = serializers.SerializerMethodField()
    advertiser = serializers.CharField(source="advertiser.name")
    purpose = serializers.ChoiceField(Purpose.choices)
    action = serializers.ChoiceField(ConsentAction.choices)
    method = serializers.ChoiceField(ConsentMethod.choices)
    source_ = serializers.CharField()
    evidence = serializers.DictField()
    document = serializers.IntegerField(source="document_id", allow_null=True)
    given_at = Moment()
    expires_at = Moment(allow_null=True)
    recorded_at = Moment()
    cause = serializers.CharField(help_text="Why it lapsed: expired, reassigned, unknown_number.")
    text_version = serializers.CharField()
    content = serializers.CharField()
    form = serializers.CharField()
    frequency = serializers.CharField()
    promised_limit = serializers.IntegerField(
        allow_null=True, help_text="The frequency in numbers: so many messages …"
    )
    promised_hours = serializers.IntegerField(
        allow_null=True, help_text="… in so many hours. Null: nothing was promised."
    )

    def get_number(self, record: ConsentRecord) -> str:
        return to_e164(record.msisdn)


_CONSENT_INPUT: Final = ConsentInput()
_CONSENT: Final = ConsentOutput()


def _equalities(account: Account, wanted: Any) -> dict[str, Any]:
    values: dict[str, Any] = {}
    if "number" in wanted:
        values["msisdn"] = msisdn(wanted["number"], account, field="number")
    if "advertiser" in wanted:
        values["advertiser"] = advertiser_named(account, wanted["advertiser"])
    if "purpose" in wanted:
        values["purpose"] = wanted["purpose"]
    return values


class ConsentsView(ApiView):
    """`/consents`"""

    scopes = {"GET": _READ, "POST": _WRITE}

    @operation(
        "list_consents",
        "List consent records",
        tag="consent",
        scope=_READ[0],
        query=ConsentsQuery,
        responses={200: page_of("Consent", ConsentOutput)},
        description="The ledger, newest first. For each purpose the record given last holds.",
    )
    def get(self, request: Request) -> Response:
        account, wanted = account_of(request), query(request, ConsentsQuery())
        rows = consents_page(
            account,
            _equalities(account, wanted),
            before=int_cursor(wanted.get("cursor")),
            limit=wanted["limit"] + 1,
        )
        page = cut(rows, wanted["limit"], lambda record: record.pk)
        return page_response(request, page, [_CONSENT.to_representation(row) for row in page.rows])

    @operation(
        "record_consent",
        "Record consent",
        tag="consent",
        scope=_WRITE[0],
        request=ConsentInput,
        responses={201: ConsentOutput},
        also=(409,),
        parameters=[KEY_HEADER],
        description="Appends to the ledger. `revoked` also suppresses the number at "
        "once, and is told as `consent.revoked`.",
    )
    @repeatable
    def post(self, request: Request) -> Response:
        account, values = account_of(request), body(request, _CONSENT_INPUT)
        number, brand = values.pop("number"), values.pop("advertiser")
        record = consent_take(
            account=account,
            advertiser=advertiser_named(account, brand),
            document=document_of(account, values.pop("document", None)),
            msisdn=msisdn(number, account, field="number"),
            **values,
        )
        return Response(_CONSENT.to_representation(record), 201)

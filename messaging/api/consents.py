"""Consent and suppressions: what people agreed to, and who must not be written to."""

from typing import Any, Final

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from compliance.constants import ConsentAction, ConsentMethod, Purpose, Scope, SuppressionSource
from compliance.models import Account, ConsentRecord, Suppression
from compliance.services.consent import consent_record
from compliance.services.suppressions import suppression_add
from config.common.api.fields import Moment, OutputSerializer, StrictSerializer, Text, Word
from config.common.api.pagination import PageInput, cut, page_response, query
from config.common.api.schema import operation, page_of
from config.common.api.views import ApiView, body
from messaging.api.common import account_of, int_cursor, msisdn
from messaging.api.inputs import Metadata
from messaging.selectors.consents import advertiser_named, consents_page, suppressions_page
from routing.numbers import to_e164

_READ = (Scope.CONSENT_READ.value,)
_WRITE = (Scope.CONSENT_WRITE.value,)
_NUMBER = _("A mobile number: E.164, or as written in the account's country.")
_BRAND = _("The brand, exactly as in the account's list of advertisers.")


class ConsentsQuery(PageInput):
    """Filters of consent and suppressions."""

    number = Text(max_length=40, required=False, help_text=_NUMBER)
    advertiser = Text(max_length=120, required=False, help_text=_BRAND)
    purpose = Word(choices=Purpose.choices, required=False)


class ConsentInput(StrictSerializer):
    """A fact for the ledger: who agreed to what, when and how; or took it back."""

    number = Text(max_length=40, help_text=_NUMBER)
    advertiser = Text(max_length=120, help_text=_BRAND)
    purpose = Word(choices=Purpose.choices)
    action = Word(choices=ConsentAction.choices)
    method = Word(choices=ConsentMethod.choices, default=ConsentMethod.API.value)
    source_ = Text(
        max_length=120, default="", help_text=_("Where it was given: a form's address, a shop.")
    )
    evidence = Metadata(default=dict, help_text=_("What proves it: a flat object, up to 4 kB."))
    given_at = Moment(required=False, help_text=_("When it was given; absent: now."))
    text_version = Text(max_length=120, default="", help_text=_("The text that was shown."))
    content = Text(max_length=120, default="", help_text=_("The content agreed to."))
    form = Text(max_length=60, default="", help_text=_("The form agreed to."))
    frequency = Text(max_length=60, default="", help_text=_("The frequency agreed to."))


class SuppressionInput(StrictSerializer):
    """A number that must not get messages of a purpose."""

    number = Text(max_length=40, help_text=_NUMBER)
    purpose = Word(choices=Purpose.choices)
    advertiser = Text(
        max_length=120,
        required=False,
        allow_null=True,
        help_text=_("The brand; absent: every advertiser of the account."),
    )
    reason = Text(max_length=200, default="")


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
    given_at = Moment()
    recorded_at = Moment()
    text_version = serializers.CharField()
    content = serializers.CharField()
    form = serializers.CharField()
    frequency = serializers.CharField()

    def get_number(self, record: ConsentRecord) -> str:
        return to_e164(record.msisdn)


class SuppressionOutput(OutputSerializer):
    """A suppression in force."""

    id = serializers.IntegerField()
    number = serializers.SerializerMethodField()
    advertiser = serializers.SerializerMethodField(help_text="Null: every advertiser.")
    purpose = serializers.ChoiceField(Purpose.choices)
    source_ = serializers.ChoiceField(SuppressionSource.choices)
    reason = serializers.CharField()
    created_at = Moment()

    def get_number(self, suppression: Suppression) -> str:
        return to_e164(suppression.msisdn)

    def get_advertiser(self, suppression: Suppression) -> str | None:
        return suppression.advertiser.name if suppression.advertiser else None


_CONSENT_INPUT: Final = ConsentInput()
_SUPPRESSION_INPUT: Final = SuppressionInput()
_CONSENT: Final = ConsentOutput()
_SUPPRESSION: Final = SuppressionOutput()


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
        description="Appends to the ledger. `revoked` also suppresses the number at once.",
    )
    def post(self, request: Request) -> Response:
        account, values = account_of(request), body(request, _CONSENT_INPUT)
        number, brand = values.pop("number"), values.pop("advertiser")
        record = consent_record(
            account=account,
            advertiser=advertiser_named(account, brand),
            msisdn=msisdn(number, account, field="number"),
            actor=None,
            **values,
        )
        return Response(_CONSENT.to_representation(record), 201)


class SuppressionsView(ApiView):
    """`/suppressions`"""

    scopes = {"GET": _READ, "POST": _WRITE}

    @operation(
        "list_suppressions",
        "List suppressions",
        tag="consent",
        scope=_READ[0],
        query=ConsentsQuery,
        responses={200: page_of("Suppression", SuppressionOutput)},
        description="Those in force, newest first.",
    )
    def get(self, request: Request) -> Response:
        account, wanted = account_of(request), query(request, ConsentsQuery())
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
        description="From now on nothing of the purpose is sent to the number. Repeating is "
        "harmless.",
    )
    def post(self, request: Request) -> Response:
        account, values = account_of(request), body(request, _SUPPRESSION_INPUT)
        brand = values.get("advertiser")
        suppression = suppression_add(
            account=account,
            advertiser=None if brand is None else advertiser_named(account, brand),
            msisdn=msisdn(values["number"], account, field="number"),
            purpose=values["purpose"],
            source=SuppressionSource.API,
            reason=values["reason"],
            actor=None,
        )
        return Response(_SUPPRESSION.to_representation(suppression), 201)

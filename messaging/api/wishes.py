"""What people want: asked for by a message, or refused by a way of the customer's."""

from collections.abc import Mapping
from functools import partial
from typing import Any, Final

from django.http import HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request

from compliance.constants import Purpose, Reach, Scope, SuppressionSource
from compliance.models import Account, Advertiser, Program
from compliance.reach import compact
from config.common import clock
from config.common.api.fields import Moment, OutputSerializer, StrictSerializer, Text, Word
from config.common.api.idempotency import idempotency_key
from config.common.api.schema import operation
from config.common.api.views import ApiView, body
from config.common.errors import InvalidError
from messaging.api.common import KEY_HEADER, account_of, answer_response, key_of, msisdn, written
from messaging.api.inputs import Metadata, Parameters
from messaging.constants import Origin
from messaging.selectors.consents import advertiser_named
from messaging.services.consent_requests import ConsentAsk, consent_ask
from messaging.services.idempotency import Answer, answer_once
from messaging.services.replies.wishes import refusal_record
from routing.numbers import to_e164

_WRITE = (Scope.CONSENT_WRITE.value,)
_NUMBER = _("A mobile number: E.164, or as written in the account's country.")
_BRAND = _("The brand, exactly as in the account's list of advertisers.")
_PROOF = _("What proves it: a flat object, up to 4 kB.")
_FACETS = ("text_version", "content", "form", "frequency")


class ConsentRequestInput(StrictSerializer):
    """Whom to ask for consent, with which template."""

    number = Text(max_length=40, help_text=_NUMBER)
    advertiser = Text(max_length=120, help_text=_BRAND)
    purpose = Word(choices=Purpose.choices, default=Purpose.MARKETING.value)
    template = Text(
        max_length=60, help_text=_("The short name of a template that asks for consent.")
    )
    from_ = Text(source="sender", max_length=21, help_text=_("A sender that receives replies."))
    parameters = Parameters(default=dict)
    language = Text(max_length=16, default="", help_text=_("The recipient's language."))
    source_ = Text(max_length=120, default="", help_text=_("Where the number was given: a form."))
    evidence = Metadata(default=dict, help_text=_PROOF)
    text_version = Text(max_length=120, default="", help_text=_("The text that was shown."))
    content = Text(max_length=120, default="", help_text=_("The content agreed to."))
    form = Text(max_length=60, default="", help_text=_("The form agreed to."))
    frequency = Text(max_length=60, default="", help_text=_("The frequency agreed to."))


class ConsentRequestOutput(OutputSerializer):
    """A person who was asked and has not answered."""

    id = serializers.IntegerField()
    number = serializers.CharField()
    advertiser = serializers.CharField()
    purpose = serializers.ChoiceField(Purpose.choices)
    state = serializers.CharField(help_text="`requested` until the person answers.")
    message = serializers.UUIDField(help_text="The message that asks.")
    requested_at = Moment()


class OptOutInput(StrictSerializer):
    """A refusal that reached you: by telephone, by mail, in a shop, in your own application."""

    number = Text(max_length=40, help_text=_NUMBER)
    advertiser = Text(
        max_length=120,
        required=False,
        allow_null=True,
        help_text=_("The brand; absent: every advertiser of the account."),
    )
    purpose = Word(choices=Purpose.choices, default=Purpose.MARKETING.value)
    program = Text(
        max_length=20,
        required=False,
        allow_null=True,
        help_text=_("The word of one program: the person keeps the rest. Needs the brand."),
    )
    evidence = Metadata(default=dict, help_text=_PROOF)
    given_at = Moment(required=False, help_text=_("When the person said so; absent: now."))


class OptOutOutput(OutputSerializer):
    """A refusal in force."""

    number = serializers.CharField()
    advertiser = serializers.CharField(allow_null=True)
    purpose = serializers.ChoiceField(Purpose.choices)
    program = serializers.CharField(allow_null=True)
    reach = serializers.ChoiceField(Reach.choices)
    given_at = Moment()


_REQUEST_INPUT: Final = ConsentRequestInput()
_OPT_OUT_INPUT: Final = OptOutInput()
_REQUEST: Final = ConsentRequestOutput()
_OPT_OUT: Final = OptOutOutput()


class ConsentRequestsView(ApiView):
    """`/consents/requests`"""

    scopes = {"POST": _WRITE}

    @operation(
        "request_consent",
        "Ask for consent",
        tag="consent",
        scope=_WRITE[0],
        request=ConsentRequestInput,
        responses={201: ConsentRequestOutput},
        also=(409,),
        parameters=[KEY_HEADER],
        description="Double opt-in: sends the one message that asks, and notes the request. YES,"
        " Y, OK, DK or ĐỒNG Ý by reply grants it; without an answer it lapses. Where the country"
        " allows one such message ever, a second one is refused with the rule.",
    )
    def post(self, request: Request) -> HttpResponse:
        values = body(request, _REQUEST_INPUT)
        answer = answer_once(
            api_key=key_of(request),
            route="consents/requests",
            key=idempotency_key(request),
            payload=request.data,
            work=partial(_ask, account_of(request), values),
        )
        return answer_response(answer)


class OptOutsView(ApiView):
    """`/consents/opt-outs`"""

    scopes = {"POST": _WRITE}

    @operation(
        "record_opt_out",
        "Record a refusal",
        tag="consent",
        scope=_WRITE[0],
        request=OptOutInput,
        responses={201: OptOutOutput},
        also=(409,),
        parameters=[KEY_HEADER],
        description="In force from the answer on: nothing of the purpose is sent to the number,"
        " not even what is queued. Consent is revoked in the ledger; repeating is harmless.",
    )
    def post(self, request: Request) -> HttpResponse:
        values = body(request, _OPT_OUT_INPUT)
        answer = answer_once(
            api_key=key_of(request),
            route="consents/opt-outs",
            key=idempotency_key(request),
            payload=request.data,
            work=partial(_opt_out, account_of(request), values),
        )
        return answer_response(answer)


def _ask(account: Account, values: Mapping[str, Any]) -> Answer:
    advertiser = advertiser_named(account, values["advertiser"])
    ask = ConsentAsk(
        advertiser=advertiser,
        to=values["number"],
        sender=values["sender"],
        template=values["template"],
        purpose=values["purpose"],
        parameters=values["parameters"],
        language=values["language"],
        source=values["source"],
        evidence=values["evidence"],
        facets={name: values[name] for name in _FACETS if values[name]},
    )
    record, message_id = consent_ask(account=account, ask=ask, origin=Origin.API)
    shown = {
        "id": record.pk,
        "number": to_e164(record.msisdn),
        "advertiser": advertiser.name,
        "purpose": record.purpose,
        "state": record.action,
        "message": message_id,
        "requested_at": record.given_at,
    }
    return Answer(201, written(_REQUEST.to_representation(shown)))


def _opt_out(account: Account, values: Mapping[str, Any]) -> Answer:
    brand, code = values.get("advertiser"), values.get("program")
    advertiser = advertiser_named(account, brand) if brand else None
    program = _program(advertiser, code) if code else None
    given_at = values.get("given_at") or clock.now()
    number = msisdn(values["number"], account, field="number")
    refusal_record(
        account=account,
        advertiser=advertiser,
        msisdn=number,
        purpose=values["purpose"],
        source=SuppressionSource.API,
        evidence=values["evidence"],
        program=program,
        at=given_at,
    )
    reach = Reach.PROGRAM if program else Reach.BRAND if advertiser else Reach.ACCOUNT
    shown = {
        "number": to_e164(number),
        "advertiser": advertiser.name if advertiser else None,
        "purpose": values["purpose"],
        "program": program.code if program else None,
        "reach": reach.value,
        "given_at": given_at,
    }
    return Answer(201, written(_OPT_OUT.to_representation(shown)))


def _program(advertiser: Advertiser | None, code: str) -> Program:
    if advertiser is None:
        raise InvalidError(
            "program_without_brand",
            gettext("A program belongs to a brand: give “advertiser” as well."),
            field="program",
        )
    for program in advertiser.programs.all():
        if compact(program.code) == compact(code):
            return program
    raise InvalidError(
        "unknown_program",
        gettext("“%(code)s” is no program of this brand: use the word of one of its programs.")
        % {"code": code},
        field="program",
    )

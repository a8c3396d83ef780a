"""Up to 10,000 facts for the consent ledger in one request; a bad one never stops the others."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from compliance.constants import ConsentAction, Scope
from compliance.models import Account, Advertiser, Document
from compliance.services.consent_batches import ConsentFact, consents_record
from config.common.api.fields import OutputSerializer, StrictSerializer
from config.common.api.problems import FieldProblem, field_problem, flatten, pointer
from config.common.api.schema import operation
from config.common.api.storable import unstorable
from config.common.api.views import ApiView, body
from config.common.errors import DomainError
from messaging.api.common import KEY_HEADER, account_of, msisdn
from messaging.api.consents import ConsentInput
from messaging.api.inputs import Rows
from messaging.api.problems import NAMES
from messaging.api.repeating import repeatable
from messaging.selectors.consents import advertiser_named, document_of

_WRITE = (Scope.CONSENT_WRITE.value,)
_MEMBER = "consents"


class ConsentBatchInput(StrictSerializer):
    """Up to 10,000 facts, each as for `POST /consents`."""

    consents = Rows()


class RefusedConsentOutput(OutputSerializer):
    """A row that was set aside."""

    index = serializers.IntegerField(help_text="Position in `consents`, from 0.")
    code = serializers.CharField(help_text="Stable name of the rule that was broken.")
    field = serializers.CharField(help_text="The row's field.")
    pointer = serializers.CharField(help_text="JSON Pointer into the request's body.")
    detail = serializers.CharField(help_text="The field, the rule and the fix, for people.")


class ConsentBatchOutput(OutputSerializer):
    """What became of the rows: accepted ones, and each that was set aside."""

    accepted_count = serializers.IntegerField()
    recorded_count = serializers.IntegerField(
        help_text="Of the accepted ones those that were news; the others were on record."
    )
    rejected_count = serializers.IntegerField()
    rejected = RefusedConsentOutput(many=True)


_INPUT: Final = ConsentBatchInput()
_ROW: Final = ConsentInput()


class ConsentBatchView(ApiView):
    """`/consents/batch`"""

    scopes = {"POST": _WRITE}

    @operation(
        "record_consents",
        "Record up to 10,000 consents",
        tag="consent",
        scope=_WRITE[0],
        request=ConsentBatchInput,
        responses={200: ConsentBatchOutput},
        also=(409,),
        parameters=[KEY_HEADER],
        description="Each row as for `POST /consents`; a bad one is set aside and listed in "
        "`rejected`. Repeating is harmless: consent no newer than what is on record adds nothing. "
        "Each revocation is told as `consent.revoked`.",
    )
    @repeatable
    def post(self, request: Request) -> Response:
        account = account_of(request)
        rows = body(request, _INPUT, unread=_MEMBER)[_MEMBER]
        facts, problems = _Reader(account).read(rows)
        recorded, refused = consents_record(account=account, facts=list(facts.values()), actor=None)
        indexes = list(facts)
        problems |= {indexes[at]: _problem(indexes[at], error) for at, error in refused.items()}
        return Response(
            {
                "accepted_count": len(rows) - len(problems),
                "recorded_count": recorded,
                "rejected_count": len(problems),
                "rejected": [_shown(index, problems[index]) for index in sorted(problems)],
            }
        )


class _Reader:
    """Reads rows into facts; brands and files are looked up once each."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._brands: dict[str, Advertiser] = {}
        self._files: dict[int, Document | None] = {}

    def read(self, rows: Sequence[Any]) -> tuple[dict[int, ConsentFact], dict[int, FieldProblem]]:
        facts: dict[int, ConsentFact] = {}
        problems: dict[int, FieldProblem] = {}
        for index, row in enumerate(rows):
            at = pointer(_MEMBER, index)
            if found := unstorable(row, at):
                problems[index] = found[0]
                continue
            try:
                facts[index] = self._fact(_ROW.run_validation(row))
            except ValidationError as error:
                problems[index] = next(flatten(error.detail, at))
            except DomainError as error:
                problems[index] = _problem(index, error)
        return facts, problems

    def _fact(self, values: Mapping[str, Any]) -> ConsentFact:
        given = {**values}
        brand, file = given.pop("advertiser"), given.pop("document", None)
        if brand not in self._brands:
            self._brands[brand] = advertiser_named(self._account, brand)
        if file is not None and file not in self._files:
            self._files[file] = document_of(self._account, file)
        return ConsentFact(
            advertiser=self._brands[brand],
            msisdn=msisdn(given.pop("number"), self._account, field="number"),
            action=ConsentAction(given.pop("action")),
            document=self._files.get(file or 0),
            **given,
        )


def _problem(index: int, error: DomainError) -> FieldProblem:
    return field_problem(error, NAMES, pointer(_MEMBER, index))


def _shown(index: int, problem: FieldProblem) -> dict[str, Any]:
    return {
        "index": index,
        "code": problem.code,
        "field": ".".join(problem.name.split("/")[3:]),
        "pointer": problem.name,
        "detail": problem.detail,
    }

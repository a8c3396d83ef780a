"""What codes and words of SMSCs mean: the table of a bind, and words that no table knows."""

from typing import Final

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from carriers.labels import RECEIPT_MEANINGS, STATUS_MEANINGS
from carriers.models import UnknownWord
from carriers.selectors.words import receipt_words, status_words
from carriers.services.words import word_take_as
from config.common.api.fields import Moment, OutputSerializer, StrictSerializer, Text, Truth
from config.common.api.schema import page_of
from config.common.api.views import body
from messaging.api.operations.common import OperationsView, page, reads, who, writes
from messaging.api.operations.filters import By, by_carrier, by_whole, by_word, filters
from messaging.api.operations.named import bind_found, found

_MEANINGS: Final = (
    f"Of a status: {', '.join(STATUS_MEANINGS)}. Of a receipt's state: "
    f"{', '.join(RECEIPT_MEANINGS)}."
)


class StatusWordOutput(OutputSerializer):
    """A command_status."""

    code = serializers.CharField(source="word")
    name = serializers.CharField()
    usual = serializers.CharField(help_text="Empty: no specification has it.")
    meaning = serializers.CharField(help_text="What is done about it at this bind.")
    is_own = serializers.BooleanField(help_text="Not the usual meaning.")


class ReceiptWordOutput(OutputSerializer):
    """A state in receipts."""

    word = serializers.CharField()
    usual = serializers.CharField(help_text="Empty: no table has it.")
    meaning = serializers.CharField()
    is_own = serializers.BooleanField(help_text="Not the usual meaning.")


class BindWordsOutput(OutputSerializer):
    """Everything that the bind understands."""

    statuses = StatusWordOutput(many=True)
    receipts = ReceiptWordOutput(many=True)


class UnknownWordOutput(OutputSerializer):
    """A word that no table knows, or one that was explained since."""

    id = serializers.IntegerField()
    bind_ = serializers.IntegerField(source="bind_id")
    carrier = serializers.CharField(source="bind.carrier.code")
    kind = serializers.CharField(help_text="`state` (in receipts) or `status` (command_status).")
    word = serializers.CharField()
    meaning = serializers.CharField(help_text="Empty: nobody has said.")
    count = serializers.IntegerField()
    first_at = Moment()
    last_at = Moment()


class MeaningInput(StrictSerializer):
    """What the carrier says that it means."""

    meaning = Text(max_length=20, help_text=_MEANINGS)


_STATUS: Final = StatusWordOutput(many=True)
_RECEIPT: Final = ReceiptWordOutput(many=True)
_UNKNOWN: Final = UnknownWordOutput()
_WORDS: Final = UnknownWord.objects.select_related("bind__carrier")
_FILTERS: Final = filters(
    "UnknownWords",
    carrier=by_carrier("bind__carrier__code"),
    bind=by_whole("bind_id", "A bind's id."),
    kind=by_word("kind", UnknownWord.Kind.choices),
    is_explained=By(
        "meaning__in",
        Truth(required=False),
        lambda given: [*STATUS_MEANINGS, *RECEIPT_MEANINGS] if given else [""],
    ),
)


class BindWordsView(OperationsView):
    """`/binds/{id}/words`"""

    @reads(
        "read_bind_words",
        "Read what a bind understands",
        responses={200: BindWordsOutput},
        also=(404,),
        description="The usual tables with the bind's own entries over them, which are its options "
        "`status_classes`, `status_names` and `receipt_states`.",
    )
    def get(self, request: Request, bind_id: int) -> Response:
        bind = bind_found(bind_id)
        return Response(
            {
                "statuses": _STATUS.to_representation(status_words(bind)),
                "receipts": _RECEIPT.to_representation(receipt_words(bind)),
            }
        )


class UnknownWordsView(OperationsView):
    """`/unknown-words`"""

    @reads(
        "list_unknown_words",
        "List unknown words",
        query=_FILTERS.query,
        responses={200: page_of("UnknownWord", UnknownWordOutput)},
        description="Until it is explained, an unknown state settles no message, and an unknown "
        "code counts as a refusal for good.",
    )
    def get(self, request: Request) -> Response:
        return page(request, _WORDS, _UNKNOWN.to_representation, _FILTERS)


class UnknownWordView(OperationsView):
    """`/unknown-words/{id}`"""

    @reads("get_unknown_word", "Read a word", responses={200: UnknownWordOutput}, also=(404,))
    def get(self, request: Request, word_id: int) -> Response:
        return Response(_UNKNOWN.to_representation(found(_WORDS, pk=word_id)))


class UnknownWordExplainView(OperationsView):
    """`/unknown-words/{id}/explain`"""

    @writes(
        "explain_word",
        "Say what a word means",
        request=MeaningInput,
        responses={200: UnknownWordOutput},
        also=(404,),
        description="Puts it into its bind's table; running workers take it over within seconds.",
    )
    def post(self, request: Request, word_id: int) -> Response:
        row, values = found(_WORDS, pk=word_id), body(request, MeaningInput())
        word_take_as(word=row, meaning=values["meaning"], actor=who(request))
        return Response(_UNKNOWN.to_representation(row))

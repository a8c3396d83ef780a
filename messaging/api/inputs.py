"""What callers send about messages: fields and their form. Rules are the services'."""

import json
from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from compliance.constants import MessageClass
from config.common.api.fields import Moment, StrictSerializer, Text, UnreadList, Whole, Word
from config.common.api.pagination import PageInput
from messaging.constants import InboundState, MessageStatus

MAX_ROWS = 10_000
_METADATA_BYTES = 4_096


class Parameters(serializers.DictField):
    """Values for a template's slots."""

    child = Text(allow_blank=True, trim_whitespace=False, max_length=1600)
    default_error_messages = {
        "not_a_dict": _("The value is not a JSON object: write {{…}} with a string for each slot."),
    }


class Metadata(serializers.DictField):
    """The caller's own notes: a flat object, given back as it came."""

    default_error_messages = {
        "not_a_dict": _("The value is not a JSON object: write {{…}}."),
        "nested": _("Values are strings, numbers, true, false or null: “{name}” is not."),
        "too_large": _("The value is larger than {limit} bytes as JSON: shorten it."),
    }

    def to_internal_value(self, data: Any) -> dict[str, Any]:  # whatever JSON holds
        if not isinstance(data, dict):
            self.fail("not_a_dict", input_type=type(data).__name__)
        for name, value in data.items():
            if isinstance(value, dict | list):
                self.fail("nested", name=name)
        if len(json.dumps(data, ensure_ascii=False).encode()) > _METADATA_BYTES:
            self.fail("too_large", limit=_METADATA_BYTES)
        return data


class SharedInput(StrictSerializer):
    """What a single message and a batch's defaults have in common."""

    from_ = Text(
        source="sender",
        max_length=30,
        required=False,
        allow_null=True,
        help_text=_(
            "The sender: a short code, a long code in E.164, a brandname, or the name of a pool."
        ),
    )
    class_ = Word(
        source="message_class",
        choices=MessageClass.choices,
        required=False,
        allow_null=True,
        help_text=_("What the message is for. Needed with `text`; a template has its own."),
    )
    text = Text(
        required=False,
        allow_null=True,
        trim_whitespace=False,
        max_length=5000,
        help_text=_("Free text, for classes that the account may send without a template."),
    )
    template = Text(
        required=False,
        allow_null=True,
        max_length=50,
        help_text=_("Short name of a template with an approved version."),
    )
    language = Text(
        required=False,
        allow_null=True,
        max_length=35,
        help_text=_("The recipient's language tag (vi, vi-x-plain, en): chooses among the texts."),
    )
    parameters = Parameters(
        required=False, allow_null=True, help_text=_("A string for each slot of the template.")
    )
    send_at = Moment(
        required=False, allow_null=True, help_text=_("Not before this time; absent: now.")
    )
    expires_at = Moment(
        required=False,
        allow_null=True,
        help_text=_("Useless after this time: what has not left by then never leaves."),
    )
    time_zone = Text(
        required=False,
        allow_null=True,
        max_length=64,
        help_text=_(
            "The recipient's time zone, such as `Asia/Ho_Chi_Minh`: legal sending hours are told"
            " by it. Absent: by the number."
        ),
    )
    metadata = Metadata(
        required=False,
        allow_null=True,
        help_text=_("Your own notes, at most 4 kB; they come back in answers and events."),
    )


class RowInput(SharedInput):
    """One recipient of a batch; what it leaves out is taken from the batch's own fields."""

    to = Text(
        max_length=40,
        help_text=_("The recipient: E.164, or a number as written in the account's country."),
    )
    client_reference = Text(
        required=False,
        allow_null=True,
        max_length=100,
        help_text=_("Your own id of the message; unique in the account."),
    )


class MessageInput(RowInput):
    """One message: `text` with `class`, or `template` with `parameters`."""

    from_ = Text(
        source="sender",
        max_length=21,
        help_text=_("The sender: a short code, a long code in E.164, or a brandname."),
    )


@extend_schema_field(RowInput(many=True))
class Rows(UnreadList):
    """Rows of a batch."""

    most = MAX_ROWS
    default_error_messages = {
        "required": _("The field is missing: add a list of recipients."),
        "null": _("The value is null: give a list of recipients."),
        "not_a_list": _('The value is not a list: write [{{"to": …}}, …].'),
        "empty": _("The list is empty: give at least one recipient."),
        "too_many": _("The list has more than {limit} rows: split it into several batches."),
    }


class BatchInput(SharedInput):
    """Up to 10,000 messages; the fields beside `messages` hold for every row without its own."""

    messages = Rows()


class MessagesQuery(PageInput):
    """Filters of the list; all that are given hold."""

    status = Word(choices=MessageStatus.choices, required=False)
    class_ = Word(source="message_class", choices=MessageClass.choices, required=False)
    to = Text(max_length=40, required=False, help_text=_("The recipient's number."))
    from_ = Text(source="sender", max_length=21, required=False, help_text=_("The sender."))
    campaign = Whole(min_value=1, max_value=2**63 - 1, required=False)
    client_reference = Text(max_length=100, required=False)
    created_after = Moment(required=False, help_text=_("Accepted at this time or later."))
    created_before = Moment(required=False, help_text=_("Accepted before this time."))


class InboundQuery(PageInput):
    """Filters of the replies."""

    from_ = Text(source="sender", max_length=40, required=False, help_text=_("The phone."))
    to = Text(max_length=21, required=False, help_text=_("The sender that was replied to."))
    state = Word(choices=InboundState.choices, required=False)
    network = Text(max_length=50, required=False, help_text=_("A network's code."))
    received_after = Moment(required=False, help_text=_("Received at this time or later."))
    received_before = Moment(required=False, help_text=_("Received before this time."))

"""The columns and fields of messages."""

import json
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from compliance.numbers import to_display
from config.common.console.labels import flag, label
from messaging.admin.labels import ENCODINGS, MESSAGE_COLOURS, change_page, lines, link, money
from messaging.constants import MessageStatus, reason_label
from messaging.models import Message


class MessageColumns:
    """How a message's values are shown; put it before the page's class."""

    @display(description=_("accepted"))
    def accepted(self, obj: Message) -> Any:
        return obj.created_at

    @display(description=_("to"))
    def to(self, obj: Message) -> str:
        return to_display(obj.msisdn)

    @display(description=_("sender"))
    def from_address(self, obj: Message) -> str:
        return obj.sender.address

    @display(description=_("class"))
    def class_label(self, obj: Message) -> str:
        return obj.get_message_class_display()

    @display(description=_("status"))
    def status_label(self, obj: Message) -> SafeString:
        return label(obj.get_status_display(), MESSAGE_COLOURS[MessageStatus(obj.status)])

    @display(description=_("reason"))
    def reason(self, obj: Message) -> str:
        return reason_label(obj.failure_reason) or "–"

    @display(description=_("mode"))
    def mode(self, obj: Message) -> Any:
        return flag(_("Test"), is_on=obj.is_test)

    @display(description=_("account"))
    def account_name(self, obj: Message) -> str:
        return obj.account.name

    @display(description=_("carrier"))
    def carrier_name(self, obj: Message) -> str:
        return obj.carrier.name if obj.carrier else "–"

    @display(description=_("network"))
    def network_name(self, obj: Message) -> str:
        return obj.network.name if obj.network else "–"

    @display(description=_("price"))
    def price(self, obj: Message) -> str:
        return money(obj.price_micros, obj.currency)

    @display(description=_("segments"))
    def segments_shown(self, obj: Message) -> str:
        """With those that are billed where the network adds to the text."""
        if obj.billed_segments is None:
            return str(obj.segment_count)
        network = obj.network.name if obj.network else ""
        return _("%(sent)d, billed as %(billed)d: %(network)s adds to the text") % {
            "sent": obj.segment_count,
            "billed": obj.billed_segments,
            "network": network,
        }

    @display(description=_("cost"))
    def cost(self, obj: Message) -> str:
        return money(obj.cost_micros, obj.currency)

    @display(description=_("encoding"))
    def encoding_label(self, obj: Message) -> str:
        return ENCODINGS.get(obj.encoding, obj.encoding)

    @display(description=_("text"))
    def text_shown(self, obj: Message) -> SafeString:
        return lines(obj.text)

    @display(description="command_status")
    def command_status_shown(self, obj: Message) -> str:
        """As SMPP 3.4 §5.1.3 writes it."""
        return "–" if obj.command_status is None else f"0x{obj.command_status & 0xFFFFFFFF:08X}"

    @display(description=_("metadata"))
    def metadata_shown(self, obj: Message) -> str:
        return json.dumps(obj.metadata, ensure_ascii=False) if obj.metadata else "–"

    @display(description=_("template"))
    def template_link(self, obj: Message) -> str:
        if obj.template_version is None:
            return "–"
        page = change_page("messaging.templateversion", obj.template_version_id)
        return link(obj.template_version, page)

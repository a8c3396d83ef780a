"""Receipts and message ids."""

from django.utils.translation import gettext_lazy as _

from carriers.options.values import DAYS, NUMBER, SECONDS, Group, Option

RECEIPTS = Group(
    "receipts",
    _("Receipts and ids"),
    _(
        "How delivery receipts find their messages. When receipts come and messages stay “sent”,"
        " compare the ids of answers and receipts in a trace and choose the forms here."
    ),
    (
        Option(
            "registered_delivery",
            _("Which receipts are asked for. Without any, “sent” is the last state."),
            _("Where receipts cost money or speed; by class under Advanced."),
        ),
        Option(
            "asks_intermediate",
            _("Ask for news on the way as well; they never settle a message."),
            _("For a test; it doubles what comes in."),
        ),
        Option(
            "response_id_form",
            _("How a message id is rewritten when it comes with the answer."),
            _(
                "Answers such as 1A2B with receipts such as 6699: here “Hexadecimal to decimal”,"
                " in receipts “Without leading zeros”."
            ),
        ),
        Option(
            "response_id_digits",
            _("How many digits ids in answers are filled to, where zeros are added."),
            unit=NUMBER,
        ),
        Option(
            "receipt_id_form",
            _("How a message id is rewritten when it comes with a receipt."),
            _("Both forms must lead to the same id."),
        ),
        Option(
            "receipt_id_digits",
            _("How many digits ids in receipts are filled to, where zeros are added."),
            unit=NUMBER,
        ),
        Option(
            "receipt_source",
            _("Which place is believed when parameters and text of a receipt disagree."),
        ),
        Option(
            "text_without_flag",
            _(
                "Take a message for a receipt that only looks like one (“id:… stat:…”). A"
                " subscriber could write such a text."
            ),
            _("Off, where the SMSC marks its receipts."),
        ),
        Option(
            "receipt_states",
            _(
                "What words of receipts (stat) or numbers (message_state) mean here, where they"
                " are not the usual ones."
            ),
            _("When the page of unknown words shows one."),
        ),
        Option(
            "receipt_finals",
            _("What a state comes to here, for example accepted to delivered."),
            _("Where ACCEPTD is the last word the SMSC ever says."),
        ),
        Option(
            "receipt_trust",
            _("What “delivered” proves here. Empty: as the carrier says."),
            _("“Reached the handset” only after a test with a phone that is off."),
        ),
        Option(
            "receipt_grace_seconds",
            _(
                "How long a receipt is waited for after the message's validity is over (its own"
                " deadline or the bind's validity, whichever is first; without either, from"
                " sending). Then it becomes unknown."
            ),
            _("Longer where the operator reports days later; 259200 are three days."),
            SECONDS,
        ),
        Option(
            "receipt_parked_days",
            _("How long receipts are kept that found no message."),
            unit=DAYS,
        ),
        Option(
            "sends_user_message_reference",
            _("Send two octets by which a receipt finds its message although the answer was lost."),
            _("Off, where the SMSC refuses unknown parameters (0xC0 to 0xC4)."),
        ),
        Option(
            "network_tlv",
            _(
                "Tag of a receipt's parameter with the recipient's real network (MCC and MNC);"
                " ported numbers are learned from it."
            ),
            _("Where the sheet names one, such as 0x1403."),
            NUMBER,
        ),
    ),
)

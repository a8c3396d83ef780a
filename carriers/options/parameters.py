"""Errors, vendor parameters, and the rest of submit_sm."""

from django.utils.translation import gettext_lazy as _

from carriers.options.values import NUMBER, SECONDS, Group, Option

ERRORS = Group(
    "errors",
    _("Errors"),
    _(
        "What we do about each status code. The usual classes are right for most SMSCs; vendors"
        " give 0x400 and above meanings of their own."
    ),
    (
        Option(
            "status_classes",
            _("Codes that mean something else here, and what to do about them."),
            _("When the sheet lists its own codes, or the page of unknown words shows one."),
        ),
        Option("status_names", _("What the sheet calls codes that no specification names.")),
        Option(
            "ported_codes",
            _(
                "Answers and errors of receipts that say “not our subscriber”: 0x0B is an answer,"
                " 027 an error in a receipt. The number's network is learned from it, and a refused"
                " message goes to another carrier once."
            ),
            _("Where numbers move between networks and the sheet names the code."),
        ),
    ),
)

VENDOR = Group(
    "vendor",
    _("Vendor parameters"),
    _(
        "Parameters that this SMSC wants with every message, such as India's entity and template"
        " ids. The meaning of a tag differs from operator to operator."
    ),
    (
        Option(
            "vendor_tlvs",
            _(
                "Each with its tag, how it is written, its longest value, where the value comes"
                " from, and whether a message without it may leave."
            ),
            _("Where the sheet asks for them; the preset “India DLT” fills in the usual three."),
        ),
    ),
)

ADVANCED = Group(
    "advanced",
    _("Advanced"),
    _("Fields of submit_sm that hardly anybody needs. Change them only when the sheet says so."),
    (
        Option(
            "class_options",
            _("Receipts, priority and service_type that one class of messages has of its own."),
            _("For example no receipts for advertising, or priority 3 for one-time passwords."),
        ),
        Option("service_type", _("service_type of every message, at most 5 characters.")),
        Option("protocol_id", _("protocol_id of every message."), unit=NUMBER),
        Option(
            "priority_flag",
            _("priority_flag of every message: 0 is lowest, 3 highest."),
            unit=NUMBER,
        ),
        Option(
            "replace_if_present",
            _("Replace a message that still waits at the SMSC for the same recipient."),
            _("Hardly ever: messages of other customers may be lost."),
        ),
        Option(
            "sm_default_msg_id",
            _("Number of a text that is stored at the SMSC; 0 sends ours."),
            unit=NUMBER,
        ),
        Option(
            "validity_form",
            _("How the SMSC is told until when a message is worth anything."),
            _("Absolute, where the SMSC refuses the relative form (0x62)."),
        ),
        Option(
            "validity_seconds",
            _(
                "validity_period of messages that set none; empty: the SMSC's own. It never"
                " reaches past a message's deadline or its legal window."
            ),
            unit=SECONDS,
        ),
    ),
)

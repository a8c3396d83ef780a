"""Carriers without SMPP."""

from django.utils.translation import gettext_lazy as _

from carriers.options.values import SECONDS, SECRET, Group, Option

HTTP = Group(
    "http",
    _("HTTP"),
    _(
        "How a carrier without SMPP takes messages, and how its receipts and replies are read."
        " {{to}}, {{from}} and {{text}} stand for the values of a message; the window is the number"
        " of connections, the response timer the longest wait for an answer."
    ),
    (
        Option("http_url", _("Where messages are posted, with https.")),
        Option("http_method", _("POST nearly everywhere.")),
        Option("http_headers", _("Headers of every request, by name.")),
        Option("http_format", _("How the body is written.")),
        Option(
            "http_body",
            _(
                "The body with placeholders: {{from}}, {{to}}, {{to_plus}}, {{text}}, {{encoding}},"
                " {{data}} and {{udh}} (hexadecimal), {{segment}}, {{segments}}, {{reference}},"
                " {{class}}, {{validity_seconds}}, {{wants_receipt}}, {{receipt_url}}."
            ),
            _("Copy the example of the carrier's sheet and put placeholders in."),
        ),
        Option("http_authentication", _("How we say who we are.")),
        Option(
            "http_authentication_name",
            _("The user of Basic authentication, or the name of the header that holds the token."),
        ),
        Option(
            "http_secret",
            _("Stored encrypted and never shown; empty keeps the present one."),
            unit=SECRET,
        ),
        Option("http_connect_seconds", _("Longest wait for the connection."), unit=SECONDS),
        Option(
            "http_success_path",
            _("Where the answer says that the message was taken, such as result.status."),
            _("Empty: every answer of 200 to 299 is a success."),
        ),
        Option("http_success_values", _("The values there that mean success, one on each line.")),
        Option("http_id_path", _("Where the answer holds the carrier's message id.")),
        Option("http_error_path", _("Where the answer holds an error code of the carrier's own.")),
        Option(
            "http_error_classes",
            _("What to do about an HTTP status (429) or a code of the carrier (code:1707)."),
            _("“unknown” where the carrier may have the message although it answered an error."),
        ),
        Option(
            "http_token",
            _("The secret part of the addresses to which the carrier posts; made by itself."),
            unit=SECRET,
        ),
        Option(
            "http_signature_header",
            _("The header in which the carrier signs what it posts. Empty: it does not sign."),
        ),
        Option("http_signature_form", _("How that signature is written.")),
        Option(
            "http_signature_secret",
            _("The key of that signature; stored encrypted and never shown."),
            unit=SECRET,
        ),
        Option(
            "http_networks",
            _("Networks from which the carrier posts, one on each line, such as 203.0.113.0/24."),
            _("Empty: from anywhere."),
        ),
        Option(
            "http_receipt_map",
            _(
                "Where a receipt holds its id, status, error, to and reference (ours), by path;"
                " items is the list where several come at once."
            ),
            _("What the carrier's status words mean is said at “words of receipts”."),
        ),
        Option(
            "http_reply_map",
            _(
                "Where a reply holds its id, from, to and text; of long ones reference, total and"
                " number."
            ),
            _(
                "By the id a reply that is posted again is dropped: without one it is kept twice."
                " A time to the second does as an id."
            ),
        ),
    ),
)

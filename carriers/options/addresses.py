"""Senders and recipients."""

from django.utils.translation import gettext_lazy as _

from carriers.options.values import NUMBER, Group, Option

ADDRESSES = Group(
    "addresses",
    _("Addresses"),
    _(
        "How numbers are written for this SMSC. Type of number (TON) and numbering plan (NPI) are"
        " the most frequent reason why a first message is refused."
    ),
    (
        Option(
            "source_ton",
            _(
                "TON and NPI for each kind of sender. Usual: alphanumeric 5 and 0, short code 3"
                " and 0, long code 1 and 1."
            ),
            _("When the SMSC answers 0x0A, 0x48 or 0x49 or the sheet names others."),
        ),
        Option(
            "source_form",
            _("How a long code is written as a sender; short codes stay as they are."),
            _("When the sheet shows senders with a plus sign or as national numbers."),
        ),
        Option(
            "source_policy",
            _(
                "Whether senders leave as they are, all as one fixed address, or only those on a"
                " list; a sender outside the list takes another route."
            ),
            _("Where the operator knows only some of your senders on this bind."),
        ),
        Option("fixed_source", _("The address that replaces every sender.")),
        Option("allowed_sources", _("The addresses that may leave here, one on each line.")),
        Option(
            "destination_ton",
            _("Type of number of recipients: 1 international, 2 national, 0 unknown."),
            _("Together with the form below."),
            NUMBER,
        ),
        Option(
            "destination_npi",
            _("Numbering plan of recipients: 1 is telephone numbers (E.164)."),
            unit=NUMBER,
        ),
        Option(
            "destination_form",
            _("How recipients are written. Receipts are read in the same form."),
            _("Operators that take only their own country often want national numbers."),
        ),
        Option(
            "country_code",
            _(
                "Which country code is left out in national forms, such as 84. Other numbers keep"
                " theirs."
            ),
            _("With a national form for senders or recipients."),
        ),
        Option(
            "address_charset",
            _("Which octets an alphanumeric sender's characters become."),
            _("When a brandname with other letters than A to Z arrives garbled."),
        ),
    ),
)

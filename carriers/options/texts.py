"""Texts: alphabets, cutting, labels, characters."""

from django.utils.translation import gettext_lazy as _

from carriers.options.values import NUMBER, OCTETS, SEGMENTS, Group, Option

TEXTS = Group(
    "texts",
    _("Text and long messages"),
    _("How letters become octets, and how long texts are cut. Wrong letters on phones begin here."),
    (
        Option(
            "default_alphabet",
            _(
                "How the SMSC reads and writes data_coding 0. Texts that another alphabet than"
                " GSM 03.38 cannot spell, such as those with €, go as UCS-2."
            ),
            _("When @, $ or _ arrive as other characters."),
        ),
        Option(
            "data_coding_gsm7",
            _("data_coding of texts in the default alphabet."),
            _("Rarely: some SMSCs want 1 or 241."),
            NUMBER,
        ),
        Option("data_coding_ucs2", _("data_coding of texts in UCS-2."), unit=NUMBER),
        Option("data_coding_latin1", _("data_coding of texts in Latin-1."), unit=NUMBER),
        Option(
            "packs_gsm7",
            _("Write eight characters of GSM 7-bit into seven octets."),
            _("Only where the sheet says “packed”; nearly every SMSC wants a character an octet."),
        ),
        Option(
            "has_latin1",
            _(
                "Texts outside GSM 7-bit but inside Latin-1 (ã, ç, ê) go as Latin-1, 140"
                " characters a segment, instead of UCS-2 with 70. Vietnamese does not fit into it."
            ),
            _("After a test: phones show it well only where the SMSC converts it."),
        ),
        Option(
            "single_shifts",
            _(
                "National extension tables of GSM 7-bit that SMSC and phones are known to show;"
                " used where that saves segments, always with a user data header. None of them is"
                " Vietnamese."
            ),
            _("After a test with phones of the country."),
        ),
        Option("locking_shifts", _("National main tables; as above.")),
        Option(
            "long_messages",
            _(
                "How a text of several segments travels. A user data header is taken nearly"
                " everywhere; with message_payload the SMSC cuts, and may count differently."
            ),
            _("16-bit references, SAR or message_payload only where the sheet asks for them."),
        ),
        Option(
            "max_segments",
            _("Longer texts do not take this bind."),
            _("Operators stop at 3 to 10."),
            SEGMENTS,
        ),
        Option(
            "max_octets",
            _("How much one segment holds, with its header."),
            _("Only where the SMSC takes less than 140."),
            OCTETS,
        ),
        Option(
            "label_before",
            _(
                "What the operator itself puts before every text. It is counted, so that the"
                " number of segments is right, and not sent."
            ),
            _("When the operator marks messages, such as [QC]."),
        ),
        Option("label_after", _("The same, after every text.")),
        Option(
            "character_policy",
            _("What becomes of a text with characters that the carrier does not take."),
        ),
        Option("forbidden_characters", _("Those characters, one after the other.")),
        Option(
            "replacement",
            _("What stands in their place; empty leaves them out."),
        ),
    ),
)

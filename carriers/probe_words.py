"""What a test of a bind says, for people; its own modules know no languages."""

from collections.abc import Mapping

from django.utils.translation import gettext as _

from carriers.probe.values import LEAST_NUMBERS, MOST_BURST, MOST_NUMBERS


def step_words() -> Mapping[str, str]:
    """Steps of a test and what it finds, by their keys."""
    return {
        "bind types": _("Kinds of bind"),
        "bind_types": _("Kinds of bind"),
        "interface versions": _("Versions of SMPP"),
        "versions": _("Versions of SMPP"),
        "addresses": _("TON and NPI of addresses"),
        "source_tons": _("TON and NPI of senders"),
        "destination_ton": _("TON and NPI of recipients"),
        "texts": _("Texts"),
        "default_gsm7": _("data_coding 0 as GSM 03.38"),
        "default_latin1": _("data_coding 0 as Latin-1"),
        "latin1": _("Latin-1 by data_coding 3"),
        "ucs2": _("UCS-2"),
        "emoji": _("Emoji"),
        "length_160": _("160 characters in one segment"),
        "length_161": _("161 characters in one segment"),
        "length_70": _("70 characters of UCS-2 in one segment"),
        "length_71": _("71 characters of UCS-2 in one segment"),
        "udh8": _("Long message, header with 8 bits"),
        "udh16": _("Long message, header with 16 bits"),
        "sar": _("Long message by SAR parameters"),
        "payload": _("Long message in message_payload"),
        "reference": _("user_message_reference"),
        "validity_relative": _("Validity as a duration"),
        "validity_absolute": _("Validity as a time"),
        "failures_only": _("Receipts of failures only"),
        "failures_only_kept": _("Receipts of deliveries although failures only were asked for"),
        "window and rate": _("Window and rate"),
        "burst": _("Window and rate"),
        "receipts": _("Receipts"),
        "id_forms": _("Forms of message ids"),
        "receipt_form": _("Form of receipts"),
        "reference_echoed": _("user_message_reference in receipts"),
        "enquire_link": _("enquire_link"),
        "unbind": _("unbind"),
    }


def plan_sentence(field: str, error: Exception) -> str:
    """What is wrong with a plan's field, and what to write instead."""
    sentences = {
        "numbers": _(
            "Write %(least)d to %(most)d numbers with their country code, such as +84961110001,"
            " with commas between."
        )
        % {"least": LEAST_NUMBERS, "most": MOST_NUMBERS},
        "senders": _("Give at least one sender: a short code, a long code or a brandname."),
        "burst": _("At most %(most)d messages measure window and rate: write fewer.")
        % {"most": MOST_BURST},
        "pace": _("Write a pace above 0."),
    }
    return sentences.get(field) or f"{error}."

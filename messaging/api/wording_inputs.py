"""What callers send of a wording: its text, slots, letters, languages and format."""

from django.utils.translation import gettext_lazy as _

from config.common.api.fields import StrictSerializer, Text, Whole, Word
from messaging.constants import MessageFormat, Rewriting
from messaging.wording.charsets import CHARSETS
from messaging.wording.slots import MAX_LONGEST, MAX_PATTERN, SLOT_TYPES

_MAX_CHARACTERS = 1600


class SlotInput(StrictSerializer):
    """What may stand in a slot."""

    name = Text(max_length=40, help_text=_("As in the text, between { and }."))
    type = Word(choices=SLOT_TYPES, required=False, help_text=_("Decides form and usual length."))
    max_length = Whole(
        min_value=1,
        max_value=MAX_LONGEST,
        required=False,
        help_text=_("The longest value, in characters as phones count them (an emoji is 2)."),
    )
    charset = Word(choices=tuple(CHARSETS), required=False, help_text=_("Absent: the type's own."))
    pattern = Text(
        max_length=MAX_PATTERN,
        required=False,
        allow_blank=True,
        trim_whitespace=False,
        help_text=_("A regular expression (RE2) that the whole value has to match."),
    )
    example = Text(
        max_length=MAX_LONGEST,
        required=False,
        allow_blank=True,
        trim_whitespace=False,
        help_text=_("A typical value; reviewers see it."),
    )
    fallback = Text(
        max_length=MAX_LONGEST,
        required=False,
        allow_blank=True,
        trim_whitespace=False,
        help_text=_("Stands where a recipient has no value; empty: such a one is refused."),
    )
    currency = Text(
        max_length=3, required=False, allow_blank=True, help_text=_("ISO 4217, of an amount.")
    )


class VariantInput(StrictSerializer):
    """The same message in another language, with the same slots."""

    language = Text(max_length=35, help_text=_("A tag such as en, or vi-x-plain."))
    text = Text(source="body", max_length=_MAX_CHARACTERS, trim_whitespace=False)
    rewriting = Word(choices=Rewriting.choices, default=Rewriting.NONE.value)


class WordingChangeInput(StrictSerializer):
    """A wording of which everything may be left out."""

    text = Text(
        source="body",
        max_length=_MAX_CHARACTERS,
        trim_whitespace=False,
        required=False,
        help_text=_("Write {slot} where a value goes, {{ and }} for braces."),
    )
    slots = SlotInput(many=True, required=False)
    rewriting = Word(
        choices=Rewriting.choices,
        required=False,
        help_text=_("The letters that text and values are sent in; the text stays as written."),
    )
    variants = VariantInput(many=True, required=False)
    message_format = Word(
        choices=MessageFormat.choices,
        required=False,
        help_text=_("A form that phones read by machine, which the text is then held to."),
    )


class WordingInput(WordingChangeInput):
    """A wording."""

    text = Text(
        source="body",
        max_length=_MAX_CHARACTERS,
        trim_whitespace=False,
        help_text=_("Write {slot} where a value goes, {{ and }} for braces."),
    )

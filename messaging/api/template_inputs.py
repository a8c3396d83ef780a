"""What callers send about templates: fields and their form. Rules are the services'."""

from django.utils.translation import gettext_lazy as _

from compliance.constants import MessageClass
from config.common.api.fields import Moment, StrictSerializer, Text, Truth, Word

_ADVERTISER = _("The brand, exactly as in the account's list of advertisers.")
_PROGRAM = _("The word of one of the advertiser's programs in replies; null: none.")
_ASKS = _("The message asks a person to agree to advertising.")
_PAID = _("It advertises something that costs money: some countries want the price in it.")
_COMMENT = _("For the author and the record.")


class TemplateInput(StrictSerializer):
    """A new template; its wording comes as a version."""

    template = Text(
        source="slug", max_length=50, help_text=_("Short name: letters, digits, - and _.")
    )
    name = Text(max_length=80)
    class_ = Word(source="message_class", choices=MessageClass.choices)
    language = Text(max_length=8, default="vi", help_text=_("Language tag of the text: vi, en."))
    advertiser = Text(max_length=120, help_text=_ADVERTISER)
    program = Text(max_length=20, required=False, allow_null=True, help_text=_PROGRAM)
    asks_consent = Truth(required=False, help_text=_ASKS)
    is_paid = Truth(required=False, help_text=_PAID)


class TemplateChangeInput(StrictSerializer):
    """What changes; the rest stays. Class and advertiser stay once a version was submitted."""

    name = Text(max_length=80, required=False)
    class_ = Word(source="message_class", choices=MessageClass.choices, required=False)
    language = Text(max_length=8, required=False)
    advertiser = Text(max_length=120, required=False, help_text=_ADVERTISER)
    program = Text(max_length=20, required=False, allow_null=True, help_text=_PROGRAM)
    asks_consent = Truth(required=False, help_text=_ASKS)
    is_paid = Truth(required=False, help_text=_PAID)


class NothingInput(StrictSerializer):
    """No fields."""


class ApproveInput(StrictSerializer):
    """An approval."""

    comment = Text(max_length=2000, allow_blank=True, default="", help_text=_COMMENT)
    activates_at = Moment(
        required=False,
        allow_null=True,
        help_text=_("Staged until then: the present version is sent meanwhile; absent: now."),
    )
    seen = Text(
        max_length=128,
        required=False,
        allow_null=True,
        help_text=_("`fingerprint` of the version as it was read: refused where it has changed."),
    )


class RejectInput(StrictSerializer):
    """A rejection, with what the author has to change."""

    comment = Text(max_length=2000, help_text=_COMMENT)


class WithdrawInput(StrictSerializer):
    """A withdrawal; of an approved version with the reason."""

    comment = Text(max_length=2000, allow_blank=True, default="", help_text=_COMMENT)
